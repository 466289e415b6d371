// Snapshots that RDS takes by itself, in the backup window of a database, as sources of copies: a
// policy that copies them puts no load of its own on the database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/inventory.h"
#include "core/policy.h"

namespace snapferry::core {

/// Returns the slot that an automated snapshot stands for: the second its data was captured in. RDS
/// begins at any time of a window, so no grid tells one from the next.
Instant automated_slot(Instant create_time);

struct AutomatedSnapshots {
  const Snapshot* newest =
      nullptr;  ///< of those that are available and tell the time of their data
  const Snapshot* running = nullptr;  ///< one that RDS is taking
};

/// Returns what RDS took of the policy's database by itself.
AutomatedSnapshots automated_snapshots(const Policy& policy, const RegionView& view);

}  // namespace snapferry::core
