// SPDX-License-Identifier: Apache-2.0
#include "core/planner.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/deletion_guard.h"
#include "core/encryption.h"
#include "core/lineage.h"
#include "core/ownership.h"
#include "core/quotas.h"
#include "core/tags.h"

namespace snapferry::core {
namespace {

// A snapshot of ours and the slot it stands for.
struct Owned {
  const Snapshot* snapshot;
  Instant slot;
};

// What a database's status lets us do now. CreateDBSnapshot takes "available" and
// "storage-optimization"; these others will not pass by themselves; all else, also words we do not
// know, passes. Source: RDS User Guide, "Viewing DB instance status"; rds-facts section 5, 2026-08.
enum class Readiness { ready, busy, stopped, unusable };
constexpr std::array<std::string_view, 12> kUnusable = {
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
    plan_.slot = policy.off_schedule_slot.value_or(slot_at(policy.schedule, offset, now));
    plan_.next_slot = next_slot(policy.schedule, offset, now);
  }

  Plan make() {
    const RegionView* source = readable(policy_.source_region);
    if (source) plan_source(*source);
    for (const Target& target : policy_.targets) {
      const RegionView* view = readable(target.region);
      if (view && source) plan_target(target, *source, *view);
    }
    return std::move(plan_);
  }

 private:
  // Returns the region's view, or plans `blocked` for it (rule 8) and returns null.
  const RegionView* readable(const Region& region) {
    const auto view = inventory_.regions.find(region);
    ASSERT(view != inventory_.regions.end());
    if (!view->second.error) return &view->second;
    add(StepKind::blocked, region, {}, plan_.slot,
        Reason{.code = ReasonCode::region_unreadable,
               .text = describe(*view->second.error),
               .hint = view->second.error->hint});
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

  // Ours in a region, the newest slot first.
  std::vector<Owned> owned_in(const RegionView& view, const NameTemplate& name) const {
    std::vector<Owned> owned;
    for (const Snapshot& snapshot : view.snapshots) {
      if (auto slot = owned_slot(snapshot, policy_.name, policy_.database, name)) {
        owned.push_back({&snapshot, *slot});
      }
    }
    std::ranges::sort(owned, std::ranges::greater{}, &Owned::slot);
    return owned;
  }

  // A failed snapshot holds its name and room in the quota, and will never be anything: it goes,
  // and the next tick makes it anew where it is still wanted.
  void plan_delete_failed(const Region& region, const Owned& owned) {
    if (auto refusal = refuse_delete(policy_, inventory_, region, *owned.snapshot)) {
      add(StepKind::blocked, region, owned.snapshot->id, owned.slot,
          Reason{ReasonCode::delete_refused, "must stay: " + *refusal, {}});
      return;
    }
    add(StepKind::delete_, region, owned.snapshot->id, owned.slot,
        Reason{ReasonCode::failed_snapshot,
               fmt::format("AWS reports it {}; it holds the name that a repeat needs",
                           owned.snapshot->status),
               {}});
  }

  void plan_source(const RegionView& view) {
    bool is_slot_met = false;
    for (const Owned& owned : owned_in(view, policy_.snapshot_name)) {
      const bool counts = owned.slot >= plan_.slot;
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
    if (!is_slot_met) plan_create(view);
  }

  // Returns why no snapshot can be taken now and whether that passes by itself.
  std::optional<std::pair<StepKind, Reason>> create_obstacle(const RegionView& view,
                                                             const SnapshotId& name) const {
    const std::string& region = policy_.source_region.str();
    if (!inventory_.database) {
      return std::pair(
          StepKind::blocked,
          Reason{ReasonCode::database_missing,
                 fmt::format("no database {} in {}", policy_.database.str(), region),
                 inventory_.similar ? fmt::format("Did you mean {}?", inventory_.similar->str())
                                    : fmt::format("List them with: aws rds describe-db-instances "
                                                  "--region {}",
                                                  region)});
    }
    const Database& database = *inventory_.database;
    if (!database.cluster_id.empty()) {
      return std::pair(
          StepKind::blocked,
          Reason{ReasonCode::cluster_member,
                 fmt::format("{} is a member of cluster {}, and RDS takes snapshots of "
                             "the cluster only",
                             database.id.str(), database.cluster_id),
                 "Name a DB instance that belongs to no cluster; clusters are not "
                 "supported by this version."});
    }
    for (const Snapshot& other : view.snapshots) {
      if (other.id != name) continue;
      return std::pair(
          StepKind::blocked,
          Reason{ReasonCode::name_taken,
                 fmt::format("a snapshot {} that is not ours stands in {}", name.str(), region),
                 "Put {db} into --snapshot-name, or remove that snapshot if nobody needs it."});
    }
    switch (readiness_of(database.status)) {
      case Readiness::ready:
        return std::nullopt;
      case Readiness::busy:
        return std::pair(StepKind::wait,
                         Reason{ReasonCode::database_busy,
                                fmt::format("{} is {}", database.id.str(), database.status),
                                {}});
      case Readiness::stopped:
        return std::pair(StepKind::blocked,
                         Reason{ReasonCode::database_stopped,
                                fmt::format("{} is {}, and RDS takes no snapshot of it",
                                            database.id.str(), database.status),
                                fmt::format("Start it with: aws rds start-db-instance --region {} "
                                            "--db-instance-identifier {}",
                                            region, database.id.str())});
      case Readiness::unusable:
        return std::pair(StepKind::blocked,
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
      Room room(policy_.source_region, view, policy_.copies_in_flight_max);
      if (auto full = room.take_snapshot()) obstacle = std::pair(StepKind::wait, std::move(*full));
    }
    if (obstacle) {
      add(obstacle->first, policy_.source_region, name, plan_.slot, std::move(obstacle->second));
      is_source_coming_ = obstacle->first == StepKind::wait;
      return;
    }
    is_source_coming_ = true;
    Step& step = add(StepKind::create, policy_.source_region, name, plan_.slot,
                     Reason{ReasonCode::slot_due,
                            fmt::format("no snapshot for the slot {}", format_instant(plan_.slot)),
                            {}});
    set_tags(step, inventory_.database->tags);
  }

  void set_tags(Step& step, const Tags& inherited) const {
    ComposedTags composed = compose_tags(
        ownership_tags({.policy = policy_.name, .database = policy_.database, .slot = step.slot}),
        policy_.tags, inherited);
    step.tags = std::move(composed.tags);
    step.tags_dropped = std::move(composed.dropped);
  }

  void plan_target(const Target& target, const RegionView& source, const RegionView& view) {
    const std::vector<Owned> copies = owned_in(view, target.copy_name);
    std::optional<Instant> newest;  // slot of the newest copy that is, or may become, good
    for (const Owned& copy : copies) {
      switch (copy.snapshot->state()) {
        case SnapshotState::in_progress:
          add_wait(target.region, *copy.snapshot, copy.slot, ReasonCode::copy_in_progress);
          [[fallthrough]];
        case SnapshotState::available:
          if (!newest) newest = copy.slot;
          break;
        case SnapshotState::failed:
          plan_delete_failed(target.region, copy);
          break;
        case SnapshotState::deleting:
          break;
      }
    }
    Room room(target.region, view, policy_.copies_in_flight_max);
    if (is_source_coming_) {
      plan_future_copy(target, view, plan_.slot, inventory_.database->is_encrypted);
    }
    for (const Owned& candidate : owned_in(source, policy_.snapshot_name)) {
      if (newest && candidate.slot <= *newest) break;
      const bool is_available = candidate.snapshot->state() == SnapshotState::available;
      if (candidate.snapshot->state() == SnapshotState::in_progress) {
        plan_future_copy(target, view, candidate.slot, candidate.snapshot->is_encrypted);
      }
      if (!is_available) continue;
      plan_copy(target, candidate, view, room);
      if (!newest) break;
    }
  }

  CopyEncryption encryption_of(const Target& target, const RegionView& view,
                               const std::string& source, bool source_is_encrypted) const {
    const auto key = view.keys.find(target.kms_key);
    return decide_copy_encryption(source, source_is_encrypted, target.region, target.kms_key,
                                  key == view.keys.end() ? nullptr : &key->second);
  }

  // What would block the copy is said now, not when the snapshot is done in an hour.
  void plan_future_copy(const Target& target, const RegionView& view, Instant slot,
                        bool source_is_encrypted) {
    const SnapshotId source = policy_.snapshot_name.render(policy_.database, slot);
    const SnapshotId name = target.copy_name.render(policy_.database, slot);
    auto encryption = encryption_of(target, view, source.str(), source_is_encrypted);
    if (encryption.blocked) {
      add(StepKind::blocked, target.region, name, slot, std::move(*encryption.blocked));
      return;
    }
    add(StepKind::wait, target.region, name, slot,
        Reason{ReasonCode::source_not_available,
               fmt::format("the copy follows when {} is available", source.str()),
               {}});
  }

  // Returns why the copy must not be tried as things stand.
  std::optional<std::pair<StepKind, Reason>> copy_obstacle(const Target& target,
                                                           const Owned& source,
                                                           const RegionView& view,
                                                           const SnapshotId& name) const {
    for (const Snapshot& other : view.snapshots) {
      if (other.id != name) continue;
      if (owned_slot(other, policy_.name, policy_.database, target.copy_name)) {
        return std::pair(
            StepKind::wait,
            Reason{ReasonCode::being_deleted,
                   fmt::format("its name is free when the {} one is gone", other.status),
                   {}});
      }
      return std::pair(
          StepKind::blocked,
          Reason{ReasonCode::name_taken,
                 fmt::format("a snapshot {} that is not ours stands in {}", name.str(),
                             target.region.str()),
                 "Put {db} into --copy-name, or remove that snapshot if nobody needs it."});
    }
    if (partition_of(target.region) !=
        std::optional<std::string_view>(source.snapshot->arn.partition)) {
      return std::pair(
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
      add(obstacle->first, target.region, name, source.slot, std::move(obstacle->second));
      return;
    }
    CopyEncryption encryption =
        encryption_of(target, view, source.snapshot->id.str(), source.snapshot->is_encrypted);
    if (encryption.blocked) {
      add(StepKind::blocked, target.region, name, source.slot, std::move(*encryption.blocked));
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
    set_tags(step, source.snapshot->tags);
    step.copy = CopyDetails{.source = source.snapshot->arn,
                            .kms_key = encryption.kms_key,
                            .option_group = target.option_group,
                            .lineage = foretell_lineage(*source.snapshot, view.snapshots,
                                                        target.region, encryption.kms_key),
                            .size_gib = source.snapshot->allocated_storage_gib};
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
