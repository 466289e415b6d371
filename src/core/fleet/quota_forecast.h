// How long the quotas of manual snapshots last: whoever keeps a snapshot a day and deletes none
// fills a quota of a hundred in a hundred days, and learns it from the first that is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/fleet/survey.h"

namespace snapferry::core {

struct QuotaForecast {
  Place place;
  SnapshotQuota quota;
  double made_per_day = 0;         ///< by the policies, once every database has its snapshots
  std::optional<long> settles_at;  ///< how many there will be at most; none: they never end
  std::optional<int> days_left;    ///< until the quota is full at that pace; none: it never is
};

/// Returns a forecast for each place of the policies whose quota was read. It reckons with what the
/// rules of `keep` hold at most, and takes what others made there to stay as it is.
std::vector<QuotaForecast> forecast_quotas(std::span<const Policy* const> policies,
                                           const Survey& survey, Instant now);

}  // namespace snapferry::core
