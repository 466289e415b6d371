// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/access.h"

#include <array>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/iam/access_needs.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

// How a service says no. Query services and S3 answer 403 with AccessDenied, JSON services 400 with
// AccessDeniedException; SNS has a word of its own; SQS and CloudWatch speak JSON but keep the
// codes they had as Query services. Sources: "Common Errors" of each API reference, 2023; botocore
// 1.43 metadata (awsQueryCompatible) of sqs and cloudwatch, 2026-11.
struct RefusalRow {
  std::string_view prefix;  // of the action
  int http_status;
  std::string_view code;
};
constexpr auto kRefusals = std::to_array<RefusalRow>({
    {"kms", 400, "AccessDeniedException"},
    {"events", 400, "AccessDeniedException"},
    {"logs", 400, "AccessDeniedException"},
    {"ssm", 400, "AccessDeniedException"},
    {"lambda", 403, "AccessDeniedException"},
    {"SNS", 403, "AuthorizationError"},
});

constexpr std::string_view kAssumedRole = "assumed-role/";

Needs needs_of(const ServiceCall& call, std::string_view service) {
  if (service == "rds") return rds_needs(call);
  if (service == "kms") return kms_needs(call);
  if (service == "lambda") return lambda_needs(call);
  if (service == "s3") return s3_needs(call);
  if (service == "sns" || service == "sqs" || service == "events") {
    return messaging_needs(call, service);
  }
  return operations_needs(call, service);
}

}  // namespace

bool is_root(const Caller& caller) {
  return caller.principal_arn.ends_with(":root");
}

const IamRole* role_of(const World& world, const Caller& caller) {
  const auto arn = core::parse_arn(caller.principal_arn);
  if (!arn || arn->service != "sts" || !arn->resource.starts_with(kAssumedRole)) return nullptr;
  const std::string rest = arn->resource.substr(kAssumedRole.size());
  const IamRole* role = world.iam.find(arn->account, rest.substr(0, rest.find('/')));
  if (role == nullptr) return nullptr;
  // A role that was deleted and made again is another one: its old sessions are worth nothing.
  const bool is_same = caller.user_id.empty() || caller.user_id.starts_with(role->role_id + ":");
  return is_same ? role : nullptr;
}

PolicyRequest policy_request(const World& world, const Caller& caller, const IamRole* role,
                             const AccessRequest& request) {
  const core::Instant now = world.clock.now();
  PolicyRequest asked{.action = request.action,
                      .resource = request.resource,
                      .principal = {.account = caller.account.str(),
                                    .arn = caller.principal_arn,
                                    .role_arn = role == nullptr ? std::string() : role->arn,
                                    .service = {}}};
  // Source: IAM User Guide, "AWS global condition context keys", 2023. The loopback stands for TLS.
  asked.context = {
      {"aws:PrincipalArn", {role == nullptr ? caller.principal_arn : role->arn}},
      {"aws:PrincipalAccount", {caller.account.str()}},
      {"aws:PrincipalType", {is_root(caller) ? "Account" : "AssumedRole"}},
      {"aws:userid", {caller.user_id}},
      {"aws:RequestedRegion", {caller.region.str()}},
      {"aws:CurrentTime", {core::format_instant(std::chrono::floor<core::Seconds>(now))}},
      {"aws:EpochTime",
       {std::to_string(std::chrono::floor<core::Seconds>(now).time_since_epoch().count())}},
      {"aws:SecureTransport", {"true"}},
      {"aws:ViaAWSService", {"false"}},
      {"aws:PrincipalIsAWSService", {"false"}},
  };
  if (const auto arn = core::parse_arn(request.resource); arn && !arn->account.empty()) {
    asked.context["aws:ResourceAccount"] = {arn->account.str()};
  }
  if (role != nullptr) {
    for (const auto& [key, value] : role->tags) asked.context["aws:PrincipalTag/" + key] = {value};
  }
  for (const auto& [key, values] : request.context) asked.context[key] = values;
  return asked;
}

ServiceResult<void> noted(const World& world, const PolicyRequest& asked,
                          ServiceResult<void> answer) {
  world.iam.log.add({.asked = asked, .is_allowed = answer.has_value()});
  return answer;
}

std::unexpected<ServiceError> refuse_access(const Caller& caller, const AccessRequest& request,
                                            std::string_view reason) {
  const std::string_view prefix =
      std::string_view(request.action).substr(0, request.action.find(':'));
  ServiceError error{403, "AccessDenied", {}};
  for (const RefusalRow& row : kRefusals) {
    if (row.prefix != prefix) continue;
    error.http_status = row.http_status;
    error.code = std::string(row.code);
  }
  // S3 sets the resource in quotes, and nobody else does.
  const std::string_view quote = prefix == "s3" ? "\"" : "";
  error.message =
      fmt::format("User: {} is not authorized to perform: {} on resource: {}{}{} {}",
                  caller.principal_arn, request.action, quote, request.resource, quote, reason);
  return std::unexpected(std::move(error));
}

ServiceResult<void> authorize(const World& world, const Caller& caller,
                              const AccessRequest& request) {
  if (is_root(caller)) return {};
  if (request.action.starts_with("kms:")) {
    const auto key = world.kms.keys.find(request.resource);
    if (key != world.kms.keys.end()) return authorize_on_key(world, caller, key->second, request);
  }
  const IamRole* role = role_of(world, caller);
  const PolicyRequest asked = policy_request(world, caller, role, request);
  Verdict verdict;
  if (role != nullptr) verdict = judge(IamModel::policies_of(*role), asked);
  if (verdict.is_denied) {
    return noted(
        world, asked,
        refuse_access(caller, request, "with an explicit deny in an identity-based policy"));
  }
  if (is_denied_by_resource(world, asked)) {
    return noted(
        world, asked,
        refuse_access(caller, request, "with an explicit deny in a resource-based policy"));
  }
  if (!verdict.is_allowed) {
    return noted(world, asked,
                 refuse_access(caller, request,
                               fmt::format("because no identity-based policy allows the {} action",
                                           request.action)));
  }
  return noted(world, asked, {});
}

ServiceResult<void> authorize_call(const ServiceCall& call, std::string_view service) {
  if (is_root(call.caller)) return {};
  const Needs needs = needs_of(call, service);
  if (!needs) {
    const AccessRequest unknown{.action = fmt::format("{}:{}", service, call.operation),
                                .resource = "*"};
    return refuse_access(
        call.caller, unknown,
        fmt::format("because no identity-based policy allows the {} action", unknown.action));
  }
  for (const AccessRequest& need : *needs) {
    ServiceResult<void> allowed = authorize(call.world, call.caller, need);
    // SNS passes on what KMS said under a code of its own. Source: botocore 1.43 sns
    // service-2.json, KMSAccessDeniedException, 2026-11.
    if (!allowed && service == "sns" && need.action.starts_with("kms:")) {
      allowed.error().code = "KMSAccessDenied";
    }
    TRY(std::move(allowed));
  }
  return {};
}

}  // namespace snapferry::emulator
