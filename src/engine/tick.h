// One tick: observe, plan, act. It starts what can be started now and waits for nothing; AWS is its
// only memory, so it may die at any call and the next one goes on (ARCHITECTURE.md, "The idea").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/clock.h"
#include "core/cloud.h"
#include "core/policy.h"
#include "engine/budget.h"
#include "engine/event_sink.h"
#include "engine/parallel.h"
#include "engine/receipt.h"

namespace snapferry::engine {

/// What a tick works with. All must outlive it.
struct World {
  core::Clouds& clouds;
  core::Clock& clock;
  EventSink& events;
  int threads = kThreadsDefault;
  Budget budget = {};  ///< no step, and no read of observe, begins when it is used up
};

/// Why a step is deferred, or a region was not read, when the budget is used up.
inline constexpr std::string_view kNoTimeLeft = "no time left in this run";

/// Reads what the policy needs to know. Reads only. With `last`, what an earlier look has told
/// about the database, the quotas and the keys is taken from there, and only the snapshots are
/// read. Errors:   the source region could not be read, or no time is left to read it: there is
/// nothing
///           to decide on. What fails in a target region is in that region's view.
core::Result<core::Inventory> observe(World& world, const core::Policy& policy,
                                      const core::Inventory* last = nullptr);

/// Does the plan's steps that act. Waits for none of them.
/// Returns:  one outcome for each such step, in the plan's order; a failed step stops no other
/// (rule 8). Repeat:   safe: a second act of the same plan meets the first one's names.
std::vector<Outcome> act(World& world, const core::Policy& policy, const core::Inventory& inventory,
                         const core::Plan& plan);

/// observe, make_plan, act. `last` is the receipt of the tick before in the same wait: while that
/// only waited for what AWS works on, the database, the quotas and the keys are not read again,
/// until the plan has more to it: a wait of hours is cheap.
core::Result<Receipt> run_tick(World& world, const core::Policy& policy,
                               const Receipt* last = nullptr);

}  // namespace snapferry::engine
