// A policy file from disk or stdin.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/commands.h"
#include "core/fleet/fleet_policy.h"
#include "policy_file/policy_file.h"

namespace snapferry::cli {

/// Returns the text of the file; "-" is stdin.
/// Errors:   kExitUsage: it cannot be read, or is larger than a policy file can be.
std::expected<std::string, Failure> read_policy_text(const std::string& file);

/// Returns the policies of the file.
/// Errors:   kExitUsage with every problem of the file, each on a line of its own.
std::expected<std::vector<core::FleetPolicy>, Failure> read_policies(const std::string& file);

}  // namespace snapferry::cli
