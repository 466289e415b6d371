// Reads one region for a tick, page by page; what cannot be read is said in the view (rule 8).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "core/cloud.h"
#include "core/inventory.h"
#include "engine/tick.h"

namespace snapferry::engine {

/// Returns all databases of the kind in the region.
core::Result<std::vector<core::Database>> read_databases(core::Cloud& cloud,
                                                         core::DatabaseKind kind);

/// Its two reads write different members and may run side by side. One read of the quotas serves
/// the `other` reader of the same region too.
struct RegionReader {
  core::Cloud& cloud;
  core::RegionView& view;
  core::DatabaseKind kind{};
  std::optional<core::Error> quota_error = {};

  void read_snapshots_of(const core::SnapshotQuery& query, World& world);
  void read_quota(RegionReader* other = nullptr);
};

/// Tells `events` of quotas that could not be read. Without one AWS judges alone, and a role that
/// may not read it must still work: that, and regions that could not be read at all, go untold.
void tell_quota_trouble(const std::deque<RegionReader>& readers, EventSink& events);

}  // namespace snapferry::engine
