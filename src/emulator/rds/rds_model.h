// RDS as far as snapshots need it: instances, clusters, their snapshots, copies across regions and
// accounts, sharing, tags, quotas, events. No wire code: typed requests in, records or a refusal
// out. Nothing runs in the background: every call first settles what time has brought (settle).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/fwd.hpp>

#include "emulator/faults.h"
#include "emulator/identifiers.h"
#include "emulator/kms/kms_model.h"
#include "emulator/rds/rds_index.h"
#include "emulator/rds/rds_records.h"
#include "emulator/time/emulator_clock.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct RdsFilter {
  std::string name;
  std::vector<std::string> values;
};

struct RdsPaging {
  std::string marker;
  int max_records = 100;  ///< 20 to 100, else refused
};

template <class T>
struct RdsPage {
  std::vector<T> items;
  std::string marker;  ///< empty on the last page
};

struct CreateDbInstanceInput {
  std::string id;
  std::string cluster_id;
  std::string instance_class;
  std::string db_name;
  std::string parameter_group;
  std::string preferred_maintenance_window;
  DatabaseFacts
      facts;  ///< is_encrypted and option_group as asked for; resource_id and times are ours
  std::string kms_key;  ///< as the caller names it
  bool is_multi_az = false;
  bool is_publicly_accessible = false;
  bool is_copying_tags_to_snapshot = false;
  bool is_protected = false;
  TagList tags;
};

struct CreateDbClusterInput {
  std::string id;
  std::string database_name;
  std::string parameter_group;
  std::string preferred_maintenance_window;
  std::string instance_class;  ///< of a Multi-AZ DB cluster, whose three members RDS makes itself
  DatabaseFacts facts;         ///< is_encrypted as asked for; resource_id and times are ours
  std::string kms_key;         ///< as the caller names it
  bool is_copying_tags_to_snapshot = false;
  bool is_protected = false;
  TagList tags;
};

/// Only what is set is changed.
struct ModifyDbClusterInput {
  std::string id;
  std::optional<int> backup_retention_days;
  std::optional<std::string> preferred_backup_window;
  std::optional<bool> is_copying_tags_to_snapshot;
  std::optional<bool> is_protected;
};

struct RestoreDbClusterInput {
  std::string id;
  std::string snapshot;  ///< of a cluster: identifier or ARN
  std::string engine;
  std::string instance_class;  ///< of a Multi-AZ DB cluster
  std::string kms_key;
  bool is_copying_tags_to_snapshot = false;
  bool is_protected = false;
  TagList tags;
};

struct DeleteDbClusterInput {
  std::string id;
  bool is_final_snapshot_skipped = false;
  std::string final_snapshot;
  bool is_keeping_automated_backups = false;
};

/// A snapshot that is there without having been asked for.
struct AddSnapshotInput {
  core::DatabaseKind kind = core::DatabaseKind::instance;
  std::string type = "manual";  ///< or "automated", "awsbackup", which make their own names
  std::string id;
  std::string database;
  std::string source_arn;             ///< of a copy, in place of the database
  std::string kms_key;                ///< of a copy that has another key than its source
  std::optional<core::Instant> time;  ///< when it was made; of no copy: also what its data is of
  TagList tags;
};

struct DescribeDbClustersInput {
  std::string id;  ///< identifier or ARN
  std::vector<RdsFilter> filters;
  RdsPaging paging;
};

/// Only what is set is changed.
struct ModifyDbInstanceInput {
  std::string id;
  std::optional<std::string> new_id;
  std::optional<int> allocated_storage_gib;
  std::optional<std::string> instance_class;
  std::optional<std::string> engine_version;
  std::optional<std::string> option_group;
  std::optional<int> backup_retention_days;
  std::optional<std::string> preferred_backup_window;
  std::optional<bool> is_multi_az;
  std::optional<bool> is_copying_tags_to_snapshot;
  std::optional<bool> is_protected;
};

struct DeleteDbInstanceInput {
  std::string id;
  bool is_final_snapshot_skipped = false;
  std::string final_snapshot;
  bool is_keeping_automated_backups = false;
};

struct DescribeDbInstancesInput {
  std::string id;
  std::vector<RdsFilter> filters;
  RdsPaging paging;
};

struct CreateDbSnapshotInput {
  std::string id;
  std::string instance;
  TagList tags;
};

struct CreateDbClusterSnapshotInput {
  std::string id;
  std::string cluster;
  TagList tags;
};

/// Of a DB snapshot or a DB cluster snapshot, which has no option group.
struct CopyDbSnapshotInput {
  std::string source;  ///< identifier (same region) or ARN
  std::string target_id;
  std::string kms_key;
  std::optional<TagList> tags;  ///< given, even empty: CopyTags is ignored
  bool is_copying_tags = false;
  std::string option_group;
  std::string presigned_url;
};

/// Of DB snapshots or DB cluster snapshots: `instance` names the cluster of those.
struct DescribeDbSnapshotsInput {
  std::string instance;
  std::string id;  ///< identifier or ARN
  std::string type;
  std::string resource_id;
  std::vector<RdsFilter> filters;
  bool is_including_shared = false;
  bool is_including_public = false;
  RdsPaging paging;
};

struct ModifyDbSnapshotAttributeInput {
  std::string id;
  std::string attribute;
  std::vector<std::string> values_to_add;
  std::vector<std::string> values_to_remove;
};

struct RestoreDbInstanceInput {
  std::string id;
  std::string snapshot;  ///< identifier or ARN
  std::string instance_class;
  std::string option_group;
  bool is_multi_az = false;
  bool is_protected = false;
  bool is_copying_tags_to_snapshot = false;
  TagList tags;
};

struct CreateOptionGroupInput {
  std::string name;
  std::string engine;
  std::string major_version;
  std::string description;
  TagList tags;
};

struct DescribeOptionGroupsInput {
  std::string name;
  std::string engine;
  std::string major_version;
  std::vector<RdsFilter> filters;
  RdsPaging paging;
};

struct DescribeEventsInput {
  std::string source_id;
  std::string source_type;
  std::optional<core::Instant> start_time;
  std::optional<core::Instant> end_time;
  std::optional<int> duration_minutes;
  std::vector<std::string> categories;
  RdsPaging paging;
};

struct AccountQuota {
  std::string name;
  long used = 0;
  long max = 0;
};

struct SourceRegion {
  std::string name;
  std::string endpoint;
};

/// Requires: the emulator's lock is held for the whole of a call; `clock`, `kms` and `faults`
/// outlive this object. Errors of every operation: the codes, statuses and messages of
/// rds-facts 1.2.
class RdsModel {
 public:
  RdsModel(EmulatorClock& clock, KmsModel& kms, Faults& faults, unsigned long seed);

  /// Decides whether a caller may have RDS of that region use a key in the caller's name
  /// (iam/access.h). Without one everybody may.
  using KeyGuard = std::function<ServiceResult<void>(const Caller& caller, const KmsKey& key,
                                                     const core::Region& region)>;
  void set_key_guard(KeyGuard guard) { key_guard_ = std::move(guard); }

  ServiceResult<DbInstance> create_db_instance(const Caller& caller,
                                               const CreateDbInstanceInput& input);
  ServiceResult<DbInstance> modify_db_instance(const Caller& caller,
                                               const ModifyDbInstanceInput& input);
  ServiceResult<DbInstance> stop_db_instance(const Caller& caller, const std::string& id,
                                             const std::string& snapshot);
  ServiceResult<DbInstance> start_db_instance(const Caller& caller, const std::string& id);
  ServiceResult<DbInstance> delete_db_instance(const Caller& caller,
                                               const DeleteDbInstanceInput& input);
  ServiceResult<DbInstance> restore_db_instance(const Caller& caller,
                                                const RestoreDbInstanceInput& input);
  ServiceResult<RdsPage<DbInstance>> describe_db_instances(const Caller& caller,
                                                           const DescribeDbInstancesInput& input);

  ServiceResult<DbCluster> create_db_cluster(const Caller& caller,
                                             const CreateDbClusterInput& input);
  ServiceResult<DbCluster> modify_db_cluster(const Caller& caller,
                                             const ModifyDbClusterInput& input);
  /// Makes no members: they are made afterwards, but those of a Multi-AZ DB cluster.
  ServiceResult<DbCluster> restore_db_cluster(const Caller& caller,
                                              const RestoreDbClusterInput& input);
  ServiceResult<DbCluster> stop_db_cluster(const Caller& caller, const std::string& id);
  ServiceResult<DbCluster> start_db_cluster(const Caller& caller, const std::string& id);
  ServiceResult<DbCluster> delete_db_cluster(const Caller& caller,
                                             const DeleteDbClusterInput& input);
  ServiceResult<RdsPage<DbCluster>> describe_db_clusters(const Caller& caller,
                                                         const DescribeDbClustersInput& input);

  ServiceResult<DbSnapshot> create_db_snapshot(const Caller& caller,
                                               const CreateDbSnapshotInput& input);
  ServiceResult<DbSnapshot> copy_db_snapshot(const Caller& caller,
                                             const CopyDbSnapshotInput& input);
  ServiceResult<DbSnapshot> delete_db_snapshot(const Caller& caller, const std::string& id);
  ServiceResult<RdsPage<DbSnapshot>> describe_db_snapshots(const Caller& caller,
                                                           const DescribeDbSnapshotsInput& input);
  /// Returns the snapshot after the change: shared_with is the attribute "restore".
  ServiceResult<DbSnapshot> modify_db_snapshot_attribute(
      const Caller& caller, const ModifyDbSnapshotAttributeInput& input);
  ServiceResult<DbSnapshot> describe_db_snapshot_attributes(const Caller& caller,
                                                            const std::string& id);

  ServiceResult<DbSnapshot> create_db_cluster_snapshot(const Caller& caller,
                                                       const CreateDbClusterSnapshotInput& input);
  ServiceResult<DbSnapshot> copy_db_cluster_snapshot(const Caller& caller,
                                                     const CopyDbSnapshotInput& input);
  ServiceResult<DbSnapshot> delete_db_cluster_snapshot(const Caller& caller, const std::string& id);
  ServiceResult<RdsPage<DbSnapshot>> describe_db_cluster_snapshots(
      const Caller& caller, const DescribeDbSnapshotsInput& input);
  ServiceResult<DbSnapshot> modify_db_cluster_snapshot_attribute(
      const Caller& caller, const ModifyDbSnapshotAttributeInput& input);
  ServiceResult<DbSnapshot> describe_db_cluster_snapshot_attributes(const Caller& caller,
                                                                    const std::string& id);

  ServiceResult<OptionGroup> create_option_group(const Caller& caller,
                                                 const CreateOptionGroupInput& input);
  ServiceResult<void> delete_option_group(const Caller& caller, const std::string& name);
  ServiceResult<RdsPage<OptionGroup>> describe_option_groups(
      const Caller& caller, const DescribeOptionGroupsInput& input);

  ServiceResult<void> add_tags(const Caller& caller, const std::string& arn, const TagList& tags);
  ServiceResult<void> remove_tags(const Caller& caller, const std::string& arn,
                                  const std::vector<std::string>& keys);
  ServiceResult<TagMap> list_tags(const Caller& caller, const std::string& arn);

  ServiceResult<std::vector<AccountQuota>> describe_account_attributes(const Caller& caller);
  ServiceResult<RdsPage<RdsEvent>> describe_events(const Caller& caller,
                                                   const DescribeEventsInput& input);
  ServiceResult<RdsPage<SourceRegion>> describe_source_regions(const Caller& caller,
                                                               const std::string& region_name,
                                                               const RdsPaging& paging);

  /// Takes the snapshot that a backup window takes ("rds:<db>-YYYY-MM-DD-HH-MM"), available at
  /// once: tests and labs need some to be told from ours.
  ServiceResult<DbSnapshot> take_automated_snapshot(
      const Caller& caller, const std::string& database,
      core::DatabaseKind kind = core::DatabaseKind::instance);

  /// Adds a snapshot that is available, whatever the quotas say, and tells nobody of it: labs begin
  /// with years of them.
  ServiceResult<DbSnapshot> add_snapshot(const Caller& caller, const AddSnapshotInput& input);

  /// Makes an instance that is being created, stopped or the like be done with it at once: labs
  /// begin with a database that is there. Requires: there is such an instance.
  void finish_instance(const Caller& caller, const std::string& id);

  /// The same of a cluster and of its members. Requires: there is such a cluster.
  void finish_cluster(const Caller& caller, const std::string& id);

  /// Brings everything to what it is at EmulatorClock::worked(). Every operation calls it first.
  void settle();

  /// Returns the time of day at which settle() will next have something to do, if only
  /// EmulatorClock::advance() moves the work.
  [[nodiscard]] std::optional<core::Instant> next_due();

  /// Returns the events kept since it was last called, oldest first.
  std::vector<RdsEvent> take_new_events();

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   a std::exception that names the place when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  /// Returns every copy with how it was moved: [{"arn","source","transfer","base","reason",...}].
  [[nodiscard]] boost::json::value lineage() const;

  /// Returns the quotas of a region, made with AWS's defaults when not set before.
  RdsQuotas& quotas(const core::Region& region) { return quotas_[region]; }

  std::map<std::string, DbInstance> instances;       ///< by ARN
  std::map<std::string, DbCluster> clusters;         ///< by ARN
  std::map<std::string, DbSnapshot> snapshots;       ///< of both kinds, by ARN
  std::map<std::string, OptionGroup> option_groups;  ///< by ARN; default groups need no entry
  std::deque<RdsEvent> events;                       ///< oldest first

  /// Returns the snapshot as a describe shows it now: progress computed, and no times before it is
  /// available.
  [[nodiscard]] DbSnapshot shown(const DbSnapshot& snapshot) const;

 private:
  DbInstance* find_instance(const Caller& caller, const std::string& id);
  DbCluster* find_cluster(const Caller& caller, const std::string& id);
  DbSnapshot* find_own_snapshot(const Caller& caller, core::DatabaseKind kind,
                                const std::string& id_or_arn);
  ServiceResult<DbInstance*> need_instance(const Caller& caller, const std::string& id);
  ServiceResult<DbCluster*> need_cluster(const Caller& caller, const std::string& id);
  ServiceResult<DbSnapshot*> need_own_snapshot(const Caller& caller, core::DatabaseKind kind,
                                               const std::string& id_or_arn);
  ServiceResult<DbSnapshot*> need_source(const Caller& caller, core::DatabaseKind kind,
                                         const std::string& source);
  ServiceResult<TagMap*> need_tags_of(const Caller& caller, const std::string& arn);
  ServiceResult<void> check_snapshot_name(const Caller& caller, core::DatabaseKind kind,
                                          const std::string& id);
  ServiceResult<void> check_snapshot_room(const Caller& caller, core::DatabaseKind kind,
                                          const std::string& id);
  ServiceResult<void> check_copy_room(const Caller& caller, core::DatabaseKind kind);
  ServiceResult<void> check_instance_room(const Caller& caller, const std::string& id);
  [[nodiscard]] long count_clusters(const Caller& caller) const;
  ServiceResult<void> check_cluster_room(const Caller& caller, const std::string& id);
  /// Whether the instance asked for may join the cluster it names, which decides what it is of.
  ServiceResult<DbCluster*> check_member(const Caller& caller, const CreateDbInstanceInput& input);
  ServiceResult<void> check_instance_facts(const Caller& caller,
                                           const CreateDbInstanceInput& input);
  ServiceResult<void> check_source(const Caller& caller, const DbSnapshot& source);
  /// Whether RDS of that region may use the key of what is encrypted, in the caller's name; `which`
  /// begins the refusal: "The source snapshot".
  ServiceResult<void> check_key_of(const Caller& caller, const DatabaseFacts& facts,
                                   const core::Region& region, std::string_view which);
  ServiceResult<std::string> copy_key(const Caller& caller, const DbSnapshot& source,
                                      const CopyDbSnapshotInput& input);
  ServiceResult<std::string> copy_option_group(const Caller& caller, const DbSnapshot& source,
                                               const std::string& name);
  ServiceResult<TagMap> copy_tags(const Caller& caller, const DbSnapshot& source,
                                  const CopyDbSnapshotInput& input);
  [[nodiscard]] bool may_use_key(const Caller& caller, const KmsKey& key,
                                 const core::Region& region) const;
  ServiceResult<KmsKey*> usable_key(const Caller& caller, const std::string& reference,
                                    std::string_view which);
  /// Of the default groups, that of the database's own engine and major version alone; of others
  /// one that is of them.
  ServiceResult<OptionGroup> need_option_group(const Caller& caller, const DatabaseFacts& facts,
                                               const std::string& name);
  ServiceResult<DbSnapshot*> begin_snapshot(const Caller& caller, DbInstance& instance,
                                            const std::string& id, const TagList& tags);
  ServiceResult<DbSnapshot*> begin_snapshot(const Caller& caller, DbCluster& cluster,
                                            const std::string& id, const TagList& tags);
  /// Returns a snapshot of the database, DbInstance or DbCluster, that is in no list yet.
  template <class Database>
  ServiceResult<DbSnapshot> new_snapshot(const Caller& caller, core::DatabaseKind kind,
                                         const Database& database, const std::string& id,
                                         const TagList& tags);
  ServiceResult<DbSnapshot> copy_snapshot(const Caller& caller, core::DatabaseKind kind,
                                          const CopyDbSnapshotInput& input);
  ServiceResult<DbSnapshot> delete_snapshot(const Caller& caller, core::DatabaseKind kind,
                                            const std::string& id);
  ServiceResult<RdsPage<DbSnapshot>> describe_snapshots(const Caller& caller,
                                                        core::DatabaseKind kind,
                                                        const DescribeDbSnapshotsInput& input);
  ServiceResult<DbSnapshot> modify_snapshot_attribute(const Caller& caller, core::DatabaseKind kind,
                                                      const ModifyDbSnapshotAttributeInput& input);
  ServiceResult<DbSnapshot> snapshot_to_add(const Caller& caller, const AddSnapshotInput& input);
  DbSnapshot& insert_snapshot(DbSnapshot snapshot, const char* operation);
  DbSnapshot& keep_snapshot(DbSnapshot snapshot);
  void erase_snapshot(const std::string& arn);
  void erase_automated_snapshots(const DatabaseFacts& facts);
  DbInstance& insert_instance(DbInstance instance);
  DbCluster& insert_cluster(DbCluster cluster);
  void insert_members(const DbCluster& cluster);
  void become(DbInstance& instance, std::string status, std::string next_status,
              core::Milliseconds after);
  void become(DbCluster& cluster, std::string status, std::string next_status,
              core::Milliseconds after);
  /// Every member too.
  void become_whole(DbCluster& cluster, const std::string& status, const std::string& next_status,
                    core::Milliseconds after);

  [[nodiscard]] bool is_visible_to(const Caller& caller, const DbSnapshot& snapshot) const;
  [[nodiscard]] bool is_snapshot_chosen(const Caller& caller, core::DatabaseKind kind,
                                        const DescribeDbSnapshotsInput& input,
                                        const DbSnapshot& snapshot) const;
  /// Returns the copies of the same database into the same region and account that are queued,
  /// pending or transferring.
  [[nodiscard]] std::vector<DbSnapshot*> copies_beside(const DbSnapshot& copy);

  void schedule(DbSnapshot& snapshot, core::Milliseconds at);
  void schedule(DbInstance& instance, core::Milliseconds at);
  void schedule(DbCluster& cluster, core::Milliseconds at);
  void begin_copy(DbSnapshot& copy);
  void note_copy_begun(const DbSnapshot& copy);
  void note_copy_ended(const DbSnapshot& copy, core::Milliseconds at);
  void begin_transfer(DbSnapshot& snapshot, core::Milliseconds at);
  void decide_transfer(DbSnapshot& copy);
  void note_last_copy(const DbSnapshot& copy);
  void end_transfer(DbSnapshot& snapshot, core::Milliseconds at);
  void fail_snapshot(DbSnapshot& snapshot, core::Milliseconds at);
  void fail_copies_of(const std::string& source_arn);
  void start_next_queued(const DbSnapshot& ended, core::Milliseconds at);
  void step_snapshot(DbSnapshot& snapshot, core::Milliseconds at);
  void step_instance(DbInstance& instance, core::Milliseconds at);
  void step_cluster(DbCluster& cluster, core::Milliseconds at);
  void end_instance(DbInstance& instance, core::Milliseconds at);
  void note_event(const DbSnapshot& snapshot, const char* event_id, const char* category,
                  std::string message, core::Instant date);
  void note_event(const DbInstance& instance, const char* event_id, const char* category,
                  std::string message, core::Instant date);
  void note_event(const DbCluster& cluster, const char* event_id, const char* category,
                  std::string message, core::Instant date);
  void keep_event(RdsEvent event);
  [[nodiscard]] core::Instant instant_of(core::Milliseconds at) const;

  EmulatorClock& clock_;
  KmsModel& kms_;
  KeyGuard key_guard_;
  Faults& faults_;
  Identifiers ids_;
  std::map<core::Region, RdsQuotas> quotas_;
  RdsIndex index_;  ///< of `snapshots` and `instances`: whoever inserts or erases tells it
  /// ARN of the copy completed last, by "account/region/resource id": also when it is gone since.
  std::map<std::string, std::string> last_copies_;
  /// What is to happen when, on worked(): an entry whose record says another time is a past plan.
  std::set<std::pair<core::Milliseconds, std::string>> agenda_;
  size_t new_events_ = 0;  ///< how many at the end of `events` nobody took yet
  // The span between two settles, to give what happened within it a time of day.
  core::Instant settled_at_;
  core::Instant now_;
  core::Milliseconds settled_work_{0};
  core::Milliseconds now_work_{0};
};

}  // namespace snapferry::emulator
