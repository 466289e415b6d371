// Rules 2 and 3 of ARCHITECTURE.md at the one place every delete passes: never what is not ours,
// never the last good copy, never what is being copied. Whatever a policy says, a delete that this
// function refuses is not planned, and engine asks it again before it acts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
/// every target has its copy of it or of a newer one, available, unless RDS copies no such
/// snapshot. Newer is what has a later slot *and* no older data: slots come from the clock of a
/// host, OriginalSnapshotCreateTime from AWS. Nothing with a slot of the future counts, for a
/// person is asked to delete that by hand; nor does what tells no OriginalSnapshotCreateTime, and
/// an available snapshot that tells none stays. One that is in progress, deleting or the source of
/// a running copy stays, and so does one with a hold tag.
std::optional<std::string> refuse_delete(const Policy& policy, const Inventory& inventory,
                                         const Region& region, const Snapshot& snapshot,
                                         Instant now);

/// A snapshot whose standing lets another go.
struct Replacement {
  Region region;
  SnapshotId snapshot;
};

/// Returns on which snapshots it rests that this one may go: at its own place the one with the
/// newest data, and for a source snapshot that of each target too. refuse_delete refuses each of
/// them, so that no plan deletes what another delete of it rests on.
/// Returns:  nothing for a snapshot that may go for its own sake (it failed).
/// Requires: refuse_delete does not refuse it.
std::vector<Replacement> replacements_of(const Policy& policy, const Inventory& inventory,
                                         const Region& region, const Snapshot& snapshot,
                                         Instant now);

}  // namespace snapferry::core
