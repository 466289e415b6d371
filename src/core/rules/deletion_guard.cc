// SPDX-License-Identifier: Apache-2.0
#include "core/rules/deletion_guard.h"

#include <fmt/format.h>

#include "core/rules/ownership.h"

namespace snapferry::core {
namespace {

// Whether an available snapshot of ours stands in the region, for that slot or a later one.
bool has_good(const Policy& policy, const RegionView& view, const NameTemplate& name,
              Instant slot) {
  for (const Snapshot& other : view.snapshots) {
    if (other.state() != SnapshotState::available) continue;
    const auto other_slot = owned_slot(other, policy.owner(), name);
    if (other_slot && *other_slot >= slot) return true;
  }
  return false;
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
                                            Instant slot) {
  for (const Target& target : policy.targets) {
    const auto view = inventory.regions.find(target.region);
    if (view == inventory.regions.end() || view->second.error) {
      return fmt::format("{} could not be read", target.region.str());
    }
    if (!has_good(policy, view->second, target.copy_name, slot)) {
      return fmt::format("{} has no good copy of it or of a newer one", target.region.str());
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> refuse_delete(const Policy& policy, const Inventory& inventory,
                                         const Region& region, const Snapshot& snapshot) {
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
  if (!has_good(policy, view->second, *name, *slot + Milliseconds(1))) {
    return fmt::format("it is the newest good one in {}", region.str());
  }
  if (region == policy.source_region) return needed_by_target(policy, inventory, *slot);
  return std::nullopt;
}

}  // namespace snapferry::core
