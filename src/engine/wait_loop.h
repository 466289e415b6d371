// The waiter: a loop of ticks until nothing is pending. Official waiters give up after 30 minutes
// and on the first error; copies take hours, and throttling, lag and unknown statuses are the
// normal weather.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "engine/tick.h"

namespace snapferry::engine {

/// Returns how long to pause between two looks: a tenth of what was waited so far, from 250 ms to
/// 30 s.
core::Milliseconds pause_after(core::Milliseconds waited);

struct WaitOptions {
  core::Milliseconds timeout{std::chrono::hours(6)};
  /// Ours: what AWS fails twice it fails a third time; then a person should look.
  int failures_of_a_name_max = 3;
};

enum class WaitEnd { done, timed_out, interrupted, gave_up };

struct WaitResult {
  Receipt last;         ///< of the last tick that could observe
  int acted_count = 0;  ///< steps started or adopted, over all ticks
  WaitEnd end{};
  core::Milliseconds took{};
  std::optional<core::Step> gave_up_on;  ///< the delete of what AWS had failed for the last time
};

/// Runs ticks until none is pending, the time is up, or the clock says to stop. The first pauses
/// are short and grow with the time waited, to 30 s. Errors:   the first tick could not observe; or
/// a later one could not for a reason that time does not
///           mend (denied, invalid). Transient trouble after the first tick is told and waited out.
/// Repeat:   safe: a second wait goes on where this one stopped.
core::Result<WaitResult> wait_until_done(World& world, const core::Policy& policy,
                                         const WaitOptions& options);

}  // namespace snapferry::engine
