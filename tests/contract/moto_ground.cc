// moto, an AWS that nobody here wrote, as a ground: furnished over its own API. What moto does not
// do is listed with the reason, as seen in moto 5.2.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <map>

#include <fmt/format.h>

#include "aws/query_form.h"
#include "contract/remote_clouds.h"

namespace snapferry::contract {
namespace {

class MotoGround : public Ground {
 public:
  explicit MotoGround(const std::string& endpoint) : remote_(endpoint, host_) {
    aws::HttpRequest reset;
    reset.url = endpoint + "/moto-api/reset";
    ASSERT(remote_.transport().send(reset).has_value());
  }

  core::Clouds& clouds() override { return remote_.clouds(); }
  void advance(core::Milliseconds) override {}

  std::string cannot(Ability ability) override {
    switch (ability) {
      case Ability::take_time:
        return "in moto every snapshot and copy is available at once";
      case Ability::strict_names:
        return "moto keeps names as they are sent and checks few of their rules";
      case Ability::strict_codes:
        return "moto writes shape names for wire codes";
      case Ability::cluster_members:
        return "moto takes snapshots of cluster members";
      case Ability::stop_databases:
        return "moto refuses with the code InvalidDBInstanceStateFault, which RDS never sends";
      case Ability::check_keys:
        return "moto copies encrypted snapshots without looking at keys";
      case Ability::refuse_cluster_copies:
        return "moto copies any cluster's snapshot, with any key";
      case Ability::tell_source:
        return "moto's copies do not say what they were made of";
      case Ability::check_source:
        return "moto knows no snapshot that is not available";
      case Ability::big_accounts:
        return "moto's pages hold what its settings say, not what RDS's do";
      case Ability::quotas:
        return "moto has no DescribeAccountAttributes";
      case Ability::faults:
        return "moto has no faults to order";
      case Ability::show_messages:
        return "moto shows what was published to its own Python only";
    }
    return "unknown";
  }

  void add_database(const core::Region& region, const NewDatabase& database) override {
    if (database.id.is_cluster()) {
      aws::QueryForm cluster("CreateDBCluster", "2014-10-31");
      cluster.add("DBClusterIdentifier", std::string_view(database.id.str()));
      cluster.add("Engine", std::string_view("aurora-mysql"));
      cluster.add("MasterUsername", std::string_view("admin"));
      cluster.add("MasterUserPassword", std::string_view("not-a-secret"));
      cluster.add("StorageEncrypted", database.is_encrypted);
      send("rds", region, "CreateDBCluster", "application/x-www-form-urlencoded; charset=utf-8", "",
           cluster.body());
      return;
    }
    aws::QueryForm form("CreateDBInstance", "2014-10-31");
    form.add("DBInstanceIdentifier", std::string_view(database.id.str()));
    form.add("DBInstanceClass", std::string_view("db.t3.micro"));
    form.add("Engine", std::string_view("mysql"));
    form.add("AllocatedStorage", long{database.allocated_storage_gib});
    form.add("MasterUsername", std::string_view("admin"));
    form.add("MasterUserPassword", std::string_view("not-a-secret"));
    form.add("StorageEncrypted", database.is_encrypted);
    send("rds", region, "CreateDBInstance", "application/x-www-form-urlencoded; charset=utf-8", "",
         form.body());
  }

  void stop_database(const core::Region&, const core::DatabaseId&) override {}

  std::string add_key(const core::Region& region, const std::string& alias) override {
    const std::string created = kms(region, "CreateKey", "{}");
    // "Arn": "arn:..." is the one string in the answer that begins so.
    const size_t begin = created.find("arn:aws:kms");
    ASSERT(begin != std::string::npos);
    const std::string arn = created.substr(begin, created.find('"', begin) - begin);
    kms(region, "CreateAlias",
        fmt::format(R"({{"AliasName": "{}", "TargetKeyId": "{}"}})", alias, arn));
    return arn;
  }

  void disable_key(const std::string&) override {}
  void set_quotas(const core::Region&, long, long) override {}
  core::Arn add_topic(const core::Region& region, const std::string& name) override {
    aws::QueryForm form("CreateTopic", "2010-03-31");
    form.add("Name", std::string_view(name));
    const std::string made =
        send("sns", region, "CreateTopic", "application/x-www-form-urlencoded; charset=utf-8", "",
             form.body());
    const size_t begin = made.find("arn:aws:sns");
    ASSERT(begin != std::string::npos);
    return core::parse_arn(made.substr(begin, made.find('<', begin) - begin)).value();
  }
  std::vector<core::Message> messages() override { return {}; }
  void order(Trouble, const std::string&) override {}

 private:
  std::string kms(const core::Region& region, const std::string& operation,
                  const std::string& body) {
    return send("kms", region, operation, "application/x-amz-json-1.1", "TrentService." + operation,
                body);
  }

  std::string send(const std::string& service, const core::Region& region,
                   const std::string& operation, const std::string& content_type,
                   const std::string& target, const std::string& body) {
    aws::ServiceCall call;
    call.service = service;
    call.region = region;
    call.operation = operation;
    call.content_type = content_type;
    call.target = target;
    call.body = body;
    call.is_write = true;
    auto response = remote_.call(call);
    ASSERT(response.has_value());
    return response->body;
  }

  StillClock host_;
  RemoteClouds remote_;
};

}  // namespace

std::unique_ptr<Ground> make_moto_ground() {
  const char* endpoint = std::getenv("SNAPFERRY_MOTO_ENDPOINT");
  if (endpoint == nullptr || *endpoint == '\0') return nullptr;
  return std::make_unique<MotoGround>(endpoint);
}

}  // namespace snapferry::contract
