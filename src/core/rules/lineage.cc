// SPDX-License-Identifier: Apache-2.0
#include "core/rules/lineage.h"

#include <fmt/format.h>

namespace snapferry::core {

bool is_copyable(DatabaseKind kind, std::string_view engine) {
  return kind != DatabaseKind::cluster || (engine != "mysql" && engine != "postgres");
}

bool is_cross_region_copy(const Snapshot& snapshot, const Region& region) {
  const auto source = parse_arn(snapshot.source_snapshot_arn);
  return source && source->region != region;
}

Lineage foretell_lineage(const Snapshot& source, const std::vector<Snapshot>& standing,
                         const Region& target, const std::string& kms_key_arn) {
  if (source.id.is_cluster()) {
    return {.is_incremental = false, .why = "RDS stores each copy of a cluster snapshot whole"};
  }
  // A copy made just now may still lack its time; it cannot be the base either, so it is passed
  // over.
  const Snapshot* newest = nullptr;
  bool is_remade = false;
  for (const Snapshot& copy : standing) {
    if (copy.database != source.database || !is_cross_region_copy(copy, target)) continue;
    if (copy.state() != SnapshotState::available || !copy.original_create_time) continue;
    if (copy.resource_id != source.resource_id) {
      is_remade = true;
      continue;
    }
    if (!newest || *copy.original_create_time > *newest->original_create_time) newest = &copy;
  }
  if (!newest) {
    return {.is_incremental = false,
            .why = is_remade
                       ? "the database was made anew, and no copy of it stands in " + target.str()
                       : "first copy of this database to " + target.str()};
  }
  if (newest->kms_key_arn != kms_key_arn) {
    return {.is_incremental = false,
            .why = fmt::format("the key changes from {} to {}",
                               newest->kms_key_arn.empty() ? "none" : newest->kms_key_arn,
                               kms_key_arn.empty() ? "none" : kms_key_arn)};
  }
  return {.is_incremental = true, .why = "on top of " + newest->id.str()};
}

}  // namespace snapferry::core
