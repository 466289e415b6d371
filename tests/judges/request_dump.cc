// Prints, one JSON object a line, every request that the real AwsCloud sends for a fixed set of
// inputs, and the same inputs as botocore takes them. No network: the transport only writes down.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "aws/api/kms_api.h"
#include "aws/api/ssm_api.h"
#include "aws/aws_cloud.h"

namespace {

namespace json = boost::json;
using namespace snapferry;

constexpr std::string_view kTime = "2026-01-15T12:00:00Z";

class FixedClock : public core::Clock {
 public:
  core::Instant now() override { return core::parse_instant(kTime).value(); }
  bool sleep(core::Milliseconds) override { return true; }
};

class FixedCredentials : public aws::CredentialsProvider {
 public:
  std::string token;

  core::Result<aws::Credentials> get(core::Instant) override {
    aws::Credentials credentials;
    credentials.key = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token};
    return credentials;
  }
  void invalidate() override {}
};

class CapturingTransport : public aws::HttpTransport {
 public:
  aws::HttpRequest last;

  core::Result<aws::HttpResponse> send(const aws::HttpRequest& request) override {
    last = request;
    return core::fail(core::ErrorKind::transient, "captured");
  }
};

json::array tags_json(const core::Tags& tags) {
  json::array list;
  for (const auto& [key, value] : tags) {
    list.push_back(json::object{{"Key", key}, {"Value", value}});
  }
  return list;
}

class Dump {
 public:
  explicit Dump(aws::Settings settings, std::string token = "") : settings_(std::move(settings)) {
    credentials_.token = std::move(token);
  }

  core::Cloud& cloud(const std::string& region) {
    region_ = region;
    return clouds_.in(core::Region(region));
  }

  aws::ServiceClient& client(const std::string& region) {
    region_ = region;
    return client_;
  }

  /// Prints the request just captured beside the parameters that botocore is to be given.
  void print(const std::string& name, const std::string& service, const std::string& operation,
             const json::object& parameters) {
    json::array headers;
    for (const auto& [key, value] : transport_.last.headers) {
      headers.push_back(json::array{json::string(key), json::string(value)});
    }
    json::object line{{"name", name},
                      {"service", service},
                      {"region", region_},
                      {"operation", operation},
                      {"parameters", parameters},
                      {"session_token", credentials_.token},
                      {"endpoint_url", endpoint()},
                      {"use_fips", settings_.use_fips},
                      {"use_dualstack", settings_.use_dualstack},
                      {"time", kTime},
                      {"method", transport_.last.method},
                      {"url", transport_.last.url},
                      {"headers", headers},
                      {"body", transport_.last.body}};
    std::puts(json::serialize(line).c_str());
    transport_.last = {};
  }

 private:
  [[nodiscard]] std::string endpoint() const {
    return settings_.environment.get("AWS_ENDPOINT_URL").value_or("");
  }

  aws::Settings settings_;
  FixedClock clock_;
  FixedCredentials credentials_;
  CapturingTransport transport_;
  aws::AwsClouds clouds_{transport_, credentials_, settings_, clock_};
  aws::ServiceClient client_{transport_, &credentials_, settings_, clock_};
  std::string region_;
};

// What tags may hold and what encoders get wrong.
core::Tags hard_tags() {
  return {{"plain", "value"},
          {"empty", ""},
          {"two words", "a b  c"},
          {"signs", "+-=._:/@~*'()!"},
          {"\xc3\xa9t\xc3\xa9", "\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x9a\xa2"},
          {"escaped", "%20&a=b?#%"}};
}

core::Tags many_tags() {
  core::Tags tags;
  for (int i = 0; i < 50; ++i) tags["key-" + std::to_string(i)] = "value " + std::to_string(i);
  return tags;
}

void dump_reads(Dump& dump, const std::string& suffix) {
  core::Cloud& cloud = dump.cloud("eu-west-1");
  (void)cloud.identify();
  dump.print("identify" + suffix, "sts", "GetCallerIdentity", {});
  (void)cloud.list_databases({});
  dump.print("databases" + suffix, "rds", "DescribeDBInstances", {{"MaxRecords", 100}});
  (void)cloud.list_databases({core::DatabaseId("Orders"), ""});
  dump.print("database" + suffix, "rds", "DescribeDBInstances",
             {{"DBInstanceIdentifier", "orders"}});
  (void)cloud.list_snapshots({core::DatabaseId("orders"), std::nullopt, "manual", "a b+/=&"});
  dump.print("snapshots" + suffix, "rds", "DescribeDBSnapshots",
             {{"DBInstanceIdentifier", "orders"},
              {"SnapshotType", "manual"},
              {"MaxRecords", 100},
              {"Marker", "a b+/=&"}});
  (void)cloud.list_snapshots({std::nullopt, core::SnapshotId("Snap-1"), "", ""});
  dump.print("snapshot" + suffix, "rds", "DescribeDBSnapshots",
             {{"DBSnapshotIdentifier", "snap-1"}});
  (void)cloud.read_snapshot_quotas();
  dump.print("quota" + suffix, "rds", "DescribeAccountAttributes", {});
  for (const char* key : {"alias/dr", "11111111-2222-3333-4444-555555555555",
                          "arn:aws:kms:eu-west-1:123456789012:alias/d\"r\\"}) {
    (void)cloud.describe_key(core::KeyRef(key));
    dump.print(std::string("key ") + key + suffix, "kms", "DescribeKey", {{"KeyId", key}});
  }
}

// What doctor asks. IAM is one for a partition, whatever region it is asked from.
void dump_looks(Dump& dump) {
  const core::AccessQuestion question{
      .principal = "arn:aws:iam::123456789012:role/backup",
      .actions = {"kms:CreateGrant", "kms:Decrypt"},
      .resources = {"arn:aws:kms:eu-west-1:123456789012:key/1", "arn:aws:rds:*:1:db:a*"},
      .context = {{.key = "aws:TagKeys",
                   .values = {"a b", "c+/"},
                   .kind = core::ContextEntry::Kind::string_list},
                  {.key = "kms:GrantIsForAWSResource",
                   .values = {"true"},
                   .kind = core::ContextEntry::Kind::boolean},
                  {.key = "kms:ViaService", .values = {"rds.eu-west-1.amazonaws.com"}}}};
  const auto texts = [](const std::vector<std::string>& values) {
    json::array list;
    for (const std::string& value : values) list.emplace_back(value);
    return list;
  };
  const json::object parameters{
      {"PolicySourceArn", question.principal},
      {"ActionNames", texts(question.actions)},
      {"ResourceArns", texts(question.resources)},
      {"ContextEntries",
       json::array{{{"ContextKeyName", "aws:TagKeys"},
                    {"ContextKeyValues", json::array{"a b", "c+/"}},
                    {"ContextKeyType", "stringList"}},
                   {{"ContextKeyName", "kms:GrantIsForAWSResource"},
                    {"ContextKeyValues", json::array{"true"}},
                    {"ContextKeyType", "boolean"}},
                   {{"ContextKeyName", "kms:ViaService"},
                    {"ContextKeyValues", json::array{"rds.eu-west-1.amazonaws.com"}},
                    {"ContextKeyType", "string"}}}},
      {"MaxItems", 1000}};
  for (const char* region : {"eu-west-1", "cn-northwest-1", "us-gov-east-1", "us-iso-west-1"}) {
    (void)dump.cloud(region).simulate_access(question);
    dump.print(std::string("simulate from ") + region, "iam", "SimulatePrincipalPolicy",
               parameters);
  }
  core::Cloud& cloud = dump.cloud("eu-west-1");
  (void)cloud.find_role("backup");
  dump.print("role", "iam", "GetRole", {{"RoleName", "backup"}});
  (void)cloud.read_key_policy(core::KeyRef("alias/dr"));
  dump.print("key policy", "kms", "GetKeyPolicy",
             {{"KeyId", "alias/dr"}, {"PolicyName", "default"}});
  (void)cloud.list_option_groups("m");
  dump.print("option groups", "rds", "DescribeOptionGroups",
             {{"MaxRecords", 100}, {"Marker", "m"}});
}

void dump_copy(Dump& dump, const std::string& name, const std::string& source_region,
               const std::string& target_region, const core::CopySnapshotRequest& wanted) {
  core::CopySnapshotRequest request = wanted;
  request.source = core::Arn{std::string(core::partition_of(core::Region(source_region)).value()),
                             "rds", core::Region(source_region), core::AccountId("123456789012"),
                             "snapshot:rds:orders-2026-01-01-00-00"};
  (void)dump.cloud(target_region).copy_snapshot(request);
  json::object parameters{{"SourceDBSnapshotIdentifier", request.source.str()},
                          {"TargetDBSnapshotIdentifier", request.target_id.str()}};
  if (!request.kms_key.empty()) parameters["KmsKeyId"] = request.kms_key;
  if (!request.tags.empty()) parameters["Tags"] = tags_json(request.tags);
  if (!request.option_group.empty()) parameters["OptionGroupName"] = request.option_group;
  if (target_region.starts_with("us-gov-") && source_region != target_region) {
    parameters["SourceRegion"] = source_region;
  }
  dump.print(name, "rds", "CopyDBSnapshot", parameters);
}

void dump_writes(Dump& dump, const std::string& suffix) {
  for (const auto& [name, tags] : {std::pair<std::string, core::Tags>{"hard", hard_tags()},
                                   {"many", many_tags()},
                                   {"no", {}}}) {
    (void)dump.cloud("eu-west-1")
        .create_snapshot({core::SnapshotId("snap-1"), core::DatabaseId("orders"), tags});
    json::object parameters{{"DBInstanceIdentifier", "orders"}, {"DBSnapshotIdentifier", "snap-1"}};
    if (!tags.empty()) parameters["Tags"] = tags_json(tags);
    dump.print("create with " + name + " tags" + suffix, "rds", "CreateDBSnapshot", parameters);
  }

  core::SnapshotId copy("copy-1");
  dump_copy(dump, "copy bare" + suffix, "eu-west-1", "eu-central-1", {{}, copy, "", "", {}});
  dump_copy(dump, "copy full" + suffix, "eu-west-1", "eu-central-1",
            {{}, copy, "alias/dr", "og-1", hard_tags()});
  dump_copy(dump, "copy in China" + suffix, "cn-north-1", "cn-northwest-1",
            {{}, copy, "alias/dr", "", {}});
  dump_copy(dump, "copy in GovCloud" + suffix, "us-gov-west-1", "us-gov-east-1",
            {{}, copy, "alias/dr", "og-1", hard_tags()});
  dump_copy(dump, "copy within a GovCloud region" + suffix, "us-gov-west-1", "us-gov-west-1",
            {{}, copy, "", "", {}});

  (void)dump.cloud("eu-west-1").delete_snapshot(core::SnapshotId("snap-1"));
  dump.print("delete" + suffix, "rds", "DeleteDBSnapshot", {{"DBSnapshotIdentifier", "snap-1"}});
  std::string arn = "arn:aws:rds:eu-west-1:123456789012:snapshot:snap-1";
  (void)dump.cloud("eu-west-1").add_tags(core::parse_arn(arn).value(), hard_tags());
  dump.print("tag" + suffix, "rds", "AddTagsToResource",
             {{"ResourceName", arn}, {"Tags", tags_json(hard_tags())}});
}

// The same calls for clusters: other names, no option group.
void dump_clusters(Dump& dump, const std::string& suffix) {
  constexpr auto kCluster = core::DatabaseKind::cluster;
  core::Cloud& cloud = dump.cloud("eu-west-1");
  (void)cloud.list_databases({{}, "", kCluster});
  dump.print("clusters" + suffix, "rds", "DescribeDBClusters", {{"MaxRecords", 100}});
  (void)cloud.list_databases({core::DatabaseId("Ledger", kCluster), ""});
  dump.print("cluster" + suffix, "rds", "DescribeDBClusters", {{"DBClusterIdentifier", "ledger"}});
  (void)cloud.list_snapshots({{}, {}, "manual", "m", kCluster});
  dump.print("cluster snapshots" + suffix, "rds", "DescribeDBClusterSnapshots",
             {{"SnapshotType", "manual"}, {"MaxRecords", 100}, {"Marker", "m"}});
  (void)cloud.list_snapshots({core::DatabaseId("Ledger", kCluster), {}, "manual", ""});
  dump.print("snapshots of a cluster" + suffix, "rds", "DescribeDBClusterSnapshots",
             {{"DBClusterIdentifier", "ledger"}, {"SnapshotType", "manual"}, {"MaxRecords", 100}});
  const core::SnapshotId snapshot("snap-1", kCluster);
  (void)cloud.list_snapshots({{}, snapshot, "", ""});
  dump.print("cluster snapshot" + suffix, "rds", "DescribeDBClusterSnapshots",
             {{"DBClusterSnapshotIdentifier", "snap-1"}});
  (void)cloud.create_snapshot({snapshot, core::DatabaseId("ledger", kCluster), hard_tags()});
  dump.print("create of a cluster" + suffix, "rds", "CreateDBClusterSnapshot",
             {{"DBClusterIdentifier", "ledger"},
              {"DBClusterSnapshotIdentifier", "snap-1"},
              {"Tags", tags_json(hard_tags())}});
  for (const auto& [source, target] :
       {std::pair("eu-west-1", "eu-central-1"), std::pair("us-gov-west-1", "us-gov-east-1")}) {
    core::CopySnapshotRequest request{.source = {},
                                      .target_id = snapshot,
                                      .kms_key = "alias/dr",
                                      .option_group = "",
                                      .tags = hard_tags()};
    request.source =
        core::Arn{std::string(core::partition_of(core::Region(source)).value()), "rds",
                  core::Region(source), core::AccountId("123456789012"), "cluster-snapshot:snap-1"};
    (void)dump.cloud(target).copy_snapshot(request);
    json::object parameters{{"SourceDBClusterSnapshotIdentifier", request.source.str()},
                            {"TargetDBClusterSnapshotIdentifier", "snap-1"},
                            {"KmsKeyId", "alias/dr"},
                            {"Tags", tags_json(hard_tags())}};
    if (std::string_view(target).starts_with("us-gov-")) parameters["SourceRegion"] = source;
    dump.print(std::string("cluster copy to ") + target + suffix, "rds", "CopyDBClusterSnapshot",
               parameters);
  }
  (void)dump.cloud("eu-west-1").delete_snapshot(snapshot);
  dump.print("delete of a cluster's" + suffix, "rds", "DeleteDBClusterSnapshot",
             {{"DBClusterSnapshotIdentifier", "snap-1"}});
}

// What JSON encoders get wrong.
constexpr std::string_view kHardText =
    "a \"quoted\" \\ / \x01\x7f\t\n line, \xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x9a\xa2";

void dump_keys(Dump& dump, const std::string& suffix) {
  const std::string region = "eu-central-1";
  aws::KmsApi kms(dump.client(region), core::Region(region));
  const std::string policy = R"({"Version":"2012-10-17","Statement":[]})";
  const std::string id = "11111111-2222-3333-4444-555555555555";
  for (const auto& [name, tags] :
       {std::pair<std::string, core::Tags>{"hard", hard_tags()}, {"no", {}}}) {
    (void)kms.create_key({policy, std::string(kHardText), tags});
    json::object parameters{{"Policy", policy}, {"Description", kHardText}};
    json::array list;
    for (const auto& [key, value] : tags) {
      list.push_back(json::object{{"TagKey", key}, {"TagValue", value}});
    }
    if (!tags.empty()) parameters["Tags"] = list;
    dump.print("key with " + name + " tags" + suffix, "kms", "CreateKey", parameters);
  }
  (void)kms.create_alias("alias/snapferry-stack", id);
  dump.print("alias" + suffix, "kms", "CreateAlias",
             {{"AliasName", "alias/snapferry-stack"}, {"TargetKeyId", id}});
  (void)kms.put_key_policy(id, policy);
  dump.print("key policy" + suffix, "kms", "PutKeyPolicy", {{"KeyId", id}, {"Policy", policy}});
  (void)kms.enable_key_rotation(id);
  dump.print("rotation" + suffix, "kms", "EnableKeyRotation", {{"KeyId", id}});
  (void)kms.is_key_rotated(id);
  dump.print("is rotated" + suffix, "kms", "GetKeyRotationStatus", {{"KeyId", id}});
}

void dump_words(Dump& dump, const std::string& suffix) {
  for (const std::string& name : {std::string("/snapferry/policy"), std::string(kHardText)}) {
    (void)aws::get_parameter(dump.client("eu-west-1"), core::Region("eu-west-1"), name);
    dump.print("parameter" + suffix, "ssm", "GetParameter",
               {{"Name", name}, {"WithDecryption", true}});
  }
  const std::string topic = "arn:aws:sns:eu-west-1:123456789012:alerts";
  core::Message message{.subject = "Snapferry: 1 of 2 failed", .text = std::string(kHardText)};
  for (const core::Tags& attributes :
       {core::Tags{}, core::Tags{{"policy", "default"}, {"failures", "1 2+/"}}}) {
    message.attributes = attributes;
    (void)dump.cloud("eu-west-1").publish(core::parse_arn(topic).value(), message);
    json::object parameters{
        {"TopicArn", topic}, {"Message", message.text}, {"Subject", message.subject}};
    json::object values;
    for (const auto& [name, value] : attributes) {
      values[name] = json::object{{"DataType", "String"}, {"StringValue", value}};
    }
    if (!values.empty()) parameters["MessageAttributes"] = values;
    dump.print("publish" + suffix, "sns", "Publish", parameters);
  }
}

void dump_all(Dump& dump, const std::string& suffix) {
  dump_reads(dump, suffix);
  dump_keys(dump, suffix);
  dump_words(dump, suffix);
}

}  // namespace

int main() {
  Dump plain{aws::Settings{}};
  dump_all(plain, "");
  dump_writes(plain, "");
  dump_clusters(plain, "");
  dump_looks(plain);

  Dump with_token{aws::Settings{}, "TOKEN/+="};
  dump_all(with_token, ", session token");
  dump_writes(with_token, ", session token");
  dump_clusters(with_token, ", session token");

  aws::Settings custom;
  custom.environment = core::Environment(
      std::map<std::string, std::string>{{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"}});
  Dump local{custom, "TOKEN/+="};
  dump_all(local, ", custom endpoint");

  aws::Settings fips;
  fips.use_fips = true;
  Dump with_fips{fips};
  dump_all(with_fips, ", FIPS");

  aws::Settings dualstack;
  dualstack.use_dualstack = true;
  Dump with_dualstack{dualstack};
  dump_all(with_dualstack, ", dual-stack");
  return 0;
}
