// SPDX-License-Identifier: Apache-2.0
#include "emulator/json_input.h"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/result.h"

namespace snapferry::emulator {

namespace json = boost::json;

JsonInput::JsonInput(const json::object& object, std::string_view code, std::string place)
    : object_(&object), code_(code), place_(std::move(place)) {}

std::string JsonInput::place_of(std::string_view member) const {
  return place_.empty() ? std::string(member) : fmt::format("{}.{}", place_, member);
}

std::unexpected<ServiceError> JsonInput::refuse(std::string message) const {
  return std::unexpected(ServiceError{400, std::string(code_), std::move(message)});
}

std::unexpected<ServiceError> JsonInput::wrong_type(std::string_view member,
                                                    std::string_view wanted) const {
  return std::unexpected(ServiceError{400, "SerializationException",
                                      fmt::format("{} must be {}", place_of(member), wanted)});
}

const json::value* JsonInput::find(std::string_view member) const {
  const json::value* value = object_->if_contains(member);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool JsonInput::has(std::string_view member) const {
  return find(member) != nullptr;
}

ServiceResult<void> JsonInput::only(std::initializer_list<std::string_view> members) const {
  for (const auto& item : *object_) {
    if (std::ranges::find(members, std::string_view(item.key())) == members.end()) {
      return refuse(fmt::format("The emulator knows no parameter {} here",
                                place_of(std::string_view(item.key()))));
    }
  }
  return {};
}

ServiceResult<std::string> JsonInput::text(std::string_view member) const {
  const json::value* value = find(member);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return wrong_type(member, "a string");
  return std::string(value->get_string());
}

ServiceResult<std::string> JsonInput::required(std::string_view member, size_t most) const {
  std::string value = TRY(text(member));
  if (value.empty()) {
    return refuse(
        fmt::format("1 validation error detected: Value null at '{}' failed to satisfy constraint: "
                    "Member must not be null",
                    place_of(member)));
  }
  if (value.size() > most) {
    return refuse(
        fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                    "Member must have length less than or equal to {}",
                    value, place_of(member), most));
  }
  return value;
}

ServiceResult<std::optional<long>> JsonInput::integer(std::string_view member, long least,
                                                      long most) const {
  const json::value* value = find(member);
  if (value == nullptr) return std::optional<long>();
  if (!value->is_int64()) return wrong_type(member, "an integer");
  const long number = value->get_int64();
  if (number < least || number > most) {
    return refuse(
        fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                    "Member must have value {} than or equal to {}",
                    number, place_of(member), number < least ? "greater" : "less",
                    number < least ? least : most));
  }
  return std::optional<long>(number);
}

ServiceResult<std::optional<double>> JsonInput::number(std::string_view member) const {
  const json::value* value = find(member);
  if (value == nullptr) return std::optional<double>();
  if (!value->is_number()) return wrong_type(member, "a number");
  return std::optional<double>(value->to_number<double>());
}

ServiceResult<std::optional<bool>> JsonInput::boolean(std::string_view member) const {
  const json::value* value = find(member);
  if (value == nullptr) return std::optional<bool>();
  if (!value->is_bool()) return wrong_type(member, "a boolean");
  return std::optional<bool>(value->get_bool());
}

ServiceResult<std::optional<core::Instant>> JsonInput::time(std::string_view member) const {
  const std::optional<double> seconds = TRY(number(member));
  if (!seconds) return std::optional<core::Instant>();
  // Years 1970 to 9999, as elsewhere.
  if (!(*seconds >= 0 && *seconds < 253'402'300'800)) return wrong_type(member, "a time");
  return std::optional<core::Instant>(core::Milliseconds(std::llround(*seconds * 1000)));
}

ServiceResult<std::vector<std::string>> JsonInput::texts(std::string_view member) const {
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

ServiceResult<std::vector<double>> JsonInput::numbers(std::string_view member) const {
  std::vector<double> result;
  const json::value* value = find(member);
  if (value == nullptr) return result;
  if (!value->is_array()) return wrong_type(member, "a list of numbers");
  for (const json::value& item : value->get_array()) {
    if (!item.is_number()) return wrong_type(member, "a list of numbers");
    result.push_back(item.to_number<double>());
  }
  return result;
}

ServiceResult<std::map<std::string, std::string>> JsonInput::text_map(
    std::string_view member) const {
  std::map<std::string, std::string> result;
  const json::value* value = find(member);
  if (value == nullptr) return result;
  if (!value->is_object()) return wrong_type(member, "a map of strings");
  for (const auto& item : value->get_object()) {
    if (!item.value().is_string()) return wrong_type(member, "a map of strings");
    result[std::string(item.key())] = std::string(item.value().get_string());
  }
  return result;
}

ServiceResult<std::vector<JsonInput>> JsonInput::objects(std::string_view member) const {
  std::vector<JsonInput> result;
  const json::value* value = find(member);
  if (value == nullptr) return result;
  if (!value->is_array()) return wrong_type(member, "a list of structures");
  for (const json::value& item : value->get_array()) {
    if (!item.is_object()) return wrong_type(member, "a list of structures");
    result.emplace_back(item.get_object(), code_,
                        fmt::format("{}[{}]", place_of(member), result.size()));
  }
  return result;
}

ServiceResult<std::optional<JsonInput>> JsonInput::object(std::string_view member) const {
  const json::value* value = find(member);
  if (value == nullptr) return std::optional<JsonInput>();
  if (!value->is_object()) return wrong_type(member, "a structure");
  return std::optional<JsonInput>(JsonInput(value->get_object(), code_, place_of(member)));
}

ServiceResult<std::map<std::string, std::string>> JsonInput::tags(std::string_view member) const {
  std::map<std::string, std::string> result;
  for (const JsonInput& tag : TRY(objects(member))) {
    TRY(tag.only({"Key", "Value"}));
    const std::string key = TRY(tag.required("Key", 128));
    const std::string value = TRY(tag.text("Value"));
    if (key.starts_with("aws:")) {
      return refuse(fmt::format("Tag keys that begin with aws: are reserved: {}", key));
    }
    result[key] = value;
  }
  return result;
}

ServiceResult<std::string> JsonInput::choice(std::string_view member,
                                             std::initializer_list<std::string_view> values) const {
  std::string value = TRY(text(member));
  if (!value.empty() && std::ranges::find(values, value) == values.end()) {
    return refuse(
        fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                    "Member must satisfy enum value set: [{}]",
                    value, place_of(member), fmt::join(values, ", ")));
  }
  return value;
}

double to_epoch_seconds(core::Instant instant) {
  return static_cast<double>(instant.time_since_epoch().count()) / 1000.0;
}

json::array to_tag_list(const std::map<std::string, std::string>& tags) {
  json::array list;
  for (const auto& [key, value] : tags)
    list.push_back(json::object{{"Key", key}, {"Value", value}});
  return list;
}

}  // namespace snapferry::emulator
