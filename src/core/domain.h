// What is seen in AWS, in the words of AWS: databases, snapshots, keys, quotas. Plain values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/time.h"

namespace snapferry::core {

/// Tags by key. RDS allows 50 on a resource.
using Tags = std::map<std::string, std::string>;

struct Database {
  DatabaseId id;
  Arn arn;
  std::string resource_id;  ///< DbiResourceId or DbClusterResourceId: stays when the database is
                            ///< renamed, differs when it is remade
  std::string engine;
  std::string engine_version;
  std::string status;        ///< DBInstanceStatus or a cluster's Status, verbatim
  std::string cluster_id;    ///< set when the instance is a member of a cluster
  std::string option_group;  ///< first membership; empty when there is none, as with clusters
  bool is_encrypted = false;
  std::string kms_key_arn;        ///< empty when not encrypted
  int allocated_storage_gib = 0;  ///< of an Aurora cluster it tells nothing
  Tags tags;
};

/// What a snapshot's status means for what we do next.
enum class SnapshotState {
  in_progress,  ///< creating, pending, copying, and every status we do not know (rule 10)
  available,
  failed,    ///< failed, incompatible-restore, incompatible-parameters: it will never become
             ///< available
  deleting,  ///< deleting, deleted: it is going away by itself
};

/// Source: botocore 1.43 RDS waiters (DBSnapshotAvailable), 2026-08; "pending" observed in
/// terraform-provider-aws#29399. Unknown words are in_progress.
SnapshotState state_of(std::string_view status);

struct Snapshot {
  SnapshotId id;
  Arn arn;
  DatabaseId database;       ///< for a copy, the source database's
  std::string resource_id;   ///< of the database it was taken of
  std::string type;          ///< SnapshotType: "manual", "automated", "awsbackup", ...
  std::string status;        ///< verbatim; read it through state()
  int progress_percent = 0;  ///< PercentProgress. Units: percent, 0 to 100
  std::string engine;
  std::string engine_version;
  int allocated_storage_gib = 0;
  bool is_encrypted = false;
  std::string kms_key_arn;
  std::string option_group;
  /// When the data was captured; never changes, also not by a copy. Absent while creating. RDS does
  /// not tell it of the copy of a cluster snapshot: there it is what kCreatedTag says.
  std::optional<Instant> original_create_time;
  /// Time of the last transaction in the snapshot, where RDS tells it.
  std::optional<Instant> database_time;
  std::string source_snapshot_arn;  ///< empty for a snapshot that is no copy
  std::string source_region;        ///< also set on snapshots that are no copies
  Tags tags;

  [[nodiscard]] SnapshotState state() const { return state_of(status); }
};

struct Key {
  std::string arn;
  std::string key_id;
  std::string state;  ///< KeyState, verbatim: "Enabled", "Disabled", "PendingDeletion", ...
  bool is_customer_managed = false;
  bool is_symmetric_encryption = false;  ///< KeySpec SYMMETRIC_DEFAULT and KeyUsage ENCRYPT_DECRYPT
};

/// Manual snapshots of one kind in one region, as DescribeAccountAttributes counts them.
struct SnapshotQuota {
  long used = 0;
  long max = 0;
};

struct SnapshotQuotas {
  std::optional<SnapshotQuota> instance;  ///< nothing: not told
  std::optional<SnapshotQuota> cluster;

  [[nodiscard]] const std::optional<SnapshotQuota>& of(DatabaseKind kind) const {
    return kind == DatabaseKind::cluster ? cluster : instance;
  }
};

struct Identity {
  AccountId account;
  std::string arn;
  std::optional<Milliseconds> clock_ahead = {};  ///< of AWS's against ours, where an answer told it
};

}  // namespace snapferry::core
