// SPDX-License-Identifier: Apache-2.0
#include "core/rules/recovery_point.h"

#include <algorithm>

#include "core/planner.h"
#include "core/rules/ownership.h"

namespace snapferry::core {
namespace {

PlaceReport report_place(const Policy& policy, const Inventory& inventory, const Region& region,
                         const NameTemplate& name, Instant now) {
  PlaceReport report{
      .region = region, .newest = {}, .age = {}, .oldest_age = {}, .quota = {}, .error = {}};
  const auto view = inventory.regions.find(region);
  if (view == inventory.regions.end()) return report;
  report.quota = view->second.quota;
  report.error = view->second.error;
  std::optional<Instant> newest_time;
  for (const Snapshot& snapshot : view->second.snapshots) {
    if (!owned_slot(snapshot, policy.owner(), name)) continue;
    // What is left of a database that bore the name before proves nothing of this one.
    if (inventory.database && is_of_another_database(snapshot, inventory.database->resource_id)) {
      continue;
    }
    switch (snapshot.state()) {
      case SnapshotState::in_progress:
        ++report.in_progress_count;
        continue;
      case SnapshotState::failed:
        ++report.failed_count;
        continue;
      case SnapshotState::deleting:
        continue;
      case SnapshotState::available:
        break;
    }
    ++report.good_count;
    const auto time = data_time(snapshot);
    if (time) report.oldest_age = std::max(report.oldest_age.value_or(now - *time), now - *time);
    if (time && (!newest_time || *time > *newest_time)) {
      newest_time = time;
      report.newest = snapshot;
    }
  }
  if (newest_time) {
    report.age = now - *newest_time;
    // Data of the future is a sign of a wrong clock, and proves nothing.
    report.is_rpo_met = *report.age <= policy.rpo && *report.age >= -kClockSkewMax;
  }
  return report;
}

}  // namespace

std::optional<Instant> data_time(const Snapshot& snapshot) {
  if (snapshot.database_time) return snapshot.database_time;
  if (snapshot.original_create_time) return snapshot.original_create_time;
  if (const auto mark = mark_of(snapshot.tags)) return mark->slot;
  return std::nullopt;
}

bool StatusReport::is_met() const {
  return is_orphan || std::ranges::all_of(places, [](const PlaceReport& place) {
           return !place.is_target || (place.is_rpo_met && !place.error);
         });
}

bool is_rpo_missed(const Policy& policy, const StatusReport& report) {
  if (report.is_orphan) return false;
  const PlaceReport& source = report.places.front();
  const bool is_starting =
      !source.error && source.oldest_age.value_or(Milliseconds(0)) <= policy.rpo;
  return std::ranges::any_of(report.places, [&](const PlaceReport& place) {
    if (!place.is_target || (place.is_rpo_met && !place.error)) return false;
    return place.error.has_value() || place.newest.has_value() || !is_starting;
  });
}

StatusReport make_status(const Policy& policy, const Inventory& inventory, Instant now) {
  ASSERT(!policy.targets.empty());
  StatusReport report{.now = now,
                      .is_database_found = inventory.database.has_value(),
                      .is_orphan = policy.orphans.has_value(),
                      .similar = inventory.similar,
                      .next_slot = next_slot(policy.schedule, slot_offset(policy, inventory), now),
                      .places = {}};
  report.places.push_back(
      report_place(policy, inventory, policy.source_region, policy.snapshot_name, now));
  for (const Target& target : policy.targets) {
    report.places.push_back(report_place(policy, inventory, target.region, target.copy_name, now));
    report.places.back().is_target = true;
  }
  return report;
}

}  // namespace snapferry::core
