// SPDX-License-Identifier: Apache-2.0
#include "emulator/time/emulator_clock.h"

#include <cmath>

#include "core/result.h"

namespace snapferry::emulator {

EmulatorClock::EmulatorClock(core::Clock& host, double speed)
    : host_(host), speed_(speed), started_(host.now()) {
  // The upper end keeps a year of host time within the range of milliseconds.
  ASSERT(speed >= 0 && speed <= 1'000'000);
}

core::Instant EmulatorClock::now() {
  const std::scoped_lock lock(mutex_);
  return host_.now() + advanced_;
}

core::Instant EmulatorClock::host_now() {
  return host_.now();
}

core::Milliseconds EmulatorClock::worked() {
  const std::scoped_lock lock(mutex_);
  const auto elapsed = static_cast<double>((host_.now() - started_).count());
  return worked_before_ + core::Milliseconds(std::llround(elapsed * speed_));
}

void EmulatorClock::advance(core::Milliseconds by) {
  const std::scoped_lock lock(mutex_);
  advanced_ += by;
  worked_before_ += by;
}

core::Milliseconds EmulatorClock::advanced() {
  const std::scoped_lock lock(mutex_);
  return advanced_;
}

void EmulatorClock::restore(core::Milliseconds saved_advanced, core::Milliseconds saved_worked) {
  const std::scoped_lock lock(mutex_);
  started_ = host_.now();
  advanced_ = saved_advanced;
  worked_before_ = saved_worked;
}

}  // namespace snapferry::emulator
