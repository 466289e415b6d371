// The emulator's two clocks. Time of day runs as the host's does, plus what was advanced by hand,
// so that stock clients' signatures and ages agree with it. Work (snapshots, copies) runs `speed`
// times as fast, plus the same advances: at speed 60 a copy of an hour takes a minute; at speed 0
// only advance() moves it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "core/clock.h"

namespace snapferry::emulator {

/// Requires: nothing; may be called from several threads at once.
class EmulatorClock {
 public:
  /// `host` must outlive this object. Units: speed is a factor, 0 to 1,000,000.
  EmulatorClock(core::Clock& host, double speed);

  /// Time of day: what answers and events show.
  [[nodiscard]] core::Instant now();

  /// Work done since the start: what progress is measured on.
  [[nodiscard]] core::Milliseconds worked();

  /// Moves both clocks on.
  void advance(core::Milliseconds by);

  /// The sum of all advances, for --data.
  [[nodiscard]] core::Milliseconds advanced();

  /// The host's clock alone: what signatures are checked against, so that a client need not know of
  /// advances.
  [[nodiscard]] core::Instant host_now();

  /// Goes on from a saved state: no work was done while the emulator was down.
  void restore(core::Milliseconds saved_advanced, core::Milliseconds saved_worked);

 private:
  core::Clock& host_;
  double speed_;
  core::Instant started_;
  std::mutex mutex_;
  core::Milliseconds advanced_{0};
  core::Milliseconds worked_before_{0};  ///< up to started_, advances included
};

}  // namespace snapferry::emulator
