// The calls that the emulator has answered, newest last: what tests count, and what a person looks
// at to see what a program really asked of AWS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>

#include "core/time.h"

namespace snapferry::emulator {

struct LoggedCall {
  core::Instant time;  ///< on the emulator's time of day
  std::string service;
  std::string operation;
  std::string region;
  std::string account;
  int status = 0;    ///< 0: the answer was lost on purpose
  std::string code;  ///< the wire code of a refusal, else empty
  std::string request_id;
};

/// Requires: the emulator's lock is held.
class CallLog {
 public:
  void add(LoggedCall call) {
    calls_.push_back(std::move(call));
    if (calls_.size() > kMax) calls_.pop_front();
  }
  void clear() { calls_.clear(); }
  [[nodiscard]] const std::deque<LoggedCall>& all() const { return calls_; }

 private:
  // Ours: some megabytes; past any test's need.
  static constexpr size_t kMax = 10000;
  std::deque<LoggedCall> calls_;
};

}  // namespace snapferry::emulator
