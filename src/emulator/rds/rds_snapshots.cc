// The life of a DB snapshot, as RdsModel's part: taken, described, shared, deleted.
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

// Ours: the last transaction lies a little before the snapshot, so that nobody takes one for the
// other.
constexpr seconds kDatabaseTimeLag{1};

// Source: rds-facts section 4: 20 accounts for each snapshot, 2026-08.
constexpr size_t kSharedAccountsMax = 20;

std::unexpected<ServiceError> not_found(std::string_view id) {
  return refuse(404, "DBSnapshotNotFound", fmt::format("DBSnapshot not found: {}", id));
}

bool is_account_id(const std::string& text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_filter_met(const DbSnapshot& snapshot, const RdsFilter& filter) {
  if (filter.name == "db-instance-id") {
    const std::string arn =
        fmt::format("arn:{}:rds:{}:{}:db:{}", snapshot.partition, snapshot.region.str(),
                    snapshot.account.str(), snapshot.instance);
    return is_listed(filter, snapshot.instance) || is_listed(filter, arn);
  }
  if (filter.name == "db-snapshot-id") {
    return is_listed(filter, snapshot.id) || is_listed(filter, snapshot.arn);
  }
  if (filter.name == "dbi-resource-id") return is_listed(filter, snapshot.facts.resource_id);
  if (filter.name == "snapshot-type") return is_listed(filter, snapshot.type);
  return is_listed(filter, snapshot.facts.engine);
}

ServiceResult<void> check_describe(const DescribeDbSnapshotsInput& input) {
  static constexpr auto kFilters = std::to_array<std::string_view>(
      {"db-instance-id", "db-snapshot-id", "dbi-resource-id", "snapshot-type", "engine"});
  static constexpr auto kTypes =
      std::to_array<std::string_view>({"", "automated", "manual", "shared", "public", "awsbackup"});
  for (const RdsFilter& filter : input.filters) {
    if (std::ranges::find(kFilters, filter.name) == kFilters.end()) {
      return refuse_value(fmt::format("Unrecognized filter name: {}", filter.name));
    }
    if (filter.values.empty()) {
      return refuse_value(fmt::format("Filter {} needs at least one value.", filter.name));
    }
  }
  if (std::ranges::find(kTypes, input.type) == kTypes.end()) {
    return refuse_value(fmt::format("Invalid snapshot type: {}", input.type));
  }
  if ((input.is_including_public && input.type == "shared") ||
      (input.is_including_shared && input.type == "public")) {
    return refuse_combination(
        fmt::format("IncludeShared and IncludePublic do not apply to type {}.", input.type));
  }
  return check_paging(input.paging);
}

}  // namespace

std::vector<const DbSnapshot*> RdsModel::snapshots_in(const core::Region& region) const {
  std::vector<const DbSnapshot*> result;
  const auto partition = core::partition_of(region);
  if (!partition) return result;
  const std::string prefix = fmt::format("arn:{}:rds:{}:", *partition, region.str());
  for (auto it = snapshots.lower_bound(prefix);
       it != snapshots.end() && it->first.starts_with(prefix); ++it) {
    result.push_back(&it->second);
  }
  return result;
}

DbSnapshot* RdsModel::find_own_snapshot(const Caller& caller, const std::string& id_or_arn) {
  std::string arn = rds_arn(caller, "snapshot", lower_case(id_or_arn));
  if (core::parse_arn(id_or_arn)) arn = id_or_arn;
  auto it = snapshots.find(arn);
  if (it == snapshots.end() || it->second.account != caller.account ||
      it->second.region != caller.region) {
    return nullptr;
  }
  return &it->second;
}

ServiceResult<DbSnapshot*> RdsModel::need_own_snapshot(const Caller& caller,
                                                       const std::string& id_or_arn) {
  if (id_or_arn.empty()) {
    return refuse(400, "MissingParameter",
                  "The request must contain the parameter DBSnapshotIdentifier.");
  }
  if (DbSnapshot* snapshot = find_own_snapshot(caller, id_or_arn)) return snapshot;
  return not_found(id_or_arn);
}

bool RdsModel::is_visible_to(const Caller& caller, const DbSnapshot& snapshot) const {
  return snapshot.account == caller.account ||
         snapshot.shared_with.contains(caller.account.str()) ||
         snapshot.shared_with.contains("all");
}

ServiceResult<DbSnapshot*> RdsModel::need_source(const Caller& caller, const std::string& source) {
  const auto arn = core::parse_arn(source);
  if (!arn) return need_own_snapshot(caller, source);
  if (arn->partition != caller.partition) {
    return refuse_value(
        fmt::format("The snapshot {} is of another partition than {}.", source, caller.partition));
  }
  if (arn->service != "rds" || !arn->resource.starts_with("snapshot:")) {
    return refuse_value(fmt::format("Invalid snapshot identifier: {}", source));
  }
  auto it = snapshots.find(source);
  if (it == snapshots.end() || !is_visible_to(caller, it->second)) return not_found(source);
  return &it->second;
}

ServiceResult<void> RdsModel::check_snapshot_room(const Caller& caller, const std::string& id) {
  if (find_own_snapshot(caller, id) != nullptr) {
    return refuse(
        400, "DBSnapshotAlreadyExists",
        fmt::format("Cannot create the snapshot because a snapshot with the identifier {} already "
                    "exists.",
                    id));
  }
  const auto used = std::ranges::count_if(snapshots_in(caller.region), [&](const DbSnapshot* kept) {
    return kept->account == caller.account && kept->type == "manual";
  });
  const long max = quotas(caller.region).manual_snapshots;
  if (used >= max) {
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
  const std::string arn = snapshot.arn;
  return snapshots.insert_or_assign(arn, std::move(snapshot)).first->second;
}

ServiceResult<DbSnapshot*> RdsModel::begin_snapshot(const Caller& caller, DbInstance& instance,
                                                    const std::string& id, const TagList& tags) {
  DbSnapshot snapshot;
  snapshot.id = TRY(check_identifier("DBSnapshotIdentifier", id, kSnapshotNameMax));
  snapshot.tags = TRY(check_tags(tags));
  if (instance.is_copying_tags_to_snapshot) {
    // The request's own tags win: std::map keeps what is there.
    snapshot.tags.insert(instance.tags.begin(), instance.tags.end());
    TRY(check_tag_count(snapshot.tags));
  }
  TRY(check_snapshot_room(caller, snapshot.id));
  // Stricter than what is documented: to create an RDS resource takes rights on its key, and a
  // snapshot is taken for one, although RDS could go on with the grant it has for the instance.
  // Source: RDS User Guide, "AWS KMS key management", 2026.
  TRY(check_key_of(caller, instance.facts, caller.region, "Specified"));
  snapshot.arn = rds_arn(caller, "snapshot", snapshot.id);
  snapshot.account = caller.account;
  snapshot.region = caller.region;
  snapshot.partition = caller.partition;
  snapshot.instance = instance.id;
  snapshot.facts = instance.facts;
  snapshot.source_region = caller.region;
  snapshot.original_create_time = now_;
  snapshot.database_time = now_ - kDatabaseTimeLag;
  DbSnapshot& kept = insert_snapshot(std::move(snapshot), "CreateDBSnapshot");
  note_event(kept, "RDS-EVENT-0040", "creation", "Creating manual snapshot", now_);
  note_event(instance, "RDS-EVENT-0001", "backup", "Backing up DB instance", now_);
  begin_transfer(kept, now_work_);
  return &kept;
}

ServiceResult<DbSnapshot> RdsModel::create_db_snapshot(const Caller& caller,
                                                       const CreateDbSnapshotInput& input) {
  settle();
  const std::string id = TRY(check_identifier("DBSnapshotIdentifier", input.id, kSnapshotNameMax));
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
  if (find_own_snapshot(caller, id) != nullptr) TRY(check_snapshot_room(caller, id));
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

ServiceResult<DbSnapshot> RdsModel::take_automated_snapshot(const Caller& caller,
                                                            const std::string& instance_id) {
  settle();
  const DbInstance& instance = *TRY(need_instance(caller, instance_id));
  DbSnapshot snapshot;
  snapshot.id = fmt::format("rds:{}-{:%Y-%m-%d-%H-%M}", instance.id,
                            std::chrono::time_point_cast<seconds>(now_));
  if (find_own_snapshot(caller, snapshot.id) != nullptr) {
    return refuse(400, "DBSnapshotAlreadyExists", fmt::format("{} exists.", snapshot.id));
  }
  snapshot.arn = rds_arn(caller, "snapshot", snapshot.id);
  snapshot.account = caller.account;
  snapshot.region = caller.region;
  snapshot.partition = caller.partition;
  snapshot.instance = instance.id;
  snapshot.facts = instance.facts;
  snapshot.type = "automated";
  snapshot.source_region = caller.region;
  snapshot.original_create_time = now_;
  snapshot.database_time = now_ - kDatabaseTimeLag;
  DbSnapshot& kept = insert_snapshot(std::move(snapshot), "AutomatedSnapshot");
  kept.status = "available";
  kept.progress_percent = 100;
  note_event(kept, "RDS-EVENT-0091", "creation", "Automated snapshot created", now_);
  return kept;
}

bool RdsModel::is_snapshot_chosen(const Caller& caller, const DescribeDbSnapshotsInput& input,
                                  const DbSnapshot& snapshot) const {
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
    is_chosen = (is_own && snapshot.type != "awsbackup") ||
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

ServiceResult<RdsPage<DbSnapshot>> RdsModel::describe_db_snapshots(
    const Caller& caller, const DescribeDbSnapshotsInput& input) {
  settle();
  TRY(check_describe(input));
  std::vector<std::string> keys;
  std::vector<DbSnapshot> items;
  for (const DbSnapshot* snapshot : snapshots_in(caller.region)) {
    if (!is_snapshot_chosen(caller, input, *snapshot)) continue;
    keys.push_back(snapshot->arn);
    items.push_back(shown(*snapshot));
    // The tags of another account's snapshot are not ours to see (rds-facts 1.3).
    if (snapshot->account != caller.account) items.back().tags.clear();
  }
  if (!input.id.empty() && items.empty()) return not_found(input.id);
  return cut_page(keys, std::move(items), input.paging);
}

ServiceResult<DbSnapshot> RdsModel::delete_db_snapshot(const Caller& caller,
                                                       const std::string& id) {
  settle();
  DbSnapshot& snapshot = *TRY(need_own_snapshot(caller, id));
  if (snapshot.type == "automated") {
    return refuse(400, "InvalidDBSnapshotState", "automated snapshots cannot be deleted.");
  }
  if (snapshot.type != "manual") {
    return refuse(400, "InvalidDBSnapshotState",
                  fmt::format("{} snapshots cannot be deleted.", snapshot.type));
  }
  const bool is_cancelling = snapshot.is_copy() && snapshot.is_in_flight();
  if (snapshot.phase != SnapshotPhase::settled && !is_cancelling) {
    return refuse(400, "InvalidDBSnapshotState",
                  fmt::format("Cannot delete the snapshot {} because it is not currently in the "
                              "available state.",
                              snapshot.id));
  }
  if (is_cancelling) {
    const bool is_remote = snapshot.is_cross_region();
    const auto source = core::parse_arn(snapshot.source_snapshot_arn);
    note_event(snapshot, is_remote ? "RDS-EVENT-0061" : "RDS-EVENT-0190", "notification",
               fmt::format("Canceled snapshot copy request of {} {} region {}",
                           source->resource.substr(source->resource.find(':') + 1),
                           is_remote ? "from" : "in", snapshot.source_region.str()),
               now_);
    fail_snapshot(snapshot, now_work_);
  } else {
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
  settle();
  if (input.attribute != "restore") {
    return refuse_value(fmt::format("Invalid attribute name: {}", input.attribute));
  }
  // An automated snapshot's name is refused as no name at all (rds-facts 1.2).
  if (!core::parse_arn(input.id)) {
    TRY(check_identifier("DBSnapshotIdentifier", input.id, kSnapshotNameMax));
  }
  DbSnapshot& snapshot = *TRY(need_own_snapshot(caller, input.id));
  if (snapshot.type != "manual" || snapshot.status != "available") {
    return refuse(400, "InvalidDBSnapshotState",
                  fmt::format("Cannot modify the {} snapshot {} in state {}.", snapshot.type,
                              snapshot.id, snapshot.status));
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
  return shown(*TRY(need_own_snapshot(caller, id)));
}

}  // namespace snapferry::emulator
