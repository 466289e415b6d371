// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/access_needs.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// Services differ in how a tag's parts are called.
std::string first_text(const json::object& object, std::string_view one, std::string_view other,
                       std::string_view third) {
  for (const std::string_view name : {one, other, third}) {
    const json::value* value = object.if_contains(name);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
  }
  return {};
}

TagPairs tags_of_json(const json::value& value) {
  TagPairs tags;
  if (const json::object* map = value.if_object()) {
    for (const auto& entry : *map) {
      tags.emplace_back(entry.key(), entry.value().is_string()
                                         ? std::string(entry.value().get_string())
                                         : std::string());
    }
  }
  if (const json::array* list = value.if_array()) {
    for (const json::value& item : *list) {
      if (const json::object* tag = item.if_object()) {
        tags.emplace_back(first_text(*tag, "Key", "TagKey", "key"),
                          first_text(*tag, "Value", "TagValue", "value"));
      }
    }
  }
  return tags;
}

std::vector<AccessRequest> needs_of_row(const ServiceCall& call, std::string_view prefix,
                                        const AccessRow& row) {
  const TagPairs tags = request_tags(call);
  std::vector<AccessRequest> needs;
  for (std::string& resource : row.resources(call, row.member)) {
    needs.push_back(
        {.action = fmt::format("{}:{}", prefix, row.action.empty() ? row.operation : row.action),
         .resource = std::move(resource),
         .context = tag_context(tags)});
  }
  if (!row.tag_action.empty() && !tags.empty()) {
    std::vector<AccessRequest> tagging = needs;
    for (AccessRequest& need : tagging) {
      need.action = fmt::format("{}:{}", prefix, row.tag_action);
      needs.push_back(std::move(need));
    }
  }
  return needs;
}

}  // namespace

std::string peek(const ServiceCall& call, std::string_view name) {
  for (const auto& [field, value] : call.parameters.fields()) {
    if (field == name) return value;
  }
  return {};
}

std::string peek(const json::object& input, std::string_view name) {
  const json::value* value = input.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string parameter(const ServiceCall& call, std::string_view name) {
  return call.input.empty() ? peek(call, name) : peek(call.input, name);
}

TagPairs request_tags(const ServiceCall& call) {
  for (const char* member : {"Tags", "tags"}) {
    if (const json::value* value = call.input.if_contains(member)) return tags_of_json(*value);
  }
  TagPairs tags;
  constexpr std::string_view kKey = ".Key";
  for (const auto& [field, key] : call.parameters.fields()) {
    if (!field.starts_with("Tags.") || !field.ends_with(kKey)) continue;
    const std::string item = field.substr(0, field.size() - kKey.size());
    tags.emplace_back(key, peek(call, item + ".Value"));
  }
  return tags;
}

std::map<std::string, std::vector<std::string>> tag_context(const TagPairs& tags) {
  std::map<std::string, std::vector<std::string>> context;
  for (const auto& [key, value] : tags) {
    context["aws:RequestTag/" + key] = {value};
    context["aws:TagKeys"].push_back(key);
  }
  return context;
}

std::string arn_here(const ServiceCall& call, std::string_view service, std::string_view resource) {
  return fmt::format("arn:{}:{}:{}:{}:{}", call.caller.partition, service, call.caller.region.str(),
                     call.caller.account.str(), resource);
}

AccessRequest pass_role(const std::string& role_arn, std::string_view service_principal) {
  return {.action = "iam:PassRole",
          .resource = role_arn,
          .context = {{"iam:PassedToService", {std::string(service_principal)}}}};
}

Needs find_needs(const ServiceCall& call, std::string_view prefix,
                 std::span<const AccessRow> rows) {
  for (const AccessRow& row : rows) {
    if (row.operation == call.operation) return needs_of_row(call, prefix, row);
  }
  return std::nullopt;
}

std::vector<std::string> everything(const ServiceCall&, std::string_view) {
  return {"*"};
}

std::vector<std::string> arn_parameter(const ServiceCall& call, std::string_view member) {
  return {parameter(call, member)};
}

}  // namespace snapferry::emulator
