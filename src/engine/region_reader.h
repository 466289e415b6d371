// Reads one region for a tick, page by page.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/cloud.h"
#include "engine/tick.h"

namespace snapferry::engine {

/// Returns all databases of the kind in the region.
core::Result<std::vector<core::Database>> read_databases(core::Cloud& cloud,
                                                         core::DatabaseKind kind);

/// Reads all that the query asks for, page by page, and hands each snapshot to `take`. Begins
/// nothing when no time is left.
core::Result<void> read_snapshots(World& world, core::Cloud& cloud,
                                  const core::SnapshotQuery& query,
                                  const std::function<void(core::Snapshot)>& take);

/// The quotas of a region, and why they could not be read.
struct QuotaReading {
  core::Region region;
  std::optional<core::SnapshotQuotas> quotas = {};
  std::optional<core::Error> error = {};
};

QuotaReading read_quotas(core::Cloud& cloud);

/// Tells `events` of quotas that could not be read. Without one AWS judges alone, and a role that
/// may not read it must still work: that goes untold.
void tell_quota_trouble(const QuotaReading& reading, EventSink& events);

}  // namespace snapferry::engine
