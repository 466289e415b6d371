// Plans of many databases as a person reads them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "core/fleet/fleet_plan.h"

namespace snapferry::cli {

/// The lines of `snapferry plan --policy`, without problems and totals. With `is_verbose` also
/// those of databases with nothing to do, and of each snapshot that stays.
std::vector<std::string> fleet_plan_lines(const Console& console, const core::FleetPlan& plan,
                                          bool is_verbose);

/// What could not be planned at all, for the story: each problem and its way out.
std::vector<std::string> problem_lines(const Console& console,
                                       const std::vector<core::Error>& problems);

/// How long each quota of manual snapshots lasts, a line each.
std::vector<std::string> quota_lines(const Console& console,
                                     const std::vector<core::QuotaForecast>& quotas);

/// "1 database", "60 databases".
std::string databases_text(size_t count);

/// "60 databases: 2 create, 58 with nothing to do".
std::string totals_text(const core::FleetPlan& plan);

}  // namespace snapferry::cli
