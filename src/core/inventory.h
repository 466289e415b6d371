// What is seen: the answer of one look at the world, as plain data for the planner and for status.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/domain.h"
#include "core/result.h"

namespace snapferry::core {

/// One region as far as it was read. Rule 8: what could not be read is an error here, not the end.
struct RegionView {
  std::vector<Snapshot> snapshots;  ///< manual; in a target region those of every database
  int others_in_flight = 0;  ///< copies into the region that are running and not in `snapshots`
  /// What plans made before this one, from the same look, are to start here.
  int planned_snapshots = 0;  ///< and copies
  int planned_copies = 0;
  std::optional<SnapshotQuota> quota;       ///< nothing: could not be read, or not asked
  std::map<std::string, Result<Key>> keys;  ///< by the name the policy gives the key
  std::optional<Error> error;               ///< the snapshots could not be read: plan nothing here
};

struct Inventory {
  std::optional<Database> database;   ///< nothing: no such instance in the source region
  std::optional<DatabaseId> similar;  ///< when there is none: the one most likely meant
  std::map<Region, RegionView> regions;
};

}  // namespace snapferry::core
