// Sees all that doctor judges: the calls a tick makes, for real; questions to IAM about the others;
// keys, their policies, option groups. Reads only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "core/doctor/examine.h"
#include "engine/tick.h"

namespace snapferry::engine {

/// Returns the facts for core::diagnose.
/// Errors:   no region knows the credentials: nothing can be looked at.
/// Repeat:   safe.
core::Result<core::Facts> consult(World& world, std::span<const core::FleetPolicy> fleets);

/// Returns the same for one database; its policy is taken as it is.
core::Result<core::Facts> consult(World& world, const core::Policy& policy);

}  // namespace snapferry::engine
