// The life of a snapshot of either kind, as RdsModel's part: taken, described, shared, deleted.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {
namespace {

using std::chrono::seconds;

// Ours: a deletion that a client can see going on, and that is over at its second look.
constexpr seconds kSnapshotDeletingSpan{5};

// Source: rds-facts section 4: 20 accounts for each snapshot, 2026-08.
constexpr size_t kSharedAccountsMax = 20;

std::unexpected<ServiceError> not_found(core::DatabaseKind kind, std::string_view id) {
  const SnapshotWords& words = words_of(kind);
  return refuse(404, std::string(words.not_found),
                fmt::format("{} not found: {}", words.shape, id));
}

std::unexpected<ServiceError> wrong_snapshot_state(core::DatabaseKind kind, std::string message) {
  return refuse(400, std::string(words_of(kind).wrong_state), std::move(message));
}

bool is_account_id(const std::string& text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_filter_met(const DbSnapshot& snapshot, const RdsFilter& filter) {
  if (filter.name == "db-instance-id" || filter.name == "db-cluster-id") {
    const std::string arn = fmt::format(
        "arn:{}:rds:{}:{}:{}:{}", snapshot.partition, snapshot.region.str(), snapshot.account.str(),
        snapshot.kind == core::DatabaseKind::cluster ? "cluster" : "db", snapshot.instance);
    return is_listed(filter, snapshot.instance) || is_listed(filter, arn);
  }
  if (filter.name == "db-snapshot-id") {
    return is_listed(filter, snapshot.id) || is_listed(filter, snapshot.arn);
  }
  // Of cluster snapshots the identifier alone. Source: botocore 1.43, DescribeDBClusterSnapshots.
  if (filter.name == "db-cluster-snapshot-id") return is_listed(filter, snapshot.id);
  if (filter.name == "dbi-resource-id") return is_listed(filter, snapshot.facts.resource_id);
  if (filter.name == "snapshot-type") return is_listed(filter, snapshot.type);
  return is_listed(filter, snapshot.facts.engine);
}

ServiceResult<void> check_describe(core::DatabaseKind kind, const DescribeDbSnapshotsInput& input) {
  // Source: botocore 1.43, DescribeDBSnapshots and DescribeDBClusterSnapshots, 2026-08; the type
  // awsbackup is documented for DB snapshots alone.
  static constexpr auto kFilters = std::to_array<std::string_view>(
      {"snapshot-type", "engine", "db-instance-id", "db-snapshot-id", "dbi-resource-id"});
  static constexpr auto kClusterFilters = std::to_array<std::string_view>(
      {"snapshot-type", "engine", "db-cluster-id", "db-cluster-snapshot-id"});
  static constexpr auto kTypes =
      std::to_array<std::string_view>({"", "automated", "manual", "shared", "public", "awsbackup"});
  const bool is_cluster = kind == core::DatabaseKind::cluster;
  const auto filters = is_cluster ? std::span<const std::string_view>(kClusterFilters)
                                  : std::span<const std::string_view>(kFilters);
  for (const RdsFilter& filter : input.filters) {
    if (std::ranges::find(filters, filter.name) == filters.end()) {
      return refuse_value(fmt::format("Unrecognized filter name: {}", filter.name));
    }
    if (filter.values.empty()) {
      return refuse_value(fmt::format("Filter {} needs at least one value.", filter.name));
    }
  }
  if (std::ranges::find(kTypes, input.type) == kTypes.end() ||
      (is_cluster && input.type == "awsbackup")) {
    return refuse_value(fmt::format("Invalid snapshot type: {}", input.type));
  }
  if ((input.is_including_public && input.type == "shared") ||
      (input.is_including_shared && input.type == "public")) {
    return refuse_combination(
        fmt::format("IncludeShared and IncludePublic do not apply to type {}.", input.type));
  }
  if (is_cluster && !input.instance.empty() && !input.id.empty()) {
    return refuse_combination(
        "DBClusterIdentifier can't be used in conjunction with DBClusterSnapshotIdentifier.");
  }
  return check_paging(input.paging);
}

}  // namespace

DbSnapshot* RdsModel::find_own_snapshot(const Caller& caller, core::DatabaseKind kind,
                                        const std::string& id_or_arn) {
  std::string arn = rds_arn(caller, words_of(kind).noun, lower_case(id_or_arn));
  if (core::parse_arn(id_or_arn)) arn = id_or_arn;
  auto it = snapshots.find(arn);
  if (it == snapshots.end() || it->second.kind != kind || it->second.account != caller.account ||
      it->second.region != caller.region) {
    return nullptr;
  }
  return &it->second;
}

ServiceResult<DbSnapshot*> RdsModel::need_own_snapshot(const Caller& caller,
                                                       core::DatabaseKind kind,
                                                       const std::string& id_or_arn) {
  if (id_or_arn.empty()) {
    return refuse(
        400, "MissingParameter",
        fmt::format("The request must contain the parameter {}.", words_of(kind).parameter));
  }
  if (DbSnapshot* snapshot = find_own_snapshot(caller, kind, id_or_arn)) return snapshot;
  return not_found(kind, id_or_arn);
}

bool RdsModel::is_visible_to(const Caller& caller, const DbSnapshot& snapshot) const {
  return snapshot.account == caller.account ||
         snapshot.shared_with.contains(caller.account.str()) ||
         snapshot.shared_with.contains("all");
}

ServiceResult<DbSnapshot*> RdsModel::need_source(const Caller& caller, core::DatabaseKind kind,
                                                 const std::string& source) {
  const auto arn = core::parse_arn(source);
  if (!arn) return need_own_snapshot(caller, kind, source);
  if (arn->partition != caller.partition) {
    return refuse_value(
        fmt::format("The snapshot {} is of another partition than {}.", source, caller.partition));
  }
  if (arn->service != "rds" ||
      !arn->resource.starts_with(fmt::format("{}:", words_of(kind).noun))) {
    return refuse_value(fmt::format("Invalid snapshot identifier: {}", source));
  }
  auto it = snapshots.find(source);
  if (it == snapshots.end() || !is_visible_to(caller, it->second)) return not_found(kind, source);
  return &it->second;
}

ServiceResult<void> RdsModel::check_snapshot_name(const Caller& caller, core::DatabaseKind kind,
                                                  const std::string& id) {
  if (find_own_snapshot(caller, kind, id) == nullptr) return {};
  return refuse(
      400, std::string(words_of(kind).exists),
      fmt::format("Cannot create the snapshot because a snapshot with the identifier {} already "
                  "exists.",
                  id));
}

ServiceResult<void> RdsModel::check_snapshot_room(const Caller& caller, core::DatabaseKind kind,
                                                  const std::string& id) {
  TRY(check_snapshot_name(caller, kind, id));
  const RdsQuotas& quota = quotas(caller.region);
  const long max =
      kind == core::DatabaseKind::cluster ? quota.manual_cluster_snapshots : quota.manual_snapshots;
  if (index_.count_manual(rds_arn(caller, words_of(kind).noun, "")) >= max) {
    return refuse(400, "SnapshotQuotaExceeded",
                  fmt::format("Cannot create more than {} manual snapshots", max));
  }
  return {};
}

DbSnapshot& RdsModel::insert_snapshot(DbSnapshot snapshot, const char* operation) {
  snapshot.requested_at = now_;
  snapshot.requested_work = now_work_;
  snapshot.status = "creating";
  snapshot.will_fail =
      faults_.strike(FaultKind::fail_copy, operation, snapshot.region.str(), snapshot.id)
          .has_value();
  if (const auto lag =
          faults_.strike(FaultKind::list_lag, operation, snapshot.region.str(), snapshot.id)) {
    snapshot.hidden_until = now_work_ + lag->delay;
  }
  snapshot.create_time = now_;
  return keep_snapshot(std::move(snapshot));
}

DbSnapshot& RdsModel::keep_snapshot(DbSnapshot snapshot) {
  // The name is free: whoever makes a snapshot has asked check_snapshot_name.
  const std::string arn = snapshot.arn;
  DbSnapshot& kept = snapshots.insert_or_assign(arn, std::move(snapshot)).first->second;
  index_.add(kept);
  return kept;
}

void RdsModel::erase_snapshot(const std::string& arn) {
  const auto snapshot = snapshots.find(arn);
  if (snapshot == snapshots.end()) return;
  index_.remove(snapshot->second);
  snapshots.erase(snapshot);
}

template <class Database>
ServiceResult<DbSnapshot> RdsModel::new_snapshot(const Caller& caller, core::DatabaseKind kind,
                                                 const Database& database, const std::string& id,
                                                 const TagList& tags) {
  const SnapshotWords& words = words_of(kind);
  DbSnapshot snapshot;
  snapshot.kind = kind;
  snapshot.id = TRY(check_identifier(words.parameter, id, words.name_max));
  snapshot.tags = TRY(check_tags(tags));
  if (database.is_copying_tags_to_snapshot) {
    // The request's own tags win: std::map keeps what is there.
    snapshot.tags.insert(database.tags.begin(), database.tags.end());
    TRY(check_tag_count(snapshot.tags));
  }
  TRY(check_snapshot_room(caller, kind, snapshot.id));
  // Stricter than what is documented: to create an RDS resource takes rights on its key, and a
  // snapshot is taken for one, although RDS could go on with the grant it has for the instance.
  // Source: RDS User Guide, "AWS KMS key management", 2026.
  TRY(check_key_of(caller, database.facts, caller.region, "Specified"));
  snapshot.arn = rds_arn(caller, words.noun, snapshot.id);
  snapshot.account = caller.account;
  snapshot.region = caller.region;
  snapshot.partition = caller.partition;
  snapshot.instance = database.id;
  snapshot.facts = database.facts;
  snapshot.source_region = caller.region;
  snapshot.original_create_time = now_;
  snapshot.database_time = now_ - kDatabaseTimeLag;
  return snapshot;
}

ServiceResult<DbSnapshot*> RdsModel::begin_snapshot(const Caller& caller, DbCluster& cluster,
                                                    const std::string& id, const TagList& tags) {
  DbSnapshot snapshot = TRY(new_snapshot(caller, core::DatabaseKind::cluster, cluster, id, tags));
  DbSnapshot& kept = insert_snapshot(std::move(snapshot), "CreateDBClusterSnapshot");
  note_event(kept, "RDS-EVENT-0074", "backup", "Creating manual cluster snapshot", now_);
  begin_transfer(kept, now_work_);
  return &kept;
}

ServiceResult<DbSnapshot*> RdsModel::begin_snapshot(const Caller& caller, DbInstance& instance,
                                                    const std::string& id, const TagList& tags) {
  DbSnapshot snapshot = TRY(new_snapshot(caller, core::DatabaseKind::instance, instance, id, tags));
  DbSnapshot& kept = insert_snapshot(std::move(snapshot), "CreateDBSnapshot");
  note_event(kept, "RDS-EVENT-0040", "creation", "Creating manual snapshot", now_);
  note_event(instance, "RDS-EVENT-0001", "backup", "Backing up DB instance", now_);
  begin_transfer(kept, now_work_);
  return &kept;
}

ServiceResult<DbSnapshot> RdsModel::create_db_snapshot(const Caller& caller,
                                                       const CreateDbSnapshotInput& input) {
  settle();
  const std::string id = TRY(check_identifier("DBSnapshotIdentifier", input.id,
                                              words_of(core::DatabaseKind::instance).name_max));
  TRY(check_identifier("DBInstanceIdentifier", input.instance, kInstanceNameMax));
  DbInstance& instance = *TRY(need_instance(caller, input.instance));
  if (!instance.cluster_id.empty()) {
    return refuse_value(
        "The specified instance is a member of a cluster and a snapshot cannot be created "
        "directly. "
        "Please use the CreateDBClusterSnapshot API instead.");
  }
  // Names before states: a repeated request meets its own snapshot, although that very snapshot
  // keeps the instance from being available.
  TRY(check_snapshot_name(caller, core::DatabaseKind::instance, id));
  if (instance.status != "available" && instance.status != "storage-optimization") {
    return refuse(400, "InvalidDBInstanceState",
                  fmt::format("Cannot create a snapshot because the database instance {} is not "
                              "currently in the available state.",
                              instance.id));
  }
  const DbSnapshot& snapshot = *TRY(begin_snapshot(caller, instance, id, input.tags));
  become(instance, "backing-up", "available", *snapshot.due - now_work_);
  return shown(snapshot);
}

ServiceResult<DbSnapshot> RdsModel::create_db_cluster_snapshot(
    const Caller& caller, const CreateDbClusterSnapshotInput& input) {
  settle();
  const std::string id = TRY(check_identifier("DBClusterSnapshotIdentifier", input.id,
                                              words_of(core::DatabaseKind::cluster).name_max));
  TRY(check_identifier("DBClusterIdentifier", input.cluster, kClusterNameMax));
  DbCluster& cluster = *TRY(need_cluster(caller, input.cluster));
  TRY(check_snapshot_name(caller, core::DatabaseKind::cluster, id));
  if (cluster.status != "available") {
    return refuse(400, "InvalidDBClusterStateFault",
                  fmt::format("Cannot create a snapshot because the DB cluster {} is not "
                              "currently in the available state.",
                              cluster.id));
  }
  const DbSnapshot& snapshot = *TRY(begin_snapshot(caller, cluster, id, input.tags));
  // Of the cluster alone: its members stay available. Source: Aurora User Guide, "Viewing DB
  // cluster status" (backing-up), 2023.
  become(cluster, "backing-up", "available", *snapshot.due - now_work_);
  return shown(snapshot);
}

bool RdsModel::is_snapshot_chosen(const Caller& caller, core::DatabaseKind kind,
                                  const DescribeDbSnapshotsInput& input,
                                  const DbSnapshot& snapshot) const {
  if (snapshot.kind != kind || snapshot.region != caller.region) return false;
  if (now_work_ < snapshot.hidden_until) return false;
  const bool is_own = snapshot.account == caller.account;
  const bool is_shared = !is_own && snapshot.shared_with.contains(caller.account.str());
  const bool is_public = snapshot.shared_with.contains("all");
  bool is_chosen = false;
  if (input.type == "shared") {
    is_chosen = is_shared;
  } else if (input.type == "public") {
    is_chosen = is_public;
  } else if (!input.type.empty()) {
    is_chosen = is_own && snapshot.type == input.type;
  } else {
    // Whether awsbackup ones are in an unfiltered list is not documented (rds-facts section 9).
    is_chosen = (is_own && (snapshot.type != "awsbackup" || !input.id.empty())) ||
                (input.is_including_shared && is_shared) ||
                (input.is_including_public && is_public);
  }
  if (!input.id.empty()) {
    is_chosen &= snapshot.arn == input.id || (is_own && snapshot.id == lower_case(input.id));
  }
  if (!input.instance.empty()) is_chosen &= snapshot.instance == lower_case(input.instance);
  if (!input.resource_id.empty()) is_chosen &= snapshot.facts.resource_id == input.resource_id;
  return is_chosen && std::ranges::all_of(input.filters, [&](const RdsFilter& filter) {
           return is_filter_met(snapshot, filter);
         });
}

ServiceResult<RdsPage<DbSnapshot>> RdsModel::describe_snapshots(
    const Caller& caller, core::DatabaseKind kind, const DescribeDbSnapshotsInput& input) {
  settle();
  TRY(check_describe(kind, input));
  const auto choose = [&](const DbSnapshot& snapshot) {
    return is_snapshot_chosen(caller, kind, input, snapshot);
  };
  const bool is_looking_abroad = input.is_including_shared || input.is_including_public ||
                                 input.type == "shared" || input.type == "public";
  const std::string own = rds_arn(caller, words_of(kind).noun, "");
  RdsPage<const DbSnapshot*> found;
  if (!input.instance.empty() && !is_looking_abroad) {
    std::map<std::string, std::reference_wrapper<const DbSnapshot>> of_one;
    for (const std::string& arn : index_.of_database(own, lower_case(input.instance))) {
      of_one.emplace(arn, snapshots.at(arn));
    }
    found = TRY(scan_page<DbSnapshot>(of_one, own, input.paging, choose));
  } else {
    const std::string everywhere =
        fmt::format("arn:{}:rds:{}:", caller.partition, caller.region.str());
    const bool is_arn = core::parse_arn(input.id).has_value();
    const std::string below = input.id.empty() ? (is_looking_abroad ? everywhere : own)
                              : is_arn         ? input.id
                                               : own + lower_case(input.id);
    found = TRY(scan_page<DbSnapshot>(snapshots, below, input.paging, choose));
  }
  if (!input.id.empty() && found.items.empty()) return not_found(kind, input.id);
  RdsPage<DbSnapshot> page{.items = {}, .marker = found.marker};
  for (const DbSnapshot* snapshot : found.items) {
    page.items.push_back(shown(*snapshot));
    // The tags of another account's snapshot are not ours to see (rds-facts 1.3).
    if (snapshot->account != caller.account) page.items.back().tags.clear();
  }
  return page;
}

ServiceResult<RdsPage<DbSnapshot>> RdsModel::describe_db_snapshots(
    const Caller& caller, const DescribeDbSnapshotsInput& input) {
  return describe_snapshots(caller, core::DatabaseKind::instance, input);
}

ServiceResult<RdsPage<DbSnapshot>> RdsModel::describe_db_cluster_snapshots(
    const Caller& caller, const DescribeDbSnapshotsInput& input) {
  return describe_snapshots(caller, core::DatabaseKind::cluster, input);
}

ServiceResult<DbSnapshot> RdsModel::delete_db_snapshot(const Caller& caller,
                                                       const std::string& id) {
  return delete_snapshot(caller, core::DatabaseKind::instance, id);
}

ServiceResult<DbSnapshot> RdsModel::delete_db_cluster_snapshot(const Caller& caller,
                                                               const std::string& id) {
  return delete_snapshot(caller, core::DatabaseKind::cluster, id);
}

ServiceResult<DbSnapshot> RdsModel::delete_snapshot(const Caller& caller, core::DatabaseKind kind,
                                                    const std::string& id) {
  settle();
  DbSnapshot& snapshot = *TRY(need_own_snapshot(caller, kind, id));
  if (snapshot.type != "manual") {
    return wrong_snapshot_state(kind,
                                fmt::format("{} snapshots cannot be deleted.", snapshot.type));
  }
  const bool is_cancelling = snapshot.is_copy() && snapshot.is_in_flight();
  if (snapshot.phase != SnapshotPhase::settled && !is_cancelling) {
    return wrong_snapshot_state(
        kind, fmt::format("Cannot delete the snapshot {} because it is not currently in the "
                          "available state.",
                          snapshot.id));
  }
  // No event is documented for the end of a cluster snapshot, nor for its copies (rds-facts 6.2).
  const bool is_told = kind == core::DatabaseKind::instance;
  if (is_cancelling) {
    const bool is_remote = snapshot.is_cross_region();
    const auto source = core::parse_arn(snapshot.source_snapshot_arn);
    if (is_told) {
      note_event(snapshot, is_remote ? "RDS-EVENT-0061" : "RDS-EVENT-0190", "notification",
                 fmt::format("Canceled snapshot copy request of {} {} region {}",
                             source->resource.substr(source->resource.find(':') + 1),
                             is_remote ? "from" : "in", snapshot.source_region.str()),
                 now_);
    }
    fail_snapshot(snapshot, now_work_);
  } else if (is_told) {
    note_event(snapshot, "RDS-EVENT-0041", "deletion", "Deleted manual snapshot", now_);
  }
  fail_copies_of(snapshot.arn);
  DbSnapshot answer = shown(snapshot);
  answer.status = "deleted";  // Source: the aws-cli's example of delete-db-snapshot, 2026-08.
  snapshot.phase = SnapshotPhase::deleting;
  snapshot.status = "deleting";
  schedule(snapshot, now_work_ + kSnapshotDeletingSpan);
  return answer;
}

ServiceResult<DbSnapshot> RdsModel::modify_db_snapshot_attribute(
    const Caller& caller, const ModifyDbSnapshotAttributeInput& input) {
  return modify_snapshot_attribute(caller, core::DatabaseKind::instance, input);
}

ServiceResult<DbSnapshot> RdsModel::modify_db_cluster_snapshot_attribute(
    const Caller& caller, const ModifyDbSnapshotAttributeInput& input) {
  return modify_snapshot_attribute(caller, core::DatabaseKind::cluster, input);
}

ServiceResult<DbSnapshot> RdsModel::modify_snapshot_attribute(
    const Caller& caller, core::DatabaseKind kind, const ModifyDbSnapshotAttributeInput& input) {
  settle();
  if (input.attribute != "restore") {
    return refuse_value(fmt::format("Invalid attribute name: {}", input.attribute));
  }
  // An automated snapshot's name is refused as no name at all (rds-facts 1.2).
  if (!core::parse_arn(input.id)) {
    TRY(check_identifier(words_of(kind).parameter, input.id, words_of(kind).name_max));
  }
  DbSnapshot& snapshot = *TRY(need_own_snapshot(caller, kind, input.id));
  if (snapshot.type != "manual" || snapshot.status != "available") {
    return wrong_snapshot_state(kind, fmt::format("Cannot modify the {} snapshot {} in state {}.",
                                                  snapshot.type, snapshot.id, snapshot.status));
  }
  std::set<std::string> shared_with = snapshot.shared_with;
  for (const std::string& value : input.values_to_remove) shared_with.erase(value);
  for (const std::string& value : input.values_to_add) {
    if (value != "all" && !is_account_id(value)) {
      return refuse_value(fmt::format("Invalid value for restore: {}", value));
    }
    if (value == "all" && snapshot.facts.is_encrypted) {
      return refuse_value("Encrypted snapshots cannot be shared with all accounts.");
    }
    const auto key = kms_.keys.find(snapshot.facts.kms_key_arn);
    if (key != kms_.keys.end() && key->second.is_aws_managed) {
      return refuse_value(
          "Snapshots encrypted under the default key aws/rds cannot be shared with other "
          "accounts.");
    }
    shared_with.insert(value);
  }
  if (shared_with.size() - shared_with.count("all") > kSharedAccountsMax) {
    return refuse(
        400, "SharedSnapshotQuotaExceeded",
        fmt::format("Cannot share a snapshot with more than {} accounts", kSharedAccountsMax));
  }
  snapshot.shared_with = std::move(shared_with);
  return shown(snapshot);
}

ServiceResult<DbSnapshot> RdsModel::describe_db_snapshot_attributes(const Caller& caller,
                                                                    const std::string& id) {
  settle();
  return shown(*TRY(need_own_snapshot(caller, core::DatabaseKind::instance, id)));
}

ServiceResult<DbSnapshot> RdsModel::describe_db_cluster_snapshot_attributes(const Caller& caller,
                                                                            const std::string& id) {
  settle();
  return shown(*TRY(need_own_snapshot(caller, core::DatabaseKind::cluster, id)));
}

}  // namespace snapferry::emulator
