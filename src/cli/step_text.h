// Plans and status as a person reads them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "core/plan.h"
#include "core/policy.h"
#include "core/rules/recovery_point.h"

namespace snapferry::cli {

/// "full, up to 20 GiB: first copy of this database to eu-central-1" or "incremental: on top of
/// ...".
std::string lineage_text(const core::CopyDetails& copy);

/// The lines of `snapferry plan`; with `is_kept_told` also of each snapshot that stays, by which
/// rule.
std::vector<std::string> plan_lines(const Console& console, const core::Policy& policy,
                                    const core::Plan& plan, bool is_kept_told);

/// The lines of `snapferry status`.
std::vector<std::string> status_lines(const Console& console, const core::Policy& policy,
                                      const core::StatusReport& report);

}  // namespace snapferry::cli
