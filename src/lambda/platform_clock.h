// The time of day as the platform has it. A process of Lambda is frozen between events and may wake
// with a clock that stood still; an emulator's clock may have been moved on by days. What slot is
// due must follow the platform.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <optional>

#include "core/clock.h"
#include "core/environment.h"

namespace snapferry::lambda {

/// Ours: below it, the difference is that of two clocks and the time it took to wake; above it,
/// somebody's clock stands elsewhere.
inline constexpr core::Milliseconds kClockDifferenceMax{std::chrono::minutes(1)};

/// Units: seconds. Source: Lambda API, CreateFunction Timeout: 1 to 900 in general, to 5400 for
/// durable functions; botocore 1.43 lambda service-2.json, 2026-11.
inline constexpr long kTimeoutMax = 5400;

class PlatformClock final : public core::Clock {
 public:
  /// `host` must outlive this object. `timeout` is the function's Timeout; nothing: the host's
  /// clock is all there is.
  PlatformClock(core::Clock& host, std::optional<core::Seconds> timeout)
      : host_(host), timeout_(timeout) {}

  /// An event has come whose time is over at `deadline`: it began `timeout` before.
  void on_invocation(core::Instant deadline);

  [[nodiscard]] core::Milliseconds offset() const { return core::Milliseconds(offset_ms_.load()); }

  core::Instant now() override { return host_.now() + offset(); }
  bool sleep(core::Milliseconds duration) override { return host_.sleep(duration); }
  [[nodiscard]] bool is_stopped() override { return host_.is_stopped(); }

 private:
  core::Clock& host_;
  std::optional<core::Seconds> timeout_;
  std::atomic<long> offset_ms_{0};  ///< the tick's threads read it
};

/// Reads SNAPFERRY_TIMEOUT_SECONDS, which the template sets to the function's Timeout.
/// Errors:   invalid: no number of seconds from 1 to kTimeoutMax.
core::Result<std::optional<core::Seconds>> timeout_from_environment(
    const core::Environment& environment);

}  // namespace snapferry::lambda
