// SPDX-License-Identifier: Apache-2.0
#include "core/rules/automated.h"

#include <functional>
#include <map>

namespace snapferry::core {

std::vector<AutomatedSnapshot> automated_snapshots(const Policy& policy, const RegionView& view,
                                                   Milliseconds offset) {
  std::map<Instant, const Snapshot*, std::greater<>> by_slot;
  for (const Snapshot& snapshot : view.snapshots) {
    if (snapshot.type != "automated" || snapshot.database != policy.database) continue;
    if (!snapshot.original_create_time) continue;
    const Instant slot = slot_at(policy.schedule, offset, *snapshot.original_create_time);
    const Snapshot*& newest = by_slot[slot];
    if (!newest || *newest->original_create_time < *snapshot.original_create_time) {
      newest = &snapshot;
    }
  }
  std::vector<AutomatedSnapshot> automated;
  automated.reserve(by_slot.size());
  for (const auto& [slot, snapshot] : by_slot) automated.push_back({snapshot, slot});
  return automated;
}

}  // namespace snapferry::core
