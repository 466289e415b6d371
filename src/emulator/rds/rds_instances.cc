// The life of a DB instance, as RdsModel's part: made, changed, stopped, started, restored,
// deleted, described.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {
namespace {

using std::chrono::seconds;

// Ours: short beside RDS's minutes, long enough to be met by a client that looks at once.
constexpr seconds kCreatingSpan{120};
constexpr seconds kModifyingSpan{30};
constexpr seconds kOptimizationSpan{600};
constexpr seconds kStoppingSpan{60};
constexpr seconds kStartingSpan{60};
constexpr seconds kInstanceDeletingSpan{30};

std::unexpected<ServiceError> wrong_state(const DbInstance& instance, std::string_view wanted) {
  return refuse(400, "InvalidDBInstanceState",
                fmt::format("Instance {} is not in {} state.", instance.id, wanted));
}

ServiceResult<void> check_no_member(const DbInstance& instance, std::string_view verb) {
  if (instance.cluster_id.empty()) return {};
  return refuse(400, "InvalidDBClusterStateFault",
                fmt::format("DB instance {} is a member of DB cluster {}; {} the cluster.",
                            instance.id, instance.cluster_id, verb));
}

ServiceResult<void> check_instance_filters(const std::vector<RdsFilter>& filters) {
  static constexpr auto kFilters = std::to_array<std::string_view>(
      {"db-instance-id", "db-cluster-id", "dbi-resource-id", "engine", "domain"});
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

// Requires: check_instance_filters has passed. No instance here has joined a "domain".
bool is_instance_chosen(const DbInstance& instance, const std::vector<RdsFilter>& filters) {
  bool is_chosen = true;
  for (const RdsFilter& filter : filters) {
    if (filter.name == "db-instance-id") {
      is_chosen &= is_listed(filter, instance.id) || is_listed(filter, instance.arn);
    } else if (filter.name == "db-cluster-id") {
      is_chosen &= !instance.cluster_id.empty() && is_listed(filter, instance.cluster_id);
    } else if (filter.name == "dbi-resource-id") {
      is_chosen &= is_listed(filter, instance.facts.resource_id);
    } else if (filter.name == "engine") {
      is_chosen &= is_listed(filter, instance.facts.engine);
    } else {
      is_chosen = false;
    }
  }
  return is_chosen;
}

}  // namespace

DbInstance* RdsModel::find_instance(const Caller& caller, const std::string& id) {
  std::string arn = rds_arn(caller, "db", lower_case(id));
  if (const auto parsed = core::parse_arn(id)) arn = id;
  auto it = instances.find(arn);
  if (it == instances.end() || it->second.account != caller.account ||
      it->second.region != caller.region) {
    return nullptr;
  }
  return &it->second;
}

ServiceResult<DbInstance*> RdsModel::need_instance(const Caller& caller, const std::string& id) {
  if (DbInstance* instance = find_instance(caller, id)) return instance;
  return refuse(404, "DBInstanceNotFound", fmt::format("DBInstance {} not found.", id));
}

void RdsModel::become(DbInstance& instance, std::string status, std::string next_status,
                      core::Milliseconds after) {
  instance.status = std::move(status);
  instance.next_status = std::move(next_status);
  schedule(instance, now_work_ + after);
}

DbInstance& RdsModel::insert_instance(DbInstance instance) {
  // Source: DbiResourceId is "db-" and 26 characters in every sample of rds-facts' sources,
  // 2026-08.
  instance.facts.resource_id = "db-" + ids_.text(26, kUpperAlphanumeric);
  instance.facts.instance_create_time = now_;
  if (instance.facts.availability_zone.empty()) {
    instance.facts.availability_zone = instance.region.str() + "a";
  }
  if (instance.facts.option_group.empty()) {
    instance.facts.option_group = default_option_group(instance.facts);
  }
  const std::string arn = instance.arn;
  DbInstance& kept = instances.insert_or_assign(arn, std::move(instance)).first->second;
  index_.add(kept);
  become(kept, "creating", "available", kCreatingSpan);
  note_event(kept, "RDS-EVENT-0005", "creation", "DB instance created", now_);
  return kept;
}

ServiceResult<void> RdsModel::check_instance_room(const Caller& caller, const std::string& id) {
  if (find_instance(caller, id) != nullptr) {
    return refuse(400, "DBInstanceAlreadyExists", "DB instance already exists");
  }
  const long used = index_.count_instances(rds_arn(caller, "db", ""));
  if (used >= quotas(caller.region).instances) {
    return refuse(400, "InstanceQuotaExceeded", "Instance quota exceeded");
  }
  return {};
}

ServiceResult<void> RdsModel::check_instance_facts(const Caller& caller,
                                                   const CreateDbInstanceInput& input) {
  if (is_engine_of_clusters(input.facts.engine)) {
    // The code is ours; that these engines live in clusters alone is the guides'.
    return refuse_combination(
        fmt::format("DBClusterIdentifier is required for engine {}.", input.facts.engine));
  }
  TRY(check_storage(input.facts.allocated_storage_gib));
  TRY(check_retention(input.facts.backup_retention_days));
  if (!input.facts.option_group.empty()) {
    TRY(need_option_group(caller, input.facts, input.facts.option_group));
  }
  if (!input.kms_key.empty() && !input.facts.is_encrypted) {
    return refuse_combination("KmsKeyId can only be used with StorageEncrypted set to true.");
  }
  return {};
}

ServiceResult<DbInstance> RdsModel::create_db_instance(const Caller& caller,
                                                       const CreateDbInstanceInput& input) {
  settle();
  DbInstance instance;
  instance.id = TRY(check_identifier("DBInstanceIdentifier", input.id, kInstanceNameMax));
  instance.tags = TRY(check_tags(input.tags));
  if (input.facts.engine.empty() || input.instance_class.empty()) {
    return refuse(400, "MissingParameter", "The request must contain Engine and DBInstanceClass.");
  }
  DbCluster* cluster = nullptr;
  if (input.cluster_id.empty()) {
    TRY(check_instance_facts(caller, input));
  } else {
    cluster = TRY(check_member(caller, input));
  }
  TRY(check_instance_room(caller, instance.id));
  instance.facts = cluster == nullptr ? input.facts : cluster->facts;
  if (cluster != nullptr) {
    instance.cluster_id = cluster->id;
    instance.facts.availability_zone = input.facts.availability_zone;
  } else if (input.facts.is_encrypted) {
    const KmsKey* key = input.kms_key.empty() ? &kms_.managed_key(caller, "rds", now_)
                                              : TRY(usable_key(caller, input.kms_key, "Specified"));
    instance.facts.kms_key_arn = key->arn;
  }
  instance.arn = rds_arn(caller, "db", instance.id);
  instance.account = caller.account;
  instance.region = caller.region;
  instance.partition = caller.partition;
  instance.instance_class = input.instance_class;
  instance.db_name = input.db_name;
  instance.parameter_group = input.parameter_group;
  instance.preferred_maintenance_window = input.preferred_maintenance_window;
  instance.is_multi_az = input.is_multi_az;
  instance.is_publicly_accessible = input.is_publicly_accessible;
  instance.is_copying_tags_to_snapshot = input.is_copying_tags_to_snapshot;
  instance.is_protected = input.is_protected;
  DbInstance& kept = insert_instance(std::move(instance));
  if (cluster != nullptr) cluster->members.push_back(kept.id);
  return kept;
}

ServiceResult<DbInstance> RdsModel::modify_db_instance(const Caller& caller,
                                                       const ModifyDbInstanceInput& input) {
  settle();
  DbInstance& found = *TRY(need_instance(caller, input.id));
  if (found.status != "available" && found.status != "storage-optimization") {
    return refuse(400, "InvalidDBInstanceState",
                  fmt::format("Database instance is not in available state: {}", found.id));
  }
  DbInstance changed = found;
  const bool is_growing = input.allocated_storage_gib.has_value() &&
                          *input.allocated_storage_gib != found.facts.allocated_storage_gib;
  if (is_growing) {
    TRY(check_storage(*input.allocated_storage_gib));
    if (*input.allocated_storage_gib < found.facts.allocated_storage_gib) {
      return refuse_combination("Requested allocated storage cannot be smaller than the current.");
    }
    changed.facts.allocated_storage_gib = *input.allocated_storage_gib;
  }
  if (input.backup_retention_days) TRY(check_retention(*input.backup_retention_days));
  if (input.new_id) {
    changed.id = TRY(check_identifier("NewDBInstanceIdentifier", *input.new_id, kInstanceNameMax));
    if (changed.id != found.id && find_instance(caller, changed.id) != nullptr) {
      return refuse(400, "DBInstanceAlreadyExists", "DB instance already exists");
    }
  }
  changed.instance_class = input.instance_class.value_or(found.instance_class);
  changed.is_multi_az = input.is_multi_az.value_or(found.is_multi_az);
  changed.is_protected = input.is_protected.value_or(found.is_protected);
  changed.is_copying_tags_to_snapshot =
      input.is_copying_tags_to_snapshot.value_or(found.is_copying_tags_to_snapshot);
  DatabaseFacts& facts = changed.facts;
  facts.engine_version = input.engine_version.value_or(facts.engine_version);
  if (input.option_group) TRY(need_option_group(caller, facts, *input.option_group));
  facts.option_group = input.option_group.value_or(facts.option_group);
  facts.backup_retention_days = input.backup_retention_days.value_or(facts.backup_retention_days);
  facts.preferred_backup_window =
      input.preferred_backup_window.value_or(facts.preferred_backup_window);

  // A rename makes a new ARN; the record moves, its resource id stays.
  const std::string old_arn = found.arn;
  if (DbCluster* cluster = find_cluster(caller, found.cluster_id)) {
    std::ranges::replace(cluster->members, found.id, changed.id);
  }
  changed.arn = rds_arn(caller, "db", changed.id);
  instances.erase(old_arn);
  DbInstance& kept = instances.insert_or_assign(changed.arn, changed).first->second;
  if (changed.arn != old_arn) {
    become(kept, "renaming", "available", kModifyingSpan);
  } else if (is_growing) {
    become(kept, "storage-optimization", "available", kOptimizationSpan);
  } else {
    become(kept, "modifying", "available", kModifyingSpan);
  }
  return kept;
}

ServiceResult<DbInstance> RdsModel::stop_db_instance(const Caller& caller, const std::string& id,
                                                     const std::string& snapshot) {
  settle();
  DbInstance& instance = *TRY(need_instance(caller, id));
  TRY(check_no_member(instance, "stop"));
  if (instance.status != "available") return wrong_state(instance, "available");
  core::Milliseconds span = kStoppingSpan;
  if (!snapshot.empty()) {
    const DbSnapshot* taken = TRY(begin_snapshot(caller, instance, snapshot, {}));
    span += taken->duration;
  }
  become(instance, "stopping", "stopped", span);
  return instance;
}

ServiceResult<DbInstance> RdsModel::start_db_instance(const Caller& caller, const std::string& id) {
  settle();
  DbInstance& instance = *TRY(need_instance(caller, id));
  TRY(check_no_member(instance, "start"));
  if (instance.status != "stopped") return wrong_state(instance, "stopped");
  become(instance, "starting", "available", kStartingSpan);
  return instance;
}

ServiceResult<DbInstance> RdsModel::delete_db_instance(const Caller& caller,
                                                       const DeleteDbInstanceInput& input) {
  settle();
  DbInstance& instance = *TRY(need_instance(caller, input.id));
  const bool has_final = !input.final_snapshot.empty();
  if (instance.is_protected) {
    return refuse_combination(
        "Cannot delete protected DB Instance, please disable deletion protection and try again.");
  }
  if (has_final && input.is_final_snapshot_skipped) {
    return refuse_combination(
        "FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is enabled.");
  }
  if (has_final && !instance.replica_source.empty()) {
    return refuse_combination(
        "FinalDBSnapshotIdentifier can not be specified when deleting a replica instance");
  }
  if (!instance.cluster_id.empty() && instance.facts.has_engine_of_instances()) {
    return refuse_combination("The members of a Multi-AZ DB cluster are deleted with it.");
  }
  if (has_final && !instance.cluster_id.empty()) {
    return refuse_combination(
        "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance");
  }
  const bool needs_final = !input.is_final_snapshot_skipped && instance.cluster_id.empty() &&
                           instance.replica_source.empty();
  if (needs_final && !has_final) {
    return refuse_combination(
        "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.");
  }
  if (instance.status == "deleting" || (has_final && instance.status != "available")) {
    return wrong_state(instance, "available");
  }
  core::Milliseconds span = kInstanceDeletingSpan;
  if (has_final && needs_final) {
    const DbSnapshot* taken = TRY(begin_snapshot(caller, instance, input.final_snapshot, {}));
    span += taken->duration;
  }
  instance.is_keeping_automated_backups = input.is_keeping_automated_backups;
  become(instance, "deleting", "", span);
  return instance;
}

ServiceResult<DbInstance> RdsModel::restore_db_instance(const Caller& caller,
                                                        const RestoreDbInstanceInput& input) {
  settle();
  DbInstance instance;
  instance.id = TRY(check_identifier("DBInstanceIdentifier", input.id, kInstanceNameMax));
  instance.tags = TRY(check_tags(input.tags));
  const DbSnapshot& source =
      *TRY(need_source(caller, core::DatabaseKind::instance, input.snapshot));
  if (source.region != caller.region) {
    return refuse_value("A DB instance can be restored only in the region of its snapshot.");
  }
  TRY(check_instance_room(caller, instance.id));
  if (source.status != "available") {
    return refuse(
        400, "InvalidDBSnapshotState",
        fmt::format("Cannot restore from snapshot {} in state {}.", source.id, source.status));
  }
  TRY(check_key_of(caller, source.facts, source.region, "The source snapshot"));
  instance.facts = source.facts;
  if (!input.option_group.empty()) {
    instance.facts.option_group =
        TRY(need_option_group(caller, source.facts, input.option_group)).name;
  }
  instance.arn = rds_arn(caller, "db", instance.id);
  instance.account = caller.account;
  instance.region = caller.region;
  instance.partition = caller.partition;
  // Ours: the class is not kept in a snapshot; the smallest that every engine has.
  instance.instance_class = input.instance_class.empty() ? "db.t3.medium" : input.instance_class;
  instance.is_multi_az = input.is_multi_az;
  instance.is_protected = input.is_protected;
  instance.is_copying_tags_to_snapshot = input.is_copying_tags_to_snapshot;
  instance.facts.availability_zone.clear();
  note_event(source, "RDS-EVENT-0043", "restoration",
             fmt::format("Restored from snapshot {}", source.id), now_);
  return insert_instance(std::move(instance));
}

void RdsModel::finish_instance(const Caller& caller, const std::string& id) {
  settle();
  DbInstance* instance = find_instance(caller, id);
  ASSERT(instance != nullptr);
  if (instance->due) step_instance(*instance, now_work_);
}

ServiceResult<RdsPage<DbInstance>> RdsModel::describe_db_instances(
    const Caller& caller, const DescribeDbInstancesInput& input) {
  settle();
  TRY(check_paging(input.paging));
  TRY(check_instance_filters(input.filters));
  std::string arn;
  if (!input.id.empty()) arn = TRY(need_instance(caller, input.id))->arn;
  const auto choose = [&](const DbInstance& instance) {
    return (arn.empty() || instance.arn == arn) && is_instance_chosen(instance, input.filters);
  };
  const RdsPage<const DbInstance*> found = TRY(scan_page<DbInstance>(
      instances, arn.empty() ? rds_arn(caller, "db", "") : arn, input.paging, choose));
  RdsPage<DbInstance> page{.items = {}, .marker = found.marker};
  for (const DbInstance* instance : found.items) page.items.push_back(*instance);
  return page;
}

}  // namespace snapferry::emulator
