// SPDX-License-Identifier: Apache-2.0
#include "emulator/sts/role_sessions.h"

#include <fmt/format.h>

#include "core/ids.h"
#include "core/result.h"
#include "emulator/iam/access_needs.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

std::unexpected<ServiceError> refuse_assume(const std::string& who, const std::string& action,
                                            const std::string& role_arn) {
  return std::unexpected(
      ServiceError{403, "AccessDenied",
                   fmt::format("User: {} is not authorized to perform: {} on resource: {}", who,
                               action, role_arn)});
}

ServiceResult<void> check_duration(const IamRole& role, core::Seconds duration) {
  if (duration.count() <= role.max_session_seconds) return {};
  return std::unexpected(
      ServiceError{400, "ValidationError",
                   "The requested DurationSeconds exceeds the MaxSessionDuration set for this "
                   "role."});
}

}  // namespace

ServiceResult<void> check_service_role(World& world, const std::string& role_arn,
                                       const std::string& service_principal) {
  const IamRole* role = world.iam.find_by_arn(role_arn);
  if (role != nullptr) {
    const PolicyRequest asked{.action = "sts:AssumeRole",
                              .resource = role_arn,
                              .principal = {.service = service_principal},
                              .context = {}};
    const Verdict verdict = judge(role->trust.document, asked);
    if (verdict.is_allowed && !verdict.is_denied) return {};
  }
  // Source: Lambda API, CreateFunction, as met after making a role too late (aws-cdk#7588), 2020.
  if (service_principal == "lambda.amazonaws.com") {
    return std::unexpected(
        ServiceError{400, "InvalidParameterValueException",
                     "The role defined for the function cannot be assumed by Lambda."});
  }
  return refuse_assume(service_principal, "sts:AssumeRole", role_arn);
}

ServiceResult<StsSession> issue_for_service(World& world, const std::string& role_arn,
                                            const std::string& service_principal,
                                            const std::string& session_name,
                                            core::Milliseconds duration) {
  TRY(check_service_role(world, role_arn, service_principal));
  return issue_role_session(world, role_arn, session_name, world.clock.now() + duration);
}

ServiceResult<void> check_assume_role(World& world, const Caller& caller,
                                      const AssumeRequest& request) {
  const auto arn = core::parse_arn(request.role_arn);
  const IamRole* role = world.iam.find_by_arn(request.role_arn);
  const auto refusal = [&] {
    return refuse_assume(caller.principal_arn, "sts:AssumeRole", request.role_arn);
  };
  if (role == nullptr) {
    const bool is_stranger = !arn || world.iam.is_used_by(arn->account) ||
                             arn->partition != caller.partition ||
                             (!is_root(caller) && arn->account != caller.account);
    if (is_stranger) return refusal();
    return {};
  }
  const AccessRequest access{
      .action = "sts:AssumeRole", .resource = request.role_arn, .context = request.context};
  const IamRole* own_role = role_of(world, caller);
  const PolicyRequest asked = policy_request(world, caller, own_role, access);
  const Verdict trust = judge(role->trust.document, asked);
  const bool is_let_in = !trust.is_denied && (trust.is_allowed || trust.is_delegated);
  if (arn->partition != caller.partition || !is_let_in) return refusal();
  if (!is_root(caller)) {
    if (own_role == nullptr) return refusal();
    const Verdict own = judge(IamModel::policies_of(*own_role), asked);
    const bool is_named_at_home = trust.is_allowed && role->account == caller.account;
    if (own.is_denied || !(own.is_allowed || is_named_at_home)) return refusal();
  }
  return check_duration(*role, request.duration);
}

ServiceResult<void> check_web_identity(World& world, const AssumeRequest& request,
                                       const std::string& subject) {
  const auto arn = core::parse_arn(request.role_arn);
  const IamRole* role = world.iam.find_by_arn(request.role_arn);
  const std::string action = "sts:AssumeRoleWithWebIdentity";
  // Source: STS API, AssumeRoleWithWebIdentity, 2023: the caller has no name in the refusal.
  const std::unexpected<ServiceError> refusal(
      ServiceError{403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"});
  if (role == nullptr) {
    if (!arn || world.iam.is_used_by(arn->account)) return refusal;
    return {};
  }
  PolicyRequest asked{
      .action = action, .resource = request.role_arn, .principal = {}, .context = {}};
  asked.principal.federated =
      fmt::format("arn:{}:iam::{}:oidc-provider/emulator", arn->partition, arn->account.str());
  asked.context = {{"emulator:sub", {subject}}, {"emulator:aud", {"sts.amazonaws.com"}}};
  const Verdict trust = judge(role->trust.document, asked);
  if (trust.is_denied || !trust.is_allowed) return refusal;
  return check_duration(*role, request.duration);
}

StsSession issue_role_session(World& world, const std::string& role_arn,
                              const std::string& session_name, core::Instant expiration) {
  const core::Arn arn = core::parse_arn(role_arn).value_or(core::Arn());
  const IamRole* role = world.iam.find_by_arn(role_arn);
  const std::string name = arn.resource.substr(arn.resource.rfind('/') + 1);
  const std::string principal = fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", arn.partition,
                                            arn.account.str(), name, session_name);
  const std::string& role_id = role == nullptr ? world.sts.role_id(role_arn) : role->role_id;
  return world.sts.issue(arn.account, principal, role_id + ":" + session_name, expiration);
}

}  // namespace snapferry::emulator
