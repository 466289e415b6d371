// A log of calls: every call that was really made, after retry and pacing, with how it ended.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "core/clock.h"
#include "core/result.h"
#include "engine/call.h"

namespace snapferry::engine {

/// Called after each call; `error` is null when it went well. May come from several threads at
/// once.
using OnCall = std::function<void(const Call&, core::Milliseconds took, const core::Error* error)>;

class CallLog {
 public:
  CallLog(core::Clock& clock, OnCall on_call) : clock_(clock), on_call_(std::move(on_call)) {}

  template <class F>
  auto operator()(const Call& call, F f) -> decltype(f()) {
    const core::Instant start = clock_.now();
    auto result = f();
    if (on_call_) on_call_(call, clock_.now() - start, result ? nullptr : &result.error());
    return result;
  }

 private:
  core::Clock& clock_;
  OnCall on_call_;
};

}  // namespace snapferry::engine
