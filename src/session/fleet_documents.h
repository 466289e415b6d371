// The JSON of many databases: lists of the documents that one database has, with what they add up
// to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "core/fleet/fleet_plan.h"
#include "engine/fleet.h"

namespace snapferry::session {

/// {"type": "fleet_plan", "plans": [plan...], "quotas": [...], "problems": [error...]}: what `plan`
/// prints.
boost::json::object fleet_plan_json(const core::FleetPlan& plan, core::Instant now);

/// How each database of a fleet stands.
struct FleetStatus {
  std::vector<std::pair<const core::Policy*, core::StatusReport>> reports;
  int met_count = 0;

  [[nodiscard]] bool is_met() const { return size_t(met_count) == reports.size(); }
};

FleetStatus make_fleet_status(const std::vector<core::FleetItem>& items, const core::Survey& seen,
                              core::Instant now);
FleetStatus make_fleet_status(const engine::FleetReceipt& receipt, core::Instant now);

/// {"type": "fleet_status", "is_met": ..., "databases": [status...], "quotas": [...],
/// "problems": [error...]}
boost::json::object fleet_status_json(const FleetStatus& status,
                                      const std::vector<core::Error>& problems,
                                      const std::vector<core::QuotaForecast>& quotas,
                                      core::Instant now);

}  // namespace snapferry::session
