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

// Counts how often what bears the same name was failed by AWS and deleted for a repeat.
class FailureCount {
 public:
  explicit FailureCount(int max) : max_(max) {}

  // Returns the step whose snapshot has failed too often, if there is one.
  const core::Step* too_often(const Receipt& receipt) {
    for (const Outcome& outcome : receipt.outcomes) {
      const core::Step& step = outcome.step;
      if (step.reason.code != core::ReasonCode::failed_snapshot) continue;
      if (outcome.kind != OutcomeKind::started) continue;
      if (++count_[{step.region, step.snapshot}] >= max_) return &step;
    }
    return nullptr;
  }

 private:
  int max_;
  std::map<std::pair<core::Region, core::SnapshotId>, int> count_;
};

void take(WaitResult& result, Receipt receipt) {
  result.last = std::move(receipt);
  for (const Outcome& outcome : result.last.outcomes) {
    result.acted_count +=
        outcome.kind == OutcomeKind::started || outcome.kind == OutcomeKind::adopted;
  }
}

}  // namespace

core::Milliseconds pause_after(core::Milliseconds waited) {
  return std::clamp<core::Milliseconds>(waited / 10, kPauseMin, kPauseMax);
}

core::Result<WaitResult> wait_until_done(World& world, const core::Policy& policy,
                                         const WaitOptions& options) {
  const core::Instant start = world.clock.now();
  core::Policy pinned = policy;
  FailureCount failures(options.failures_of_a_name_max);
  WaitResult result;
  const auto end = [&](WaitEnd how) {
    result.end = how;
    result.took = world.clock.now() - start;
    return result;
  };
  for (bool is_first = true;; is_first = false) {
    auto receipt = run_tick(world, pinned, is_first ? nullptr : &result.last);
    if (receipt) {
      take(result, std::move(*receipt));
      // One slot is seen through: a wait that ran into the next one would never end on a short
      // schedule.
      pinned.wanted_slot = result.last.plan.slot;
    }
    if (world.clock.is_stopped()) return end(WaitEnd::interrupted);
    if (!receipt) {
      if (is_first || !is_worth_waiting(receipt.error())) {
        return std::unexpected(std::move(receipt).error());
      }
      world.events.on_trouble(receipt.error());
    } else if (!result.last.is_pending()) {
      return end(WaitEnd::done);
    } else if (const core::Step* step = failures.too_often(result.last)) {
      result.gave_up_on = *step;
      return end(WaitEnd::gave_up);
    }
    const core::Milliseconds took = world.clock.now() - start;
    if (took >= options.timeout) return end(WaitEnd::timed_out);
    const core::Milliseconds pause = std::min(pause_after(took), options.timeout - took);
    world.events.on_pause(pause);
    if (!world.clock.sleep(pause)) return end(WaitEnd::interrupted);
  }
}

}  // namespace snapferry::engine
