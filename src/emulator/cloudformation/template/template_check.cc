// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/substitution.h"
#include "emulator/cloudformation/template/template.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation User Guide, "Intrinsic function reference", 2025.
constexpr std::array<std::string_view, 16> kFunctions = {
    "Fn::And",    "Fn::Base64", "Fn::Equals", "Fn::FindInMap",
    "Fn::GetAtt", "Fn::GetAZs", "Fn::If",     "Fn::ImportValue",
    "Fn::Join",   "Fn::Not",    "Fn::Or",     "Fn::Select",
    "Fn::Split",  "Fn::Sub",    "Condition",  "Ref"};
constexpr std::array<std::string_view, 6> kConditionFunctions = {"Fn::And", "Fn::Equals", "Fn::Not",
                                                                 "Fn::Or",  "Condition",  "Fn::If"};

enum class Block { resources, outputs, conditions };

std::string_view name_of(Block block) {
  switch (block) {
    case Block::resources:
      return "Resources";
    case Block::outputs:
      return "Outputs";
    case Block::conditions:
      return "Conditions";
  }
  return "";
}

class Checker {
 public:
  Checker(const Template& document, Block block) : document_(document), block_(block) {}

  ServiceResult<void> check(const json::value& value) {
    if (value.is_array()) {
      for (const json::value& item : value.get_array()) TRY(check(item));
    }
    if (!value.is_object()) return {};
    const json::object& object = value.get_object();
    if (object.size() == 1) {
      const std::string name(object.begin()->key());
      // A policy document has members named Condition that hold a map.
      const bool is_condition =
          name == "Condition" && block_ == Block::conditions && object.begin()->value().is_string();
      if (name == "Ref" || name.starts_with("Fn::") || is_condition) {
        return check_function(name, object.begin()->value());
      }
    }
    for (const auto& [key, inner] : object) {
      if (key == "Ref" || key.starts_with("Fn::")) {
        return malformed(fmt::format("{} must be the only member of its object", std::string(key)));
      }
      TRY(check(inner));
    }
    return {};
  }

  [[nodiscard]] ServiceResult<void> check_condition_name(const std::string& name) const {
    if (document_.conditions.contains(name)) return {};
    return malformed(
        fmt::format("Unresolved condition dependency {} in the {} block of the template", name,
                    name_of(block_)));
  }

  ServiceResult<void> check_resource_name(const std::string& name) const {
    if (document_.find_resource(name) != nullptr) return {};
    return malformed(
        fmt::format("Unresolved resource dependencies [{}] in the {} block of the "
                    "template",
                    name, name_of(block_)));
  }

 private:
  ServiceResult<void> check_function(const std::string& name, const json::value& argument) {
    if (std::ranges::find(kFunctions, name) == kFunctions.end()) {
      return malformed(fmt::format("Unrecognized intrinsic function: {}", name));
    }
    const bool is_of_conditions =
        std::ranges::find(kConditionFunctions, name) != kConditionFunctions.end();
    if (block_ != Block::conditions && is_of_conditions && name != "Fn::If") {
      return malformed(
          fmt::format("{} cannot be used in the {} block of the template", name, name_of(block_)));
    }
    if (name == "Ref") return check_ref(argument);
    if (name == "Condition") return check_condition_name(std::string(argument.get_string()));
    if (name == "Fn::GetAtt") return check_get_att(argument);
    if (name == "Fn::Sub") return check_sub(argument);
    if (name == "Fn::If") return check_if(argument);
    if (name == "Fn::FindInMap") return check_find_in_map(argument);
    TRY(check_shape(name, argument));
    return check(argument);
  }

  // Source: the documented syntax of each function, 2025.
  static ServiceResult<void> check_shape(const std::string& name, const json::value& argument) {
    const auto is_list = [&](size_t least, size_t most) {
      return argument.is_array() && argument.get_array().size() >= least &&
             argument.get_array().size() <= most;
    };
    if (name == "Fn::Join" && (!is_list(2, 2) || !argument.get_array()[0].is_string())) {
      return invalid(
          "Template error: every Fn::Join object requires two parameters, (1) a string delimiter "
          "and (2) a list of strings to be joined or a function that returns a list of strings "
          "(such as Fn::GetAZs) to be joined.");
    }
    if (name == "Fn::Select" && !is_list(2, 2)) {
      return invalid(
          "Template error: Fn::Select requires a list argument with two elements: an integer index "
          "and a list");
    }
    if (name == "Fn::Split" && (!is_list(2, 2) || !argument.get_array()[0].is_string())) {
      return invalid(
          "Template error: every Fn::Split object requires two parameters, (1) a string delimiter "
          "and (2) a string to be split or a function that returns a string to be split.");
    }
    if (name == "Fn::Equals" && !is_list(2, 2)) {
      return invalid(
          "Template error: every Fn::Equals object requires a list of 2 string parameters.");
    }
    if (name == "Fn::Not" && !is_list(1, 1)) {
      return invalid("Template error: every Fn::Not object requires one boolean parameter.");
    }
    if ((name == "Fn::And" || name == "Fn::Or") && !is_list(2, 10)) {
      return invalid(fmt::format(
          "Template error: every {} object requires a list of at least 2 and at most 10 boolean "
          "parameters.",
          name));
    }
    return {};
  }

  [[nodiscard]] ServiceResult<void> check_name(const std::string& name) const {
    if (is_pseudo_parameter(name) || document_.find_parameter(name) != nullptr) return {};
    if (block_ == Block::conditions) {
      return malformed(
          fmt::format("Unresolved dependencies [{}]. Cannot reference resources in "
                      "the Conditions block of the template",
                      name));
    }
    return check_resource_name(name);
  }

  [[nodiscard]] ServiceResult<void> check_ref(const json::value& argument) const {
    if (!argument.is_string()) {
      return invalid("Template error: every Ref object must have a single String value.");
    }
    return check_name(std::string(argument.get_string()));
  }

  [[nodiscard]] ServiceResult<void> check_attribute_owner(const std::string& name) const {
    if (block_ == Block::conditions) {
      return invalid("Template error: Fn::GetAtt cannot be used in the Conditions block");
    }
    if (document_.find_resource(name) != nullptr) return {};
    return invalid(fmt::format(
        "Template error: instance of Fn::GetAtt references undefined resource {}", name));
  }

  ServiceResult<void> check_get_att(const json::value& argument) {
    // JSON knows the list only, YAML a text with a dot too.
    if (argument.is_string()) {
      const std::string text(argument.get_string());
      const auto dot = text.find('.');
      if (dot != std::string::npos) return check_attribute_owner(text.substr(0, dot));
    }
    if (!argument.is_array() || argument.get_array().size() != 2 ||
        !argument.get_array()[0].is_string()) {
      return invalid(
          "Template error: every Fn::GetAtt object requires two non-empty parameters, the "
          "resource name and the resource attribute");
    }
    TRY(check_attribute_owner(std::string(argument.get_array()[0].get_string())));
    return check(argument.get_array()[1]);
  }

  ServiceResult<void> check_sub(const json::value& argument) {
    const json::array list = argument.is_array() ? argument.get_array() : json::array{argument};
    if (list.empty() || list.size() > 2 || !list[0].is_string() ||
        (argument.is_array() && (list.size() != 2 || !list[1].is_object()))) {
      return invalid(
          "Template error: One or more Fn::Sub intrinsic functions don't specify expected "
          "arguments. Specify a string as first argument, and an optional second argument to "
          "specify a mapping of values to replace in the string");
    }
    std::set<std::string> own;
    if (list.size() == 2) {
      for (const auto& [key, value] : list[1].get_object()) {
        own.insert(std::string(key));
        TRY(check(value));
      }
    }
    for (const SubstitutionPart& part :
         TRY(parse_substitution(std::string(list[0].get_string())))) {
      if (!part.is_variable || own.contains(part.text)) continue;
      const auto dot = part.text.find('.');
      if (dot == std::string::npos) {
        TRY(check_name(part.text));
      } else {
        TRY(check_attribute_owner(part.text.substr(0, dot)));
      }
    }
    return {};
  }

  ServiceResult<void> check_if(const json::value& argument) {
    if (!argument.is_array() || argument.get_array().size() != 3 ||
        !argument.get_array()[0].is_string()) {
      return invalid(
          "Template error: Fn::If requires a list argument with three elements: the name of a "
          "condition, a value if it is true, and one if it is false");
    }
    TRY(check_condition_name(std::string(argument.get_array()[0].get_string())));
    TRY(check(argument.get_array()[1]));
    return check(argument.get_array()[2]);
  }

  ServiceResult<void> check_find_in_map(const json::value& argument) {
    if (!argument.is_array() || argument.get_array().size() != 3) {
      return invalid(
          "Template error: every Fn::FindInMap object requires three parameters, the map name, map "
          "key and the attribute for return value");
    }
    const json::value& map = argument.get_array()[0];
    if (map.is_string() && !document_.mappings.contains(map.get_string())) {
      return invalid(
          fmt::format("Template error: Mapping named '{}' is not present in the "
                      "'Mappings' section of template.",
                      std::string(map.get_string())));
    }
    return check(argument);
  }

  const Template& document_;
  Block block_;
};

ServiceResult<void> check_mappings(const Template& document) {
  for (const auto& [name, map] : document.mappings) {
    const bool is_map =
        map.is_object() && std::ranges::all_of(map.get_object(), [](const auto& row) {
          return row.value().is_object();
        });
    if (!is_map) {
      return malformed(
          fmt::format("Every Mappings member {} must be a map of maps", std::string(name)));
    }
  }
  return {};
}

}  // namespace

ServiceResult<void> check_references(const Template& document) {
  TRY(check_mappings(document));
  Checker conditions(document, Block::conditions);
  for (const auto& [name, value] : document.conditions) {
    if (!value.is_object() || value.get_object().size() != 1) {
      return malformed(
          fmt::format("Conditions can only be boolean operations on parameters and "
                      "other conditions: {}",
                      std::string(name)));
    }
    TRY(conditions.check(value));
  }
  Checker resources(document, Block::resources);
  for (const ResourceDeclaration& resource : document.resources) {
    for (const std::string& name : resource.depends_on) {
      TRY(resources.check_resource_name(name));
    }
    if (!resource.condition.empty()) TRY(resources.check_condition_name(resource.condition));
    TRY(resources.check(resource.properties));
  }
  Checker outputs(document, Block::outputs);
  for (const OutputDeclaration& output : document.outputs) {
    if (!output.condition.empty()) TRY(outputs.check_condition_name(output.condition));
    TRY(outputs.check(output.value));
    if (!output.export_name.is_null()) TRY(outputs.check(output.export_name));
  }
  return {};
}

}  // namespace snapferry::emulator::cloudformation
