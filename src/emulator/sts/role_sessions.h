// Sessions of roles: what AssumeRole gives a caller, and what a service takes for itself when it
// works with a role that it was handed (a function's role, a target's role).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

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

/// What a caller says of itself when it asks for a role.
struct AssumeRequest {
  std::string role_arn;
  core::Seconds duration{0};
  std::map<std::string, std::vector<std::string>> context = {};  ///< sts:ExternalId, ...
};

/// Whether the caller may have the role: the role's trust policy lets it in by name, or lets its
/// account in and its own policies allow sts:AssumeRole on the role. Across accounts both must
/// speak for it. In an account that never had a role there is no IAM to ask: every role there may
/// be had, and may do nothing.
/// Errors:   AccessDenied 403, also for a role that does not exist; ValidationError 400 for a
///           duration past the role's own.
ServiceResult<void> check_assume_role(World& world, const Caller& caller,
                                      const AssumeRequest& request);

/// The same for who brings a token of the provider "emulator" in place of credentials: the trust
/// policy must name ".../oidc-provider/emulator" for sts:AssumeRoleWithWebIdentity.
ServiceResult<void> check_web_identity(World& world, const AssumeRequest& request,
                                       const std::string& subject);

/// Makes up a session of that role. Requires: `role_arn` is a role's.
StsSession issue_role_session(World& world, const std::string& role_arn,
                              const std::string& session_name, core::Instant expiration);

}  // namespace snapferry::emulator
