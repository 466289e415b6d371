// Snapshots that no call asked RDS for, as RdsModel's part: those of the backup window, those of
// AWS Backup, and those that a lab begins with.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {
namespace {

std::string backup_id(const DbSnapshot& snapshot, core::Instant time) {
  return fmt::format("rds:{}-{:%Y-%m-%d-%H-%M}", snapshot.instance,
                     std::chrono::time_point_cast<std::chrono::seconds>(time));
}

}  // namespace

ServiceResult<DbSnapshot> RdsModel::snapshot_to_add(const Caller& caller,
                                                    const AddSnapshotInput& input) {
  DbSnapshot snapshot;
  snapshot.kind = input.kind;
  snapshot.source_region = caller.region;
  const core::Instant time = input.time.value_or(now_);
  snapshot.create_time = time;
  snapshot.original_create_time = time;
  snapshot.database_time = time - kDatabaseTimeLag;
  if (!input.source_arn.empty()) {
    const DbSnapshot& source = *TRY(need_source(caller, input.kind, input.source_arn));
    snapshot.instance = source.instance;
    snapshot.facts = source.facts;
    snapshot.original_create_time = source.original_create_time;
    snapshot.database_time = source.database_time;
    snapshot.source_snapshot_arn = source.arn;
    snapshot.source_region = source.region;
    snapshot.source_was_copy = source.is_copy();
    snapshot.facts.option_group =
        source.kind == core::DatabaseKind::cluster ? "" : default_option_group(source.facts);
    if (!input.kms_key.empty()) {
      snapshot.facts.kms_key_arn = TRY(usable_key(caller, input.kms_key, "The target"))->arn;
      snapshot.facts.is_encrypted = true;
    }
  } else if (input.kind == core::DatabaseKind::cluster) {
    const DbCluster& cluster = *TRY(need_cluster(caller, input.database));
    snapshot.instance = cluster.id;
    snapshot.facts = cluster.facts;
  } else {
    const DbInstance& instance = *TRY(need_instance(caller, input.database));
    snapshot.instance = instance.id;
    snapshot.facts = instance.facts;
  }
  return snapshot;
}

ServiceResult<DbSnapshot> RdsModel::add_snapshot(const Caller& caller,
                                                 const AddSnapshotInput& input) {
  settle();
  const SnapshotWords& words = words_of(input.kind);
  DbSnapshot snapshot = TRY(snapshot_to_add(caller, input));
  snapshot.type = input.type;
  snapshot.tags = TRY(check_tags(input.tags));
  if (input.type == "manual") {
    snapshot.id = TRY(check_identifier(words.parameter, input.id, words.name_max));
  } else if (input.type == "automated") {
    snapshot.id = backup_id(snapshot, *snapshot.create_time);
  } else if (input.type == "awsbackup") {
    // Source: rds-facts 1.4, 2026-08.
    snapshot.id = "awsbackup:job-" + ids_.uuid();
    // A tag that nobody else may set, and that CopyTags fails on. Source: rds-facts section 0
    // (cloud-custodian#6782), 2026-08.
    snapshot.tags["aws:backup:source-resource"] = rds_arn(
        caller, input.kind == core::DatabaseKind::cluster ? "cluster" : "db", snapshot.instance);
  } else {
    return refuse_value(fmt::format("Invalid snapshot type: {}", input.type));
  }
  TRY(check_snapshot_name(caller, input.kind, snapshot.id));
  snapshot.arn = rds_arn(caller, words.noun, snapshot.id);
  snapshot.account = caller.account;
  snapshot.region = caller.region;
  snapshot.partition = caller.partition;
  snapshot.requested_at = now_;
  snapshot.requested_work = now_work_;
  snapshot.status = "available";
  snapshot.progress_percent = 100;
  DbSnapshot& kept = keep_snapshot(std::move(snapshot));
  if (kept.is_copy()) {
    decide_transfer(kept);
    note_last_copy(kept);
  }
  return kept;
}

ServiceResult<DbSnapshot> RdsModel::take_automated_snapshot(const Caller& caller,
                                                            const std::string& database,
                                                            core::DatabaseKind kind) {
  DbSnapshot taken =
      TRY(add_snapshot(caller, {.kind = kind, .type = "automated", .database = database}));
  if (kind == core::DatabaseKind::cluster) {
    note_event(taken, "RDS-EVENT-0169", "backup", "Automated cluster snapshot created", now_);
  } else {
    note_event(taken, "RDS-EVENT-0091", "creation", "Automated snapshot created", now_);
  }
  return taken;
}

}  // namespace snapferry::emulator
