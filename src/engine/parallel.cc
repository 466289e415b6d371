// SPDX-License-Identifier: Apache-2.0
#include "engine/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "core/result.h"

namespace snapferry::engine {

void run_parallel(const std::vector<std::function<void()>>& tasks, int threads) {
  ASSERT(threads >= 1);
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < tasks.size(); i = next++) tasks[i]();
  };
  std::vector<std::jthread> pool;
  // The caller's thread is one of them.
  const size_t extra = std::min(size_t(threads), tasks.size());
  for (size_t i = 1; i < extra; ++i) pool.emplace_back(work);
  work();
}

}  // namespace snapferry::engine
