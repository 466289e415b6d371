// A policy of one database, out of flags.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "cli/options.h"
#include "core/policy.h"

namespace snapferry::cli {

/// `region_default` is the settings' region, for a missing --from.
/// Errors:   invalid, all that core/policy_text.h finds wrong, told at once.
core::Result<core::Policy> policy_from_flags(const PolicyFlags& flags,
                                             const std::optional<core::Region>& region_default);

}  // namespace snapferry::cli
