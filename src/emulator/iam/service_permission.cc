// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/service_permission.h"

#include <fmt/format.h>

#include "emulator/iam/evaluation.h"

namespace snapferry::emulator {
bool allows_service(const std::string& policy, const ServiceUse& use) {
  const auto document = parse_policy(policy, PolicyKind::resource);
  if (!document) return false;
  PolicyRequest request{
      .action = use.action,
      .resource = use.resource,
      .principal = {.account = {}, .arn = {}, .role_arn = {}, .service = use.service_principal},
      .context = {}};
  if (!use.source_arn.empty()) request.context["aws:SourceArn"] = {use.source_arn};
  if (!use.account.empty()) request.context["aws:SourceAccount"] = {use.account};
  const Verdict verdict = judge(*document, request);
  return verdict.is_allowed && !verdict.is_denied;
}

ServiceResult<void> lets_service_encrypt(KmsModel& kms, const Caller& owner,
                                         const std::string& key_reference, const ServiceUse& use) {
  const auto refuse = [](std::string_view code, std::string message) {
    return std::unexpected(ServiceError{400, std::string(code), std::move(message)});
  };
  const bool is_managed = key_reference.find("alias/aws/") != std::string::npos;
  const KmsKey* key = is_managed ? nullptr : kms.find(owner, key_reference);
  if (!is_managed && key == nullptr) {
    return refuse("KMSNotFound", fmt::format("Invalid keyId {}", key_reference));
  }
  if (key != nullptr && key->state == "Disabled") {
    return refuse("KMSDisabled", fmt::format("{} is disabled.", key->arn));
  }
  if (key != nullptr && key->state != "Enabled") {
    return refuse("KMSInvalidState", fmt::format("{} is pending deletion.", key->arn));
  }
  for (const std::string_view action : {"kms:GenerateDataKey", "kms:Decrypt"}) {
    ServiceUse of_key = use;
    of_key.action = action;
    of_key.resource = key == nullptr ? key_reference : key->arn;
    if (key != nullptr && !key->is_aws_managed && allows_service(key->policy, of_key)) continue;
    return refuse("KMSAccessDenied",
                  fmt::format("User: {} is not authorized to perform: {} on resource: {} because "
                              "no resource-based policy allows the {} action",
                              use.service_principal, action, of_key.resource, action));
  }
  return {};
}

}  // namespace snapferry::emulator
