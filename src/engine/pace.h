// Pacing: at most so many calls a second to one region, so that a fleet's tick does not throttle
// the account for everybody else in it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>

#include "core/clock.h"
#include "engine/call.h"

namespace snapferry::engine {

struct PaceOptions {
  /// Ours: RDS publishes no limits. 10 a second reads 1,000 snapshots a second, and stays below the
  /// 700 a minute at which users of other tools saw throttling (awslabs/rds-snapshot-tool#29) once
  /// the burst is spent.
  double calls_per_second = 10;
  double burst_calls = 20;
};

/// Requires: `clock` outlives this object. May be called from several threads at once.
class Pace {
 public:
  Pace(PaceOptions options, core::Clock& clock) : options_(options), clock_(clock) {}

  template <class F>
  auto operator()(const Call& call, F f) -> decltype(f()) {
    // Told to stop: the call goes ahead unpaced; who asked for it ends soon.
    if (const auto pause = take(call.region); pause > core::Milliseconds(0)) {
      static_cast<void>(clock_.sleep(pause));
    }
    return f();
  }

 private:
  struct Bucket {
    double calls = 0;
    core::Instant filled;
  };

  // Takes one call's worth and returns how long to wait for it. The level may go below zero: that
  // is the queue.
  core::Milliseconds take(const core::Region& region);

  PaceOptions options_;
  core::Clock& clock_;
  std::mutex mutex_;
  std::map<core::Region, Bucket> buckets_;
};

}  // namespace snapferry::engine
