// A small bounded pool: independent calls side by side. The simulator runs the same code with one
// thread, in order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

namespace snapferry::engine {

/// Ours: eight calls at once hide the latency of a region's API and stay far below its rate limits.
inline constexpr int kThreadsDefault = 8;

/// Runs all tasks, at most `threads` at a time, and returns when the last has ended.
/// Requires: tasks throw nothing and share nothing unguarded. `threads` is at least 1; with 1 the
/// tasks
///           run one by one, in order, on the caller's thread.
void run_parallel(const std::vector<std::function<void()>>& tasks, int threads);

}  // namespace snapferry::engine
