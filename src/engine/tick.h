// One tick: observe, plan, act. It starts what can be started now and waits for nothing; AWS is its
// only memory, so it may die at any call and the next one goes on (ARCHITECTURE.md, "The idea").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/cloud.h"
#include "core/policy.h"
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
};

/// Reads what the policy needs to know. Reads only.
/// Errors:   the source region could not be read: there is nothing to decide on. What fails in a
/// target
///           region is in that region's view.
core::Result<core::Inventory> observe(World& world, const core::Policy& policy);

/// Does the plan's steps that act. Waits for none of them.
/// Returns:  one outcome for each such step, in the plan's order; a failed step stops no other
/// (rule 8). Repeat:   safe: a second act of the same plan meets the first one's names.
std::vector<Outcome> act(World& world, const core::Policy& policy, const core::Inventory& inventory,
                         const core::Plan& plan);

/// observe, make_plan, act.
core::Result<Receipt> run_tick(World& world, const core::Policy& policy);

}  // namespace snapferry::engine
