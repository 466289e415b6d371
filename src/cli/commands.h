// One function a verb, each in its cmd_*.cc. Each returns the exit code; an Error is printed by
// run().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/console.h"
#include "cli/options.h"
#include "core/environment.h"
#include "core/policy.h"
#include "core/result.h"
#include "engine/system_clock.h"

namespace snapferry::cli {

/// What every verb is handed.
struct Command {
  const core::Environment& environment;
  Console& console;
  engine::SystemClock& clock;
};

/// An error and the exit code it ends the program with.
struct Failure {
  int exit_code;
  core::Error error;
};

using ExitCode = std::expected<int, Failure>;

ExitCode run_plan(Command& command, const PlanOptions& options);
ExitCode run_apply(Command& command, const ApplyOptions& options);
ExitCode run_status(Command& command, const StatusOptions& options);
ExitCode run_doctor(Command& command, const DoctorOptions& options);
ExitCode run_policy_check(Command& command, const PolicyCheckOptions& options);
ExitCode run_emulator(Command& command, const EmulatorFlags& flags);

}  // namespace snapferry::cli
