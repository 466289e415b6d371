// plan, apply and status for the databases of a policy file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/commands.h"

namespace snapferry::cli {

ExitCode plan_fleet(Command& command, const PlanOptions& options);
ExitCode apply_fleet(Command& command, const ApplyOptions& options);
ExitCode show_fleet_status(Command& command, const StatusOptions& options);

}  // namespace snapferry::cli
