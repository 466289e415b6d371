// SPDX-License-Identifier: Apache-2.0
#include "engine/retry.h"

#include <algorithm>

namespace snapferry::engine {

Retry::Retry(RetryOptions options, core::Clock& clock, unsigned long seed, OnRetry on_retry)
    : options_(options),
      clock_(clock),
      on_retry_(std::move(on_retry)),
      random_(seed),
      tokens_(options.budget_tokens) {}

std::optional<core::Milliseconds> Retry::pause_before_repeat(const Call& call, int attempt,
                                                             const core::Error& error) {
  if (error.kind != core::ErrorKind::transient || attempt >= options_.attempts_max) {
    return std::nullopt;
  }
  core::Milliseconds pause{0};
  {
    const std::lock_guard lock(mutex_);
    if (tokens_ < options_.retry_cost_tokens) return std::nullopt;
    tokens_ -= options_.retry_cost_tokens;
    // Full jitter on 1 s, 2 s, 4 s ...: many clients that were refused together come back apart.
    const int doublings = std::min(attempt - 1, 10);
    const auto ceiling = std::min(options_.delay_max, core::Milliseconds(1000) * (1 << doublings));
    pause =
        core::Milliseconds(std::uniform_int_distribution<long>(0, long(ceiling.count()))(random_));
  }
  // The service's own word beats the jitter, but not by more than our ceiling.
  if (error.retry_after) pause = std::max(pause, std::min(*error.retry_after, options_.delay_max));
  if (on_retry_) on_retry_(call, attempt, pause, error);
  return pause;
}

void Retry::refund(int attempt) {
  const std::lock_guard lock(mutex_);
  const int refund = attempt == 1 ? 1 : options_.retry_cost_tokens;
  tokens_ = std::min(options_.budget_tokens, tokens_ + refund);
}

}  // namespace snapferry::engine
