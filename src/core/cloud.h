// The port to AWS: what Snapferry asks of one account in one region, in domain words. aws/ speaks
// it over HTTPS, emulator/ in process; engine/ wraps it with retry, pacing and a log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/access.h"
#include "core/domain.h"
#include "core/result.h"

namespace snapferry::core {

/// One page of a list. A page may be short or empty although more follow: only `next` tells.
template <class T>
struct Page {
  std::vector<T> items;
  std::string next;  ///< marker of the page after this; empty on the last
};

struct DatabaseQuery {
  std::optional<DatabaseId> id;  ///< none: all of the kind in the region
  std::string marker;
  DatabaseKind kind = DatabaseKind::instance;  ///< asked for when there is no id
};

struct SnapshotQuery {
  std::optional<DatabaseId> database;  ///< of this database only
  std::optional<SnapshotId> id;        ///< this one only
  std::string type = "manual";         ///< SnapshotType; empty: manual and automated
  std::string marker;
  DatabaseKind kind = DatabaseKind::instance;  ///< asked for when neither id is given
};

/// Returns which kind a query asks for.
DatabaseKind kind_of(const DatabaseQuery& query);
DatabaseKind kind_of(const SnapshotQuery& query);

struct CreateSnapshotRequest {
  SnapshotId id;
  DatabaseId database;
  Tags tags;
};

struct CopySnapshotRequest {
  Arn source;
  SnapshotId target_id;
  std::string
      kms_key;  ///< key of the target region, in any form KMS takes; empty: unencrypted stays so
  std::string option_group;  ///< must exist at the target; empty: the target's default. Cluster
                             ///< snapshots have none
  Tags tags;
};

/// What is published to people and programs.
struct Message {
  std::string subject;  ///< one line of ASCII, below 100 characters; mail shows it
  std::string text;
  std::map<std::string, std::string> attributes;  ///< String attributes, none of them empty
};

/// Requires: implementations may be called from several threads at once. The kind of an id, else
/// that of the query, tells which of RDS's calls is meant: CreateDBSnapshot or
/// CreateDBClusterSnapshot. Ids within one request are of one kind.
/// Errors of every call: denied (credentials, IAM), transient (throttled, refused, 5xx on a read);
/// invalid where AWS calls a parameter wrong.
class Cloud {
 public:
  virtual ~Cloud() = default;

  [[nodiscard]] virtual const Region& region() const = 0;

  /// Returns who the credentials belong to. Source: STS GetCallerIdentity.
  [[nodiscard]] virtual Result<Identity> identify() = 0;

  /// Errors:   missing when `query.id` is set and there is no such database.
  /// Source:   RDS DescribeDBInstances (also lists cluster members, Neptune and DocumentDB
  ///           instances), DescribeDBClusters (Aurora, Multi-AZ, Neptune and DocumentDB clusters).
  [[nodiscard]] virtual Result<Page<Database>> list_databases(const DatabaseQuery& query) = 0;

  /// Errors:   missing when `query.id` is set and there is no such snapshot. An unknown database
  ///           gives an empty page. A snapshot just made may not be listed yet.
  /// Source:   RDS DescribeDBSnapshots, DescribeDBClusterSnapshots.
  [[nodiscard]] virtual Result<Page<Snapshot>> list_snapshots(const SnapshotQuery& query) = 0;

  /// Starts a manual snapshot and returns at once, state in_progress.
  /// Errors:   conflict (database not available, or the name is taken), missing (database),
  ///           limit (manual-snapshot quota), unknown (no answer: it may exist, observe).
  /// Repeat:   safe: the name is the key, a second call meets the first (conflict,
  ///           is_name_taken).
  /// Source:   RDS CreateDBSnapshot, CreateDBClusterSnapshot.
  [[nodiscard]] virtual Result<Snapshot> create_snapshot(const CreateSnapshotRequest& request) = 0;

  /// Starts a copy into this region and returns at once; AWS copies for minutes to hours.
  /// Requires: the source is available; `kms_key` is of this region.
  /// Errors:   as create_snapshot; limit also for copies in flight; denied (key not usable).
  /// Repeat:   safe, as create_snapshot.
  /// Source:   RDS CopyDBSnapshot, CopyDBClusterSnapshot, called in the target region.
  [[nodiscard]] virtual Result<Snapshot> copy_snapshot(const CopySnapshotRequest& request) = 0;

  /// Errors:   missing (already gone: success for most callers), conflict (wrong state, automated).
  /// Repeat:   safe: the second call answers missing.
  /// Source:   RDS DeleteDBSnapshot, DeleteDBClusterSnapshot.
  [[nodiscard]] virtual Result<void> delete_snapshot(const SnapshotId& id) = 0;

  /// Repeat:   safe: the same tags again change nothing.
  /// Source:   RDS AddTagsToResource.
  [[nodiscard]] virtual Result<void> add_tags(const Arn& resource, const Tags& tags) = 0;

  /// Source:   RDS DescribeAccountAttributes, quotas ManualSnapshots and ManualClusterSnapshots.
  [[nodiscard]] virtual Result<SnapshotQuotas> read_snapshot_quotas() = 0;

  /// Errors:   missing (no such key here), invalid (not a key's name).
  /// Source:   KMS DescribeKey.
  [[nodiscard]] virtual Result<Key> describe_key(const KeyRef& key) = 0;

  /// Hands the message to a topic of this region; SNS delivers it to whoever subscribes.
  /// Requires: `topic.region` is this region; the message's limits hold.
  /// Errors:   missing (no such topic; code NotFound), denied (IAM, the topic's policy or its key),
  ///           unknown (no answer: it may have been sent).
  /// Repeat:   not safe: SNS has no token for a standard topic, a second call is a second message.
  /// Source:   SNS Publish; botocore 1.43 sns service-2.json, 2026-11.
  [[nodiscard]] virtual Result<void> publish(const Arn& topic, const Message& message) = 0;

  /// Asks IAM what the principal's policies would say; nothing is done. IAM is the same from every
  /// region. Policies of keys and topics have no say in it.
  /// Errors:   denied (no right to ask), missing (no such role or user).
  /// Source:   IAM SimulatePrincipalPolicy; botocore 1.43 iam service-2.json, 2026-11.
  [[nodiscard]] virtual Result<std::vector<AccessAnswer>> simulate_access(
      const AccessQuestion& question) = 0;

  /// Returns the ARN of the account's role, with the path that a session's ARN lacks.
  /// Errors:   missing (no such role).
  /// Source:   IAM GetRole.
  [[nodiscard]] virtual Result<std::string> find_role(const std::string& name) = 0;

  /// Errors:   missing (no such key here).
  /// Source:   KMS GetKeyPolicy, policy "default": a key has no other.
  [[nodiscard]] virtual Result<KeyPolicy> read_key_policy(const KeyRef& key) = 0;

  /// Source:   RDS DescribeOptionGroups.
  [[nodiscard]] virtual Result<Page<OptionGroup>> list_option_groups(const std::string& marker) = 0;
};

/// Returns whether a write was refused because its name is taken. Source: RDS API Reference,
/// CreateDBSnapshot and CreateDBClusterSnapshot, errors; botocore 1.43, 2026-08.
bool is_name_taken(const Error& error);

/// Returns whether a write was refused because the database or the snapshot it is about is not
/// there. Source: as is_name_taken.
bool is_subject_missing(const Error& error);

/// The same account in every region.
class Clouds {
 public:
  virtual ~Clouds() = default;

  /// Returns the cloud of that region; the reference lives as long as this object. Costs nothing:
  /// whether the region exists shows at the first call.
  [[nodiscard]] virtual Cloud& in(const Region& region) = 0;
};

}  // namespace snapferry::core
