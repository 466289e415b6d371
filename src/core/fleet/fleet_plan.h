// Decides for many databases: every policy of a file against what its regions hold. Each database
// is planned as if it were alone, but the room that both quotas leave is one for all, and is handed
// out to the oldest recovery point first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/fleet/fleet_policy.h"
#include "core/fleet/quota_forecast.h"
#include "core/fleet/survey.h"
#include "core/plan.h"
#include "core/policy.h"

namespace snapferry::core {

/// One database under one policy, as far as it was planned.
struct FleetItem {
  Policy policy;
  Plan plan;
  int kept_count = 0;  ///< how many the plan keeps, told or not
};

struct FleetPlan {
  std::vector<FleetItem> items;  ///< by policy in the file's order, then region, then database
  std::vector<Error> problems;   ///< what keeps a region or a database from being planned at all
  std::vector<QuotaForecast> quotas;  ///< of the places, as far as they were read
};

/// What a plan of many databases is to be.
struct FleetPlanOptions {
  /// How many deletes each database may have, and each policy of the file over all its databases;
  /// none: as deletes_allowed says. Past it the database, or the policy, deletes nothing.
  std::optional<int> deletes_max = {};
  bool is_kept_told = true;  ///< whether the plans say what they keep and why: most of their size
};

FleetPlan make_fleet_plan(std::span<const FleetPolicy> fleets, const Survey& survey, Instant now,
                          const FleetPlanOptions& options = {});

}  // namespace snapferry::core
