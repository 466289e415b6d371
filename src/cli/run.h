// The command line, from arguments to exit code. main.cc hands in the world.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/environment.h"

namespace snapferry::cli {

/// Runs one command. Returns the exit code (exit_codes.h).
int run(const std::vector<std::string>& arguments, const core::Environment& environment);

}  // namespace snapferry::cli
