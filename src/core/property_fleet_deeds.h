// What becomes of a fleet's plan in a world for properties: the steps that engine would do, and AWS
// going on with what was started.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include "core/property_fleet_world.h"
#include "core/rules/deletion_guard.h"

namespace snapferry::core {

inline Snapshot* find_snapshot(FleetWorld& world, const Place& place, const SnapshotId& id) {
  auto& snapshots = world.view_at(place).snapshots;
  const auto found = std::ranges::find(snapshots, id, &Snapshot::id);
  return found == snapshots.end() ? nullptr : &*found;
}

inline Place place_of_step(const Step& step) {
  return {step.region, step.database.kind()};
}

/// Whether the delete would be done: as engine's act, the snapshot and what its delete rests on are
/// looked at once more.
inline bool is_delete_done(FleetWorld& world, const PlannedItem& item, const Step& step) {
  const Snapshot* fresh = find_snapshot(world, place_of_step(step), step.snapshot);
  if (!fresh) return false;
  const bool is_expired = step.reason.code == ReasonCode::expired;
  if (fresh->state() != (is_expired ? SnapshotState::available : SnapshotState::failed))
    return false;
  if (is_expired) {
    const auto& seen = item.inventory.regions.at(step.region).snapshots;
    const auto before = std::ranges::find(seen, step.snapshot, &Snapshot::id);
    if (before == seen.end() || before->original_create_time != fresh->original_create_time)
      return false;
  }
  if (refuse_delete(item.policy, item.inventory, step.region, *fresh, world.now)) return false;
  Inventory checked;
  for (const auto& [region, view] : item.inventory.regions) {
    RegionView& there = checked.regions[region];
    there.error = view.error;
    std::ranges::copy_if(
        view.snapshots, std::back_inserter(there.snapshots),
        [](const Snapshot& snapshot) { return snapshot.state() == SnapshotState::in_progress; });
  }
  for (const Replacement& one :
       replacements_of(item.policy, item.inventory, step.region, *fresh, world.now)) {
    const Snapshot* standing =
        find_snapshot(world, {one.region, step.database.kind()}, one.snapshot);
    if (!standing) return false;
    checked.regions[one.region].snapshots.push_back(*standing);
  }
  return !refuse_delete(item.policy, checked, step.region, *fresh, world.now);
}

/// Returns whether the world changed. Names that are taken are met.
inline bool do_step(FleetWorld& world, const PlannedItem& item, const Step& step) {
  const Place place = place_of_step(step);
  if (step.kind == StepKind::delete_) {
    if (!is_delete_done(world, item, step)) return false;
    std::erase_if(world.view_at(place).snapshots,
                  [&](const Snapshot& snapshot) { return snapshot.id == step.snapshot; });
    return true;
  }
  if (step.kind != StepKind::create && step.kind != StepKind::copy) return false;
  if (find_snapshot(world, place, step.snapshot)) return false;
  Snapshot made;
  if (step.kind == StepKind::create) {
    made.status = "creating";
    made.resource_id = item.inventory.database->resource_id;
    made.engine = item.inventory.database->engine;
    made.is_encrypted = item.inventory.database->is_encrypted;
    made.original_create_time = world.now;
  } else {
    const std::string& resource = step.copy->source.resource;
    const SnapshotId source_id(resource.substr(resource.find(':') + 1), step.database.kind());
    const Snapshot* source =
        find_snapshot(world, {step.copy->source.region, step.database.kind()}, source_id);
    if (!source || source->state() != SnapshotState::available) return false;
    made = *source;
    made.status = "copying";
    made.source_snapshot_arn = step.copy->source.str();
    made.kms_key_arn = step.copy->kms_key;
    made.is_encrypted = !step.copy->kms_key.empty();
  }
  made.id = step.snapshot;
  made.arn = snapshot_arn(step.region, step.snapshot);
  made.database = step.database;
  made.type = "manual";
  made.source_region = item.policy.source_region.str();
  made.tags = step.tags;
  world.view_at(place).snapshots.push_back(std::move(made));
  return true;
}

/// What runs is done, what is going away is gone.
inline void aws_goes_on(FleetWorld& world) {
  for (auto& [place, seen] : world.survey) {
    std::erase_if(seen.view.snapshots,
                  [](const Snapshot& s) { return s.state() == SnapshotState::deleting; });
    for (Snapshot& s : seen.view.snapshots) {
      if (s.state() == SnapshotState::in_progress) s.status = "available";
    }
  }
}

}  // namespace snapferry::core
