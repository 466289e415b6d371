// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/resources/resource_type.h"

#include <algorithm>
#include <array>
#include <map>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/cloudformation/resources/resource_tables.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/template_text.h"
#include "emulator/identifiers.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Runs `act` on each of some names with one space between them.
template <class Act>
void for_each_name(std::string_view names, const Act& act) {
  while (!names.empty()) {
    const auto end = std::min(names.find(' '), names.size());
    act(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

// Source: CloudFormation User Guide, "Custom resource request objects", 2025, and what handlers in
// public repositories have to undo: true and 14 arrive as "true" and "14".
json::value as_text(const json::value& value) {
  if (value.is_object()) {
    json::object object;
    for (const auto& [key, member] : value.get_object()) object[key] = as_text(member);
    return object;
  }
  if (!value.is_array()) return json::value(to_text(value));
  json::array list;
  for (const json::value& item : value.get_array()) list.push_back(as_text(item));
  return list;
}

}  // namespace

std::string ResourceCall::generated_name(size_t max_length) const {
  constexpr size_t kRandom = 12;
  const std::string random = ids.text(kRandom, kUpperAlphanumeric);
  std::string stack = stack_name;
  std::string logical = logical_id;
  const size_t room = max_length - kRandom - 2;
  if (stack.size() + logical.size() > room) {
    stack = stack.substr(0, std::max(room / 2, room - std::min(room, logical.size())));
    logical = logical.substr(0, room - stack.size());
  }
  return fmt::format("{}-{}-{}", stack, logical, random);
}

json::object ResourceCall::tags(const json::object& properties) const {
  json::object result = stack_tags;
  const json::value* own = properties.if_contains("Tags");
  if (own != nullptr && own->is_array()) {
    for (const json::value& tag : own->get_array()) {
      const std::string key = text_of(tag.get_object(), "Key");
      result[key] = text_of(tag.get_object(), "Value");
    }
  } else if (own != nullptr && own->is_object()) {
    for (const auto& [key, value] : own->get_object()) result[key] = value;
  }
  return result;
}

const std::vector<PropertySchema>& ResourceType::schema() const {
  static const auto parsed = [] {
    std::map<std::string_view, std::vector<PropertySchema>> schemas;
    for (const auto table : all_resource_tables()) {
      for (const ResourceType& type : table) {
        schemas[type.name] = type.properties == "*" ? std::vector<PropertySchema>()
                                                    : parse_properties(type.properties);
      }
    }
    return schemas;
  }();
  return parsed.at(name);
}

ServiceResult<void> ResourceType::check(const std::string& logical_id,
                                        const json::object& written) const {
  if (properties != "*") return check_properties(schema(), logical_id, written);
  if (written.contains("ServiceToken")) return {};
  return invalid(fmt::format(
      "Properties validation failed for resource {} with message: #: required key [ServiceToken] "
      "not found",
      logical_id));
}

ServiceResult<json::object> ResourceType::coerce(const std::string& logical_id,
                                                 const json::object& evaluated) const {
  if (properties != "*") return coerce_properties(schema(), logical_id, evaluated);
  return as_text(evaluated).get_object();
}

bool ResourceType::has_attribute(std::string_view attribute) const {
  bool is_known = attributes == "*";
  for_each_name(attributes, [&](std::string_view known) { is_known |= known == attribute; });
  return is_known;
}

const ResourceType* find_resource_type(std::string_view name) {
  constexpr std::string_view kCustom = "Custom::";
  if (name.starts_with(kCustom) && name.size() > kCustom.size()) {
    name = "AWS::CloudFormation::CustomResource";
  }
  for (const auto table : all_resource_tables()) {
    for (const ResourceType& type : table) {
      if (type.name == name) return &type;
    }
  }
  return nullptr;
}

std::string element_text(const std::string& xml, std::string_view name) {
  const std::string open = fmt::format("<{}>", name);
  const auto start = xml.find(open);
  const auto end = start == std::string::npos ? start : xml.find(fmt::format("</{}>", name), start);
  if (end == std::string::npos) return "";
  std::string text = xml.substr(start + open.size(), end - start - open.size());
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEntities = {
      {{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&amp;", "&"}}};
  for (const auto& [entity, character] : kEntities) {
    for (size_t at = text.find(entity); at != std::string::npos; at = text.find(entity, at + 1)) {
      text.replace(at, entity.size(), character);
    }
  }
  return text;
}

json::object pick(const json::object& from, std::string_view names) {
  json::object result;
  for_each_name(names, [&](std::string_view name) {
    if (const json::value* value = from.if_contains(name)) result[name] = *value;
  });
  return result;
}

bool is_changed(const json::object& had, const json::object& wanted, std::string_view names) {
  return pick(had, names) != pick(wanted, names);
}

std::string text_of(const json::object& object, std::string_view name, std::string_view otherwise) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? std::string(otherwise) : to_text(*value);
}

std::string document_text(const json::object& object, std::string_view name) {
  return text_of(object, name, "{}");
}

ServiceResult<void> unless_missing(const ServiceError& error) {
  // Each service has its own name for what is not there.
  constexpr std::array<std::string_view, 8> kNames = {"ResourceNotFoundException",
                                                      "NoSuchEntity",
                                                      "NotFoundException",
                                                      "NotFound",
                                                      "NoSuchBucket",
                                                      "ParameterNotFound",
                                                      "ResourceNotFound",
                                                      "AWS.SimpleQueueService.NonExistentQueue"};
  if (std::ranges::find(kNames, error.code) != kNames.end() ||
      error.code == "DashboardNotFoundError" || error.code == "QueueDoesNotExist") {
    return {};
  }
  return std::unexpected(error);
}

}  // namespace snapferry::emulator::cloudformation
