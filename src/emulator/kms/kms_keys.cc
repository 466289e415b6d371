// Keys: made, described, listed, enabled, disabled, scheduled for deletion.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/kms/kms_call.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

json::object metadata_of(const KmsKey& key) {
  json::object metadata = {{"AWSAccountId", key.account.str()},
                           {"KeyId", key.key_id},
                           {"Arn", key.arn},
                           {"CreationDate", kms_time(key.create_time)},
                           {"Enabled", key.state == "Enabled"},
                           {"Description", key.description},
                           {"KeyUsage", key.key_usage},
                           {"KeyState", key.state},
                           {"Origin", "AWS_KMS"},
                           {"KeyManager", key.is_aws_managed ? "AWS" : "CUSTOMER"},
                           {"CustomerMasterKeySpec", key.key_spec},
                           {"KeySpec", key.key_spec},
                           {"MultiRegion", key.is_multi_region}};
  if (key.key_spec == "SYMMETRIC_DEFAULT") {
    metadata["EncryptionAlgorithms"] = json::array{"SYMMETRIC_DEFAULT"};
  }
  if (key.is_multi_region) {
    metadata["MultiRegionConfiguration"] =
        json::object{{"MultiRegionKeyType", "PRIMARY"},
                     {"PrimaryKey", json::object{{"Arn", key.arn}, {"Region", key.region.str()}}},
                     {"ReplicaKeys", json::array{}}};
  }
  if (key.deletion_time) metadata["DeletionDate"] = kms_time(*key.deletion_time);
  return metadata;
}

KmsOutput create_key(const KmsCall& call) {
  const std::string spec = TRY(call.text("KeySpec"));
  const std::string old_spec = TRY(call.text("CustomerMasterKeySpec"));
  const std::string usage = TRY(call.text("KeyUsage"));
  const std::string origin = TRY(call.text("Origin"));
  const std::string policy = TRY(call.text("Policy"));
  const std::string description = TRY(call.text("Description"));
  const bool is_multi_region = TRY(call.boolean("MultiRegion"));
  const bool is_lockout_fine = TRY(call.boolean("BypassPolicyLockoutSafetyCheck"));
  auto tags = TRY(call.tags());
  if (!origin.empty() && origin != "AWS_KMS") {
    return refuse(400, "UnsupportedOperationException",
                  fmt::format("The emulator makes keys of origin AWS_KMS only, not {}", origin));
  }
  const std::string key_spec = !spec.empty()       ? spec
                               : !old_spec.empty() ? old_spec
                                                   : "SYMMETRIC_DEFAULT";
  const bool is_symmetric = key_spec == "SYMMETRIC_DEFAULT";
  if (!is_symmetric && usage.empty()) {
    return refuse(400, "ValidationException",
                  fmt::format("You must specify a KeyUsage value for {} keys", key_spec));
  }
  if (is_symmetric && !usage.empty() && usage != "ENCRYPT_DECRYPT") {
    return refuse(400, "ValidationException",
                  fmt::format("KeyUsage {} is not compatible with KeySpec {}", usage, key_spec));
  }
  if (!policy.empty()) TRY(check_key_policy(call, policy, is_lockout_fine));
  KmsKey& key = call.kms.create_key(call.caller, call.now, is_multi_region);
  key.key_spec = key_spec;
  if (!usage.empty()) key.key_usage = usage;
  key.description = description;
  key.tags = std::move(tags);
  if (!policy.empty()) key.policy = policy;
  return json::object{{"KeyMetadata", metadata_of(key)}};
}

KmsOutput describe_key(const KmsCall& call) {
  const std::string reference = TRY(call.required("KeyId"));
  (void)TRY(call.texts("GrantTokens"));
  constexpr std::string_view kManagedPrefix = "alias/aws/";
  // Source: AWS KMS API, DescribeKey, 2023: describing a predefined alias that has no key yet makes
  // the key.
  if (reference.starts_with(kManagedPrefix) && reference.size() > kManagedPrefix.size()) {
    return json::object{
        {"KeyMetadata", metadata_of(call.kms.managed_key(
                            call.caller, reference.substr(kManagedPrefix.size()), call.now))}};
  }
  const KmsKey* key = TRY(call.need_key());
  return json::object{{"KeyMetadata", metadata_of(*key)}};
}

KmsOutput list_keys(const KmsCall& call) {
  json::array found;
  for (const auto& [arn, key] : call.kms.keys) {
    if (call.is_here(key.account, key.region)) {
      found.push_back(json::object{{"KeyId", key.key_id}, {"KeyArn", arn}});
    }
  }
  return call.page("Keys", std::move(found));
}

KmsOutput enable_key(const KmsCall& call) {
  KmsKey* key = TRY(call.need_own_key());
  TRY(refuse_kms_pending_deletion(*key));
  key->state = "Enabled";
  return json::object();
}

KmsOutput disable_key(const KmsCall& call) {
  KmsKey* key = TRY(call.need_own_key());
  TRY(refuse_kms_pending_deletion(*key));
  key->state = "Disabled";
  return json::object();
}

KmsOutput schedule_key_deletion(const KmsCall& call) {
  KmsKey* key = TRY(call.need_own_key());
  // Source: AWS KMS API, ScheduleKeyDeletion, 2023: 7 to 30 days, default 30.
  const long days = TRY(call.integer("PendingWindowInDays", 30, 7, 30));
  TRY(refuse_kms_pending_deletion(*key));
  key->state = "PendingDeletion";
  key->deletion_window_days = days;
  key->deletion_time = call.now + std::chrono::days(days);
  return json::object{{"KeyId", key->arn},
                      {"DeletionDate", kms_time(*key->deletion_time)},
                      {"KeyState", key->state},
                      {"PendingWindowInDays", days}};
}

KmsOutput cancel_key_deletion(const KmsCall& call) {
  KmsKey* key = TRY(call.need_own_key());
  if (key->state != "PendingDeletion") {
    return refuse(400, "KMSInvalidStateException",
                  fmt::format("{} is not pending deletion.", key->arn));
  }
  key->state = "Disabled";
  key->deletion_time.reset();
  key->deletion_window_days = 0;
  return json::object{{"KeyId", key->arn}};
}

// Source: botocore 1.43 kms 2014-11-01 service-2.json, 2026-08.
constexpr std::array kKeyOperations = {
    KmsOperation{"CreateKey", create_key,
                 "Policy Description KeyUsage CustomerMasterKeySpec KeySpec Origin "
                 "BypassPolicyLockoutSafetyCheck Tags MultiRegion"},
    KmsOperation{"DescribeKey", describe_key, "KeyId GrantTokens"},
    KmsOperation{"ListKeys", list_keys, "Limit Marker"},
    KmsOperation{"EnableKey", enable_key, "KeyId"},
    KmsOperation{"DisableKey", disable_key, "KeyId"},
    KmsOperation{"ScheduleKeyDeletion", schedule_key_deletion, "KeyId PendingWindowInDays"},
    KmsOperation{"CancelKeyDeletion", cancel_key_deletion, "KeyId"},
};

}  // namespace

std::span<const KmsOperation> kms_key_operations() {
  return kKeyOperations;
}

}  // namespace snapferry::emulator
