// Snapshots that RDS takes by itself, in the backup window of a database, as sources of copies: a
// policy that copies them puts no load of its own on the database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/inventory.h"
#include "core/policy.h"

namespace snapferry::core {

struct AutomatedSnapshot {
  const Snapshot* snapshot;
  Instant slot;  ///< the schedule's latest at or before the time of its data
};

/// Returns the automated snapshots of the policy's database, the newest slot first; of several in
/// one slot the newest. One that tells no time of its data is passed over: RDS is taking it.
/// `offset` is the policy's slot_offset.
std::vector<AutomatedSnapshot> automated_snapshots(const Policy& policy, const RegionView& view,
                                                   Milliseconds offset);

}  // namespace snapferry::core
