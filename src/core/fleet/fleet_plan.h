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

/// A region as the calls for one kind of databases see it. A region alone means its DB instances.
struct Place {
  Region region;
  DatabaseKind kind = DatabaseKind::instance;

  // NOLINTNEXTLINE(google-explicit-constructor): as a region is named alone where one kind is meant
  Place(Region region, DatabaseKind kind = DatabaseKind::instance)
      : region(std::move(region)), kind(kind) {}
  auto operator<=>(const Place&) const = default;
};

/// What one look at a place told.
struct PlaceSurvey {
  std::vector<Database> databases;       ///< of a source region
  std::optional<Error> databases_error;  ///< why they could not be read
  RegionView view;
};

/// A place that is not in it is as one that holds nothing.
using Survey = std::map<Place, PlaceSurvey>;

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
/// Databases that are gone, or no longer meant, and of which the policy has left something, come as
/// orphans. A member of a cluster stands for its cluster, unless the policy excepts that: RDS takes
/// snapshots of the cluster only. A place whose databases could not be read gives none. Errors: in
/// `problems`: a name that RDS would refuse for that database.
std::vector<Policy> resolve(const FleetPolicy& fleet, const Region& region, const Survey& survey,
                            std::vector<Error>& problems);

/// `deletes_max` is how many deletes each database may have, and each policy of the file over all
/// its databases; none: as deletes_allowed says. Past it the database, or the policy, deletes
/// nothing.
FleetPlan make_fleet_plan(std::span<const FleetPolicy> fleets, const Survey& survey, Instant now,
                          std::optional<int> deletes_max = {});

}  // namespace snapferry::core
