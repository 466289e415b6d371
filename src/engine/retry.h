// Retry in AWS's standard mode, around calls of the Cloud port: a page of a list is repeated, never
// the whole list. Only `transient` is repeated: nothing happened. `unknown` never is (rule 10): the
// next tick observes first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <random>

#include "core/clock.h"
#include "core/result.h"
#include "engine/call.h"

namespace snapferry::engine {

struct RetryOptions {
  /// Source: AWS SDKs, standard retry mode; rds-facts section 4 (botocore 1.43), 2026-08.
  int attempts_max = 3;
  core::Milliseconds delay_max{20'000};
  int budget_tokens = 500;
  int retry_cost_tokens = 5;
};

/// Called before each repeat: the call, the number of the attempt that failed, the pause, the
/// error.
using OnRetry =
    std::function<void(const Call&, int attempt, core::Milliseconds pause, const core::Error&)>;

/// Requires: `clock` outlives this object. May be called from several threads at once.
class Retry {
 public:
  Retry(RetryOptions options, core::Clock& clock, unsigned long seed, OnRetry on_retry);

  template <class F>
  auto operator()(const Call& call, F f) -> decltype(f()) {
    for (int attempt = 1;; ++attempt) {
      auto result = f();
      if (result.has_value()) {
        refund(attempt);
        return result;
      }
      const auto pause = pause_before_repeat(call, attempt, result.error());
      if (!pause || !clock_.sleep(*pause)) return result;
    }
  }

 private:
  // How long to wait before the next attempt; nothing when there must be none. Takes the tokens.
  std::optional<core::Milliseconds> pause_before_repeat(const Call& call, int attempt,
                                                        const core::Error& error);
  void refund(int attempt);

  RetryOptions options_;
  core::Clock& clock_;
  OnRetry on_retry_;
  std::mutex mutex_;
  std::mt19937_64 random_;
  int tokens_;
};

}  // namespace snapferry::engine
