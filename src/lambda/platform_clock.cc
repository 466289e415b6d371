// SPDX-License-Identifier: Apache-2.0
#include "lambda/platform_clock.h"

#include <charconv>

#include <fmt/format.h>

namespace snapferry::lambda {

void PlatformClock::on_invocation(core::Instant deadline) {
  if (!timeout_) return;
  const core::Milliseconds difference = deadline - *timeout_ - host_.now();
  offset_ms_ = std::chrono::abs(difference) > kClockDifferenceMax ? difference.count() : 0;
}

core::Result<std::optional<core::Seconds>> timeout_from_environment(
    const core::Environment& environment) {
  const auto text = environment.get("SNAPFERRY_TIMEOUT_SECONDS");
  if (!text) return std::optional<core::Seconds>();
  long seconds = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, seconds);
  if (read.ec != std::errc() || read.ptr != end || seconds < 1 || seconds > kTimeoutMax) {
    return core::fail(core::ErrorKind::invalid,
                      fmt::format("SNAPFERRY_TIMEOUT_SECONDS \"{}\" is no number from 1 to {}",
                                  *text, kTimeoutMax),
                      "Set it to the function's Timeout, or leave it unset.");
  }
  return std::optional(core::Seconds(seconds));
}

}  // namespace snapferry::lambda
