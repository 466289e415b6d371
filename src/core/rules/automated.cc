// SPDX-License-Identifier: Apache-2.0
#include "core/rules/automated.h"

namespace snapferry::core {

Instant automated_slot(Instant create_time) {
  return std::chrono::floor<Seconds>(create_time);
}

AutomatedSnapshots automated_snapshots(const Policy& policy, const RegionView& view) {
  AutomatedSnapshots automated;
  for (const Snapshot& snapshot : view.snapshots) {
    if (snapshot.type != "automated" || snapshot.database != policy.database) continue;
    switch (snapshot.state()) {
      case SnapshotState::in_progress:
        automated.running = &snapshot;
        break;
      case SnapshotState::available: {
        if (!snapshot.original_create_time) break;
        const Snapshot*& newest = automated.newest;
        if (!newest || *newest->original_create_time < *snapshot.original_create_time) {
          newest = &snapshot;
        }
        break;
      }
      case SnapshotState::failed:
      case SnapshotState::deleting:
        break;
    }
  }
  return automated;
}

}  // namespace snapferry::core
