// The Query door: what it refuses by name, and the XML it writes.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/rds/rds_wire.h"

#include <gtest/gtest.h>

#include "aws/sigv4.h"
#include "emulator/door/auth.h"

namespace snapferry::emulator {
namespace {

class FixedClock : public core::Clock {
 public:
  core::Instant now() override { return core::parse_instant("2026-11-22T00:00:00Z").value(); }
  bool sleep(core::Milliseconds) override { return true; }
};

class RdsWireTest : public testing::Test {
 protected:
  RdsWireTest() { add_lab(world); }

  ServiceResult<std::string> send(const std::string& form) {
    const Caller caller = root_of(core::AccountId("123456789012"), core::Region("eu-west-1"));
    QueryParameters parameters(parse_form("Version=2014-10-31&Action=" + form).value());
    return serve_rds(world, caller, parameters, "request-1");
  }

  FixedClock host;
  EmulatorClock clock{host, 0};
  World world{clock, 1};
};

struct RefusedCase {
  const char* name;
  const char* form;
  const char* code;
};

TEST_F(RdsWireTest, RefusesByName) {
  const RefusedCase cases[] = {
      {"unknown action", "MakeCoffee", "InvalidAction"},
      {"unknown parameter", "DescribeDBInstances&Colour=red", "InvalidQueryParameter"},
      {"missing parameter", "CreateDBSnapshot&DBSnapshotIdentifier=a", "MissingParameter"},
      {"MaxRecords too small", "DescribeDBSnapshots&MaxRecords=19", "InvalidParameterValue"},
      {"MaxRecords too large", "DescribeDBSnapshots&MaxRecords=101", "InvalidParameterValue"},
      {"MaxRecords no number", "DescribeDBSnapshots&MaxRecords=x", "InvalidParameterValue"},
      {"marker of nobody", "DescribeDBSnapshots&Marker=zz", "InvalidParameterValue"},
      {"unknown filter",
       "DescribeDBSnapshots&Filters.Filter.1.Name=x&Filters.Filter.1.Values.Value.1=y",
       "InvalidParameterValue"},
      {"instance filter unknown",
       "DescribeDBInstances&Filters.Filter.1.Name=x&Filters.Filter.1.Values.Value.1=y",
       "InvalidParameterValue"},
      {"instance filter without values", "DescribeDBInstances&Filters.Filter.1.Name=engine",
       "InvalidParameterValue"},
      {"snapshot filter without values", "DescribeDBSnapshots&Filters.Filter.1.Name=engine",
       "InvalidParameterValue"},
      {"flag no flag", "DescribeDBSnapshots&IncludeShared=yes", "InvalidParameterValue"},
      {"unknown type", "DescribeDBSnapshots&SnapshotType=odd", "InvalidParameterValue"},
      {"reserved tag",
       "CreateDBSnapshot&DBSnapshotIdentifier=a&DBInstanceIdentifier=gtp-paul-mysql-lab-db"
       "&Tags.Tag.1.Key=aws%3Ax&Tags.Tag.1.Value=1",
       "InvalidParameterValue"},
      {"no password",
       "CreateDBInstance&DBInstanceIdentifier=a&DBInstanceClass=db.t3.micro&Engine=mysql"
       "&AllocatedStorage=20&MasterUsername=admin",
       "MissingParameter"},
  };
  for (const RefusedCase& row : cases) {
    SCOPED_TRACE(row.name);
    const auto answer = send(row.form);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, row.code) << answer.error().message;
  }
  EXPECT_TRUE(world.rds.snapshots.empty());
}

TEST_F(RdsWireTest, WritesASnapshotBeingTaken) {
  const auto answer = send(
      "CreateDBSnapshot&DBSnapshotIdentifier=First&DBInstanceIdentifier=gtp-paul-mysql-lab-db"
      "&Tags.member.7.Key=a&Tags.member.7.Value=1+2");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  for (const char* part :
       {"<CreateDBSnapshotResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">"
        "<CreateDBSnapshotResult><DBSnapshot><DBSnapshotIdentifier>first</DBSnapshotIdentifier>",
        "<Status>creating</Status>", "<PercentProgress>0</PercentProgress>",
        "<Encrypted>true</Encrypted>", "<ProcessorFeatures></ProcessorFeatures>",
        "<TagList><Tag><Key>a</Key><Value>1 2</Value></Tag></TagList>",
        "<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>"}) {
    EXPECT_NE(answer->find(part), std::string::npos) << part << "\n" << *answer;
  }
  EXPECT_EQ(answer->find("SnapshotCreateTime"), std::string::npos);
}

TEST_F(RdsWireTest, TagCallsHaveNoResultElement) {
  const auto answer = send(
      "AddTagsToResource&ResourceName=arn%3Aaws%3Ards%3Aeu-west-1%3A123456789012%3Adb%3A"
      "gtp-paul-mysql-lab-db&Tags.Tag.1.Key=a&Tags.Tag.1.Value=");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->find("Result>"), std::string::npos);
}

// What a presigned URL of a copy says, as the tests vary it.
struct PresignedUrl {
  std::string service = "rds";
  std::string region = "us-gov-west-1";
  std::string access_key_id = "testing";
  std::string secret = "testing";
  std::string action = "CopyDBSnapshot";
  std::string source = "arn:aws-us-gov:rds:us-gov-west-1:123456789012:snapshot:s1";
  std::string kms_key = "alias/aws/rds";
  std::string destination = "us-gov-east-1";
  core::Milliseconds age{0};
};

class GovCloudTest : public RdsWireTest {
 protected:
  GovCloudTest() {
    CreateDbInstanceInput input;
    input.id = "orders";
    input.instance_class = "db.t3.micro";
    input.facts.engine = "mysql";
    input.facts.engine_version = "8.0.39";
    input.facts.is_encrypted = true;
    const Caller owner = root_of(core::AccountId("123456789012"), core::Region("us-gov-west-1"));
    EXPECT_TRUE(world.rds.create_db_instance(owner, input).has_value());
    world.rds.finish_instance(owner, "orders");
    EXPECT_TRUE(world.rds.create_db_snapshot(owner, {"s1", "orders", {}}).has_value());
    clock.advance(std::chrono::hours(1));
  }

  std::string presign(const PresignedUrl& url) {
    aws::SignableRequest signable;
    signable.method = "GET";
    signable.host = "rds." + url.region + ".amazonaws.com";
    signable.path = "/";
    signable.query = {{"Action", url.action},
                      {"Version", "2014-10-31"},
                      {"SourceDBSnapshotIdentifier", url.source},
                      {"KmsKeyId", url.kms_key},
                      {"DestinationRegion", url.destination}};
    const aws::SigningKey key{
        .access_key_id = url.access_key_id, .secret_access_key = url.secret, .session_token = {}};
    return aws::presign_url(
        signable, key, {.time = host.now() - url.age, .region = url.region, .service = url.service},
        std::chrono::seconds(3600));
  }

  ServiceResult<std::string> copy(const std::string& url, const char* region = "us-gov-east-1") {
    const Caller caller = root_of(core::AccountId("123456789012"), core::Region(region));
    QueryParameters parameters({{"Action", "CopyDBSnapshot"},
                                {"Version", "2014-10-31"},
                                {"SourceDBSnapshotIdentifier", PresignedUrl().source},
                                {"TargetDBSnapshotIdentifier", "c1"},
                                {"KmsKeyId", "alias/aws/rds"},
                                {"PreSignedUrl", url}});
    return serve_rds(world, caller, parameters, "request-1");
  }
};

TEST_F(GovCloudTest, CopiesUnderAUrlSignedForThisVeryCopyOnly) {
  struct Row {
    const char* name;
    PresignedUrl url;
  };
  const Row rows[] = {
      {"service", {.service = "sts"}},
      {"region", {.region = "us-gov-east-1"}},
      {"account", {.access_key_id = "210987654321"}},
      {"secret", {.secret = "wrong"}},
      {"action", {.action = "CopyDBClusterSnapshot"}},
      {"source", {.source = "arn:aws-us-gov:rds:us-gov-west-1:123456789012:snapshot:s2"}},
      {"key", {.kms_key = "alias/other"}},
      {"destination", {.destination = "us-gov-west-1"}},
      {"expired", {.age = std::chrono::minutes(61)}},
  };
  std::vector<std::pair<std::string, std::string>> refused = {
      {"no URL at all", ""}, {"no URL", "in-process"}, {"no signature", "https://x/?Action=A"}};
  for (const Row& row : rows) refused.emplace_back(row.name, presign(row.url));
  for (const auto& [name, url] : refused) {
    SCOPED_TRACE(name);
    const auto answer = copy(url);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, "InvalidParameterValue");
    EXPECT_EQ(answer.error().message, "PreSignedurl could not be authenticated");
  }
  const auto copied = copy(presign({}));
  EXPECT_TRUE(copied.has_value()) << copied.error().message;
}

TEST_F(RdsWireTest, IgnoresAPresignedUrlOutsideGovCloud) {
  ASSERT_TRUE(
      send("CreateDBSnapshot&DBSnapshotIdentifier=s1&DBInstanceIdentifier=gtp-paul-mysql-lab-db")
          .has_value());
  clock.advance(std::chrono::hours(1));
  const auto answer = send(
      "CopyDBSnapshot&SourceDBSnapshotIdentifier=s1&TargetDBSnapshotIdentifier=c1"
      "&PreSignedUrl=anything");
  EXPECT_TRUE(answer.has_value()) << answer.error().message;
}

}  // namespace
}  // namespace snapferry::emulator
