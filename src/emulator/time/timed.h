// What does things by itself as time passes: a schedule that fires, an alarm that looks, a retry
// that is due. Nothing runs in the background; the conductor asks who is next, moves the clock
// there, and lets them run (conductor.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/time.h"

namespace snapferry::emulator {

struct World;

class Timed {
 public:
  virtual ~Timed() = default;

  /// Returns when run_due() has something to do next; nothing when it has nothing to wait for.
  /// Requires: World::mutex is held, here and below.
  [[nodiscard]] virtual std::optional<core::Instant> next_due(World& world) = 0;

  /// Does what is due at `now` or before. After it, next_due() is later than `now`.
  virtual void run_due(World& world, core::Instant now) = 0;
};

}  // namespace snapferry::emulator
