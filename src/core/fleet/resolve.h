// From a policy of the policy file to one policy for each database that it means.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/fleet/fleet_policy.h"
#include "core/fleet/survey.h"

namespace snapferry::core {

/// Returns the policy for each database of the region that it means, and for each database that it
/// names by id and that is in none of its source regions, so that it is not passed over in silence.
/// Databases that are gone, or no longer meant, and of which the policy has left something, come as
/// orphans. A member of a cluster stands for its cluster, unless the policy excepts that: RDS takes
/// snapshots of the cluster only. A place whose databases could not be read gives none. Errors: in
/// `problems`: a name that RDS would refuse for that database.
std::vector<Policy> resolve(const FleetPolicy& fleet, const Region& region, const Survey& survey,
                            std::vector<Error>& problems);

}  // namespace snapferry::core
