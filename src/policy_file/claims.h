// Names that two policies of one file would both claim: each would find the other's snapshots in
// its way, so it is said when the file is read and not at two in the morning.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/fleet/fleet_policy.h"
#include "policy_file/map_reader.h"

namespace snapferry::policy_file {

/// Notes policies of one name, and pairs that may both mean a database in one region and would give
/// its snapshots, or its copies at one target, the same names. Requires: `nodes` are where the
/// policies stand, in the same order.
void refuse_shared_claims(const std::vector<core::FleetPolicy>& policies,
                          std::span<const YamlNode> nodes, Problems& problems);

}  // namespace snapferry::policy_file
