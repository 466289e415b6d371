// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/lambda_input.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

const json::value* find(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

// Source: as observed in public reports of REST-JSON services, 2019-2023.
std::unexpected<ServiceError> refuse_type(std::string_view name, std::string_view type) {
  return refuse(400, "SerializationException",
                fmt::format("{} can not be converted to {}", name, type));
}

// Validation names a member as the service's Java does: "memorySize".
std::string java_name(std::string_view name) {
  std::string result(name);
  if (!result.empty() && result[0] >= 'A' && result[0] <= 'Z') {
    result[0] = static_cast<char>(result[0] - 'A' + 'a');
  }
  return result;
}

}  // namespace

std::unexpected<ServiceError> refuse_parameter(std::string message) {
  return refuse(400, "InvalidParameterValueException", std::move(message));
}

std::unexpected<ServiceError> refuse_value(std::string_view value, std::string_view member,
                                           std::string_view constraint) {
  return refuse(
      400, "ValidationException",
      fmt::format(
          "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: {}", value,
          java_name(member), constraint));
}

ServiceResult<json::object> read_body(const std::string& body) {
  if (body.empty()) return json::object();
  json::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object()) {
    return refuse(400, "InvalidRequestContentException",
                  "Could not parse request body into json: expected an object");
  }
  return std::move(value.get_object());
}

ServiceResult<void> refuse_unknown_members(const json::object& object,
                                           std::initializer_list<std::string_view> known) {
  for (const auto& member : object) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      return refuse_parameter(fmt::format("The emulator does not serve the member {} here",
                                          std::string_view(member.key())));
    }
  }
  return {};
}

ServiceResult<std::optional<std::string>> read_text(const json::object& object,
                                                    std::string_view name) {
  const json::value* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return refuse_type(name, "a String");
  return std::string(value->get_string());
}

ServiceResult<std::optional<long>> read_integer(const json::object& object, std::string_view name,
                                                long min, long max) {
  const json::value* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  json::error_code error;
  const long number = value->to_number<long>(error);
  if (error) return refuse_type(name, "an Integer");
  if (number < min) {
    return refuse_value(std::to_string(number), name,
                        fmt::format("Member must have value greater than or equal to {}", min));
  }
  if (number > max) {
    return refuse_value(std::to_string(number), name,
                        fmt::format("Member must have value less than or equal to {}", max));
  }
  return number;
}

ServiceResult<std::optional<bool>> read_boolean(const json::object& object, std::string_view name) {
  const json::value* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) return refuse_type(name, "a Boolean");
  return value->get_bool();
}

ServiceResult<const json::object*> read_object(const json::object& object, std::string_view name) {
  const json::value* value = find(object, name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) return refuse_type(name, "a structure");
  return &value->get_object();
}

ServiceResult<std::optional<std::map<std::string, std::string>>> read_texts(
    const json::object& object, std::string_view name) {
  const json::object* members = TRY(read_object(object, name));
  if (members == nullptr) return std::nullopt;
  std::map<std::string, std::string> texts;
  for (const auto& member : *members) {
    if (!member.value().is_string()) return refuse_type(std::string_view(member.key()), "a String");
    texts[std::string(member.key())] = std::string(member.value().get_string());
  }
  return texts;
}

ServiceResult<std::optional<std::string>> read_word(
    const json::object& object, std::string_view name,
    std::initializer_list<std::string_view> allowed) {
  std::optional<std::string> text = TRY(read_text(object, name));
  if (text && std::ranges::find(allowed, *text) == allowed.end()) {
    return refuse_value(
        *text, name,
        fmt::format("Member must satisfy enum value set: [{}]", fmt::join(allowed, ", ")));
  }
  return text;
}

}  // namespace snapferry::emulator
