// A policy of one database, out of flags. All that can be judged without asking AWS is judged here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "cli/options.h"
#include "core/policy.h"

namespace snapferry::cli {

/// `region_default` is the settings' region, for a missing --from.
/// Errors:   invalid: a region of no known form, target equal to source, a key of another region, a
/// name
///           template that RDS would refuse or that is not unique, a schedule, length or tag that
///           cannot be read. The hint tells the way out.
core::Result<core::Policy> policy_from_flags(const PolicyFlags& flags,
                                             const std::optional<core::Region>& region_default);

}  // namespace snapferry::cli
