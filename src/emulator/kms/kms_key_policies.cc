// What belongs to a key: its policy, its rotation, its tags.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/iam/evaluation.h"
#include "emulator/kms/kms_call.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// KMS knows of a session what its ARN says, which has no path: a policy that names a role with one
// needs BypassPolicyLockoutSafetyCheck here.
std::string role_of_session(const std::string& principal_arn) {
  constexpr std::string_view kAssumed = "assumed-role/";
  auto arn = core::parse_arn(principal_arn);
  if (!arn || !arn->resource.starts_with(kAssumed)) return {};
  const std::string rest = arn->resource.substr(kAssumed.size());
  arn->service = "iam";
  arn->resource = "role/" + rest.substr(0, rest.find('/'));
  return arn->str();
}

ServiceResult<void> check_policy_name(const KmsCall& call) {
  const std::string name = TRY(call.text("PolicyName"));
  if (!name.empty() && name != "default") {
    return refuse(400, "NotFoundException", fmt::format("No such policy exists: {}", name));
  }
  return {};
}

KmsOutput get_key_policy(const KmsCall& call) {
  TRY(check_policy_name(call));
  const KmsKey* key = TRY(call.need_key());
  return json::object{{"Policy", key->policy}, {"PolicyName", "default"}};
}

KmsOutput put_key_policy(const KmsCall& call) {
  TRY(check_policy_name(call));
  KmsKey* key = TRY(call.need_own_key());
  const std::string policy = TRY(call.required("Policy"));
  const bool is_lockout_fine = TRY(call.boolean("BypassPolicyLockoutSafetyCheck"));
  TRY(refuse_kms_pending_deletion(*key));
  TRY(check_key_policy(call, policy, is_lockout_fine));
  key->policy = policy;
  return json::object();
}

KmsOutput set_rotation(const KmsCall& call) {
  KmsKey* key = TRY(call.need_own_key());
  // Source: botocore 1.43 kms service-2.json, RotationPeriodInDaysType, 2026-11: 90 to 2560, a year
  // when the key had none before.
  const long days = TRY(call.integer("RotationPeriodInDays", key->rotation_days, 90, 2560));
  TRY(refuse_kms_pending_deletion(*key));
  TRY(refuse_kms_disabled(*key));
  if (key->key_spec != "SYMMETRIC_DEFAULT") return refuse(400, "UnsupportedOperationException", "");
  const bool is_on = call.operation == "EnableKeyRotation";
  if (is_on && (!key->is_rotated || days != key->rotation_days)) key->rotated_since = call.now;
  key->is_rotated = is_on;
  key->rotation_days = days;
  return json::object();
}

KmsOutput get_key_rotation_status(const KmsCall& call) {
  const KmsKey* key = TRY(call.need_key());
  TRY(refuse_kms_pending_deletion(*key));
  json::object output = {{"KeyId", key->arn}, {"KeyRotationEnabled", key->is_rotated}};
  if (!key->is_rotated) return output;
  output["RotationPeriodInDays"] = key->rotation_days;
  const core::Milliseconds period = std::chrono::days(key->rotation_days);
  const core::Instant since = key->rotated_since.value_or(key->create_time);
  output["NextRotationDate"] = kms_time(since + ((call.now - since) / period + 1) * period);
  return output;
}

KmsOutput tag_resource(const KmsCall& call) {
  KmsKey* key = TRY(call.need_own_key());
  auto tags = TRY(call.tags());
  TRY(refuse_kms_pending_deletion(*key));
  for (auto& [name, value] : tags) key->tags[name] = value;
  return json::object();
}

KmsOutput untag_resource(const KmsCall& call) {
  KmsKey* key = TRY(call.need_own_key());
  const auto names = TRY(call.texts("TagKeys"));
  TRY(refuse_kms_pending_deletion(*key));
  for (const std::string& name : names) key->tags.erase(name);
  return json::object();
}

KmsOutput list_resource_tags(const KmsCall& call) {
  const KmsKey* key = TRY(call.need_key());
  json::array tags;
  for (const auto& [name, value] : key->tags) {
    tags.push_back(json::object{{"TagKey", name}, {"TagValue", value}});
  }
  return call.page("Tags", std::move(tags));
}

// Source: botocore 1.43 kms 2014-11-01 service-2.json, 2026-08.
constexpr std::array kPolicyOperations = {
    KmsOperation{"GetKeyPolicy", get_key_policy, "KeyId PolicyName"},
    KmsOperation{"PutKeyPolicy", put_key_policy,
                 "KeyId PolicyName Policy BypassPolicyLockoutSafetyCheck"},
    KmsOperation{"EnableKeyRotation", set_rotation, "KeyId RotationPeriodInDays"},
    KmsOperation{"DisableKeyRotation", set_rotation, "KeyId"},
    KmsOperation{"GetKeyRotationStatus", get_key_rotation_status, "KeyId"},
    KmsOperation{"TagResource", tag_resource, "KeyId Tags"},
    KmsOperation{"UntagResource", untag_resource, "KeyId TagKeys"},
    KmsOperation{"ListResourceTags", list_resource_tags, "KeyId Limit Marker"},
};

}  // namespace

ServiceResult<void> check_key_policy(const KmsCall& call, const std::string& policy,
                                     bool is_lockout_fine) {
  const auto document = parse_policy(policy, PolicyKind::resource);
  if (!document) return refuse(400, "MalformedPolicyDocumentException", document.error());
  if (is_lockout_fine) return {};
  const PolicyRequest asked{.action = "kms:PutKeyPolicy",
                            .resource = "*",
                            .principal = {.account = call.caller.account.str(),
                                          .arn = call.caller.principal_arn,
                                          .role_arn = role_of_session(call.caller.principal_arn),
                                          .service = {}},
                            .context = {{"kms:CallerAccount", {call.caller.account.str()}}}};
  const Verdict verdict = judge(*document, asked);
  if (!verdict.is_denied && (verdict.is_allowed || verdict.is_delegated)) return {};
  return refuse(400, "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.");
}

std::span<const KmsOperation> kms_policy_operations() {
  return kPolicyOperations;
}

}  // namespace snapferry::emulator
