// SPDX-License-Identifier: Apache-2.0
#include "engine/wait_loop.h"

#include <algorithm>
#include <map>

namespace snapferry::engine {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only

// A tenth of what was waited so far: what takes minutes is seen within seconds of its end, and
// hours of copying are asked after every 30 s, the official waiters' own interval.
constexpr auto kPauseMin = 250ms;
constexpr auto kPauseMax = 30s;

core::Milliseconds pause_after(core::Milliseconds waited) {
  return std::clamp<core::Milliseconds>(waited / 10, kPauseMin, kPauseMax);
}

bool is_worth_waiting(const core::Error& error) {
  switch (error.kind) {
    case core::ErrorKind::transient:
    case core::ErrorKind::unknown:
    case core::ErrorKind::limit:
    case core::ErrorKind::conflict:
    case core::ErrorKind::missing:
      return true;
    case core::ErrorKind::invalid:
    case core::ErrorKind::denied:
      return false;
  }
  ASSERT(false);
}

// Counts how often AWS failed what bears the same name.
class FailureCount {
 public:
  explicit FailureCount(int max) : max_(max) {}

  bool is_too_many(const core::Plan& plan) {
    for (const core::Step& step : plan.steps) {
      if (step.reason.code != core::ReasonCode::failed_snapshot) continue;
      if (++count_[{step.region, step.snapshot}] >= max_) return true;
    }
    return false;
  }

 private:
  int max_;
  std::map<std::pair<core::Region, core::SnapshotId>, int> count_;
};

}  // namespace

core::Result<WaitResult> wait_until_done(World& world, const core::Policy& policy,
                                         const WaitOptions& options) {
  const core::Instant start = world.clock.now();
  FailureCount failures(options.failures_of_a_name_max);
  WaitResult result;
  for (bool is_first = true;; is_first = false) {
    auto receipt = run_tick(world, policy);
    bool is_pending = true;
    if (receipt) {
      result.last = std::move(*receipt);
      for (const Outcome& outcome : result.last.outcomes) {
        result.acted_count +=
            outcome.kind == OutcomeKind::started || outcome.kind == OutcomeKind::adopted;
      }
      is_pending = result.last.is_pending();
    } else if (is_first || !is_worth_waiting(receipt.error())) {
      return std::unexpected(std::move(receipt).error());
    } else {
      world.events.on_trouble(receipt.error());
    }
    result.took = world.clock.now() - start;
    if (!is_pending) {
      result.end = WaitEnd::done;
      return result;
    }
    if (receipt && failures.is_too_many(result.last.plan)) {
      result.end = WaitEnd::gave_up;
      return result;
    }
    const core::Milliseconds pause = pause_after(result.took);
    if (result.took + pause > options.timeout) {
      result.end = WaitEnd::timed_out;
      return result;
    }
    world.events.on_pause(pause);
    if (!world.clock.sleep(pause)) {
      result.end = WaitEnd::interrupted;
      return result;
    }
  }
}

}  // namespace snapferry::engine
