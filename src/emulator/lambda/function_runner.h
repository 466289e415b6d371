// Runs functions for real, as processes behind a Runtime API. It is the one part of the emulator
// with threads of its own besides the servers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/time.h"

namespace snapferry::emulator {

struct InvocationResult {
  std::string payload;
  std::string function_error;  ///< "Unhandled" when the function failed, timed out or died
  bool is_throttled = false;   ///< reserved concurrency is used up: nothing ran
  bool is_stopped = false;     ///< the emulator stopped before the function was done
  std::string log_tail = {};   ///< the last 4 KB of the invocation's log
};

class FunctionRunner {
 public:
  virtual ~FunctionRunner() = default;

  /// Runs one invocation to its end. Requires: World::mutex is NOT held; the function exists.
  /// `request_id` is made up when it is empty.
  virtual InvocationResult invoke(const std::string& function_arn, const std::string& payload,
                                  const std::string& request_id = {}) = 0;

  /// Tells that LambdaModel::queue has something new, or that functions were changed or deleted.
  /// Requires: nothing; returns at once.
  virtual void wake() = 0;

  /// Waits until no invocation is queued for now or running. Requires: World::mutex is NOT held.
  /// Units: host time. Returns false when that took longer than `limit`.
  virtual bool wait_idle(core::Milliseconds limit) = 0;
};

}  // namespace snapferry::emulator
