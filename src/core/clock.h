// The clock, handed in: production sleeps, tests and the simulator move it by hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

namespace snapferry::core {

/// Requires: implementations may be called from several threads at once.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Returns the current time. Never goes back between two calls from one thread by more than the
  /// host's own clock does.
  [[nodiscard]] virtual Instant now() = 0;

  /// Waits that long, or until something asks the program to stop.
  /// Returns: false if it was told to stop (SIGINT): the caller ends its work and reports.
  [[nodiscard]] virtual bool sleep(Milliseconds duration) = 0;

  /// Returns whether something has asked the program to stop: what has not begun is not begun.
  [[nodiscard]] virtual bool is_stopped() { return false; }
};

}  // namespace snapferry::core
