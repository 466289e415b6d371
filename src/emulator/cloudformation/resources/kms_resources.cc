// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/resources/resource_tables.h"
#include "emulator/cloudformation/resources/tags.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11.
constexpr std::string_view kKey = R"(
Description string
EnableKeyRotation boolean
Enabled boolean
KeyPolicy json
KeySpec string
KeyUsage string
MultiRegion boolean
Origin string
PendingWindowInDays integer
RotationPeriodInDays integer
Tags objects
  Key* string
  Value* string
)";
constexpr std::string_view kAlias = R"(
AliasName*! string
TargetKeyId* string
)";

ServiceResult<json::object> kms(ResourceCall& call, const std::string& operation,
                                const json::object& input) {
  return call_json(call.world, call.caller, "kms", operation, input);
}

ServiceResult<void> set_rotation(ResourceCall& call, const std::string& key,
                                 const json::object& wanted) {
  const json::value* is_on = wanted.if_contains("EnableKeyRotation");
  if (is_on == nullptr || !is_on->get_bool()) {
    TRY(kms(call, "DisableKeyRotation", {{"KeyId", key}}));
    return {};
  }
  json::object input = pick(wanted, "RotationPeriodInDays");
  input["KeyId"] = key;
  TRY(kms(call, "EnableKeyRotation", input));
  return {};
}

Made key_of(const std::string& id, const std::string& arn) {
  return {.physical_id = id, .attributes = {{"Arn", arn}, {"KeyId", id}}};
}

ServiceResult<void> remove_key(ResourceCall& call, const std::string& id, const json::object& had) {
  json::object input = pick(had, "PendingWindowInDays");
  input["KeyId"] = id;
  const auto removed = kms(call, "ScheduleKeyDeletion", input);
  // A key that waits for its deletion already is as deleted as this can make it.
  if (removed || removed.error().code == "KMSInvalidStateException") return {};
  return unless_missing(removed.error());
}

ServiceResult<Made> create_key(ResourceCall& call, const json::object& wanted) {
  json::object input = pick(wanted, "Description KeySpec KeyUsage MultiRegion Origin");
  if (wanted.contains("KeyPolicy")) input["Policy"] = document_text(wanted, "KeyPolicy");
  const json::object tags = call.tags(wanted);
  if (!tags.empty()) input["Tags"] = tag_list(tags, "TagKey", "TagValue");
  const json::object output = TRY(kms(call, "CreateKey", input));
  const json::object& metadata = output.at("KeyMetadata").as_object();
  Made made = key_of(text_of(metadata, "KeyId"), text_of(metadata, "Arn"));
  const auto finish = [&]() -> ServiceResult<void> {
    if (text_of(wanted, "EnableKeyRotation") == "true") {
      TRY(set_rotation(call, made.physical_id, wanted));
    }
    if (text_of(wanted, "Enabled") == "false") {
      TRY(kms(call, "DisableKey", {{"KeyId", made.physical_id}}));
    }
    return {};
  };
  if (const auto finished = finish(); !finished) {
    // Nobody knows the key by a physical id yet: a rollback would leave it behind.
    TRY(remove_key(call, made.physical_id, wanted));
    return std::unexpected(finished.error());
  }
  return made;
}

ServiceResult<Made> update_key(ResourceCall& call, const std::string& id, const json::object& had,
                               const json::object& wanted) {
  if (is_changed(had, wanted, "KeySpec KeyUsage MultiRegion Origin")) {
    return std::unexpected(ServiceError{400, "ValidationException",
                                        "You cannot change the KeySpec, KeyUsage, Origin or "
                                        "MultiRegion property of an existing key"});
  }
  if (is_changed(had, wanted, "Description")) {
    TRY(kms(call, "UpdateKeyDescription",
            {{"KeyId", id}, {"Description", text_of(wanted, "Description")}}));
  }
  if (is_changed(had, wanted, "KeyPolicy") && wanted.contains("KeyPolicy")) {
    TRY(kms(call, "PutKeyPolicy",
            {{"KeyId", id},
             {"PolicyName", "default"},
             {"Policy", document_text(wanted, "KeyPolicy")}}));
  }
  if (is_changed(had, wanted, "EnableKeyRotation RotationPeriodInDays")) {
    TRY(set_rotation(call, id, wanted));
  }
  if (is_changed(had, wanted, "Enabled")) {
    const bool is_enabled = text_of(wanted, "Enabled", "true") == "true";
    TRY(kms(call, is_enabled ? "EnableKey" : "DisableKey", {{"KeyId", id}}));
  }
  if (is_changed(had, wanted, "Tags")) {
    const json::object tags = call.tags(wanted);
    json::array gone;
    for (const std::string& key : removed_keys(call.tags(had), tags)) gone.emplace_back(key);
    if (!gone.empty()) TRY(kms(call, "UntagResource", {{"KeyId", id}, {"TagKeys", gone}}));
    if (!tags.empty()) {
      TRY(kms(call, "TagResource",
              {{"KeyId", id}, {"Tags", tag_list(tags, "TagKey", "TagValue")}}));
    }
  }
  const json::object output = TRY(kms(call, "DescribeKey", {{"KeyId", id}}));
  return key_of(id, text_of(output.at("KeyMetadata").as_object(), "Arn"));
}

ServiceResult<Made> create_alias(ResourceCall& call, const json::object& wanted) {
  TRY(kms(call, "CreateAlias", pick(wanted, "AliasName TargetKeyId")));
  return Made{.physical_id = text_of(wanted, "AliasName")};
}

ServiceResult<Made> update_alias(ResourceCall& call, const std::string& name, const json::object&,
                                 const json::object& wanted) {
  TRY(kms(call, "UpdateAlias", pick(wanted, "AliasName TargetKeyId")));
  return Made{.physical_id = name};
}

ServiceResult<void> remove_alias(ResourceCall& call, const std::string& name, const json::object&) {
  const auto removed = kms(call, "DeleteAlias", {{"AliasName", name}});
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

constexpr std::array kKmsTypes = {
    ResourceType{"AWS::KMS::Key", "Kms", kKey, "Arn KeyId", "", create_key, update_key, remove_key},
    ResourceType{"AWS::KMS::Alias", "Kms", kAlias, "", "AliasName", create_alias, update_alias,
                 remove_alias},
};

}  // namespace

std::span<const ResourceType> kms_resources() {
  return kKmsTypes;
}

}  // namespace snapferry::emulator::cloudformation
