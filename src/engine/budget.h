// The time a run has: a function of Lambda is cut off at its deadline, and must have reported
// before. Whoever has none (the command line) works without end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "core/clock.h"

namespace snapferry::engine {

/// Ours: an alert, the log lines and the answer take well below a second each; the rest is for one
/// call that began just before and ends by its own time-outs.
inline constexpr core::Milliseconds kReserveDefault{10'000};

/// Ours: what a run needs at its very end, to hand over its answer. A call that hangs is given up
/// before.
inline constexpr core::Milliseconds kHandOverTime{2'000};

struct Budget {
  core::Instant deadline = core::Instant::max();  ///< the run is cut off then
  core::Milliseconds reserve = kReserveDefault;   ///< kept free for reporting

  /// Returns the time for work that is left at `now`: before the reserve begins; never negative.
  [[nodiscard]] core::Milliseconds left(core::Instant now) const {
    if (deadline == core::Instant::max()) return core::Milliseconds::max();
    return std::max(core::Milliseconds(0), deadline - reserve - now);
  }

  /// Returns how long a call that begins at `now` may take; never negative.
  [[nodiscard]] core::Milliseconds call_time_max(core::Instant now) const {
    if (deadline == core::Instant::max()) return core::Milliseconds::max();
    return std::max(core::Milliseconds(0), deadline - kHandOverTime - now);
  }
};

/// A clock under which nothing new begins once the budget is used up: it then says "stopped", and a
/// sleep that would outlast it does not begin. Retries, pacing and waits end by it.
/// Requires: `inner` outlives this object. May be called from several threads at once; begin() only
///           while no other call runs.
class BudgetClock final : public core::Clock {
 public:
  explicit BudgetClock(core::Clock& inner) : inner_(inner) {}

  /// Starts a run with this budget.
  void begin(Budget budget) { budget_ = budget; }

  [[nodiscard]] const Budget& budget() const { return budget_; }

  /// As Budget's, now.
  [[nodiscard]] core::Milliseconds call_time_max() { return budget_.call_time_max(inner_.now()); }

  core::Instant now() override { return inner_.now(); }
  bool sleep(core::Milliseconds duration) override {
    return duration < budget_.left(inner_.now()) && inner_.sleep(duration);
  }
  bool is_stopped() override { return is_used_up() || inner_.is_stopped(); }

  /// Returns whether it is the budget that says so.
  [[nodiscard]] bool is_used_up() { return budget_.left(inner_.now()) <= core::Milliseconds(0); }

 private:
  core::Clock& inner_;
  Budget budget_;
};

}  // namespace snapferry::engine
