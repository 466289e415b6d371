// SPDX-License-Identifier: Apache-2.0
#include "emulator/in_process_cloud.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/rules/ownership.h"
#include "emulator/iam/simulate_policy.h"
#include "emulator/kms/kms_service.h"
#include "emulator/rds/rds_rules.h"
#include "emulator/services.h"

namespace snapferry::emulator {
namespace {

using core::DatabaseKind;
using core::ErrorKind;

struct KindRow {
  std::string_view code;
  ErrorKind kind;
};

// Only what the model refuses with; aws/ has the whole table. Every other code is `invalid`.
constexpr auto kErrorKinds = std::to_array<KindRow>({
    {"DBInstanceNotFound", ErrorKind::missing},
    {"DBSnapshotNotFound", ErrorKind::missing},
    {"DBClusterNotFoundFault", ErrorKind::missing},
    {"DBClusterSnapshotNotFoundFault", ErrorKind::missing},
    {"DBClusterSnapshotAlreadyExistsFault", ErrorKind::conflict},
    {"InvalidDBClusterStateFault", ErrorKind::conflict},
    {"InvalidDBClusterSnapshotStateFault", ErrorKind::conflict},
    {"OptionGroupNotFoundFault", ErrorKind::invalid},
    {"NotFoundException", ErrorKind::missing},
    {"NotFound", ErrorKind::missing},
    {"NoSuchEntity", ErrorKind::missing},
    {"InvalidDBInstanceState", ErrorKind::conflict},
    {"InvalidDBSnapshotState", ErrorKind::conflict},
    {"DBSnapshotAlreadyExists", ErrorKind::conflict},
    {"DBInstanceAlreadyExists", ErrorKind::conflict},
    {"SnapshotQuotaExceeded", ErrorKind::limit},
    {"InstanceQuotaExceeded", ErrorKind::limit},
    {"SharedSnapshotQuotaExceeded", ErrorKind::limit},
    {"KMSKeyNotAccessibleFault", ErrorKind::denied},
    {"AccessDeniedException", ErrorKind::denied},
    {"Throttling", ErrorKind::transient},
    {"InternalFailure", ErrorKind::unknown},
});

core::Arn arn_of(const std::string& text) {
  return core::parse_arn(text).value_or(core::Arn());
}

// The port never sends reserved tags: RDS would refuse the whole call for one of them.
TagList sendable(const core::Tags& tags) {
  TagList result;
  for (const auto& [key, value] : tags) {
    const std::string prefix = lower_case(key.substr(0, key.find(':')));
    const bool is_reserved =
        key.find(':') != std::string::npos && (prefix == "aws" || prefix == "rds");
    if (!is_reserved) result.emplace_back(key, value);
  }
  return result;
}

core::Database database_of(const DbInstance& instance) {
  core::Database database;
  database.id = core::DatabaseId(instance.id);
  database.arn = arn_of(instance.arn);
  database.resource_id = instance.facts.resource_id;
  database.engine = instance.facts.engine;
  database.engine_version = instance.facts.engine_version;
  database.status = instance.status;
  database.cluster_id = instance.cluster_id;
  database.option_group = instance.facts.option_group;
  database.is_encrypted = instance.facts.is_encrypted;
  database.kms_key_arn = instance.facts.kms_key_arn;
  database.allocated_storage_gib = instance.facts.allocated_storage_gib;
  database.tags = instance.tags;
  return database;
}

core::Database database_of_cluster(const DbCluster& cluster) {
  core::Database database;
  database.id = core::DatabaseId(cluster.id, DatabaseKind::cluster);
  database.arn = arn_of(cluster.arn);
  database.resource_id = cluster.facts.resource_id;
  database.engine = cluster.facts.engine;
  database.engine_version = cluster.facts.engine_version;
  database.status = cluster.status;
  database.is_encrypted = cluster.facts.is_encrypted;
  database.kms_key_arn = cluster.facts.kms_key_arn;
  database.allocated_storage_gib = cluster.facts.allocated_storage_gib;
  database.tags = cluster.tags;
  return database;
}

core::Snapshot snapshot_of(const DbSnapshot& record) {
  const bool is_cluster = record.kind == DatabaseKind::cluster;
  core::Snapshot snapshot;
  snapshot.id = core::SnapshotId(record.id, record.kind);
  snapshot.arn = arn_of(record.arn);
  snapshot.database = core::DatabaseId(record.instance, record.kind);
  snapshot.resource_id = record.facts.resource_id;
  snapshot.type = record.type;
  snapshot.status = record.status;
  snapshot.progress_percent = record.progress_percent;
  snapshot.engine = record.facts.engine;
  snapshot.engine_version = record.facts.engine_version;
  snapshot.allocated_storage_gib = record.facts.allocated_storage_gib;
  snapshot.is_encrypted = record.facts.is_encrypted;
  snapshot.kms_key_arn = record.facts.kms_key_arn;
  snapshot.option_group = record.facts.option_group;
  snapshot.source_snapshot_arn = record.source_snapshot_arn;
  snapshot.tags = record.tags;
  if (!is_cluster) {
    snapshot.original_create_time = record.original_create_time;
    snapshot.database_time = record.database_time;
    snapshot.source_region = record.source_region.str();
  } else if (record.is_copy()) {
    // As RDS tells it: a copy's own time says nothing of its data.
    snapshot.original_create_time = core::created_of(record.tags);
  } else {
    snapshot.original_create_time = record.create_time;
  }
  return snapshot;
}

template <class Item, class Record, class Convert>
core::Page<Item> page_of(const RdsPage<Record>& page, Convert convert) {
  core::Page<Item> result;
  result.next = page.marker;
  for (const Record& record : page.items) result.items.push_back(convert(record));
  return result;
}

core::Key key_of(const KmsKey& record) {
  core::Key key;
  key.arn = record.arn;
  key.key_id = record.key_id;
  key.state = record.state;
  key.is_customer_managed = !record.is_aws_managed;
  key.is_symmetric_encryption =
      record.key_spec == "SYMMETRIC_DEFAULT" && record.key_usage == "ENCRYPT_DECRYPT";
  return key;
}

}  // namespace

InProcessCloud::InProcessCloud(World& world, const core::AccountId& account, core::Region region)
    : world_(world) {
  caller_.account = account;
  caller_.partition = core::partition_of(region).value_or("aws");
  caller_.region = std::move(region);
  caller_.principal_arn = fmt::format("arn:{}:iam::{}:root", caller_.partition, account.str());
}

core::Error InProcessCloud::error_of(const Operation& operation,
                                     const ServiceError& refusal) const {
  core::Error error;
  const auto row = std::ranges::find(kErrorKinds, refusal.code, &KindRow::code);
  error.kind = row == kErrorKinds.end() ? ErrorKind::invalid : row->kind;
  // A server's own failure leaves only a write in doubt.
  if (error.kind == ErrorKind::unknown && !operation.is_write) error.kind = ErrorKind::transient;
  error.message = fmt::format("{} {} in {}: {}: {}", operation.service, operation.name,
                              caller_.region.str(), refusal.code, refusal.message);
  error.aws_code = refusal.code;
  return error;
}

template <class T>
core::Result<T> InProcessCloud::call(const Operation& operation,
                                     const std::function<ServiceResult<T>()>& act) {
  const std::scoped_lock lock(world_.mutex);
  const auto strikes = [&](FaultKind kind) {
    return world_.faults.strike(kind, operation.name, caller_.region.str()).has_value();
  };
  if (strikes(FaultKind::throttle)) {
    return std::unexpected(error_of(operation, {400, "Throttling", "Rate exceeded"}));
  }
  if (strikes(FaultKind::server_error)) {
    return std::unexpected(error_of(operation, {500, "InternalFailure", "internal failure"}));
  }
  ServiceResult<T> answer = act();
  const auto lost = [&](std::string_view what, ErrorKind read_kind) {
    return core::fail(operation.is_write ? ErrorKind::unknown : read_kind,
                      fmt::format("{} {} in {}: {}", operation.service, operation.name,
                                  caller_.region.str(), what));
  };
  if (strikes(FaultKind::lost_reply)) return lost("no answer came", ErrorKind::transient);
  if (strikes(FaultKind::garbage)) return lost("the answer is no XML", ErrorKind::invalid);
  if (!answer) return std::unexpected(error_of(operation, answer.error()));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(answer).value();
  }
}

core::Result<core::Identity> InProcessCloud::identify() {
  return call<core::Identity>({"sts", "GetCallerIdentity"}, [&]() -> ServiceResult<core::Identity> {
    return core::Identity{caller_.account, caller_.principal_arn};
  });
}

core::Result<core::Page<core::Database>> InProcessCloud::list_databases(
    const core::DatabaseQuery& query) {
  const std::string id = query.id ? query.id->str() : "";
  if (core::kind_of(query) == DatabaseKind::cluster) {
    return call<core::Page<core::Database>>(
        {"rds", "DescribeDBClusters"}, [&]() -> ServiceResult<core::Page<core::Database>> {
          DescribeDbClustersInput input;
          input.id = id;
          input.paging.marker = query.marker;
          return page_of<core::Database>(TRY(world_.rds.describe_db_clusters(caller_, input)),
                                         database_of_cluster);
        });
  }
  return call<core::Page<core::Database>>(
      {"rds", "DescribeDBInstances"}, [&]() -> ServiceResult<core::Page<core::Database>> {
        DescribeDbInstancesInput input;
        input.id = id;
        input.paging.marker = query.marker;
        return page_of<core::Database>(TRY(world_.rds.describe_db_instances(caller_, input)),
                                       database_of);
      });
}

core::Result<core::Page<core::Snapshot>> InProcessCloud::list_snapshots(
    const core::SnapshotQuery& query) {
  DescribeDbSnapshotsInput input;
  if (query.database) input.instance = query.database->str();
  if (query.id) input.id = query.id->str();
  input.type = query.type;
  input.paging.marker = query.marker;
  const bool is_cluster = core::kind_of(query) == DatabaseKind::cluster;
  return call<core::Page<core::Snapshot>>(
      {"rds", is_cluster ? "DescribeDBClusterSnapshots" : "DescribeDBSnapshots"},
      [&]() -> ServiceResult<core::Page<core::Snapshot>> {
        const auto page = TRY(is_cluster ? world_.rds.describe_db_cluster_snapshots(caller_, input)
                                         : world_.rds.describe_db_snapshots(caller_, input));
        return page_of<core::Snapshot>(page, snapshot_of);
      });
}

core::Result<core::Snapshot> InProcessCloud::create_snapshot(
    const core::CreateSnapshotRequest& request) {
  const std::string& id = request.id.str();
  const std::string& database = request.database.str();
  if (request.id.is_cluster()) {
    return call<core::Snapshot>({"rds", "CreateDBClusterSnapshot", true},
                                [&]() -> ServiceResult<core::Snapshot> {
                                  return snapshot_of(TRY(world_.rds.create_db_cluster_snapshot(
                                      caller_, {id, database, sendable(request.tags)})));
                                });
  }
  return call<core::Snapshot>(
      {"rds", "CreateDBSnapshot", true}, [&]() -> ServiceResult<core::Snapshot> {
        return snapshot_of(
            TRY(world_.rds.create_db_snapshot(caller_, {id, database, sendable(request.tags)})));
      });
}

core::Result<core::Snapshot> InProcessCloud::copy_snapshot(
    const core::CopySnapshotRequest& request) {
  CopyDbSnapshotInput input;
  input.source = request.source.str();
  input.target_id = request.target_id.str();
  input.kms_key = request.kms_key;
  input.option_group = request.option_group;
  input.tags = sendable(request.tags);
  // Where a presigned URL is needed, aws/ makes one; there is nothing to sign here.
  input.presigned_url = "in-process";
  const bool is_cluster = request.target_id.is_cluster();
  return call<core::Snapshot>(
      {"rds", is_cluster ? "CopyDBClusterSnapshot" : "CopyDBSnapshot", true},
      [&]() -> ServiceResult<core::Snapshot> {
        return snapshot_of(TRY(is_cluster ? world_.rds.copy_db_cluster_snapshot(caller_, input)
                                          : world_.rds.copy_db_snapshot(caller_, input)));
      });
}

core::Result<void> InProcessCloud::delete_snapshot(const core::SnapshotId& id) {
  return call<void>({"rds", id.is_cluster() ? "DeleteDBClusterSnapshot" : "DeleteDBSnapshot", true},
                    [&]() -> ServiceResult<void> {
                      TRY(id.is_cluster() ? world_.rds.delete_db_cluster_snapshot(caller_, id.str())
                                          : world_.rds.delete_db_snapshot(caller_, id.str()));
                      return {};
                    });
}

core::Result<void> InProcessCloud::add_tags(const core::Arn& resource, const core::Tags& tags) {
  const TagList wanted = sendable(tags);
  if (wanted.empty()) return {};
  return call<void>({"rds", "AddTagsToResource", true}, [&]() -> ServiceResult<void> {
    return world_.rds.add_tags(caller_, resource.str(), wanted);
  });
}

core::Result<core::SnapshotQuotas> InProcessCloud::read_snapshot_quotas() {
  return call<core::SnapshotQuotas>(
      {"rds", "DescribeAccountAttributes"}, [&]() -> ServiceResult<core::SnapshotQuotas> {
        core::SnapshotQuotas result;
        for (const AccountQuota& quota : TRY(world_.rds.describe_account_attributes(caller_))) {
          if (quota.name == "ManualSnapshots")
            result.instance = core::SnapshotQuota{quota.used, quota.max};
          if (quota.name == "ManualClusterSnapshots")
            result.cluster = core::SnapshotQuota{quota.used, quota.max};
        }
        return result;
      });
}

core::Result<core::Key> InProcessCloud::describe_key(const core::KeyRef& key) {
  return call<core::Key>({"kms", "DescribeKey"}, [&]() -> ServiceResult<core::Key> {
    // KMS's refusals, and the AWS-managed keys made at their first look, are its service's.
    TRY(serve_kms(world_.kms, world_.clock.now(), caller_, "DescribeKey", {{"KeyId", key.str()}}));
    const KmsKey* found = world_.kms.find(caller_, key.str());
    ASSERT(found != nullptr);
    return key_of(*found);
  });
}

core::Result<void> InProcessCloud::publish(const core::Arn& topic, const core::Message& message) {
  return call<void>({"sns", "Publish", true}, [&]() -> ServiceResult<void> {
    Fields form = {{"TopicArn", topic.str()}, {"Message", message.text}};
    if (!message.subject.empty()) form.emplace_back("Subject", message.subject);
    int number = 0;
    for (const auto& [name, value] : message.attributes) {
      const std::string entry = fmt::format("MessageAttributes.entry.{}.", ++number);
      form.emplace_back(entry + "Name", name);
      form.emplace_back(entry + "Value.DataType", "String");
      form.emplace_back(entry + "Value.StringValue", value);
    }
    TRY(call_query(world_, caller_, "sns", "Publish", form));
    return {};
  });
}

core::Result<std::vector<core::AccessAnswer>> InProcessCloud::simulate_access(
    const core::AccessQuestion& question) {
  using Answers = std::vector<core::AccessAnswer>;
  return call<Answers>({"iam", "SimulatePrincipalPolicy"}, [&]() -> ServiceResult<Answers> {
    SimulatedRequest request{.principal = question.principal,
                             .actions = question.actions,
                             .resources = question.resources,
                             .context = {}};
    for (const core::ContextEntry& entry : question.context) {
      request.context[entry.key] = entry.values;
    }
    Answers answers;
    for (SimulatedDecision& one : TRY(emulator::simulate_access(world_, caller_, request))) {
      answers.push_back({.action = std::move(one.action),
                         .resource = std::move(one.resource),
                         .decision = one.decision == "allowed" ? core::AccessDecision::allowed
                                     : one.decision == "explicitDeny"
                                         ? core::AccessDecision::explicit_deny
                                         : core::AccessDecision::implicit_deny,
                         .missing_context = std::move(one.missing)});
    }
    return answers;
  });
}

core::Result<std::string> InProcessCloud::find_role(const std::string& name) {
  return call<std::string>({"iam", "GetRole"}, [&]() -> ServiceResult<std::string> {
    return TRY(world_.iam.need_role(caller_, name))->arn;
  });
}

core::Result<core::KeyPolicy> InProcessCloud::read_key_policy(const core::KeyRef& key) {
  return call<core::KeyPolicy>({"kms", "GetKeyPolicy"}, [&]() -> ServiceResult<core::KeyPolicy> {
    TRY(serve_kms(world_.kms, world_.clock.now(), caller_, "GetKeyPolicy", {{"KeyId", key.str()}}));
    const auto document =
        parse_policy(world_.kms.find(caller_, key.str())->policy, PolicyKind::resource);
    ASSERT(document.has_value());
    core::KeyPolicy policy;
    for (const PolicyStatement& statement : document->statements) {
      core::KeyStatement& added = policy.statements.emplace_back();
      added.sid = statement.sid;
      added.is_allow = statement.is_allow;
      added.is_plain = !statement.actions.is_not && statement.principals &&
                       !statement.principals->is_not && statement.conditions.empty();
      added.actions = statement.actions.patterns;
      if (!statement.principals) continue;
      const auto named = statement.principals->by_kind.find("AWS");
      if (named != statement.principals->by_kind.end()) added.principals = named->second;
    }
    return policy;
  });
}

core::Result<core::Page<core::OptionGroup>> InProcessCloud::list_option_groups(
    const std::string& marker) {
  using Groups = core::Page<core::OptionGroup>;
  return call<Groups>({"rds", "DescribeOptionGroups"}, [&]() -> ServiceResult<Groups> {
    DescribeOptionGroupsInput input;
    input.paging.marker = marker;
    return page_of<core::OptionGroup>(
        TRY(world_.rds.describe_option_groups(caller_, input)), [](const OptionGroup& record) {
          return core::OptionGroup{.name = record.name,
                                   .engine = record.engine,
                                   .engine_version = record.major_version,
                                   .lasting_options = record.persistent_options};
        });
  });
}

InProcessClouds::InProcessClouds(World& world, core::AccountId account)
    : world_(world), account_(std::move(account)) {}

core::Cloud& InProcessClouds::in(const core::Region& region) {
  const std::scoped_lock lock(mutex_);
  std::unique_ptr<InProcessCloud>& cloud = clouds_[region];
  if (!cloud) cloud = std::make_unique<InProcessCloud>(world_, account_, region);
  return *cloud;
}

}  // namespace snapferry::emulator
