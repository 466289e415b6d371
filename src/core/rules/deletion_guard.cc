// SPDX-License-Identifier: Apache-2.0
#include "core/rules/deletion_guard.h"

#include <tuple>

#include <fmt/format.h>

#include "core/rules/lineage.h"
#include "core/rules/ownership.h"

namespace snapferry::core {
namespace {

// What must be replaced before it may go.
struct Need {
  Instant slot;                  // of this slot at least,
  Instant data_time;             // with data of this time at least,
  std::string resource_id = {};  // of this very database, where RDS tells which
};

// The newest data of ours that meets the need in that region, or null. Of what meets it, nothing
// newer stands; so the guard lets none of these go, whatever goes besides.
const Snapshot* replacement_in(const Policy& policy, const RegionView& view,
                               const NameTemplate& name, const Need& need, Instant now) {
  const Snapshot* best = nullptr;
  Need best_has{};
  for (const Snapshot& other : view.snapshots) {
    if (other.state() != SnapshotState::available || !other.original_create_time) continue;
    if (*other.original_create_time < need.data_time) continue;
    // One that tells no id may be of any database: it replaces none that is known.
    if (!need.resource_id.empty() && other.resource_id != need.resource_id) continue;
    const auto slot = owned_slot(other, policy.owner(), name);
    if (!slot || *slot < need.slot || *slot > now + kClockSkewMax) continue;
    const Need has{.slot = *slot, .data_time = *other.original_create_time};
    if (best && std::tie(has.data_time, has.slot) <= std::tie(best_has.data_time, best_has.slot)) {
      continue;
    }
    best = &other;
    best_has = has;
  }
  return best;
}

// At its own place only another one of the same database replaces a snapshot: one with a later
// slot.
Need need_here(const Need& need, const Snapshot& snapshot) {
  return {.slot = need.slot + Milliseconds(1),
          .data_time = need.data_time,
          .resource_id = snapshot.resource_id};
}

const NameTemplate* template_of(const Policy& policy, const Region& region) {
  if (region == policy.source_region) return &policy.snapshot_name;
  for (const Target& target : policy.targets) {
    if (target.region == region) return &target.copy_name;
  }
  return nullptr;
}

// Why a good source snapshot is still needed by a target, if it is.
std::optional<std::string> needed_by_target(const Policy& policy, const Inventory& inventory,
                                            const Need& need, Instant now) {
  for (const Target& target : policy.targets) {
    const auto view = inventory.regions.find(target.region);
    if (view == inventory.regions.end() || view->second.error) {
      return fmt::format("{} could not be read", target.region.str());
    }
    if (!replacement_in(policy, view->second, target.copy_name, need, now)) {
      return fmt::format("{} has no good copy of it or of a newer one", target.region.str());
    }
  }
  return std::nullopt;
}

// Whether the targets are to have it before it may go. No target ever gets what RDS does not copy:
// it would fill the quota of its region.
bool is_needed_by_targets(const Policy& policy, const Region& region, const Snapshot& snapshot) {
  return region == policy.source_region && is_copyable(snapshot.id.kind(), snapshot.engine);
}

}  // namespace

std::optional<std::string> refuse_delete(const Policy& policy, const Inventory& inventory,
                                         const Region& region, const Snapshot& snapshot,
                                         Instant now) {
  const NameTemplate* name = template_of(policy, region);
  if (!name) return fmt::format("{} is no place of this policy", region.str());
  const auto slot = owned_slot(snapshot, policy.owner(), *name);
  if (!slot) return "it is not ours: its tags and its name do not both say so";
  if (const auto hold = snapshot.tags.find(std::string(kHoldTag)); hold != snapshot.tags.end()) {
    return fmt::format("it is held by the tag {}={}", kHoldTag, hold->second);
  }
  const auto view = inventory.regions.find(region);
  if (view == inventory.regions.end() || view->second.error) {
    return fmt::format("{} could not be read", region.str());
  }
  switch (snapshot.state()) {
    case SnapshotState::in_progress:
      return fmt::format("it is {}", snapshot.status);
    case SnapshotState::deleting:
      return "it is going away already";
    case SnapshotState::failed:
      // incompatible-restore and its like befall snapshots that were good, and AWS can mend some.
      if (snapshot.status == "failed") return std::nullopt;
      return fmt::format("it is {}, not failed", snapshot.status);
    case SnapshotState::available:
      break;
  }
  for (const auto& [place, other_view] : inventory.regions) {
    for (const Snapshot& other : other_view.snapshots) {
      if (other.state() == SnapshotState::in_progress &&
          other.source_snapshot_arn == snapshot.arn.str()) {
        return fmt::format("it is being copied to {}", place.str());
      }
    }
  }
  if (!snapshot.original_create_time) {
    return "AWS tells no time of its data (OriginalSnapshotCreateTime)";
  }
  const Need need{.slot = *slot, .data_time = *snapshot.original_create_time};
  if (!replacement_in(policy, view->second, *name, need_here(need, snapshot), now)) {
    return fmt::format("it is the newest good one in {}", region.str());
  }
  if (is_needed_by_targets(policy, region, snapshot)) {
    return needed_by_target(policy, inventory, need, now);
  }
  return std::nullopt;
}

std::vector<Replacement> replacements_of(const Policy& policy, const Inventory& inventory,
                                         const Region& region, const Snapshot& snapshot,
                                         Instant now) {
  std::vector<Replacement> replacements;
  if (snapshot.state() != SnapshotState::available) return replacements;
  const NameTemplate* name = template_of(policy, region);
  ASSERT(name != nullptr && snapshot.original_create_time);
  const auto slot = owned_slot(snapshot, policy.owner(), *name);
  ASSERT(slot.has_value());
  const Need need{.slot = *slot, .data_time = *snapshot.original_create_time};
  const auto add = [&](const Region& place, const NameTemplate& name_there, const Need& there) {
    const Snapshot* found =
        replacement_in(policy, inventory.regions.at(place), name_there, there, now);
    ASSERT(found != nullptr);
    replacements.push_back({.region = place, .snapshot = found->id});
  };
  add(region, *name, need_here(need, snapshot));
  if (!is_needed_by_targets(policy, region, snapshot)) return replacements;
  for (const Target& target : policy.targets) add(target.region, target.copy_name, need);
  return replacements;
}

}  // namespace snapferry::core
