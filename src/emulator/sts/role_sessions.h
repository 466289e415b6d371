// Sessions of roles: what AssumeRole gives a caller, and what a service takes for itself when it
// works with a role that it was handed (a function's role, a target's role).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/time.h"
#include "emulator/sts/sts_model.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

/// Whether that service may work with that role: the role exists, and its trust policy lets the
/// service ("lambda.amazonaws.com") assume it.
/// Requires: World::mutex is held, here and below.
/// Errors:   for lambda.amazonaws.com InvalidParameterValueException 400 "The role defined for the
///           function cannot be assumed by Lambda."; for others AccessDenied 403.
ServiceResult<void> check_service_role(World& world, const std::string& role_arn,
                                       const std::string& service_principal);

/// Returns credentials of the role for the service, valid for `duration` of the emulator's time of
/// day. Its principal_arn and user_id are what a Caller needs.
/// Errors:   those of check_service_role.
ServiceResult<StsSession> issue_for_service(World& world, const std::string& role_arn,
                                            const std::string& service_principal,
                                            const std::string& session_name,
                                            core::Milliseconds duration);

}  // namespace snapferry::emulator
