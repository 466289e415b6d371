// SPDX-License-Identifier: Apache-2.0
#include "emulator/json_members.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;
using TextMap = std::map<std::string, std::string>;

std::unexpected<ServiceError> wrong_type(std::string_view member, std::string_view wanted) {
  return std::unexpected(
      ServiceError{400, "SerializationException", fmt::format("{} must be {}", member, wanted)});
}

std::unexpected<ServiceError> invalid(std::string message) {
  return std::unexpected(ServiceError{400, "ValidationException", std::move(message)});
}

}  // namespace

const json::value* JsonMembers::find(std::string_view member) {
  read_.emplace(member);
  const json::value* value = input_.if_contains(member);
  return value == nullptr || value->is_null() ? nullptr : value;
}

ServiceResult<std::string> JsonMembers::text(std::string_view member) {
  const json::value* value = find(member);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return wrong_type(member, "a string");
  return std::string(value->get_string());
}

ServiceResult<std::string> JsonMembers::required(std::string_view member) {
  if (find(member) == nullptr) {
    return invalid(
        fmt::format("1 validation error detected: Value null at '{}' failed to satisfy "
                    "constraint: Member must not be null",
                    member));
  }
  return text(member);
}

ServiceResult<std::optional<long>> JsonMembers::integer(std::string_view member) {
  const json::value* value = find(member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64()) return wrong_type(member, "an integer");
  return value->get_int64();
}

ServiceResult<bool> JsonMembers::boolean(std::string_view member) {
  const json::value* value = find(member);
  if (value == nullptr) return false;
  if (!value->is_bool()) return wrong_type(member, "a boolean");
  return value->get_bool();
}

ServiceResult<std::vector<std::string>> JsonMembers::texts(std::string_view member) {
  std::vector<std::string> result;
  const json::value* value = find(member);
  if (value == nullptr) return result;
  if (!value->is_array()) return wrong_type(member, "a list of strings");
  for (const json::value& item : value->get_array()) {
    if (!item.is_string()) return wrong_type(member, "a list of strings");
    result.emplace_back(item.get_string());
  }
  return result;
}

ServiceResult<TextMap> JsonMembers::text_map(std::string_view member) {
  TextMap result;
  const json::value* value = find(member);
  if (value == nullptr) return result;
  if (!value->is_object()) return wrong_type(member, "a map of strings");
  for (const auto& [key, item] : value->get_object()) {
    if (!item.is_string()) return wrong_type(member, "a map of strings");
    result[std::string(key)] = std::string(item.get_string());
  }
  return result;
}

ServiceResult<TextMap> JsonMembers::tag_list(std::string_view member) {
  TextMap result;
  const json::value* value = find(member);
  if (value == nullptr) return result;
  if (!value->is_array()) return wrong_type(member, "a list of tags");
  for (const json::value& item : value->get_array()) {
    const json::object* tag = item.if_object();
    const json::value* key = tag == nullptr ? nullptr : tag->if_contains("Key");
    const json::value* text = tag == nullptr ? nullptr : tag->if_contains("Value");
    const bool is_tag = key != nullptr && text != nullptr && key->is_string() &&
                        text->is_string() && tag->size() == 2;
    if (!is_tag) return wrong_type(member, "a list of {\"Key\", \"Value\"}");
    result[std::string(key->get_string())] = std::string(text->get_string());
  }
  return result;
}

ServiceResult<void> JsonMembers::refuse_unread() const {
  for (const auto& member : input_) {
    const std::string_view name = member.key();
    if (read_.contains(name)) continue;
    return invalid(fmt::format("The emulator does not know the member {}", name));
  }
  return {};
}

}  // namespace snapferry::emulator
