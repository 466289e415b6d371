// Aliases and grants.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/kms/kms_call.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

KmsOutput list_aliases(const KmsCall& call) {
  const KmsKey* wanted = nullptr;
  if (call.input.contains("KeyId")) wanted = TRY(call.need_key());
  json::array found;
  for (const auto& [alias_arn, key_arn] : call.kms.aliases) {
    const auto arn = core::parse_arn(alias_arn);
    if (!arn || !call.is_here(arn->account, arn->region)) continue;
    if (wanted != nullptr && wanted->arn != key_arn) continue;
    found.push_back(json::object{{"AliasName", arn->resource},
                                 {"AliasArn", alias_arn},
                                 {"TargetKeyId", call.kms.keys.at(key_arn).key_id}});
  }
  return call.page("Aliases", std::move(found));
}

KmsOutput create_alias(const KmsCall& call) {
  const std::string name = TRY(call.required("AliasName"));
  const std::string target = TRY(call.required("TargetKeyId"));
  if (const KmsKey* key = call.kms.find(call.caller, target))
    TRY(refuse_kms_pending_deletion(*key));
  TRY(call.kms.create_alias(call.caller, name, target));
  return json::object();
}

KmsOutput update_alias(const KmsCall& call) {
  const std::string name = TRY(call.required("AliasName"));
  const std::string target = TRY(call.required("TargetKeyId"));
  if (const KmsKey* key = call.kms.find(call.caller, target)) {
    TRY(refuse_kms_pending_deletion(*key));
  }
  TRY(call.kms.update_alias(call.caller, name, target));
  return json::object();
}

KmsOutput delete_alias(const KmsCall& call) {
  const std::string name = TRY(call.required("AliasName"));
  const std::string arn = fmt::format("arn:{}:kms:{}:{}:{}", call.caller.partition,
                                      call.caller.region.str(), call.caller.account.str(), name);
  if (name.starts_with("alias/aws/")) return refuse(400, "NotAuthorizedException", "");
  if (call.kms.aliases.erase(arn) == 0) {
    return refuse(400, "NotFoundException", fmt::format("Alias {} is not found.", arn));
  }
  return json::object();
}

KmsOutput create_grant(const KmsCall& call) {
  const KmsKey* key = TRY(call.need_key());
  const std::string grantee = TRY(call.required("GranteePrincipal"));
  const std::string retiring = TRY(call.text("RetiringPrincipal"));
  const std::string name = TRY(call.text("Name"));
  (void)TRY(call.texts("GrantTokens"));
  auto operations = TRY(call.texts("Operations"));
  if (operations.empty()) {
    return invalid_kms(
        "Value null at 'operations' failed to satisfy constraint: Member must not be null");
  }
  TRY(refuse_kms_pending_deletion(*key));
  if (key->state == "Disabled") {
    return refuse(400, "DisabledException", fmt::format("{} is disabled.", key->arn));
  }
  KmsGrant& grant = call.kms.add_grant(*key, grantee, std::move(operations), call.now);
  grant.name = name;
  grant.retiring_principal = retiring;
  return json::object{{"GrantId", grant.grant_id}, {"GrantToken", "token-" + grant.grant_id}};
}

KmsOutput list_grants(const KmsCall& call) {
  const KmsKey* key = TRY(call.need_key());
  const std::string grant_id = TRY(call.text("GrantId"));
  const std::string grantee = TRY(call.text("GranteePrincipal"));
  json::array found;
  for (const KmsGrant& grant : call.kms.grants) {
    if (grant.key_arn != key->arn || (!grant_id.empty() && grant.grant_id != grant_id) ||
        (!grantee.empty() && grant.grantee_principal != grantee)) {
      continue;
    }
    json::object entry = {
        {"KeyId", key->arn},
        {"GrantId", grant.grant_id},
        {"CreationDate", kms_time(grant.create_time)},
        {"GranteePrincipal", grant.grantee_principal},
        {"IssuingAccount",
         fmt::format("arn:{}:iam::{}:root", call.caller.partition, key->account.str())},
        {"Operations", json::value_from(grant.operations)}};
    if (!grant.name.empty()) entry["Name"] = grant.name;
    if (!grant.retiring_principal.empty()) entry["RetiringPrincipal"] = grant.retiring_principal;
    found.push_back(std::move(entry));
  }
  return call.page("Grants", std::move(found));
}

KmsOutput revoke_grant(const KmsCall& call) {
  const KmsKey* key = TRY(call.need_key());
  const std::string grant_id = TRY(call.required("GrantId"));
  const auto removed = std::erase_if(call.kms.grants, [&](const KmsGrant& grant) {
    return grant.key_arn == key->arn && grant.grant_id == grant_id;
  });
  if (removed == 0) {
    return refuse(400, "NotFoundException", fmt::format("Grant ID {} not found", grant_id));
  }
  return json::object();
}

// Source: botocore 1.43 kms 2014-11-01 service-2.json, 2026-08.
constexpr std::array kGrantOperations = {
    KmsOperation{"CreateAlias", create_alias, "AliasName TargetKeyId"},
    KmsOperation{"UpdateAlias", update_alias, "AliasName TargetKeyId"},
    KmsOperation{"ListAliases", list_aliases, "KeyId Limit Marker"},
    KmsOperation{"DeleteAlias", delete_alias, "AliasName"},
    KmsOperation{"CreateGrant", create_grant,
                 "KeyId GranteePrincipal RetiringPrincipal Operations GrantTokens Name"},
    KmsOperation{"ListGrants", list_grants, "Limit Marker KeyId GrantId GranteePrincipal"},
    KmsOperation{"RevokeGrant", revoke_grant, "KeyId GrantId"},
};

}  // namespace

std::span<const KmsOperation> kms_grant_operations() {
  return kGrantOperations;
}

}  // namespace snapferry::emulator
