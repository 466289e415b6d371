// SPDX-License-Identifier: Apache-2.0
#include "engine/pace.h"

#include <algorithm>

namespace snapferry::engine {

core::Milliseconds Pace::take(const core::Region& region) {
  const std::lock_guard lock(mutex_);
  const core::Instant now = clock_.now();
  auto [it, is_new] = buckets_.try_emplace(region, Bucket{options_.burst_calls, now});
  Bucket& bucket = it->second;
  // A clock that was set back adds nothing.
  const auto elapsed = std::max(core::Milliseconds(0), now - bucket.filled);
  bucket.calls =
      std::min(options_.burst_calls,
               bucket.calls + double(elapsed.count()) * options_.calls_per_second / 1000);
  bucket.filled = now;
  bucket.calls -= 1;
  if (bucket.calls >= 0) return core::Milliseconds(0);
  return core::Milliseconds(long(-bucket.calls * 1000 / options_.calls_per_second));
}

}  // namespace snapferry::engine
