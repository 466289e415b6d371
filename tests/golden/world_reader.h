// The world of a golden case: one line for each database, snapshot, copy, key, quota or error.
// tests/golden/README.md has the words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "core/fleet/fleet_plan.h"

namespace snapferry::golden {

/// Returns what a survey for these policies would see, or what is wrong with which line.
std::expected<core::Survey, std::string> read_world(std::span<const core::FleetPolicy> policies,
                                                    const std::vector<std::string>& lines);

}  // namespace snapferry::golden
