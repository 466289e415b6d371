// Rule 4 of ARCHITECTURE.md: never cause an avoidable full copy. Foretells whether the next copy
// into a region is incremental, so that the plan can say so before AWS charges for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/domain.h"
#include "core/plan.h"

namespace snapferry::core {

/// A copy is incremental while the newest earlier copy of the same database stands at the target,
/// available and under the same key. `standing` are the snapshots of the target region;
/// `kms_key_arn` is empty for an unencrypted copy. Copies of cluster snapshots are stored whole,
/// always. Source: RDS User Guide, "Copying a DB snapshot", incremental copying; rds-facts section
/// 3.
Lineage foretell_lineage(const Snapshot& source, const std::vector<Snapshot>& standing,
                         const Region& target, const std::string& kms_key_arn);

/// Returns whether RDS copies snapshots of such a database. A cluster of the engines of instances
/// is no Aurora cluster but a Multi-AZ DB cluster, and RDS copies none of its snapshots. Source:
/// RDS User Guide, "Copying a DB snapshot", limitations; rds-facts section 0, 2026-08.
bool is_copyable(DatabaseKind kind, std::string_view engine);

/// Returns whether a snapshot of a region is a copy that came from another region.
bool is_cross_region_copy(const Snapshot& snapshot, const Region& region);

}  // namespace snapferry::core
