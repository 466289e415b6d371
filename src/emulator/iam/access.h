// Who may do what: identity policies, resource policies and conditions, evaluated as IAM evaluates
// them. The root of an account may do everything in it; a role, what its policies say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulator/service.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct AccessRequest {
  std::string action;    ///< "rds:CopyDBSnapshot"
  std::string resource;  ///< ARN, or "*" for actions that know no resource
  /// Condition keys that this request has, beside those every request has (aws:RequestedRegion,
  /// aws:PrincipalArn, aws:CurrentTime, ...): "kms:ViaService" to its values.
  std::map<std::string, std::vector<std::string>> context = {};
};

/// Whether the caller's identity policies allow it.
/// Errors:   AccessDenied 403 with the message that AWS gives: "User: ... is not authorized to
///           perform: ... on resource: ... because no identity-based policy allows the ... action".
ServiceResult<void> authorize(const World& world, const Caller& caller,
                              const AccessRequest& request);

/// Whether the caller may make this call: every action and resource that it needs (IAM service
/// authorization reference). Asked by the door before the service is.
ServiceResult<void> authorize_call(const ServiceCall& call, std::string_view service);

}  // namespace snapferry::emulator
