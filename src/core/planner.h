// Decides. Same policy, inventory and time give the same plan, to the byte; nothing is read or done
// here. What the steps may be is held by the rules' own files: schedule and names (1), ownership
// (2), deletion_guard (3), lineage (4), quotas (5), recovery_point (6, 9), encryption (7).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/inventory.h"
#include "core/plan.h"
#include "core/policy.h"

namespace snapferry::core {

/// Returns what to do now for the policy's database, and what there is to wait for.
///
/// A slot is met when a snapshot of ours for it, or for a later one, stands or is being made.
/// Targets get every snapshot of ours that is newer than their newest copy, newest first; a target
/// without any copy gets the newest alone.
Plan make_plan(const Policy& policy, const Inventory& inventory, Instant now);

/// Returns the policy's offset on the slot grid; zero when the database is not known.
Milliseconds slot_offset(const Policy& policy, const Inventory& inventory);

}  // namespace snapferry::core
