// Rules 6 and 9 of ARCHITECTURE.md: age is the age of the data, and a missing snapshot is seen by
// the age of the newest good one, whatever did or did not run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/policy.h"

namespace snapferry::core {

/// Returns the time the data is of: SnapshotDatabaseTime where RDS tells it, else
/// OriginalSnapshotCreateTime, else the slot of our tag. SnapshotCreateTime changes when a snapshot
/// is copied and is used for nothing. Source: RDS API Reference, DBSnapshot; boto3#952;
/// rds-facts 1.4.
std::optional<Instant> data_time(const Snapshot& snapshot);

/// How one place stands: the source region, or one target.
struct PlaceReport {
  Region region;
  bool is_target = false;
  int good_count = 0;  ///< ours and available
  int in_progress_count = 0;
  int failed_count = 0;
  std::optional<Snapshot> newest;          ///< the newest good one
  std::optional<Milliseconds> age;         ///< of its data
  std::optional<Milliseconds> oldest_age;  ///< of the data of the oldest good one
  bool is_rpo_met = false;
  std::optional<SnapshotQuota> quota;
  std::optional<Error> error;  ///< the place could not be read
};

struct StatusReport {
  Instant now;
  bool is_database_found = false;
  bool is_orphan = false;             ///< gone or no longer meant: nothing new of it is owed
  std::optional<DatabaseId> similar;  ///< when it is not: the one most likely meant
  Instant next_slot;
  std::vector<PlaceReport> places;  ///< the source first

  /// Returns whether every target's newest good copy is young enough. The source alone proves
  /// nothing; of an orphan nothing is asked.
  [[nodiscard]] bool is_met() const;
};

/// Returns whether somebody should be told that a recovery point is too old. As !is_met(), but the
/// first copy of a new policy is given the RPO's time to appear, counted from its first snapshot.
bool is_rpo_missed(const Policy& policy, const StatusReport& report);

/// Requires: policy.targets is not empty.
StatusReport make_status(const Policy& policy, const Inventory& inventory, Instant now);

}  // namespace snapferry::core
