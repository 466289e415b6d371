// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/resources/property_schema.h"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/template_text.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

bool is_function(const json::value& value) {
  if (!value.is_object() || value.get_object().size() != 1) return false;
  const std::string_view key = value.get_object().begin()->key();
  return key == "Ref" || key.starts_with("Fn::");
}

// Both branches of an Fn::If are held against the schema; of other functions nobody knows yet what
// they will give.
template <class Check>
ServiceResult<void> for_each_branch(const json::value& value, const Check& check) {
  if (!is_function(value)) return check(value);
  const auto& call = *value.get_object().begin();
  if (call.key() != "Fn::If" || !call.value().is_array()) return {};
  const json::array& arguments = call.value().get_array();
  for (size_t i = 1; i < arguments.size(); ++i) TRY(for_each_branch(arguments[i], check));
  return {};
}

ServiceResult<void> check_members(const std::vector<PropertySchema>& schema,
                                  const std::string& logical_id, const std::string& path,
                                  const json::object& members);

ServiceResult<void> check_member(const PropertySchema& property, const std::string& logical_id,
                                 const std::string& path, const json::value& value) {
  if (property.kind == "object") {
    return for_each_branch(value, [&](const json::value& branch) -> ServiceResult<void> {
      if (!branch.is_object()) {
        return invalid(
            fmt::format("Value of property {} must be an object (resource {})", path, logical_id));
      }
      return check_members(property.members, logical_id, path + "/", branch.get_object());
    });
  }
  if (property.kind != "objects") return {};
  return for_each_branch(value, [&](const json::value& branch) -> ServiceResult<void> {
    if (!branch.is_array()) {
      return invalid(
          fmt::format("Value of property {} must be of type List (resource {})", path, logical_id));
    }
    for (const json::value& item : branch.get_array()) {
      TRY(for_each_branch(item, [&](const json::value& element) -> ServiceResult<void> {
        if (!element.is_object()) {
          return invalid(fmt::format("Value of property {} must be a list of objects (resource {})",
                                     path, logical_id));
        }
        return check_members(property.members, logical_id, path + "/", element.get_object());
      }));
    }
    return {};
  });
}

ServiceResult<void> check_members(const std::vector<PropertySchema>& schema,
                                  const std::string& logical_id, const std::string& path,
                                  const json::object& members) {
  for (const auto& [key, value] : members) {
    const auto found = std::ranges::find(schema, std::string_view(key), &PropertySchema::name);
    if (found == schema.end()) {
      return invalid(fmt::format("Encountered unsupported property {}{} (resource {})", path,
                                 std::string(key), logical_id));
    }
    TRY(check_member(*found, logical_id, path + std::string(key), value));
  }
  for (const PropertySchema& property : schema) {
    if (!property.is_required || members.contains(property.name)) continue;
    return invalid(fmt::format(
        "Properties validation failed for resource {} with message: #{}: required key [{}] not "
        "found",
        logical_id, path.empty() ? "" : "/" + path.substr(0, path.size() - 1), property.name));
  }
  return {};
}

std::unexpected<ServiceError> wrong_type(const std::string& logical_id, const std::string& path,
                                         std::string_view expected, const json::value& value) {
  return invalid(fmt::format(
      "Properties validation failed for resource {} with message: #/{}: expected type: {}, found: "
      "{}",
      logical_id, path, expected, json::serialize(value)));
}

template <class T>
std::optional<T> number_of(const json::value& value) {
  if (value.is_int64()) return static_cast<T>(value.get_int64());
  const std::string text = to_text(value);
  T number{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

ServiceResult<json::value> coerce(const PropertySchema& property, const std::string& logical_id,
                                  const std::string& path, const json::value& value);

ServiceResult<json::object> coerce_members(const std::vector<PropertySchema>& schema,
                                           const std::string& logical_id, const std::string& path,
                                           const json::object& members) {
  TRY(check_members(schema, logical_id, path, members));
  json::object result;
  for (const auto& [key, value] : members) {
    const auto found = std::ranges::find(schema, std::string_view(key), &PropertySchema::name);
    result[key] = TRY(coerce(*found, logical_id, path + std::string(key), value));
  }
  return result;
}

ServiceResult<json::value> coerce_scalar(const PropertySchema& property,
                                         const std::string& logical_id, const std::string& path,
                                         const json::value& value) {
  if (value.is_array() || value.is_object()) {
    return wrong_type(logical_id, path, property.kind, value);
  }
  if (property.kind == "integer") {
    const auto number = number_of<int64_t>(value);
    if (!number) return wrong_type(logical_id, path, "Integer", value);
    return json::value(*number);
  }
  if (property.kind == "number") {
    const auto number = number_of<double>(value);
    if (!number) return wrong_type(logical_id, path, "Number", value);
    return json::value(*number);
  }
  if (property.kind == "boolean") {
    const std::string text = to_text(value);
    if (text != "true" && text != "false") return wrong_type(logical_id, path, "Boolean", value);
    return json::value(text == "true");
  }
  return json::value(to_text(value));
}

ServiceResult<json::value> coerce(const PropertySchema& property, const std::string& logical_id,
                                  const std::string& path, const json::value& value) {
  if (property.kind == "json") return value;
  if (property.kind == "object" || property.kind == "map") {
    if (!value.is_object()) return wrong_type(logical_id, path, "JSONObject", value);
    if (property.kind == "object") {
      return json::value(
          TRY(coerce_members(property.members, logical_id, path + "/", value.get_object())));
    }
    json::object map;
    for (const auto& [key, item] : value.get_object()) map[key] = to_text(item);
    return json::value(std::move(map));
  }
  if (property.kind != "strings" && property.kind != "objects") {
    return coerce_scalar(property, logical_id, path, value);
  }
  if (!value.is_array()) return wrong_type(logical_id, path, "JSONArray", value);
  json::array list;
  for (const json::value& item : value.get_array()) {
    if (property.kind == "strings") {
      list.emplace_back(to_text(item));
    } else {
      if (!item.is_object()) return wrong_type(logical_id, path, "JSONObject", item);
      list.emplace_back(
          TRY(coerce_members(property.members, logical_id, path + "/", item.get_object())));
    }
  }
  return json::value(std::move(list));
}

// One line of a table; its indentation tells whose member it is.
PropertySchema parse_line(std::string_view line) {
  const auto space = line.find(' ');
  ASSERT(space != std::string_view::npos);
  PropertySchema property;
  property.kind = std::string(line.substr(space + 1));
  std::string_view name = line.substr(0, space);
  while (name.ends_with('*') || name.ends_with('!')) {
    (name.ends_with('*') ? property.is_required : property.is_replacing) = true;
    name.remove_suffix(1);
  }
  property.name = std::string(name);
  return property;
}

std::vector<PropertySchema> parse_level(std::string_view& table, size_t indent) {
  std::vector<PropertySchema> level;
  while (!table.empty()) {
    const auto end = std::min(table.find('\n'), table.size());
    const std::string_view line = table.substr(0, end);
    const auto depth = line.find_first_not_of(' ');
    if (depth != std::string_view::npos && depth < indent) return level;
    if (depth != std::string_view::npos && depth > indent) {
      ASSERT(!level.empty());
      level.back().members = parse_level(table, depth);
      continue;
    }
    if (depth != std::string_view::npos) level.push_back(parse_line(line.substr(depth)));
    table.remove_prefix(std::min(end + 1, table.size()));
  }
  return level;
}

}  // namespace

std::vector<PropertySchema> parse_properties(std::string_view table) {
  return parse_level(table, 0);
}

ServiceResult<void> check_properties(const std::vector<PropertySchema>& schema,
                                     const std::string& logical_id,
                                     const json::object& properties) {
  return check_members(schema, logical_id, "", properties);
}

ServiceResult<json::object> coerce_properties(const std::vector<PropertySchema>& schema,
                                              const std::string& logical_id,
                                              const json::object& properties) {
  return coerce_members(schema, logical_id, "", properties);
}

}  // namespace snapferry::emulator::cloudformation
