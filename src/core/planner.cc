// SPDX-License-Identifier: Apache-2.0
#include "core/planner.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "core/rules/automated.h"
#include "core/rules/deletion_guard.h"
#include "core/rules/encryption.h"
#include "core/rules/lineage.h"
#include "core/rules/ownership.h"
#include "core/rules/quotas.h"
#include "core/rules/tags.h"

namespace snapferry::core {
namespace {

// A snapshot of ours and the slot it stands for.
struct Owned {
  const Snapshot* snapshot;
  Instant slot;
};

// All of ours in one region, each once: telling them by tags and name is most of a plan's work.
struct OwnedInRegion {
  std::vector<Owned> standing;  // the newest slot first
  std::vector<Owned> future;    // the earliest first; a slot of the future meets nothing
};

// What a database's status lets us do now. CreateDBSnapshot takes "available" and
// "storage-optimization"; these others will not pass by themselves; all else, also words we do not
// know, passes. Source: RDS User Guide, "Viewing DB instance status"; Aurora User Guide, "Viewing
// DB cluster status"; rds-facts section 5, 2026-08.
enum class Readiness { ready, busy, stopped, unusable };
constexpr std::array<std::string_view, 14> kUnusable = {
    "cloning-failed",
    "deleting",
    "failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "migration-failed",
    "restore-error",
    "storage-full",
};

Readiness readiness_of(std::string_view status) {
  if (status == "available" || status == "storage-optimization") return Readiness::ready;
  if (status == "stopped" || status == "stopping") return Readiness::stopped;
  if (std::ranges::find(kUnusable, status) != kUnusable.end()) return Readiness::unusable;
  return Readiness::busy;
}

class Planner {
 public:
  Planner(const Policy& policy, const Inventory& inventory, Instant now)
      : policy_(policy), inventory_(inventory) {
    const Milliseconds offset = slot_offset(policy, inventory);
    plan_.now = now;
    plan_.slot = policy.wanted_slot.value_or(slot_at(policy.schedule, offset, now));
    plan_.next_slot = next_slot(policy.schedule, offset, now);
  }

  Plan make() {
    const RegionView* source = readable(policy_.source_region);
    OwnedInRegion snapshots;
    if (source) {
      snapshots = owned_in(*source, policy_.snapshot_name);
      plan_source(*source, snapshots);
      if (policy_.copy_source == CopySource::latest_automated) {
        snapshots.standing = plan_automated(*source);
      }
    }
    for (const Target& target : policy_.targets) {
      const RegionView* view = readable(target.region);
      if (view && source) plan_target(target, snapshots.standing, *view);
    }
    plan_retention();
    return std::move(plan_);
  }

 private:
  // Returns the region's view, or plans why nothing can be done there (rule 8) and returns null.
  const RegionView* readable(const Region& region) {
    const auto view = inventory_.regions.find(region);
    ASSERT(view != inventory_.regions.end());
    if (!view->second.error) return &view->second;
    add(passes_by_itself(*view->second.error) ? StepKind::wait : StepKind::blocked, region, {},
        plan_.slot,
        Reason{.code = ReasonCode::region_unreadable,
               .text = describe(*view->second.error),
               .hint = next_act(*view->second.error)});
    return nullptr;
  }

  Step& add(StepKind kind, const Region& region, const SnapshotId& snapshot, Instant slot,
            Reason reason) {
    Step step;
    step.kind = kind;
    step.database = policy_.database;
    step.region = region;
    step.snapshot = snapshot;
    step.slot = slot;
    step.reason = std::move(reason);
    plan_.steps.push_back(std::move(step));
    return plan_.steps.back();
  }

  void add_wait(const Region& region, const Snapshot& snapshot, Instant slot, ReasonCode code) {
    std::string text = snapshot.status == "pending" ? "queued by AWS"
                                                    : fmt::format("{}, {} % done", snapshot.status,
                                                                  snapshot.progress_percent);
    if (code == ReasonCode::being_deleted) text = "AWS is deleting it";
    Step& step = add(StepKind::wait, region, snapshot.id, slot, Reason{code, std::move(text), {}});
    step.status = snapshot.status;
    step.progress_percent = snapshot.progress_percent;
  }

  OwnedInRegion owned_in(const RegionView& view, const NameTemplate& name) const {
    OwnedInRegion owned;
    for (const Snapshot& snapshot : view.snapshots) {
      const auto slot = owned_slot(snapshot, policy_.owner(), name);
      if (!slot) continue;
      (is_in_future(*slot) ? owned.future : owned.standing).push_back({&snapshot, *slot});
    }
    std::ranges::sort(owned.standing, std::ranges::greater{}, &Owned::slot);
    std::ranges::sort(owned.future, {}, &Owned::slot);
    return owned;
  }

  bool is_in_future(Instant slot) const { return slot > plan_.now + kClockSkewMax; }

  void tell_future_slots(const Region& region, const std::vector<Owned>& future) {
    for (const Owned& owned : future) {
      add(StepKind::blocked, region, owned.snapshot->id, owned.slot,
          Reason{ReasonCode::slot_in_future,
                 fmt::format("its slot {} is in the future, so it counts for nothing",
                             format_instant(owned.slot)),
                 "Check this host's clock and that of the host which made it; if the snapshot is "
                 "wrong, delete it by hand."});
    }
  }

  // A failed snapshot holds its name and room in the quota, and will never be anything: it goes,
  // and the next tick makes it anew where it is still wanted.
  void plan_delete_failed(const Region& region, const Owned& owned) {
    if (auto refusal = refuse_delete(policy_, inventory_, region, *owned.snapshot, plan_.now)) {
      add(StepKind::blocked, region, owned.snapshot->id, owned.slot,
          Reason{ReasonCode::delete_refused, "must stay: " + *refusal,
                 "Look at it by hand; a new one is made when its name is free."});
      return;
    }
    add(StepKind::delete_, region, owned.snapshot->id, owned.slot,
        Reason{ReasonCode::failed_snapshot,
               fmt::format("AWS reports it {}; it only holds a name and room in the quota",
                           owned.snapshot->status),
               {}});
  }

  // What no rule keeps goes, after all that makes something new. A plan that would delete more
  // than it may deletes none of it: a person looks first, and the rest of the plan goes on.
  void plan_retention() {
    RetentionVerdict all;
    const auto judge = [&](const Region& region) {
      if (inventory_.regions.at(region).error) return;
      RetentionVerdict verdict = judge_retention(policy_, inventory_, region, plan_.now);
      std::ranges::move(verdict.kept, std::back_inserter(all.kept));
      std::ranges::move(verdict.expired, std::back_inserter(all.expired));
    };
    judge(policy_.source_region);
    for (const Target& target : policy_.targets) judge(target.region);
    const int deletes = int(all.expired.size());
    const int managed = deletes + int(all.kept.size());
    const int allowed = deletes_allowed(managed, policy_.deletes_max);
    if (deletes > allowed) {
      add(StepKind::blocked, policy_.source_region, {}, plan_.slot,
          Reason{ReasonCode::too_many_deletes,
                 fmt::format("no rule keeps {} of {} snapshots, and a run deletes {} at most",
                             deletes, managed, allowed),
                 fmt::format("See which with snapferry plan --yes; if they may go, apply with "
                             "--max-deletes {} or --yes.",
                             deletes)});
    }
    for (Expired& expired : all.expired) {
      if (deletes > allowed) {
        all.kept.push_back({expired.region, expired.snapshot, expired.slot,
                            KeepRule::too_many_deletes, std::move(expired.text)});
      } else {
        add(StepKind::delete_, expired.region, expired.snapshot, expired.slot,
            Reason{ReasonCode::expired, std::move(expired.text), {}});
      }
    }
    // What failed is not retention's matter, and may have its delete already.
    std::erase_if(all.kept, [&](const Kept& kept) {
      return std::ranges::any_of(plan_.steps, [&](const Step& step) {
        return step.kind == StepKind::delete_ && step.region == kept.region &&
               step.snapshot == kept.snapshot;
      });
    });
    plan_.kept = std::move(all.kept);
  }

  void plan_source(const RegionView& view, const OwnedInRegion& snapshots) {
    tell_future_slots(policy_.source_region, snapshots.future);
    bool is_slot_met = false;
    for (const Owned& owned : snapshots.standing) {
      const bool counts = owned.slot >= plan_.slot && !is_of_former_database(*owned.snapshot);
      switch (owned.snapshot->state()) {
        case SnapshotState::available:
          is_slot_met = is_slot_met || counts;
          break;
        case SnapshotState::in_progress:
          is_slot_met = is_slot_met || counts;
          add_wait(policy_.source_region, *owned.snapshot, owned.slot,
                   ReasonCode::snapshot_in_progress);
          break;
        case SnapshotState::failed:
          is_slot_met = is_slot_met || owned.slot == plan_.slot;
          plan_delete_failed(policy_.source_region, owned);
          break;
        case SnapshotState::deleting:
          if (owned.slot != plan_.slot) break;
          is_slot_met = true;
          add_wait(policy_.source_region, *owned.snapshot, owned.slot, ReasonCode::being_deleted);
          break;
      }
    }
    // Of a database that is gone nothing is wanted any more.
    const bool is_wanted = policy_.copy_source == CopySource::create && !policy_.orphans;
    if (!is_slot_met && is_wanted) plan_create(view);
  }

  // Returns what a copy is made of in place of a snapshot of our own. That the current slot has
  // none yet is no step: RDS takes it in its backup window, and the RPO watches over it. What RDS
  // goes on taking of a database that is not meant any more was never ours to copy.
  std::vector<Owned> plan_automated(const RegionView& view) {
    if (policy_.orphans) return {};
    if (auto missing = database_missing()) {
      add(missing->kind, policy_.source_region, {}, plan_.slot, std::move(missing->reason));
      return {};
    }
    const AutomatedSnapshots automated = automated_snapshots(policy_, view);
    if (automated.newest) {
      return {{automated.newest, automated_slot(*automated.newest->original_create_time)}};
    }
    if (automated.running) {
      add_wait(policy_.source_region, *automated.running, plan_.slot,
               ReasonCode::snapshot_in_progress);
      return {};
    }
    add(StepKind::blocked, policy_.source_region, {}, plan_.slot,
        Reason{ReasonCode::automated_missing,
               fmt::format("RDS holds no automated snapshot of {}", policy_.database.str()),
               "Give the database a backup retention of a day or more; its first snapshot comes "
               "in its backup window."});
    return {};
  }

  // A database that was made anew under the name of another one.
  [[nodiscard]] bool is_of_former_database(const Snapshot& snapshot) const {
    return inventory_.database &&
           is_of_another_database(snapshot, inventory_.database->resource_id);
  }

  static Obstacle taken_by_former(const SnapshotId& name, const Region& region) {
    return {StepKind::blocked,
            Reason{ReasonCode::name_taken,
                   fmt::format("{} stands in {}, of the database that had this identifier before",
                               name.str(), region.str()),
                   "The next slot has a name of its own; delete that snapshot by hand if nobody "
                   "needs it and this slot is wanted."}};
  }

  [[nodiscard]] std::optional<Obstacle> database_missing() const {
    if (inventory_.database) return std::nullopt;
    const std::string& region = policy_.source_region.str();
    return Obstacle(
        StepKind::blocked,
        Reason{ReasonCode::database_missing,
               fmt::format("no {} {} in {}", policy_.database.is_cluster() ? "cluster" : "database",
                           policy_.database.str(), region),
               inventory_.similar
                   ? fmt::format("Did you mean {}?", inventory_.similar->str())
                   : fmt::format("List them with: aws rds describe-db-{}s --region {}",
                                 to_string(policy_.database.kind()), region)});
  }

  // Returns what keeps a snapshot from being taken now.
  std::optional<Obstacle> create_obstacle(const RegionView& view, const SnapshotId& name) const {
    const std::string& region = policy_.source_region.str();
    if (auto missing = database_missing()) return missing;
    const Database& database = *inventory_.database;
    if (!database.cluster_id.empty()) {
      return Obstacle(
          StepKind::blocked,
          Reason{ReasonCode::cluster_member,
                 fmt::format("{} is a member of cluster {}, and RDS takes snapshots of "
                             "the cluster only",
                             database.id.str(), database.cluster_id),
                 fmt::format("Name its cluster in its place: {}, with --cluster or in the "
                             "policy file.",
                             database.cluster_id)});
    }
    for (const Snapshot& other : view.snapshots) {
      if (other.id != name) continue;
      if (owned_slot(other, policy_.owner(), policy_.snapshot_name)) {
        return taken_by_former(name, policy_.source_region);
      }
      return Obstacle(
          StepKind::blocked,
          Reason{ReasonCode::name_taken,
                 fmt::format("a snapshot {} that is not ours stands in {}", name.str(), region),
                 "Give this database a name of its own, with {db} in --snapshot-name or the "
                 "policy file's snapshot.name."});
    }
    switch (readiness_of(database.status)) {
      case Readiness::ready:
        return std::nullopt;
      case Readiness::busy:
        return Obstacle(StepKind::wait,
                        Reason{ReasonCode::database_busy,
                               fmt::format("{} is {}", database.id.str(), database.status),
                               {}});
      case Readiness::stopped:
        return Obstacle(
            StepKind::blocked,
            Reason{ReasonCode::database_stopped,
                   fmt::format("{} is {}, and RDS takes no snapshot of it", database.id.str(),
                               database.status),
                   fmt::format("Start it with: aws rds start-db-{0} --region {1} "
                               "--db-{0}-identifier {2}",
                               to_string(database.id.kind()), region, database.id.str())});
      case Readiness::unusable:
        return Obstacle(StepKind::blocked,
                        Reason{ReasonCode::database_unusable,
                               fmt::format("{} is {}, and RDS takes no snapshot of it",
                                           database.id.str(), database.status),
                               "Mend the database first: the RDS console and its events say what "
                               "is wrong."});
    }
    ASSERT(false);
  }

  void plan_create(const RegionView& view) {
    const SnapshotId name = policy_.snapshot_name.render(policy_.database, plan_.slot);
    auto obstacle = create_obstacle(view, name);
    if (!obstacle) {
      Room room(policy_.source_region, policy_.database.kind(), view, copies_in_flight_max({}));
      if (auto full = room.take_snapshot()) obstacle = Obstacle(StepKind::wait, std::move(*full));
    }
    if (obstacle) {
      add(obstacle->kind, policy_.source_region, name, plan_.slot, std::move(obstacle->reason));
      is_source_coming_ = obstacle->kind == StepKind::wait;
      return;
    }
    is_source_coming_ = true;
    Step& step = add(StepKind::create, policy_.source_region, name, plan_.slot,
                     Reason{ReasonCode::slot_due,
                            fmt::format("no snapshot for the slot {}", format_instant(plan_.slot)),
                            {}});
    set_tags(step, inventory_.database->tags);
  }

  [[nodiscard]] int copies_in_flight_max(std::optional<int> of_target) const {
    if (of_target) return *of_target;
    return policy_.copies_in_flight_max.value_or(copies_in_flight_default(policy_.database.kind()));
  }

  void set_tags(Step& step, const Tags& inherited, std::optional<Instant> created = {}) const {
    Tags ours = ownership_tags({.owner = policy_.owner(), .slot = step.slot});
    if (created) ours.emplace(kCreatedTag, format_instant(*created));
    ComposedTags composed = compose_tags(ours, policy_.tags, inherited);
    step.tags = std::move(composed.tags);
    step.tags_dropped = std::move(composed.dropped);
  }

  // Which database's copies count: that of the newest snapshot that can be copied.
  static std::string newest_resource_id(const std::vector<Owned>& snapshots) {
    const auto is_available = [](const Owned& owned) {
      return owned.snapshot->state() == SnapshotState::available;
    };
    const auto newest = std::ranges::find_if(snapshots, is_available);
    return newest == snapshots.end() ? "" : newest->snapshot->resource_id;
  }

  void plan_target(const Target& target, const std::vector<Owned>& snapshots,
                   const RegionView& view) {
    const OwnedInRegion copies = owned_in(view, target.copy_name);
    tell_future_slots(target.region, copies.future);
    const std::string resource_id = newest_resource_id(snapshots);
    std::optional<Instant> newest;  // slot of the newest good copy of this very database
    std::set<Instant> settled;      // slots whose copy is on its way, or must be looked at by hand
    for (const Owned& copy : copies.standing) {
      switch (copy.snapshot->state()) {
        case SnapshotState::in_progress:
          add_wait(target.region, *copy.snapshot, copy.slot, ReasonCode::copy_in_progress);
          settled.insert(copy.slot);
          break;
        case SnapshotState::available:
          if (!newest && !is_of_another_database(*copy.snapshot, resource_id)) newest = copy.slot;
          break;
        case SnapshotState::failed:
          plan_delete_failed(target.region, copy);
          if (copy.snapshot->status != "failed") settled.insert(copy.slot);
          break;
        case SnapshotState::deleting:
          break;
      }
    }
    // The schedule thins what RDS takes more often: a copy of the current slot or later is enough.
    const auto is_recent = [&](Instant slot) { return slot >= plan_.slot; };
    const bool is_thinned =
        policy_.copy_source == CopySource::latest_automated &&
        ((newest && is_recent(*newest)) || std::ranges::any_of(settled, is_recent));
    if (is_thinned) return;
    Room room(target.region, policy_.database.kind(), view,
              copies_in_flight_max(target.copies_in_flight_max));
    if (is_source_coming_) plan_coming_copy(target, view);
    for (const Owned& candidate : snapshots) {
      if (newest && candidate.slot <= *newest) break;
      if (candidate.snapshot->state() == SnapshotState::in_progress) {
        plan_future_copy(target, view, candidate.slot, *candidate.snapshot);
      }
      if (candidate.snapshot->state() != SnapshotState::available) continue;
      if (!settled.contains(candidate.slot)) plan_copy(target, candidate, view, room);
      if (!newest) break;
    }
  }

  // The copy of a snapshot that this plan creates, or would if the database allowed it.
  void plan_coming_copy(const Target& target, const RegionView& view) {
    const Database& database = *inventory_.database;
    Snapshot coming;
    coming.id = policy_.snapshot_name.render(policy_.database, plan_.slot);
    coming.arn = database.arn;
    coming.arn.resource =
        (coming.id.is_cluster() ? "cluster-snapshot:" : "snapshot:") + coming.id.str();
    coming.engine = database.engine;
    coming.database = database.id;
    coming.resource_id = database.resource_id;
    coming.allocated_storage_gib = database.allocated_storage_gib;
    coming.is_encrypted = database.is_encrypted;
    plan_future_copy(target, view, plan_.slot, coming);
  }

  CopyEncryption encryption_of(const Target& target, const RegionView& view,
                               const Snapshot& source) const {
    const auto key = view.keys.find(target.kms_key);
    return decide_copy_encryption(source.id, source.is_encrypted, target.region, target.kms_key,
                                  key == view.keys.end() ? nullptr : &key->second);
  }

  CopyDetails details_of(const Target& target, const RegionView& view, const Snapshot& source,
                         const std::string& kms_key) const {
    return {.source = source.arn,
            .kms_key = kms_key,
            .option_group = target.option_group,
            .lineage = foretell_lineage(source, view.snapshots, target.region, kms_key),
            .size_gib = source.allocated_storage_gib};
  }

  // What would block the copy, and whether all data will move, is said now and not in an hour, when
  // the snapshot is done.
  void plan_future_copy(const Target& target, const RegionView& view, Instant slot,
                        const Snapshot& source) {
    const SnapshotId name = target.copy_name.render(policy_.database, slot);
    if (auto obstacle = copy_unsupported(source)) {
      add(obstacle->kind, target.region, name, slot, std::move(obstacle->reason));
      return;
    }
    auto encryption = encryption_of(target, view, source);
    if (encryption.obstacle) {
      add(encryption.obstacle->kind, target.region, name, slot,
          std::move(encryption.obstacle->reason));
      return;
    }
    Step& step = add(StepKind::wait, target.region, name, slot,
                     Reason{ReasonCode::source_not_available,
                            fmt::format("the copy follows when {} is available", source.id.str()),
                            {}});
    step.copy = details_of(target, view, source, encryption.kms_key);
  }

  static std::optional<Obstacle> copy_unsupported(const Snapshot& source) {
    if (is_copyable(source.id.kind(), source.engine)) return std::nullopt;
    return Obstacle(
        StepKind::blocked,
        Reason{ReasonCode::copy_unsupported,
               fmt::format("{} is of a Multi-AZ DB cluster, and RDS copies no snapshot of one",
                           source.id.str()),
               "Its snapshots stay in their own region. For a copy elsewhere, restore one to a DB "
               "instance and keep copies of that, or move to an Aurora cluster."});
  }

  // Returns what keeps the copy from being started now.
  std::optional<Obstacle> copy_obstacle(const Target& target, const Owned& source,
                                        const RegionView& view, const SnapshotId& name) const {
    if (auto obstacle = copy_unsupported(*source.snapshot)) return obstacle;
    for (const Snapshot& other : view.snapshots) {
      if (other.id != name) continue;
      if (owned_slot(other, policy_.owner(), target.copy_name)) {
        if (other.state() == SnapshotState::available) return taken_by_former(name, target.region);
        return Obstacle(
            StepKind::wait,
            Reason{ReasonCode::being_deleted,
                   fmt::format("its name is free when the {} one is gone", other.status),
                   {}});
      }
      return Obstacle(
          StepKind::blocked,
          Reason{ReasonCode::name_taken,
                 fmt::format("a snapshot {} that is not ours stands in {}", name.str(),
                             target.region.str()),
                 "Give this database a name of its own, with {db} in --copy-name or the "
                 "target's name in the policy file; where the same identifier lives in "
                 "several regions, give each region a policy of its own."});
    }
    if (partition_of(target.region) !=
        std::optional<std::string_view>(source.snapshot->arn.partition)) {
      return Obstacle(
          StepKind::blocked,
          Reason{ReasonCode::partition_differs,
                 fmt::format("{} and {} belong to different AWS partitions",
                             policy_.source_region.str(), target.region.str()),
                 "Snapshots cannot leave their partition; choose a target region within it."});
    }
    return std::nullopt;
  }

  void plan_copy(const Target& target, const Owned& source, const RegionView& view, Room& room) {
    const SnapshotId name = target.copy_name.render(policy_.database, source.slot);
    if (auto obstacle = copy_obstacle(target, source, view, name)) {
      add(obstacle->kind, target.region, name, source.slot, std::move(obstacle->reason));
      return;
    }
    CopyEncryption encryption = encryption_of(target, view, *source.snapshot);
    if (encryption.obstacle) {
      add(encryption.obstacle->kind, target.region, name, source.slot,
          std::move(encryption.obstacle->reason));
      return;
    }
    if (auto full = room.take_copy()) {
      add(StepKind::wait, target.region, name, source.slot, std::move(*full));
      return;
    }
    Step& step =
        add(StepKind::copy, target.region, name, source.slot,
            Reason{ReasonCode::copy_due,
                   fmt::format("{} lacks {}", target.region.str(), source.snapshot->id.str()),
                   {}});
    // RDS gives its own snapshots the database's tags only if told to.
    const bool is_automated = source.snapshot->type == "automated" && inventory_.database;
    set_tags(step, is_automated ? inventory_.database->tags : source.snapshot->tags,
             name.is_cluster() ? source.snapshot->original_create_time : std::nullopt);
    step.copy = details_of(target, view, *source.snapshot, encryption.kms_key);
  }

  const Policy& policy_;
  const Inventory& inventory_;
  Plan plan_;
  bool is_source_coming_ = false;  // a snapshot for the slot is planned, but does not stand yet
};

}  // namespace

Milliseconds slot_offset(const Policy& policy, const Inventory& inventory) {
  if (!inventory.database) return Milliseconds(0);
  return spread_offset(inventory.database->arn.account, policy.source_region, policy.database,
                       policy.schedule, policy.spread);
}

Plan make_plan(const Policy& policy, const Inventory& inventory, Instant now) {
  return Planner(policy, inventory, now).make();
}

}  // namespace snapferry::core
