// SPDX-License-Identifier: Apache-2.0
#include "emulator/kms/kms_call.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// Members are named in messages with a small first letter, as the service's own beans are.
std::string bean_name(std::string_view member) {
  std::string name(member);
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name;
}

}  // namespace

std::unexpected<ServiceError> invalid_kms(std::string message) {
  return refuse(400, "ValidationException", "1 validation error detected: " + std::move(message));
}

json::value kms_time(core::Instant instant) {
  return static_cast<double>(instant.time_since_epoch().count()) / 1000.0;
}

ServiceResult<void> refuse_kms_disabled(const KmsKey& key) {
  if (key.state == "Disabled") {
    return refuse(400, "DisabledException", fmt::format("{} is disabled.", key.arn));
  }
  return {};
}

ServiceResult<std::string> KmsCall::text(std::string_view member) const {
  const json::value* value = input.if_contains(member);
  if (value == nullptr || value->is_null()) return std::string();
  if (!value->is_string()) {
    return refuse(400, "SerializationException", fmt::format("{} must be a string", member));
  }
  return std::string(value->get_string());
}

ServiceResult<std::string> KmsCall::required(std::string_view member) const {
  std::string value = TRY(text(member));
  if (value.empty()) {
    return invalid_kms(
        fmt::format("Value null at '{}' failed to satisfy constraint: Member must not be null",
                    bean_name(member)));
  }
  return value;
}

ServiceResult<long> KmsCall::integer(std::string_view member, long otherwise, long least,
                                     long most) const {
  const json::value* value = input.if_contains(member);
  if (value == nullptr || value->is_null()) return otherwise;
  if (!value->is_int64()) {
    return refuse(400, "SerializationException", fmt::format("{} must be an integer", member));
  }
  const long number = value->get_int64();
  if (number < least || number > most) {
    return invalid_kms(fmt::format(
        "Value '{}' at '{}' failed to satisfy constraint: Member must have value {} to {}", number,
        bean_name(member), least, most));
  }
  return number;
}

ServiceResult<bool> KmsCall::boolean(std::string_view member) const {
  const json::value* value = input.if_contains(member);
  if (value == nullptr || value->is_null()) return false;
  if (!value->is_bool()) {
    return refuse(400, "SerializationException", fmt::format("{} must be a boolean", member));
  }
  return value->get_bool();
}

ServiceResult<std::vector<std::string>> KmsCall::texts(std::string_view member) const {
  std::vector<std::string> result;
  const json::value* value = input.if_contains(member);
  if (value == nullptr || value->is_null()) return result;
  const json::array* list = value->if_array();
  if (list == nullptr ||
      !std::ranges::all_of(*list, [](const json::value& item) { return item.is_string(); })) {
    return refuse(400, "SerializationException",
                  fmt::format("{} must be a list of strings", member));
  }
  for (const json::value& item : *list) result.emplace_back(item.get_string());
  return result;
}

ServiceResult<std::map<std::string, std::string>> KmsCall::tags() const {
  std::map<std::string, std::string> result;
  const json::value* value = input.if_contains("Tags");
  if (value == nullptr || value->is_null()) return result;
  const json::array* list = value->if_array();
  if (list == nullptr) return refuse(400, "SerializationException", "Tags must be a list");
  for (const json::value& item : *list) {
    const json::object* tag = item.if_object();
    const json::value* key = tag == nullptr ? nullptr : tag->if_contains("TagKey");
    const json::value* text = tag == nullptr ? nullptr : tag->if_contains("TagValue");
    if (key == nullptr || text == nullptr || !key->is_string() || !text->is_string()) {
      return refuse(400, "TagException", "A tag needs a TagKey and a TagValue");
    }
    const std::string name(key->get_string());
    if (name.starts_with("aws:")) {
      return refuse(400, "TagException", "Tag keys cannot start with the reserved prefix aws:");
    }
    result[name] = std::string(text->get_string());
  }
  return result;
}

ServiceResult<KmsKey*> KmsCall::need_key() const {
  const std::string reference = TRY(required("KeyId"));
  if (KmsKey* key = kms.find(caller, reference)) return key;
  const std::string prefix =
      fmt::format("arn:{}:kms:{}:{}:", caller.partition, caller.region.str(), caller.account.str());
  if (reference.starts_with("alias/")) {
    return refuse(400, "NotFoundException",
                  fmt::format("Alias {}{} is not found.", prefix, reference));
  }
  if (reference.starts_with("arn:")) {
    const auto arn = core::parse_arn(reference);
    if (!arn || arn->service != "kms") {
      return refuse(400, "InvalidArnException", fmt::format("Invalid arn {}", reference));
    }
    if (arn->region != caller.region) {
      return refuse(400, "NotFoundException", fmt::format("Invalid arn {}", arn->region.str()));
    }
    if (kms.keys.contains(reference)) {
      return refuse(400, "AccessDeniedException",
                    fmt::format("User: {} is not authorized to perform: kms:{} on resource: {} "
                                "because no resource-based policy allows the kms:{} action",
                                caller.principal_arn, operation, reference, operation));
    }
    return refuse(400, "NotFoundException",
                  arn->resource.starts_with("alias/")
                      ? fmt::format("Alias {} is not found.", reference)
                      : fmt::format("Key '{}' does not exist", reference));
  }
  // A uuid, or the id of a multi-region key, could be a key's; anything else is none's.
  const bool is_key_id = reference.starts_with("mrk-") ||
                         (reference.size() == 36 && std::ranges::count(reference, '-') == 4);
  return refuse(400, "NotFoundException",
                is_key_id ? fmt::format("Key '{}key/{}' does not exist", prefix, reference)
                          : fmt::format("Invalid keyId '{}'", reference));
}

ServiceResult<KmsKey*> KmsCall::need_own_key() const {
  KmsKey* key = TRY(need_key());
  if (key->account != caller.account || key->is_aws_managed) {
    return refuse(400, "AccessDeniedException",
                  fmt::format("User: {} is not authorized to perform: kms:{} on resource: {}",
                              caller.principal_arn, operation, key->arn));
  }
  return key;
}

ServiceResult<void> refuse_kms_pending_deletion(const KmsKey& key) {
  if (key.state == "PendingDeletion") {
    return refuse(400, "KMSInvalidStateException", fmt::format("{} is pending deletion.", key.arn));
  }
  return {};
}

KmsOutput KmsCall::page(std::string_view member, json::array all) const {
  // Source: AWS KMS API, ListKeys and ListAliases, 2023: 1 to 1000; default 100 (keys), 50
  // (others).
  const long limit = TRY(integer("Limit", member == "Keys" ? 100 : 50, 1, 1000));
  const std::string marker = TRY(text("Marker"));
  size_t start = 0;
  if (!marker.empty()) {
    const bool is_number = marker.size() < 10 &&
                           std::ranges::all_of(marker, [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) return refuse(400, "InvalidMarkerException", "Invalid marker");
    start = std::min<size_t>(std::stoul(marker), all.size());
  }
  const size_t end = std::min(all.size(), start + static_cast<size_t>(limit));
  json::object output = {{"Truncated", end < all.size()}};
  output[member] = json::array(all.begin() + static_cast<std::ptrdiff_t>(start),
                               all.begin() + static_cast<std::ptrdiff_t>(end));
  if (end < all.size()) output["NextMarker"] = std::to_string(end);
  return output;
}

}  // namespace snapferry::emulator
