// The policy file: YAML, or JSON as the subset of it that it is. docs/policy.md shows every member;
// docs/policy.schema.json is the same for editors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/fleet/fleet_policy.h"
#include "policy_file/map_reader.h"

namespace snapferry::policy_file {

/// Reads and judges all that can be judged without asking AWS.
/// Errors:   every problem, in the file's order, each with its place and the way out: no YAML,
/// members
///           that are unknown, missing or of another kind, names that RDS would refuse or that
///           several databases would share, retention that would keep nothing, a target that is its
///           source or lies in another partition, a key of another region, an RPO that the schedule
///           cannot meet, two policies that claim the same names.
std::expected<std::vector<core::FleetPolicy>, Problems> read_policy_file(std::string_view text);

/// Returns "FILE:3:7: message" and, where there is one, "hint: ..." on a line of its own, for each.
std::string describe(const Problems& problems, std::string_view file);

/// What a map of the file may hold, for the schema to be checked against: "policy" to its members.
struct MapMembers {
  std::string_view map;
  std::span<const std::string_view> members;
};
std::span<const MapMembers> all_members();

}  // namespace snapferry::policy_file
