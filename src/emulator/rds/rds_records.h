// What the emulated RDS keeps: instances, clusters, snapshots, events, option groups. Plain values,
// named as the API names them; the rules that change them are RdsModel's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace snapferry::emulator {

using TagMap = std::map<std::string, std::string>;

/// Tags as a request lists them: in order, and a key may wrongly stand twice.
using TagList = std::vector<std::pair<std::string, std::string>>;

/// What an instance or a cluster is, and what a snapshot of it remembers of it.
struct DatabaseFacts {
  std::string engine;
  std::string engine_version;
  std::string resource_id;  ///< DbiResourceId "db-..." or "cluster-...", never used twice
  int allocated_storage_gib = 20;
  int port = 3306;
  std::string storage_type = "gp2";
  int iops = 0;  ///< 0: not provisioned
  std::string availability_zone;
  std::string master_username;
  std::string license_model;
  std::string option_group;  ///< empty for a cluster
  std::string timezone;
  bool is_iam_authentication_enabled = false;
  int backup_retention_days = 1;
  std::string preferred_backup_window;
  bool is_encrypted = false;
  std::string kms_key_arn;             ///< empty when not encrypted
  core::Instant instance_create_time;  ///< or the cluster's

  /// A Multi-AZ DB cluster, if this is a cluster: its engine is one of instances. Source:
  /// rds-facts 1.3 (DescribeDBClusters), 2026-08.
  [[nodiscard]] bool has_engine_of_instances() const {
    return engine == "mysql" || engine == "postgres";
  }
};

struct DbInstance {
  std::string id;  ///< lower case
  std::string arn;
  core::AccountId account;
  core::Region region;
  std::string partition;
  DatabaseFacts facts;
  std::string status;
  std::string instance_class;
  std::string cluster_id;  ///< set on a member of a DB cluster
  std::string db_name;
  std::string parameter_group;
  std::string preferred_maintenance_window;
  std::string replica_source;  ///< ReadReplicaSourceDBInstanceIdentifier
  bool is_multi_az = false;
  bool is_publicly_accessible = false;
  bool is_copying_tags_to_snapshot = false;
  bool is_protected = false;                  ///< DeletionProtection
  bool is_keeping_automated_backups = false;  ///< as its deletion asked
  TagMap tags;
  std::string next_status;                ///< what it becomes at `due`; empty: it is gone then
  std::optional<core::Milliseconds> due;  ///< on EmulatorClock::worked()
  std::string final_snapshot_arn;         ///< a deletion waits for this snapshot
};

/// An Aurora, Neptune, DocumentDB or Multi-AZ DB cluster.
struct DbCluster {
  std::string id;  ///< lower case
  std::string arn;
  core::AccountId account;
  core::Region region;
  std::string partition;
  DatabaseFacts facts;
  std::string status;
  std::string instance_class;  ///< of a Multi-AZ DB cluster
  std::string database_name;
  std::string parameter_group;
  std::string preferred_maintenance_window;
  bool is_copying_tags_to_snapshot = false;
  bool is_protected = false;                  ///< DeletionProtection
  bool is_keeping_automated_backups = false;  ///< as its deletion asked
  std::vector<std::string> members;  ///< DBInstanceIdentifier each; the first is the writer
  TagMap tags;
  std::string next_status;                ///< what it becomes at `due`; empty: it is gone then
  std::optional<core::Milliseconds> due;  ///< on EmulatorClock::worked()
};

/// What was moved to make a copy, and why.
enum class Transfer {
  none,       ///< a snapshot that is no copy
  undecided,  ///< the copy has not begun
  full,
  incremental,
};

enum class SnapshotPhase {
  queued,   ///< another copy of the same database runs in this region
  pending,  ///< begun, nothing moved yet
  transferring,
  settled,  ///< available or failed
  deleting,
};

struct DbSnapshot {
  core::DatabaseKind kind = core::DatabaseKind::instance;
  std::string id;  ///< lower case
  std::string arn;
  core::AccountId account;
  core::Region region;
  std::string partition;
  std::string instance;  ///< DBInstanceIdentifier or DBClusterIdentifier it was taken of
  DatabaseFacts facts;
  std::string type = "manual";
  std::string status;
  int progress_percent = 0;
  std::optional<core::Instant> create_time;
  std::optional<core::Instant> original_create_time;
  std::optional<core::Instant> database_time;
  std::string source_snapshot_arn;  ///< empty for a snapshot that is no copy
  core::Region source_region;
  TagMap tags;
  std::set<std::string> shared_with;  ///< accounts, or "all"

  SnapshotPhase phase = SnapshotPhase::settled;
  core::Instant requested_at;
  core::Milliseconds requested_work{0};   ///< worked() when it was asked for
  core::Milliseconds started_work{0};     ///< worked() when the transfer began
  core::Milliseconds duration{0};         ///< of the transfer
  std::optional<core::Milliseconds> due;  ///< next change of phase, on worked()
  core::Milliseconds hidden_until{0};     ///< worked() before which no describe shows it
  bool will_fail = false;
  bool source_was_copy = false;
  Transfer transfer = Transfer::none;
  std::string base_arn;         ///< the copy an incremental one builds on
  std::string transfer_reason;  ///< why full or incremental, in words

  [[nodiscard]] bool is_copy() const { return !source_snapshot_arn.empty(); }
  [[nodiscard]] bool is_cross_region() const { return is_copy() && source_region != region; }
  [[nodiscard]] bool is_in_flight() const {
    return phase == SnapshotPhase::queued || phase == SnapshotPhase::pending ||
           phase == SnapshotPhase::transferring;
  }
};

struct RdsEvent {
  std::string event_id;  ///< "RDS-EVENT-0042"
  core::AccountId account;
  core::Region region;
  std::string source_type;  ///< "db-snapshot", "db-cluster-snapshot", "db-instance", "db-cluster"
  std::string source_id;
  std::string source_arn;
  std::string category;
  std::string message;
  core::Instant date;
};

struct OptionGroup {
  std::string name;
  std::vector<std::string> persistent_options;
  std::string engine;
  std::string major_version;  ///< "8.0"
  std::string description;
  std::string arn;
  TagMap tags;
};

struct RdsQuotas {
  // Source: rds-facts section 4 (RDS User Guide, limits; copies in flight of the newer page),
  // 2026-08; of clusters, the aws-cli's example of describe-account-attributes.
  long manual_snapshots = 100;
  long manual_cluster_snapshots = 100;
  long copies_in_flight = 20;
  long cluster_copies_in_flight = 5;
  long instances = 40;
  long clusters = 40;
};

}  // namespace snapferry::emulator
