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
#include "core/inventory.h"
#include "core/plan.h"
#include "core/policy.h"

namespace snapferry::core {

/// What one look at a region told.
struct RegionSurvey {
  std::vector<Database> databases;       ///< of a source region
  std::optional<Error> databases_error;  ///< why they could not be read
  RegionView view;
};

using Survey = std::map<Region, RegionSurvey>;

/// One database under one policy, as far as it was planned.
struct FleetItem {
  Policy policy;
  Inventory inventory;  ///< of this database, with what others hold of the names it may claim
  Plan plan;
};

struct FleetPlan {
  std::vector<FleetItem> items;  ///< by policy in the file's order, then region, then database
  std::vector<Error> problems;   ///< what keeps a region or a database from being planned at all
};

/// Returns the policy for each database of the region that it means, and for each database that it
/// names by id and that is in none of its source regions, so that it is not passed over in silence.
/// Errors:   in `problems`: a name that RDS would refuse for that database.
std::vector<Policy> resolve(const FleetPolicy& fleet, const Region& region, const Survey& survey,
                            std::vector<Error>& problems);

/// Requires: the survey has every region of the policies.
/// `deletes_max` is how many deletes each database may have, and each policy of the file over all
/// its databases; none: as deletes_allowed says. Past it the database, or the policy, deletes
/// nothing.
FleetPlan make_fleet_plan(std::span<const FleetPolicy> fleets, const Survey& survey, Instant now,
                          std::optional<int> deletes_max = {});

}  // namespace snapferry::core
