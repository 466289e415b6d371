// Rule 5 of ARCHITECTURE.md: two quotas. Counts the room in a region and hands it out step by step,
// so that a plan never starts what AWS would refuse.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/inventory.h"
#include "core/plan.h"

namespace snapferry::core {

/// Returns how many copies of the kind AWS lets be in flight into one region, per account.
/// Source: RDS User Guide, "Copying a DB snapshot", limitations; Aurora User Guide, "Copying a DB
/// cluster snapshot"; rds-facts 2.5, 2026-08.
int copies_in_flight_default(DatabaseKind kind);

/// The room of one region, for databases of one kind, during the making of one plan.
class Room {
 public:
  /// `copies_in_flight_max` is the region's limit for copies that come in from other regions.
  Room(Region region, DatabaseKind kind, const RegionView& view, int copies_in_flight_max);

  /// Takes room for one snapshot.
  /// Returns:  the reason to wait when the manual-snapshot quota is full; nothing when it was
  /// taken.
  std::optional<Reason> take_snapshot();

  /// Takes room for one copy from another region: a snapshot's and one in flight.
  std::optional<Reason> take_copy();

  [[nodiscard]] int copies_in_flight() const { return copies_in_flight_ + planned_copies_; }

 private:
  [[nodiscard]] std::optional<Reason> manual_full() const;

  Region region_;
  DatabaseKind kind_;
  std::optional<SnapshotQuota> quota_;  ///< unknown: AWS is left to judge
  int copies_in_flight_ = 0;
  int planned_snapshots_ = 0;  // and copies
  int planned_copies_ = 0;
  int copies_in_flight_max_;
};

}  // namespace snapferry::core
