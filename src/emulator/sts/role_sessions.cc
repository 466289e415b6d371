// SPDX-License-Identifier: Apache-2.0
#include "emulator/sts/role_sessions.h"

#include <fmt/format.h>

#include "core/ids.h"
#include "core/result.h"
#include "emulator/world.h"

namespace snapferry::emulator {

ServiceResult<void> check_service_role(World&, const std::string& role_arn,
                                       const std::string& service_principal) {
  const auto arn = core::parse_arn(role_arn);
  if (arn && arn->service == "iam" && arn->resource.starts_with("role/")) return {};
  if (service_principal == "lambda.amazonaws.com") {
    return std::unexpected(
        ServiceError{400, "InvalidParameterValueException",
                     "The role defined for the function cannot be assumed by Lambda."});
  }
  return std::unexpected(ServiceError{
      403, "AccessDenied",
      fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
                  service_principal, role_arn)});
}

ServiceResult<StsSession> issue_for_service(World& world, const std::string& role_arn,
                                            const std::string& service_principal,
                                            const std::string& session_name,
                                            core::Milliseconds duration) {
  TRY(check_service_role(world, role_arn, service_principal));
  const core::Arn arn = *core::parse_arn(role_arn);
  const std::string name = arn.resource.substr(arn.resource.rfind('/') + 1);
  const std::string principal = fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", arn.partition,
                                            arn.account.str(), name, session_name);
  return world.sts.issue(arn.account, principal, world.sts.role_id(role_arn) + ":" + session_name,
                         world.clock.now() + duration);
}

}  // namespace snapferry::emulator
