// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/type_check.h"

#include <algorithm>
#include <array>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/resources/resource_type.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/substitution.h"
#include "emulator/cloudformation/template/template_text.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

ServiceResult<void> check_attribute(const Template& document, const std::string& logical_id,
                                    const std::string& attribute) {
  const ResourceDeclaration* resource = document.find_resource(logical_id);
  if (resource == nullptr) return {};
  const ResourceType* type = find_resource_type(resource->type);
  if (type == nullptr || type->has_attribute(attribute)) return {};
  return invalid(
      fmt::format("Template error: resource {} does not support attribute type {} in Fn::GetAtt",
                  logical_id, attribute));
}

ServiceResult<void> check_dotted(const Template& document, const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return {};
  return check_attribute(document, name.substr(0, dot), name.substr(dot + 1));
}

ServiceResult<void> check_attributes(const Template& document, const json::value& value) {
  if (value.is_array()) {
    for (const json::value& item : value.get_array()) TRY(check_attributes(document, item));
  }
  if (!value.is_object()) return {};
  for (const auto& [key, member] : value.get_object()) {
    if (key == "Fn::GetAtt" && member.is_string()) TRY(check_dotted(document, to_text(member)));
    if (key == "Fn::GetAtt" && member.is_array() && member.get_array()[1].is_string()) {
      TRY(check_attribute(document, to_text(member.get_array()[0]),
                          to_text(member.get_array()[1])));
    }
    if (key == "Fn::Sub") {
      const json::value& text = member.is_array() ? member.get_array()[0] : member;
      for (const SubstitutionPart& part : TRY(parse_substitution(to_text(text)))) {
        const bool is_own = member.is_array() && part.is_variable &&
                            member.get_array()[1].get_object().contains(part.text);
        if (part.is_variable && !is_own) TRY(check_dotted(document, part.text));
      }
    }
    TRY(check_attributes(document, member));
  }
  return {};
}

}  // namespace

ServiceResult<void> check_types(const Template& document) {
  std::set<std::string> unknown;
  for (const ResourceDeclaration& resource : document.resources) {
    if (find_resource_type(resource.type) == nullptr) unknown.insert(resource.type);
  }
  if (!unknown.empty()) {
    return malformed(fmt::format("Unrecognized resource types: [{}]", fmt::join(unknown, ", ")));
  }
  for (const ResourceDeclaration& resource : document.resources) {
    const ResourceType& type = *find_resource_type(resource.type);
    TRY(type.check(resource.logical_id, resource.properties));
    TRY(check_attributes(document, resource.properties));
  }
  for (const OutputDeclaration& output : document.outputs) {
    TRY(check_attributes(document, output.value));
    TRY(check_attributes(document, output.export_name));
  }
  return {};
}

NeededCapabilities capabilities_of(const Template& document) {
  NeededCapabilities needed;
  bool is_named = false;
  for (const ResourceDeclaration& resource : document.resources) {
    if (!resource.type.starts_with("AWS::IAM::")) continue;
    if (std::ranges::find(needed.resource_types, resource.type) == needed.resource_types.end()) {
      needed.resource_types.push_back(resource.type);
    }
    is_named |= resource.type == "AWS::IAM::Role" && resource.properties.contains("RoleName");
  }
  if (!needed.resource_types.empty()) {
    needed.capabilities.emplace_back(is_named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM");
  }
  return needed;
}

ServiceResult<void> check_capabilities(const Template& document,
                                       const std::vector<std::string>& given) {
  constexpr std::array<std::string_view, 3> kKnown = {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM",
                                                      "CAPABILITY_AUTO_EXPAND"};
  for (const std::string& capability : given) {
    if (std::ranges::find(kKnown, capability) != kKnown.end()) continue;
    return invalid(fmt::format(
        "1 validation error detected: Value '[{}]' at 'capabilities' failed to satisfy constraint: "
        "Member must satisfy constraint: [Member must satisfy enum value set: [CAPABILITY_IAM, "
        "CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND]]",
        capability));
  }
  for (const std::string& needed : capabilities_of(document).capabilities) {
    const bool is_given = std::ranges::any_of(given, [&](const std::string& capability) {
      return capability == needed || capability == "CAPABILITY_NAMED_IAM";
    });
    if (is_given) continue;
    return refuse("InsufficientCapabilitiesException",
                  fmt::format("Requires capabilities : [{}]", needed));
  }
  return {};
}

}  // namespace snapferry::emulator::cloudformation
