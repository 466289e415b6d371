// A tick for many databases: each region is read once, whatever policies and databases look at it;
// then every database is planned, and what is planned is done side by side.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/fleet/fleet_plan.h"
#include "engine/tick.h"
#include "engine/wait_loop.h"

namespace snapferry::engine {

/// Reads what the policies need to know: databases of the source regions, the manual snapshots,
/// quotas and keys of all. Reads only. What fails in a region is in that region's survey (rule 8).
core::Survey survey(World& world, std::span<const core::FleetPolicy> fleets);

/// One database under one policy, and what became of its plan.
struct FleetResult {
  core::Policy policy;
  Receipt receipt;  ///< without an inventory: the survey has it, in little room
};

struct FleetReceipt {
  core::Instant now;
  core::Survey seen;
  std::vector<FleetResult> results;
  std::vector<core::QuotaForecast> quotas;
  std::vector<core::Error> problems;  ///< regions and databases that could not be planned

  [[nodiscard]] bool is_pending() const;
  /// Returns how many steps failed or are blocked, and the problems.
  [[nodiscard]] int trouble_count() const;
  [[nodiscard]] int acted_count() const;
};

/// survey, make_fleet_plan, act. One database's trouble stops no other's.
/// Repeat:   safe, as run_tick.
FleetReceipt run_fleet_tick(World& world, std::span<const core::FleetPolicy> fleets,
                            const core::FleetPlanOptions& options = {});

struct FleetWaitResult {
  FleetReceipt last;
  int acted_count = 0;
  WaitEnd end{};
  core::Milliseconds took{};
};

/// Runs fleet ticks until none is pending, the time is up, or the clock says to stop.
/// Repeat:   safe: a second wait goes on where this one stopped.
FleetWaitResult wait_until_fleet_done(World& world, std::span<const core::FleetPolicy> fleets,
                                      const WaitOptions& options,
                                      const core::FleetPlanOptions& plan_options = {});

}  // namespace snapferry::engine
