// Follows the snapshots that a run has to do with, tick by tick, and tells what changed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/plan.h"

namespace snapferry::cli {

struct Watched {
  core::Region region;
  core::SnapshotId id;
  core::DatabaseId database;
  core::Instant slot;
  std::string status;
  int progress_percent = 0;
  core::Instant since;  ///< when it was first seen in progress
  bool is_new_status = false;
  bool is_new_progress = false;
  core::SnapshotState state{};
};

class SnapshotWatch {
 public:
  /// Takes one tick's look. Returns every watched snapshot that stands, in the order first met.
  /// Watched are the snapshots of ours that a step of this or an earlier plan made or waited for;
  /// one that bears the name but is another's is not.
  std::vector<Watched> look(const core::Inventory& inventory, const core::Plan& plan);

 private:
  std::vector<Watched> watched_;
};

}  // namespace snapferry::cli
