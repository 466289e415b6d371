// The one place that reads the current time and that sleeps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"

namespace snapferry::engine {

/// The host's clock. Requires: at most one object with `stop_on_signals`.
class SystemClock final : public core::Clock {
 public:
  /// With `stop_on_signals`, SIGINT and SIGTERM end every sleep, now and later, instead of the
  /// program.
  explicit SystemClock(bool stop_on_signals);
  ~SystemClock() override;
  SystemClock(const SystemClock&) = delete;
  SystemClock& operator=(const SystemClock&) = delete;

  core::Instant now() override;
  bool sleep(core::Milliseconds duration) override;

  [[nodiscard]] bool is_stopped() override;

 private:
  bool owns_signals_;
};

}  // namespace snapferry::engine
