// Rules 2 and 3 of ARCHITECTURE.md at the one place every delete passes: never what is not ours,
// never the last good copy, never what is being copied. Whatever a policy says, a delete that this
// function refuses is not planned, and engine asks it again before it acts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/inventory.h"
#include "core/policy.h"

namespace snapferry::core {

/// The tag by which a person keeps a snapshot whatever a policy says; its value, for people, tells
/// until when or why.
inline constexpr std::string_view kHoldTag = "snapferry:hold";

/// Returns why the snapshot of that region must stay, or nothing when it may be deleted.
///
/// A failed snapshot of ours may go, one that became incompatible-... may not. An available one may
/// go only when a newer available one of ours stands at the same place and, for a source snapshot,
/// every target has its copy of it or of a newer one, available. One that is in progress, deleting
/// or the source of a running copy stays, and so does one with a hold tag.
std::optional<std::string> refuse_delete(const Policy& policy, const Inventory& inventory,
                                         const Region& region, const Snapshot& snapshot);

}  // namespace snapferry::core
