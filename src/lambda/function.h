// The process: starts as the function that _HANDLER names, then serves events until it is stopped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "core/environment.h"
#include "core/result.h"
#include "lambda/handler.h"
#include "lambda/log_lines.h"
#include "lambda/runtime_client.h"

namespace snapferry::lambda {

/// Serves events until the clock says to stop or the Runtime API is gone.
/// `set_idle` is told true before the wait for an event and false after it.
/// Returns:  the process's exit code: 0 when it was told to stop.
int serve(RuntimeClient& runtime, Handler& handler, core::Clock& host, LogLines& log,
          const std::function<void(bool)>& set_idle);

/// The whole process. Returns its exit code: 0 stopped in order, 1 could not start or lost the
/// Runtime API.
int run(const core::Environment& environment);

}  // namespace snapferry::lambda
