// Snapshots that nobody asked RDS for by hand, as RdsModel's part: those of the backup window, and
// those of AWS Backup.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {

DbSnapshot& RdsModel::insert_backup(const Caller& caller, DbSnapshot snapshot) {
  const SnapshotWords& words = words_of(snapshot.kind);
  snapshot.arn = rds_arn(caller, words.noun, snapshot.id);
  snapshot.account = caller.account;
  snapshot.region = caller.region;
  snapshot.partition = caller.partition;
  snapshot.source_region = caller.region;
  snapshot.original_create_time = now_;
  snapshot.database_time = now_ - kDatabaseTimeLag;
  DbSnapshot& kept = insert_snapshot(std::move(snapshot), "AutomatedSnapshot");
  kept.status = "available";
  kept.progress_percent = 100;
  return kept;
}

ServiceResult<DbSnapshot> RdsModel::new_backup(const Caller& caller, core::DatabaseKind kind,
                                               const std::string& database) {
  DbSnapshot snapshot;
  snapshot.kind = kind;
  if (kind == core::DatabaseKind::cluster) {
    const DbCluster& cluster = *TRY(need_cluster(caller, database));
    snapshot.instance = cluster.id;
    snapshot.facts = cluster.facts;
  } else {
    const DbInstance& instance = *TRY(need_instance(caller, database));
    snapshot.instance = instance.id;
    snapshot.facts = instance.facts;
  }
  return snapshot;
}

ServiceResult<DbSnapshot> RdsModel::take_automated_snapshot(const Caller& caller,
                                                            const std::string& database,
                                                            core::DatabaseKind kind) {
  settle();
  DbSnapshot snapshot = TRY(new_backup(caller, kind, database));
  snapshot.type = "automated";
  snapshot.id = fmt::format("rds:{}-{:%Y-%m-%d-%H-%M}", snapshot.instance,
                            std::chrono::time_point_cast<std::chrono::seconds>(now_));
  TRY(check_snapshot_name(caller, kind, snapshot.id));
  const DbSnapshot& kept = insert_backup(caller, std::move(snapshot));
  if (kind == core::DatabaseKind::cluster) {
    note_event(kept, "RDS-EVENT-0169", "backup", "Automated cluster snapshot created", now_);
  } else {
    note_event(kept, "RDS-EVENT-0091", "creation", "Automated snapshot created", now_);
  }
  return kept;
}

ServiceResult<DbSnapshot> RdsModel::take_aws_backup_snapshot(const Caller& caller,
                                                             const std::string& database,
                                                             core::DatabaseKind kind) {
  settle();
  DbSnapshot snapshot = TRY(new_backup(caller, kind, database));
  snapshot.type = "awsbackup";
  // Source: rds-facts 1.4: the name; AWS Backup's own tags on what it makes are reserved ones;
  // 2026-08.
  snapshot.id = "awsbackup:job-" + ids_.uuid();
  return insert_backup(caller, std::move(snapshot));
}

}  // namespace snapferry::emulator
