// What the policies of roles were asked, and what they answered, newest last: for whoever wants to
// ask another judge the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>

#include "emulator/iam/evaluation.h"

namespace snapferry::emulator {

struct AccessDecision {
  PolicyRequest asked;
  bool is_allowed = false;
};

/// Requires: the emulator's lock is held.
class AccessLog {
 public:
  void add(AccessDecision decision) {
    decisions_.push_back(std::move(decision));
    if (decisions_.size() > kMax) decisions_.pop_front();
  }
  void clear() { decisions_.clear(); }
  [[nodiscard]] const std::deque<AccessDecision>& all() const { return decisions_; }

 private:
  // Ours: as many as there are logged calls (door/call_log.h); some tens of megabytes.
  static constexpr size_t kMax = 10000;
  std::deque<AccessDecision> decisions_;
};

}  // namespace snapferry::emulator
