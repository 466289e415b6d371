// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/survey.h"

#include <algorithm>

#include "core/nearest_name.h"
#include "core/planner.h"
#include "core/rules/automated.h"
#include "core/rules/lineage.h"

namespace snapferry::core {
namespace {

Place place_of(const Policy& policy, const Region& region) {
  return {region, policy.database.kind()};
}

bool is_in_flight(const Snapshot& snapshot, const Region& region) {
  return snapshot.state() == SnapshotState::in_progress && is_cross_region_copy(snapshot, region);
}

// The slots that names may be claimed for: the one that counts now, and those of the source.
std::vector<Instant> slots_of(const Policy& policy, const Inventory& inventory,
                              const std::vector<Snapshot>& at_source, Instant now) {
  const Milliseconds offset = slot_offset(policy, inventory);
  std::vector<Instant> slots = {slot_at(policy.schedule, offset, now)};
  for (const Snapshot& snapshot : at_source) {
    if (const auto slot = owned_slot(snapshot, policy.owner(), policy.snapshot_name)) {
      slots.push_back(*slot);
    } else if (policy.copy_source == CopySource::latest_automated &&
               snapshot.original_create_time) {
      slots.push_back(automated_slot(*snapshot.original_create_time));
    }
  }
  std::ranges::sort(slots);
  const auto repeated = std::ranges::unique(slots);
  slots.erase(repeated.begin(), repeated.end());
  return slots;
}

}  // namespace

const PlaceSurvey& seen_at(const Survey& survey, const Place& place) {
  static const PlaceSurvey nothing;
  const auto found = survey.find(place);
  return found == survey.end() ? nothing : found->second;
}

const std::optional<Error>& error_at(const Survey& survey, const Place& place) {
  const PlaceSurvey& seen = seen_at(survey, place);
  return seen.error ? seen.error : seen.databases_error;
}

SurveyIndex::SurveyIndex(const Survey& survey, Instant now) : survey_(survey), now_(now) {
  for (const auto& [place, seen] : survey) {
    Shelf& shelf = shelves_[place];
    for (const Database& database : seen.databases) {
      shelf.databases.emplace(database.id, &database);
    }
    for (const Snapshot& snapshot : seen.snapshots.in_progress()) {
      shelf.in_flight += is_in_flight(snapshot, place.region);
    }
  }
}

const SurveyIndex::Shelf& SurveyIndex::shelf_at(const Policy& policy, const Region& region) const {
  static const Shelf nothing;
  const auto found = shelves_.find(place_of(policy, region));
  return found == shelves_.end() ? nothing : found->second;
}

Instant SurveyIndex::protected_until(const Policy& policy) const {
  Instant oldest = Instant::max();
  for (const Target& target : policy.targets) {
    std::optional<Instant> slot;
    const auto is_good = [&](const Snapshot& copy) {
      if (copy.state() != SnapshotState::available) return false;
      slot = owned_slot(copy, policy.owner(), target.copy_name);
      return slot.has_value();
    };
    const SnapshotStore& store = seen_at(survey_, place_of(policy, target.region)).snapshots;
    const bool has_any = store.newest_of(policy.database, is_good).has_value();
    oldest = std::min(oldest, has_any ? *slot : Instant::min());
  }
  return oldest;
}

void SurveyIndex::find_database(const Policy& policy, Inventory& inventory) const {
  const auto& databases = shelf_at(policy, policy.source_region).databases;
  const auto found = databases.find(policy.database);
  if (found != databases.end()) {
    inventory.database = *found->second;
    return;
  }
  std::vector<std::string> names;
  names.reserve(databases.size());
  for (const auto& [id, database] : databases) names.push_back(id.str());
  const std::string nearest = nearest_name(policy.database.str(), names);
  if (!nearest.empty()) inventory.similar = DatabaseId(nearest, policy.database.kind());
}

Inventory SurveyIndex::inventory_of(const Policy& policy) const {
  const auto snapshots_at = [&](const Region& region) {
    return seen_at(survey_, place_of(policy, region)).snapshots.of(policy.database);
  };
  Inventory inventory;
  find_database(policy, inventory);
  std::vector<Snapshot> at_source = snapshots_at(policy.source_region);
  const std::vector<Instant> slots = slots_of(policy, inventory, at_source, now_);
  inventory.regions[policy.source_region] =
      view_of(policy, policy.source_region, std::move(at_source), policy.snapshot_name, slots);
  for (const Target& target : policy.targets) {
    inventory.regions[target.region] =
        view_of(policy, target.region, snapshots_at(target.region), target.copy_name, slots);
  }
  return inventory;
}

RegionView SurveyIndex::view_of(const Policy& policy, const Region& region,
                                std::vector<Snapshot> snapshots, const NameTemplate& name,
                                const std::vector<Instant>& slots) const {
  const PlaceSurvey& seen = seen_at(survey_, place_of(policy, region));
  RegionView view;
  view.quota = seen.quota;
  view.keys = seen.keys;
  view.error = seen.error;
  view.snapshots = std::move(snapshots);
  for (const Instant slot : slots) {
    auto taken = seen.snapshots.find(name.render(policy.database, slot));
    if (taken && taken->database != policy.database) view.snapshots.push_back(std::move(*taken));
  }
  view.others_in_flight = shelf_at(policy, region).in_flight;
  for (const Snapshot& snapshot : view.snapshots) {
    view.others_in_flight -= is_in_flight(snapshot, region);
  }
  return view;
}

}  // namespace snapferry::core
