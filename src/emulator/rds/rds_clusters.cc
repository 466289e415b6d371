// The life of a DB cluster, as RdsModel's part: made, changed, restored, stopped, started, deleted,
// described. Its members are instances (rds_instances.cc), which are what the cluster is.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {
namespace {

using std::chrono::seconds;

// Ours: as of instances, short beside RDS's minutes and long enough to be met.
constexpr seconds kClusterCreatingSpan{120};
constexpr seconds kClusterModifyingSpan{30};
constexpr seconds kClusterStoppingSpan{60};
constexpr seconds kClusterStartingSpan{60};
constexpr seconds kClusterDeletingSpan{30};

// Source: botocore 1.43, CreateDBCluster, DBClusterIdentifier, 2026-08.
constexpr size_t kMultiAzClusterNameMax = 52;

// Source: RDS User Guide, "Multi-AZ DB cluster deployments": a writer and two readers, 2026.
constexpr int kMultiAzMembers = 3;

std::unexpected<ServiceError> wrong_cluster_state(std::string message) {
  return refuse(400, "InvalidDBClusterStateFault", std::move(message));
}

ServiceResult<void> check_cluster_filters(const std::vector<RdsFilter>& filters) {
  // Source: botocore 1.43, DescribeDBClusters, 2026-08.
  static constexpr auto kFilters = std::to_array<std::string_view>(
      {"clone-group-id", "db-cluster-id", "db-cluster-resource-id", "domain", "engine"});
  for (const RdsFilter& filter : filters) {
    if (std::ranges::find(kFilters, filter.name) == kFilters.end()) {
      return refuse_value(fmt::format("Unrecognized filter name: {}", filter.name));
    }
    if (filter.values.empty()) {
      return refuse_value(fmt::format("Filter {} needs at least one value.", filter.name));
    }
  }
  return {};
}

// Requires: check_cluster_filters has passed. No cluster here is a clone or has joined a domain.
bool is_cluster_chosen(const DbCluster& cluster, const std::vector<RdsFilter>& filters) {
  return std::ranges::all_of(filters, [&](const RdsFilter& filter) {
    if (filter.name == "db-cluster-id") {
      return is_listed(filter, cluster.id) || is_listed(filter, cluster.arn);
    }
    if (filter.name == "db-cluster-resource-id") {
      return is_listed(filter, cluster.facts.resource_id);
    }
    return filter.name == "engine" && is_listed(filter, cluster.facts.engine);
  });
}

// What a cluster of the engine needs, or cannot have. Source: botocore 1.43, CreateDBCluster,
// 2026-08.
ServiceResult<void> check_cluster_facts(const CreateDbClusterInput& input) {
  const DatabaseFacts& facts = input.facts;
  TRY(check_cluster_retention(facts.backup_retention_days));
  if (!input.kms_key.empty() && !facts.is_encrypted) {
    return refuse_combination("KmsKeyId can only be used with StorageEncrypted set to true.");
  }
  if (facts.has_engine_of_instances()) {
    if (input.instance_class.empty()) {
      return refuse_combination("DBClusterInstanceClass is required for a Multi-AZ DB cluster.");
    }
    return check_storage(facts.allocated_storage_gib);
  }
  if (!is_engine_of_clusters(facts.engine)) {
    return refuse_value(fmt::format("Invalid DB engine: {}", facts.engine));
  }
  if (!input.instance_class.empty()) {
    return refuse_combination(
        fmt::format("DBClusterInstanceClass can't be specified for engine {}.", facts.engine));
  }
  return {};
}

}  // namespace

DbCluster* RdsModel::find_cluster(const Caller& caller, const std::string& id) {
  std::string arn = rds_arn(caller, "cluster", lower_case(id));
  if (core::parse_arn(id)) arn = id;
  const auto it = clusters.find(arn);
  if (it == clusters.end() || it->second.account != caller.account ||
      it->second.region != caller.region) {
    return nullptr;
  }
  return &it->second;
}

ServiceResult<DbCluster*> RdsModel::need_cluster(const Caller& caller, const std::string& id) {
  if (DbCluster* cluster = find_cluster(caller, id)) return cluster;
  return refuse(404, "DBClusterNotFoundFault", fmt::format("DBCluster {} not found.", id));
}

void RdsModel::become(DbCluster& cluster, std::string status, std::string next_status,
                      core::Milliseconds after) {
  cluster.status = std::move(status);
  cluster.next_status = std::move(next_status);
  schedule(cluster, now_work_ + after);
}

void RdsModel::become_whole(DbCluster& cluster, const std::string& status,
                            const std::string& next_status, core::Milliseconds after) {
  const Caller owner{cluster.account, cluster.region, cluster.partition, {}};
  for (const std::string& id : cluster.members) {
    DbInstance* member = find_instance(owner, id);
    ASSERT(member != nullptr);
    if (member->status != "deleting") become(*member, status, next_status, after);
  }
  become(cluster, status, next_status, after);
}

long RdsModel::count_clusters(const Caller& caller) const {
  const std::string own = rds_arn(caller, "cluster", "");
  long count = 0;
  for (auto it = clusters.lower_bound(own); it != clusters.end() && it->first.starts_with(own);
       ++it) {
    ++count;
  }
  return count;
}

ServiceResult<void> RdsModel::check_cluster_room(const Caller& caller, const std::string& id) {
  if (find_cluster(caller, id) != nullptr) {
    return refuse(400, "DBClusterAlreadyExistsFault", "DB Cluster already exists");
  }
  if (count_clusters(caller) >= quotas(caller.region).clusters) {
    return refuse(403, "DBClusterQuotaExceededFault", "DB cluster quota exceeded");
  }
  return {};
}

ServiceResult<DbCluster*> RdsModel::check_member(const Caller& caller,
                                                 const CreateDbInstanceInput& input) {
  DbCluster* cluster = TRY(need_cluster(caller, input.cluster_id));
  if (input.facts.engine != cluster->facts.engine) {
    // The message of AWS, from public reports.
    return refuse_combination(
        fmt::format("The engine name requested for your DB instance ({}) doesn't match the engine "
                    "name of your DB cluster ({}).",
                    input.facts.engine, cluster->facts.engine));
  }
  if (cluster->facts.has_engine_of_instances()) {
    return refuse_combination("The members of a Multi-AZ DB cluster are made with it.");
  }
  const bool can_grow = cluster->status == "available" || cluster->status == "creating" ||
                        cluster->status == "backing-up";
  if (!can_grow) {
    return wrong_cluster_state(
        fmt::format("DB cluster {} is not in available state.", cluster->id));
  }
  return cluster;
}

DbCluster& RdsModel::insert_cluster(DbCluster cluster) {
  // Source: DbClusterResourceId is "cluster-" and 26 characters in the aws-cli's examples of
  // describe-db-clusters, 2026-08.
  cluster.facts.resource_id = "cluster-" + ids_.text(26, kUpperAlphanumeric);
  cluster.facts.instance_create_time = now_;
  const std::string arn = cluster.arn;
  DbCluster& kept = clusters.insert_or_assign(arn, std::move(cluster)).first->second;
  become(kept, "creating", "available", kClusterCreatingSpan);
  note_event(kept, "RDS-EVENT-0170", "creation", "DB cluster created", now_);
  return kept;
}

void RdsModel::insert_members(const DbCluster& cluster) {
  for (const std::string& id : cluster.members) {
    DbInstance member;
    member.id = id;
    member.account = cluster.account;
    member.region = cluster.region;
    member.partition = cluster.partition;
    member.arn = rds_arn({member.account, member.region, member.partition, {}}, "db", id);
    member.facts = cluster.facts;
    member.instance_class = cluster.instance_class;
    member.cluster_id = cluster.id;
    member.parameter_group = "default." + cluster.facts.engine;
    member.preferred_maintenance_window = cluster.preferred_maintenance_window;
    member.is_copying_tags_to_snapshot = cluster.is_copying_tags_to_snapshot;
    member.tags = cluster.tags;
    insert_instance(std::move(member));
  }
}

ServiceResult<DbCluster> RdsModel::create_db_cluster(const Caller& caller,
                                                     const CreateDbClusterInput& input) {
  settle();
  const bool is_multi_az = input.facts.has_engine_of_instances();
  DbCluster cluster;
  cluster.id = TRY(check_identifier("DBClusterIdentifier", input.id,
                                    is_multi_az ? kMultiAzClusterNameMax : kClusterNameMax));
  cluster.tags = TRY(check_tags(input.tags));
  cluster.facts = input.facts;
  cluster.facts.option_group.clear();
  TRY(check_cluster_facts(input));
  TRY(check_cluster_room(caller, cluster.id));
  if (is_multi_az) {
    for (int i = 1; i <= kMultiAzMembers; ++i) {
      cluster.members.push_back(fmt::format("{}-instance-{}", cluster.id, i));
      TRY(check_instance_room(caller, cluster.members.back()));
    }
  }
  if (input.facts.is_encrypted) {
    const KmsKey* key = input.kms_key.empty() ? &kms_.managed_key(caller, "rds", now_)
                                              : TRY(usable_key(caller, input.kms_key, "Specified"));
    cluster.facts.kms_key_arn = key->arn;
  }
  cluster.arn = rds_arn(caller, "cluster", cluster.id);
  cluster.account = caller.account;
  cluster.region = caller.region;
  cluster.partition = caller.partition;
  cluster.instance_class = input.instance_class;
  cluster.database_name = input.database_name;
  cluster.parameter_group = input.parameter_group;
  cluster.preferred_maintenance_window = input.preferred_maintenance_window;
  cluster.is_copying_tags_to_snapshot = input.is_copying_tags_to_snapshot;
  cluster.is_protected = input.is_protected;
  const DbCluster& kept = insert_cluster(std::move(cluster));
  insert_members(kept);
  return kept;
}

ServiceResult<DbCluster> RdsModel::modify_db_cluster(const Caller& caller,
                                                     const ModifyDbClusterInput& input) {
  settle();
  DbCluster& cluster = *TRY(need_cluster(caller, input.id));
  if (input.backup_retention_days) TRY(check_cluster_retention(*input.backup_retention_days));
  if (cluster.status != "available") {
    return refuse(400, "InvalidDBClusterStateFault",
                  fmt::format("DbCluster {} is in {} state but expected it to be one of available.",
                              cluster.id, cluster.status));
  }
  DatabaseFacts& facts = cluster.facts;
  facts.backup_retention_days = input.backup_retention_days.value_or(facts.backup_retention_days);
  facts.preferred_backup_window =
      input.preferred_backup_window.value_or(facts.preferred_backup_window);
  cluster.is_copying_tags_to_snapshot =
      input.is_copying_tags_to_snapshot.value_or(cluster.is_copying_tags_to_snapshot);
  cluster.is_protected = input.is_protected.value_or(cluster.is_protected);
  become(cluster, "modifying", "available", kClusterModifyingSpan);
  return cluster;
}

ServiceResult<DbCluster> RdsModel::restore_db_cluster(const Caller& caller,
                                                      const RestoreDbClusterInput& input) {
  settle();
  const DbSnapshot& source = *TRY(need_source(caller, core::DatabaseKind::cluster, input.snapshot));
  if (source.region != caller.region) {
    return refuse_value("A DB cluster can be restored only in the region of its snapshot.");
  }
  if (source.status != "available") {
    return refuse(
        400, "InvalidDBClusterSnapshotStateFault",
        fmt::format("Cannot restore from snapshot {} in state {}.", source.id, source.status));
  }
  if (input.engine != source.facts.engine) {
    return refuse(400, "InvalidRestoreFault",
                  fmt::format("Cannot restore a snapshot of engine {} as engine {}.",
                              source.facts.engine, input.engine));
  }
  TRY(check_key_of(caller, source.facts, source.region, "The source snapshot"));
  CreateDbClusterInput made;
  made.id = input.id;
  made.facts = source.facts;
  made.instance_class = input.instance_class;
  made.parameter_group = "default." + input.engine;
  made.preferred_maintenance_window = "sun:04:00-sun:04:30";
  made.is_copying_tags_to_snapshot = input.is_copying_tags_to_snapshot;
  made.is_protected = input.is_protected;
  made.tags = input.tags;
  // Aurora encrypts on the way what was not encrypted (rds-facts 1.3); its own key goes on else.
  made.kms_key = input.kms_key.empty() ? source.facts.kms_key_arn : input.kms_key;
  made.facts.is_encrypted = !made.kms_key.empty();
  return create_db_cluster(caller, made);
}

ServiceResult<DbCluster> RdsModel::stop_db_cluster(const Caller& caller, const std::string& id) {
  settle();
  DbCluster& cluster = *TRY(need_cluster(caller, id));
  if (cluster.facts.has_engine_of_instances()) {
    // Source: botocore 1.43, StopDBCluster: "only applies to Aurora DB clusters"; the code is ours.
    return wrong_cluster_state(fmt::format(
        "DB cluster {} is a Multi-AZ DB cluster, which cannot be stopped.", cluster.id));
  }
  if (cluster.status != "available") {
    return wrong_cluster_state(
        fmt::format("DbCluster {} is in {} state but expected it to be one "
                    "of available.",
                    cluster.id, cluster.status));
  }
  become_whole(cluster, "stopping", "stopped", kClusterStoppingSpan);
  return cluster;
}

ServiceResult<DbCluster> RdsModel::start_db_cluster(const Caller& caller, const std::string& id) {
  settle();
  DbCluster& cluster = *TRY(need_cluster(caller, id));
  if (cluster.status != "stopped") {
    return wrong_cluster_state(
        fmt::format("DbCluster {} is in {} state but expected it to be one "
                    "of stopped.",
                    cluster.id, cluster.status));
  }
  become_whole(cluster, "starting", "available", kClusterStartingSpan);
  return cluster;
}

ServiceResult<DbCluster> RdsModel::delete_db_cluster(const Caller& caller,
                                                     const DeleteDbClusterInput& input) {
  settle();
  DbCluster& cluster = *TRY(need_cluster(caller, input.id));
  const bool has_final = !input.final_snapshot.empty();
  const bool is_multi_az = cluster.facts.has_engine_of_instances();
  if (cluster.is_protected) {
    return refuse_combination(
        "Cannot delete protected Cluster, please disable deletion protection and try again.");
  }
  if (has_final == input.is_final_snapshot_skipped) {
    return refuse_combination(
        has_final ? "FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is "
                    "enabled."
                  : "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.");
  }
  if (cluster.status == "deleting" || (has_final && cluster.status != "available")) {
    return wrong_cluster_state(
        fmt::format("DbCluster {} is in {} state.", cluster.id, cluster.status));
  }
  const bool has_living = std::ranges::any_of(cluster.members, [&](const std::string& id) {
    return find_instance(caller, id)->status != "deleting";
  });
  if (has_living && !is_multi_az) {
    return wrong_cluster_state(
        "Cluster cannot be deleted, it still contains DB instances in non-deleting state.");
  }
  core::Milliseconds span = kClusterDeletingSpan;
  if (has_final) {
    const DbSnapshot* taken = TRY(begin_snapshot(caller, cluster, input.final_snapshot, {}));
    span += taken->duration;
  }
  cluster.is_keeping_automated_backups = input.is_keeping_automated_backups;
  become_whole(cluster, "deleting", "", span);
  return cluster;
}

ServiceResult<RdsPage<DbCluster>> RdsModel::describe_db_clusters(
    const Caller& caller, const DescribeDbClustersInput& input) {
  settle();
  TRY(check_paging(input.paging));
  TRY(check_cluster_filters(input.filters));
  std::string arn;
  if (!input.id.empty()) arn = TRY(need_cluster(caller, input.id))->arn;
  const auto choose = [&](const DbCluster& cluster) {
    return (arn.empty() || cluster.arn == arn) && is_cluster_chosen(cluster, input.filters);
  };
  const RdsPage<const DbCluster*> found = TRY(scan_page<DbCluster>(
      clusters, arn.empty() ? rds_arn(caller, "cluster", "") : arn, input.paging, choose));
  RdsPage<DbCluster> page{.items = {}, .marker = found.marker};
  for (const DbCluster* cluster : found.items) page.items.push_back(*cluster);
  return page;
}

void RdsModel::finish_cluster(const Caller& caller, const std::string& id) {
  settle();
  DbCluster* cluster = find_cluster(caller, id);
  ASSERT(cluster != nullptr);
  const std::vector<std::string> members = cluster->members;
  for (const std::string& member : members) finish_instance(caller, member);
  if (cluster->due) step_cluster(*cluster, now_work_);
}

}  // namespace snapferry::emulator
