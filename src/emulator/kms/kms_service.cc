// Every operation names the members it understands in one table, so that an unknown one is refused
// before anything happens.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/kms/kms_service.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using Output = ServiceResult<json::object>;

std::unexpected<ServiceError> refuse(std::string_view code, std::string message) {
  return std::unexpected(ServiceError{400, std::string(code), std::move(message)});
}

std::unexpected<ServiceError> validation(std::string message) {
  return refuse("ValidationException", "1 validation error detected: " + std::move(message));
}

// Members are named in messages with a small first letter, as the service's own beans are.
std::string bean_name(std::string_view member) {
  std::string name(member);
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name;
}

// JSON 1.1 writes times as seconds with a fraction.
json::value epoch_seconds(core::Instant instant) {
  return static_cast<double>(instant.time_since_epoch().count()) / 1000.0;
}

struct Call {
  KmsModel& kms;
  core::Instant now;
  const Caller& caller;
  std::string operation;
  const json::object& input;

  // Returns "" for a member that was not sent.
  [[nodiscard]] ServiceResult<std::string> text(std::string_view member) const {
    const json::value* value = input.if_contains(member);
    if (value == nullptr || value->is_null()) return std::string();
    if (!value->is_string()) {
      return refuse("SerializationException", fmt::format("{} must be a string", member));
    }
    return std::string(value->get_string());
  }

  [[nodiscard]] ServiceResult<std::string> required(std::string_view member) const {
    std::string value = TRY(text(member));
    if (value.empty()) {
      return validation(
          fmt::format("Value null at '{}' failed to satisfy constraint: Member must not be null",
                      bean_name(member)));
    }
    return value;
  }

  [[nodiscard]] ServiceResult<long> integer(std::string_view member, long otherwise, long least,
                                            long most) const {
    const json::value* value = input.if_contains(member);
    if (value == nullptr || value->is_null()) return otherwise;
    if (!value->is_int64()) {
      return refuse("SerializationException", fmt::format("{} must be an integer", member));
    }
    const long number = value->get_int64();
    if (number < least || number > most) {
      return validation(fmt::format(
          "Value '{}' at '{}' failed to satisfy constraint: Member must have value {} to {}",
          number, bean_name(member), least, most));
    }
    return number;
  }

  [[nodiscard]] ServiceResult<bool> boolean(std::string_view member) const {
    const json::value* value = input.if_contains(member);
    if (value == nullptr || value->is_null()) return false;
    if (!value->is_bool()) {
      return refuse("SerializationException", fmt::format("{} must be a boolean", member));
    }
    return value->get_bool();
  }

  [[nodiscard]] ServiceResult<std::vector<std::string>> texts(std::string_view member) const {
    std::vector<std::string> result;
    const json::value* value = input.if_contains(member);
    if (value == nullptr || value->is_null()) return result;
    const json::array* list = value->if_array();
    if (list == nullptr ||
        !std::ranges::all_of(*list, [](const json::value& item) { return item.is_string(); })) {
      return refuse("SerializationException", fmt::format("{} must be a list of strings", member));
    }
    for (const json::value& item : *list) result.emplace_back(item.get_string());
    return result;
  }

  [[nodiscard]] ServiceResult<std::map<std::string, std::string>> tags() const {
    std::map<std::string, std::string> result;
    const json::value* value = input.if_contains("Tags");
    if (value == nullptr || value->is_null()) return result;
    const json::array* list = value->if_array();
    if (list == nullptr) return refuse("SerializationException", "Tags must be a list");
    for (const json::value& item : *list) {
      const json::object* tag = item.if_object();
      const json::value* key = tag == nullptr ? nullptr : tag->if_contains("TagKey");
      const json::value* text = tag == nullptr ? nullptr : tag->if_contains("TagValue");
      if (key == nullptr || text == nullptr || !key->is_string() || !text->is_string()) {
        return refuse("TagException", "A tag needs a TagKey and a TagValue");
      }
      const std::string name(key->get_string());
      if (name.starts_with("aws:")) {
        return refuse("TagException", "Tag keys cannot start with the reserved prefix aws:");
      }
      result[name] = std::string(text->get_string());
    }
    return result;
  }
};

ServiceResult<KmsKey*> need_key(const Call& call) {
  const std::string reference = TRY(call.required("KeyId"));
  if (KmsKey* key = call.kms.find(call.caller, reference)) return key;
  const Caller& caller = call.caller;
  const std::string prefix =
      fmt::format("arn:{}:kms:{}:{}:", caller.partition, caller.region.str(), caller.account.str());
  if (reference.starts_with("alias/")) {
    return refuse("NotFoundException", fmt::format("Alias {}{} is not found.", prefix, reference));
  }
  if (reference.starts_with("arn:")) {
    const auto arn = core::parse_arn(reference);
    if (!arn || arn->service != "kms") {
      return refuse("InvalidArnException", fmt::format("Invalid arn {}", reference));
    }
    if (arn->region != caller.region) {
      return refuse("NotFoundException", fmt::format("Invalid arn {}", arn->region.str()));
    }
    if (call.kms.keys.contains(reference)) {
      return refuse("AccessDeniedException",
                    fmt::format("User: {} is not authorized to perform: kms:{} on resource: {} "
                                "because no resource-based policy allows the kms:{} action",
                                caller.principal_arn, call.operation, reference, call.operation));
    }
    return refuse("NotFoundException", arn->resource.starts_with("alias/")
                                           ? fmt::format("Alias {} is not found.", reference)
                                           : fmt::format("Key '{}' does not exist", reference));
  }
  // A uuid, or the id of a multi-region key, could be a key's; anything else is none's.
  const bool is_key_id = reference.starts_with("mrk-") ||
                         (reference.size() == 36 && std::ranges::count(reference, '-') == 4);
  return refuse("NotFoundException",
                is_key_id ? fmt::format("Key '{}key/{}' does not exist", prefix, reference)
                          : fmt::format("Invalid keyId '{}'", reference));
}

// Management is the owner's alone, and AWS manages its own keys itself.
ServiceResult<KmsKey*> need_own_key(const Call& call) {
  KmsKey* key = TRY(need_key(call));
  if (key->account != call.caller.account || key->is_aws_managed) {
    return refuse("AccessDeniedException",
                  fmt::format("User: {} is not authorized to perform: kms:{} on resource: {}",
                              call.caller.principal_arn, call.operation, key->arn));
  }
  return key;
}

ServiceResult<void> refuse_pending_deletion(const KmsKey& key) {
  if (key.state == "PendingDeletion") {
    return refuse("KMSInvalidStateException", fmt::format("{} is pending deletion.", key.arn));
  }
  return {};
}

json::object metadata_of(const KmsKey& key) {
  json::object metadata = {{"AWSAccountId", key.account.str()},
                           {"KeyId", key.key_id},
                           {"Arn", key.arn},
                           {"CreationDate", epoch_seconds(key.create_time)},
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
  if (key.deletion_time) metadata["DeletionDate"] = epoch_seconds(*key.deletion_time);
  return metadata;
}

Output create_key(const Call& call) {
  const std::string spec = TRY(call.text("KeySpec"));
  const std::string old_spec = TRY(call.text("CustomerMasterKeySpec"));
  const std::string usage = TRY(call.text("KeyUsage"));
  const std::string origin = TRY(call.text("Origin"));
  const std::string policy = TRY(call.text("Policy"));
  const std::string description = TRY(call.text("Description"));
  const bool is_multi_region = TRY(call.boolean("MultiRegion"));
  (void)TRY(call.boolean("BypassPolicyLockoutSafetyCheck"));
  auto tags = TRY(call.tags());
  if (!origin.empty() && origin != "AWS_KMS") {
    return refuse("UnsupportedOperationException",
                  fmt::format("The emulator makes keys of origin AWS_KMS only, not {}", origin));
  }
  const std::string key_spec = !spec.empty()       ? spec
                               : !old_spec.empty() ? old_spec
                                                   : "SYMMETRIC_DEFAULT";
  const bool is_symmetric = key_spec == "SYMMETRIC_DEFAULT";
  if (!is_symmetric && usage.empty()) {
    return refuse("ValidationException",
                  fmt::format("You must specify a KeyUsage value for {} keys", key_spec));
  }
  if (is_symmetric && !usage.empty() && usage != "ENCRYPT_DECRYPT") {
    return refuse("ValidationException",
                  fmt::format("KeyUsage {} is not compatible with KeySpec {}", usage, key_spec));
  }
  json::error_code error;
  if (!policy.empty() && !json::parse(policy, error).is_object()) {
    return refuse("MalformedPolicyDocumentException", "The policy is not a JSON object");
  }
  KmsKey& key = call.kms.create_key(call.caller, call.now);
  if (is_multi_region) {
    // The id tells a multi-region key: "mrk-" and the uuid without its dashes.
    KmsKey renamed = key;
    call.kms.keys.erase(key.arn);
    std::erase(renamed.key_id, '-');
    renamed.key_id.insert(0, "mrk-");
    renamed.arn.replace(renamed.arn.find(":key/") + 5, std::string::npos, renamed.key_id);
    const std::string arn = renamed.arn;
    call.kms.keys[arn] = std::move(renamed);
    KmsKey& multi = call.kms.keys[arn];
    multi.is_multi_region = true;
    multi.description = description;
    multi.tags = std::move(tags);
    if (!policy.empty()) multi.policy = policy;
    return json::object{{"KeyMetadata", metadata_of(multi)}};
  }
  key.key_spec = key_spec;
  if (!usage.empty()) key.key_usage = usage;
  key.description = description;
  key.tags = std::move(tags);
  if (!policy.empty()) key.policy = policy;
  return json::object{{"KeyMetadata", metadata_of(key)}};
}

Output describe_key(const Call& call) {
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
  const KmsKey* key = TRY(need_key(call));
  return json::object{{"KeyMetadata", metadata_of(*key)}};
}

// Cuts a list into the page that Limit and Marker ask for. The marker is the index of the next
// item.
Output page(const Call& call, std::string_view member, json::array all) {
  // Source: AWS KMS API, ListKeys and ListAliases, 2023: 1 to 1000; default 100 (keys), 50
  // (others).
  const long limit = TRY(call.integer("Limit", member == "Keys" ? 100 : 50, 1, 1000));
  const std::string marker = TRY(call.text("Marker"));
  size_t start = 0;
  if (!marker.empty()) {
    const bool is_number = marker.size() < 10 &&
                           std::ranges::all_of(marker, [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) return refuse("InvalidMarkerException", "Invalid marker");
    start = std::min<size_t>(std::stoul(marker), all.size());
  }
  const size_t end = std::min(all.size(), start + static_cast<size_t>(limit));
  json::object output = {{"Truncated", end < all.size()}};
  output[member] = json::array(all.begin() + static_cast<std::ptrdiff_t>(start),
                               all.begin() + static_cast<std::ptrdiff_t>(end));
  if (end < all.size()) output["NextMarker"] = std::to_string(end);
  return output;
}

bool is_here(const Call& call, const core::AccountId& account, const core::Region& region) {
  return account == call.caller.account && region == call.caller.region;
}

Output list_keys(const Call& call) {
  json::array found;
  for (const auto& [arn, key] : call.kms.keys) {
    if (is_here(call, key.account, key.region)) {
      found.push_back(json::object{{"KeyId", key.key_id}, {"KeyArn", arn}});
    }
  }
  return page(call, "Keys", std::move(found));
}

Output list_aliases(const Call& call) {
  const KmsKey* wanted = nullptr;
  if (call.input.contains("KeyId")) wanted = TRY(need_key(call));
  json::array found;
  for (const auto& [alias_arn, key_arn] : call.kms.aliases) {
    const auto arn = core::parse_arn(alias_arn);
    if (!arn || !is_here(call, arn->account, arn->region)) continue;
    if (wanted != nullptr && wanted->arn != key_arn) continue;
    found.push_back(json::object{{"AliasName", arn->resource},
                                 {"AliasArn", alias_arn},
                                 {"TargetKeyId", call.kms.keys.at(key_arn).key_id}});
  }
  return page(call, "Aliases", std::move(found));
}

Output create_alias(const Call& call) {
  const std::string name = TRY(call.required("AliasName"));
  const std::string target = TRY(call.required("TargetKeyId"));
  if (const KmsKey* key = call.kms.find(call.caller, target)) TRY(refuse_pending_deletion(*key));
  TRY(call.kms.create_alias(call.caller, name, target));
  return json::object();
}

Output delete_alias(const Call& call) {
  const std::string name = TRY(call.required("AliasName"));
  const std::string arn = fmt::format("arn:{}:kms:{}:{}:{}", call.caller.partition,
                                      call.caller.region.str(), call.caller.account.str(), name);
  if (name.starts_with("alias/aws/")) return refuse("NotAuthorizedException", "");
  if (call.kms.aliases.erase(arn) == 0) {
    return refuse("NotFoundException", fmt::format("Alias {} is not found.", arn));
  }
  return json::object();
}

Output enable_key(const Call& call) {
  KmsKey* key = TRY(need_own_key(call));
  TRY(refuse_pending_deletion(*key));
  key->state = "Enabled";
  return json::object();
}

Output disable_key(const Call& call) {
  KmsKey* key = TRY(need_own_key(call));
  TRY(refuse_pending_deletion(*key));
  key->state = "Disabled";
  return json::object();
}

Output schedule_key_deletion(const Call& call) {
  KmsKey* key = TRY(need_own_key(call));
  // Source: AWS KMS API, ScheduleKeyDeletion, 2023: 7 to 30 days, default 30.
  const long days = TRY(call.integer("PendingWindowInDays", 30, 7, 30));
  TRY(refuse_pending_deletion(*key));
  key->state = "PendingDeletion";
  key->deletion_window_days = days;
  key->deletion_time = call.now + std::chrono::days(days);
  return json::object{{"KeyId", key->arn},
                      {"DeletionDate", epoch_seconds(*key->deletion_time)},
                      {"KeyState", key->state},
                      {"PendingWindowInDays", days}};
}

Output cancel_key_deletion(const Call& call) {
  KmsKey* key = TRY(need_own_key(call));
  if (key->state != "PendingDeletion") {
    return refuse("KMSInvalidStateException", fmt::format("{} is not pending deletion.", key->arn));
  }
  key->state = "Disabled";
  key->deletion_time.reset();
  key->deletion_window_days = 0;
  return json::object{{"KeyId", key->arn}};
}

Output create_grant(const Call& call) {
  const KmsKey* key = TRY(need_key(call));
  const std::string grantee = TRY(call.required("GranteePrincipal"));
  const std::string retiring = TRY(call.text("RetiringPrincipal"));
  const std::string name = TRY(call.text("Name"));
  (void)TRY(call.texts("GrantTokens"));
  auto operations = TRY(call.texts("Operations"));
  if (operations.empty()) {
    return validation(
        "Value null at 'operations' failed to satisfy constraint: Member must not be null");
  }
  TRY(refuse_pending_deletion(*key));
  if (key->state == "Disabled") {
    return refuse("DisabledException", fmt::format("{} is disabled.", key->arn));
  }
  KmsGrant& grant = call.kms.add_grant(*key, grantee, std::move(operations), call.now);
  grant.name = name;
  grant.retiring_principal = retiring;
  return json::object{{"GrantId", grant.grant_id}, {"GrantToken", "token-" + grant.grant_id}};
}

Output list_grants(const Call& call) {
  const KmsKey* key = TRY(need_key(call));
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
        {"CreationDate", epoch_seconds(grant.create_time)},
        {"GranteePrincipal", grant.grantee_principal},
        {"IssuingAccount",
         fmt::format("arn:{}:iam::{}:root", call.caller.partition, key->account.str())},
        {"Operations", json::value_from(grant.operations)}};
    if (!grant.name.empty()) entry["Name"] = grant.name;
    if (!grant.retiring_principal.empty()) entry["RetiringPrincipal"] = grant.retiring_principal;
    found.push_back(std::move(entry));
  }
  return page(call, "Grants", std::move(found));
}

Output revoke_grant(const Call& call) {
  const KmsKey* key = TRY(need_key(call));
  const std::string grant_id = TRY(call.required("GrantId"));
  const auto removed = std::erase_if(call.kms.grants, [&](const KmsGrant& grant) {
    return grant.key_arn == key->arn && grant.grant_id == grant_id;
  });
  if (removed == 0) {
    return refuse("NotFoundException", fmt::format("Grant ID {} not found", grant_id));
  }
  return json::object();
}

ServiceResult<void> check_policy_name(const Call& call) {
  const std::string name = TRY(call.text("PolicyName"));
  if (!name.empty() && name != "default") {
    return refuse("NotFoundException", fmt::format("No such policy exists: {}", name));
  }
  return {};
}

Output get_key_policy(const Call& call) {
  TRY(check_policy_name(call));
  const KmsKey* key = TRY(need_key(call));
  return json::object{{"Policy", key->policy}, {"PolicyName", "default"}};
}

Output put_key_policy(const Call& call) {
  TRY(check_policy_name(call));
  KmsKey* key = TRY(need_own_key(call));
  const std::string policy = TRY(call.required("Policy"));
  (void)TRY(call.boolean("BypassPolicyLockoutSafetyCheck"));
  TRY(refuse_pending_deletion(*key));
  json::error_code error;
  if (!json::parse(policy, error).is_object()) {
    return refuse("MalformedPolicyDocumentException", "The policy is not a JSON object");
  }
  key->policy = policy;
  return json::object();
}

Output set_rotation(const Call& call) {
  KmsKey* key = TRY(need_own_key(call));
  TRY(refuse_pending_deletion(*key));
  if (key->state == "Disabled") {
    return refuse("DisabledException", fmt::format("{} is disabled.", key->arn));
  }
  if (key->key_spec != "SYMMETRIC_DEFAULT") return refuse("UnsupportedOperationException", "");
  key->is_rotated = call.operation == "EnableKeyRotation";
  return json::object();
}

Output get_key_rotation_status(const Call& call) {
  const KmsKey* key = TRY(need_key(call));
  TRY(refuse_pending_deletion(*key));
  json::object output = {{"KeyId", key->arn}, {"KeyRotationEnabled", key->is_rotated}};
  // Source: AWS KMS Developer Guide, key rotation, 2024: a year unless told otherwise.
  if (key->is_rotated) output["RotationPeriodInDays"] = 365;
  return output;
}

Output tag_resource(const Call& call) {
  KmsKey* key = TRY(need_own_key(call));
  auto tags = TRY(call.tags());
  TRY(refuse_pending_deletion(*key));
  for (auto& [name, value] : tags) key->tags[name] = value;
  return json::object();
}

Output untag_resource(const Call& call) {
  KmsKey* key = TRY(need_own_key(call));
  const auto names = TRY(call.texts("TagKeys"));
  TRY(refuse_pending_deletion(*key));
  for (const std::string& name : names) key->tags.erase(name);
  return json::object();
}

Output list_resource_tags(const Call& call) {
  const KmsKey* key = TRY(need_key(call));
  json::array tags;
  for (const auto& [name, value] : key->tags) {
    tags.push_back(json::object{{"TagKey", name}, {"TagValue", value}});
  }
  return page(call, "Tags", std::move(tags));
}

struct Operation {
  std::string_view name;
  Output (*serve)(const Call&);
  std::string_view members;  // all that the operation understands, separated by one space
};

// Source: botocore 1.43 kms 2014-11-01 service-2.json, 2026-08.
constexpr std::array kOperations = {
    Operation{"CreateKey", create_key,
              "Policy Description KeyUsage CustomerMasterKeySpec KeySpec Origin "
              "BypassPolicyLockoutSafetyCheck Tags MultiRegion"},
    Operation{"DescribeKey", describe_key, "KeyId GrantTokens"},
    Operation{"ListKeys", list_keys, "Limit Marker"},
    Operation{"CreateAlias", create_alias, "AliasName TargetKeyId"},
    Operation{"ListAliases", list_aliases, "KeyId Limit Marker"},
    Operation{"DeleteAlias", delete_alias, "AliasName"},
    Operation{"EnableKey", enable_key, "KeyId"},
    Operation{"DisableKey", disable_key, "KeyId"},
    Operation{"ScheduleKeyDeletion", schedule_key_deletion, "KeyId PendingWindowInDays"},
    Operation{"CancelKeyDeletion", cancel_key_deletion, "KeyId"},
    Operation{"CreateGrant", create_grant,
              "KeyId GranteePrincipal RetiringPrincipal Operations GrantTokens Name"},
    Operation{"ListGrants", list_grants, "Limit Marker KeyId GrantId GranteePrincipal"},
    Operation{"RevokeGrant", revoke_grant, "KeyId GrantId"},
    Operation{"GetKeyPolicy", get_key_policy, "KeyId PolicyName"},
    Operation{"PutKeyPolicy", put_key_policy,
              "KeyId PolicyName Policy BypassPolicyLockoutSafetyCheck"},
    Operation{"EnableKeyRotation", set_rotation, "KeyId"},
    Operation{"DisableKeyRotation", set_rotation, "KeyId"},
    Operation{"GetKeyRotationStatus", get_key_rotation_status, "KeyId"},
    Operation{"TagResource", tag_resource, "KeyId Tags"},
    Operation{"UntagResource", untag_resource, "KeyId TagKeys"},
    Operation{"ListResourceTags", list_resource_tags, "KeyId Limit Marker"},
};

bool is_one_of(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = words.find(' ');
    if (words.substr(0, end) == word) return true;
    if (end == std::string_view::npos) return false;
    words.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

Output serve_kms(KmsModel& kms, core::Instant now, const Caller& caller,
                 const std::string& operation, const json::object& input) {
  const auto* found = std::ranges::find(kOperations, operation, &Operation::name);
  if (found == kOperations.end()) return refuse("UnknownOperationException", "");
  for (const auto& member : input) {
    if (is_one_of(found->members, member.key())) continue;
    return refuse("ValidationException",
                  fmt::format("{} has no member {}", operation, std::string_view(member.key())));
  }
  kms.settle(now);
  return found->serve({kms, now, caller, operation, input});
}

}  // namespace snapferry::emulator
