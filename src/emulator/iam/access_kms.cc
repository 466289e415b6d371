// KMS: what its calls need, and how a key's own policy has its say beside the identity policies.
// Source: IAM Service Authorization Reference, AWS KMS, 2026-06; AWS KMS Developer Guide, "Key
// policies", "Grants" and "Troubleshooting key access", 2023.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/iam/access_needs.h"
#include "emulator/kms/kms_model.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

const KmsKey* find_key(const ServiceCall& call, const std::string& reference) {
  return reference.empty() ? nullptr : call.world.kms.find(call.caller, reference);
}

std::vector<std::string> texts(const json::object& input, std::string_view member) {
  std::vector<std::string> result;
  const json::value* value = input.if_contains(member);
  if (value == nullptr || !value->is_array()) return result;
  for (const json::value& item : value->get_array()) {
    if (item.is_string()) result.emplace_back(item.get_string());
  }
  return result;
}

// What a call says of itself that conditions may ask about.
void add_call_context(const ServiceCall& call, AccessRequest& need) {
  const auto add = [&](const char* key, std::vector<std::string> values) {
    if (!values.empty()) need.context[key] = std::move(values);
  };
  if (call.operation == "CreateGrant") {
    add("kms:GrantOperations", texts(call.input, "Operations"));
    const std::string grantee = peek(call.input, "GranteePrincipal");
    if (!grantee.empty()) add("kms:GranteePrincipal", {grantee});
  }
  if (const json::value* days = call.input.if_contains("RotationPeriodInDays")) {
    add("kms:RotationPeriodInDays", {json::serialize(*days)});
  }
  if (const json::value* days = call.input.if_contains("PendingWindowInDays")) {
    add("kms:ScheduleKeyDeletionPendingWindowInDays", {json::serialize(*days)});
  }
  if (const json::value* bypass = call.input.if_contains("BypassPolicyLockoutSafetyCheck")) {
    add("kms:BypassPolicyLockoutSafetyCheck", {json::serialize(*bypass)});
  }
  if (call.operation == "CreateKey") {
    const std::string spec = peek(call.input, "KeySpec");
    add("kms:KeySpec", {spec.empty() ? "SYMMETRIC_DEFAULT" : spec});
    const json::value* multi = call.input.if_contains("MultiRegion");
    add("kms:MultiRegion", {multi != nullptr && *multi == true ? "true" : "false"});
  }
  if (call.operation == "UntagResource") add("aws:TagKeys", texts(call.input, "TagKeys"));
}

// A key's own attributes, for conditions on any call that touches it.
void add_key_context(const World& world, const Caller& caller, const KmsKey& key,
                     AccessRequest& need) {
  need.context["kms:CallerAccount"] = {caller.account.str()};
  need.context["kms:KeySpec"] = {key.key_spec};
  need.context["kms:KeyUsage"] = {key.key_usage};
  need.context["kms:KeyOrigin"] = {"AWS_KMS"};
  need.context["kms:MultiRegion"] = {key.is_multi_region ? "true" : "false"};
  for (const auto& [name, value] : key.tags) need.context["aws:ResourceTag/" + name] = {value};
  for (const auto& [alias, target] : world.kms.aliases) {
    if (target != key.arn) continue;
    need.context["kms:ResourceAliases"].push_back(alias.substr(alias.find(":alias/") + 1));
  }
}

AccessRequest on_key(const ServiceCall& call, const KmsKey& key, const std::string& reference) {
  AccessRequest need{.action = fmt::format("kms:{}", call.operation),
                     .resource = key.arn,
                     .context = tag_context(request_tags(call))};
  add_key_context(call.world, call.caller, key, need);
  add_call_context(call, need);
  const auto alias = reference.find("alias/");
  if (alias != std::string::npos) need.context["kms:RequestAlias"] = {reference.substr(alias)};
  return need;
}

std::vector<AccessRequest> create_key(const ServiceCall& call) {
  const TagPairs tags = request_tags(call);
  AccessRequest need{.action = "kms:CreateKey", .resource = "*", .context = tag_context(tags)};
  add_call_context(call, need);
  std::vector<AccessRequest> needs = {need};
  if (!tags.empty()) {
    // The key has no ARN yet: asked as all keys of the account.
    need.action = "kms:TagResource";
    need.resource = arn_here(call, "kms", "key/*");
    needs.push_back(std::move(need));
  }
  return needs;
}

// An alias is asked about, and each key that it names or will name.
std::vector<AccessRequest> on_alias(const ServiceCall& call) {
  const std::string name = peek(call.input, "AliasName");
  std::vector<AccessRequest> needs = {
      {.action = fmt::format("kms:{}", call.operation), .resource = arn_here(call, "kms", name)}};
  for (const std::string& reference : {peek(call.input, "TargetKeyId"), name}) {
    const KmsKey* key = find_key(call, reference);
    if (key != nullptr) needs.push_back(on_key(call, *key, ""));
  }
  return needs;
}

// The last of them are no operations of the emulator, which has no data to encrypt; a role hears
// first whether it might.
constexpr auto kKeyOperations =
    std::to_array<std::string_view>({"DescribeKey",
                                     "EnableKey",
                                     "DisableKey",
                                     "ScheduleKeyDeletion",
                                     "CancelKeyDeletion",
                                     "CreateGrant",
                                     "ListGrants",
                                     "RevokeGrant",
                                     "GetKeyPolicy",
                                     "PutKeyPolicy",
                                     "EnableKeyRotation",
                                     "DisableKeyRotation",
                                     "GetKeyRotationStatus",
                                     "TagResource",
                                     "UntagResource",
                                     "ListResourceTags",
                                     "ListKeyPolicies",
                                     "Encrypt",
                                     "Decrypt",
                                     "GenerateDataKey",
                                     "GenerateDataKeyWithoutPlaintext"});

// Beside CreateGrant, which asks with a context of its own. GenerateDataKey is not among them: what
// RDS and EBS call is the form without plaintext. Source: see authorize_key_use(); AWS KMS
// Developer Guide, "How Amazon EBS uses AWS KMS", 2023.
constexpr auto kUseOfKey = std::to_array<std::string_view>(
    {"kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo",
     "kms:GenerateDataKeyWithoutPlaintext"});

bool has_grant(const World& world, const PolicyPrincipal& who, const KmsKey& key,
               std::string_view action) {
  const std::string operation(action.substr(action.find(':') + 1));
  return std::ranges::any_of(world.kms.grants, [&](const KmsGrant& grant) {
    const bool is_grantee = grant.grantee_principal == who.arn ||
                            (!who.role_arn.empty() && grant.grantee_principal == who.role_arn);
    return grant.key_arn == key.arn && is_grantee &&
           std::ranges::find(grant.operations, operation) != grant.operations.end();
  });
}

}  // namespace

Needs kms_needs(const ServiceCall& call) {
  const std::string& operation = call.operation;
  if (operation == "CreateKey") return create_key(call);
  if (operation == "ListKeys" || operation == "ListAliases") {
    return {{{.action = "kms:" + operation, .resource = "*"}}};
  }
  if (operation == "CreateAlias" || operation == "UpdateAlias" || operation == "DeleteAlias") {
    return on_alias(call);
  }
  if (std::ranges::find(kKeyOperations, operation) == kKeyOperations.end()) return std::nullopt;
  const std::string reference = peek(call.input, "KeyId");
  if (const KmsKey* key = find_key(call, reference)) return {{on_key(call, *key, reference)}};
  // Another account's key that is not for this account, or an AWS alias whose key is yet to be
  // made: asked by name. What does not exist needs no right: KMS answers NotFoundException.
  const bool is_foreign = call.world.kms.keys.contains(reference);
  const bool is_made_on_sight = reference.starts_with("alias/aws/");
  if (!is_foreign && !is_made_on_sight) return std::vector<AccessRequest>();
  return {{{.action = "kms:" + operation,
            .resource = is_foreign ? reference : arn_here(call, "kms", "key/*")}}};
}

ServiceResult<void> authorize_on_key(const World& world, const Caller& caller, const KmsKey& key,
                                     const AccessRequest& request) {
  const IamRole* role = role_of(world, caller);
  AccessRequest full = request;
  add_key_context(world, caller, key, full);
  const PolicyRequest asked = policy_request(world, caller, role, full);
  Verdict of_identity;
  if (role != nullptr) of_identity = judge(IamModel::policies_of(*role), asked);
  const auto refused = [&](std::string_view reason) {
    return noted(world, asked, refuse_access(caller, request, reason));
  };
  if (of_identity.is_denied) return refused("with an explicit deny in an identity-based policy");
  Verdict of_key;
  if (const auto document = parse_policy(key.policy, PolicyKind::resource)) {
    of_key = judge(*document, asked);
  }
  if (of_key.is_denied) return refused("with an explicit deny in a resource-based policy");
  // A session whose role is gone has no principal that a policy could mean.
  const bool is_own = key.account == caller.account;
  const bool is_let_in =
      role != nullptr && (of_key.is_allowed || of_key.is_delegated ||
                          has_grant(world, asked.principal, key, request.action));
  const bool is_named =
      role != nullptr && is_own &&
      (of_key.is_allowed || has_grant(world, asked.principal, key, request.action));
  if (is_named || (is_let_in && of_identity.is_allowed)) return noted(world, asked, {});
  const std::string_view missing =
      is_let_in || (is_own && of_key.is_delegated) ? "identity" : "resource";
  return refused(
      fmt::format("because no {}-based policy allows the {} action", missing, request.action));
}

ServiceResult<void> authorize_key_use(const World& world, const Caller& caller, const KmsKey& key,
                                      const std::string& via_service) {
  if (is_root(caller)) return {};
  const std::string service = via_service.substr(0, via_service.find('.')) + ".amazonaws.com";
  AccessRequest need{.action = {},
                     .resource = key.arn,
                     .context = {{"kms:ViaService", {via_service}},
                                 {"aws:ViaAWSService", {"true"}},
                                 {"aws:CalledVia", {service}},
                                 {"aws:CalledViaFirst", {service}},
                                 {"aws:CalledViaLast", {service}},
                                 {"aws:RequestedRegion", {key.region.str()}}}};
  for (const std::string_view action : kUseOfKey) {
    need.action = action;
    TRY(authorize_on_key(world, caller, key, need));
  }
  need.action = "kms:CreateGrant";
  need.context["kms:GrantIsForAWSResource"] = {"true"};
  need.context["kms:GrantOperations"] = {"Encrypt", "Decrypt", "GenerateDataKey", "CreateGrant",
                                         "DescribeKey"};
  return authorize_on_key(world, caller, key, need);
}

}  // namespace snapferry::emulator
