// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/template/template.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/template_text.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation User Guide, "CloudFormation template Parameters syntax", 2025. The types
// that name a thing of the account (AWS::EC2::..., AWS::SSM::Parameter::Value<...>) are refused.
constexpr std::array<std::string_view, 4> kParameterTypes = {"String", "Number", "List<Number>",
                                                             "CommaDelimitedList"};
// Source: CloudFormation quotas, 2025.
constexpr size_t kParametersMax = 200;
constexpr size_t kResourcesMax = 500;
constexpr size_t kOutputsMax = 200;

bool is_alphanumeric(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

ServiceResult<void> refuse_null(const json::value& value, const std::string& path) {
  if (value.is_null()) {
    return malformed(fmt::format("[{}] 'null' values are not allowed in templates", path));
  }
  if (value.is_object()) {
    for (const auto& [key, inner] : value.get_object()) {
      TRY(refuse_null(inner, fmt::format("{}/{}", path, std::string(key))));
    }
  } else if (value.is_array()) {
    for (size_t i = 0; i < value.get_array().size(); ++i) {
      TRY(refuse_null(value.get_array()[i], fmt::format("{}/{}", path, i)));
    }
  }
  return {};
}

// One declaration's members, read by name; what nobody asked for is refused.
class Members {
 public:
  Members(std::string_view kind, std::string name, const json::object& object)
      : kind_(kind), name_(std::move(name)), object_(object) {}

  const json::value* find(std::string_view key) {
    read_.push_back(key);
    return object_.if_contains(key);
  }

  ServiceResult<std::optional<std::string>> text(std::string_view key) {
    const json::value* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_object() || value->is_array()) {
      return malformed(
          fmt::format("Every {} member of {} {} must be a string.", key, kind_, name_));
    }
    return to_text(*value);
  }

  template <class T>
  ServiceResult<std::optional<T>> number(std::string_view key) {
    const auto value = TRY(text(key));
    if (!value) return std::nullopt;
    T parsed{};
    const char* end = value->data() + value->size();
    const auto read = std::from_chars(value->data(), end, parsed);
    if (read.ec != std::errc() || read.ptr != end) {
      return malformed(fmt::format("{} of {} {} must be a number.", key, kind_, name_));
    }
    return parsed;
  }

  [[nodiscard]] ServiceResult<void> refuse_unread() const {
    for (const auto& [key, value] : object_) {
      if (std::ranges::find(read_, std::string_view(key)) != read_.end()) continue;
      return invalid(fmt::format("Invalid template {} property '{}'", kind_, std::string(key)));
    }
    return {};
  }

 private:
  std::string_view kind_;
  std::string name_;
  const json::object& object_;
  std::vector<std::string_view> read_;
};

ServiceResult<ParameterDeclaration> read_parameter(const std::string& name,
                                                   const json::value& value) {
  if (!is_alphanumeric(name)) {
    return malformed(fmt::format("Parameter name {} is non alphanumeric.", name));
  }
  if (!value.is_object() || !value.get_object().contains("Type")) {
    return malformed(
        fmt::format("[/Parameters/{}] Every Parameters object must contain a Type member.", name));
  }
  Members members("parameter", name, value.get_object());
  ParameterDeclaration parameter;
  parameter.name = name;
  parameter.type = TRY(members.text("Type")).value_or("");
  if (std::ranges::find(kParameterTypes, parameter.type) == kParameterTypes.end()) {
    return malformed(fmt::format("Unrecognized parameter type: {}", parameter.type));
  }
  parameter.description = TRY(members.text("Description")).value_or("");
  parameter.constraint_description = TRY(members.text("ConstraintDescription")).value_or("");
  parameter.default_value = TRY(members.text("Default"));
  parameter.allowed_pattern = TRY(members.text("AllowedPattern"));
  parameter.min_value = TRY(members.number<double>("MinValue"));
  parameter.max_value = TRY(members.number<double>("MaxValue"));
  parameter.min_length = TRY(members.number<long>("MinLength"));
  parameter.max_length = TRY(members.number<long>("MaxLength"));
  parameter.is_no_echo = TRY(members.text("NoEcho")).value_or("false") == "true";
  if (const json::value* allowed = members.find("AllowedValues")) {
    if (!allowed->is_array()) {
      return malformed(
          fmt::format("Every AllowedValues member of parameter {} must be a list.", name));
    }
    for (const json::value& item : allowed->get_array()) {
      parameter.allowed_values.push_back(to_text(item));
    }
  }
  TRY(members.refuse_unread());
  return parameter;
}

ServiceResult<std::string> read_policy(Members& members, std::string_view key,
                                       const std::string& logical_id, bool knows_creation) {
  const auto policy = TRY(members.text(key));
  if (!policy) return std::string("Delete");
  // Snapshot is for volumes, clusters and databases: no type of this emulator has one.
  if (*policy == "Delete" || *policy == "Retain" ||
      (knows_creation && *policy == "RetainExceptOnCreate")) {
    return *policy;
  }
  return malformed(fmt::format("Unrecognized {} {} for resource {}", key, *policy, logical_id));
}

ServiceResult<ResourceDeclaration> read_resource(const std::string& logical_id,
                                                 const json::value& value) {
  if (!is_alphanumeric(logical_id)) {
    return malformed(fmt::format("Resource name {} is non alphanumeric.", logical_id));
  }
  if (!value.is_object() || !value.get_object().contains("Type")) {
    return malformed(fmt::format(
        "[/Resources/{}] Every Resources object must contain a Type member.", logical_id));
  }
  Members members("resource", logical_id, value.get_object());
  ResourceDeclaration resource;
  resource.logical_id = logical_id;
  resource.type = TRY(members.text("Type")).value_or("");
  if (const json::value* properties = members.find("Properties")) {
    if (!properties->is_object()) {
      return malformed(
          fmt::format("[/Resources/{}/Properties] Properties must be an object.", logical_id));
    }
    resource.properties = properties->get_object();
  }
  if (const json::value* depends_on = members.find("DependsOn")) {
    json::array names = depends_on->is_array() ? depends_on->get_array() : json::array{*depends_on};
    for (const json::value& name : names) {
      if (!name.is_string()) {
        return malformed("DependsOn attributes must be a string or a list of strings");
      }
      resource.depends_on.emplace_back(name.get_string());
    }
  }
  resource.condition = TRY(members.text("Condition")).value_or("");
  resource.deletion_policy = TRY(read_policy(members, "DeletionPolicy", logical_id, true));
  resource.update_replace_policy =
      TRY(read_policy(members, "UpdateReplacePolicy", logical_id, false));
  if (const json::value* metadata = members.find("Metadata")) resource.metadata = *metadata;
  TRY(members.refuse_unread());
  return resource;
}

ServiceResult<OutputDeclaration> read_output(const std::string& name, const json::value& value) {
  if (!is_alphanumeric(name)) {
    return malformed(fmt::format("Output name {} is non alphanumeric.", name));
  }
  if (!value.is_object()) return malformed(fmt::format("Output {} is malformed.", name));
  Members members("output", name, value.get_object());
  OutputDeclaration output;
  output.name = name;
  const json::value* wanted = members.find("Value");
  if (wanted == nullptr) {
    return malformed(
        fmt::format("[/Outputs/{}] Every Outputs member must contain a Value object", name));
  }
  output.value = *wanted;
  output.description = TRY(members.text("Description")).value_or("");
  output.condition = TRY(members.text("Condition")).value_or("");
  if (const json::value* exported = members.find("Export")) {
    if (!exported->is_object() || exported->get_object().size() != 1 ||
        !exported->get_object().contains("Name")) {
      return malformed(fmt::format("Output {} is malformed. Export must have one Name", name));
    }
    output.export_name = exported->get_object().at("Name");
  }
  TRY(members.refuse_unread());
  return output;
}

ServiceResult<json::object> section(const json::object& root, std::string_view name) {
  const json::value* found = root.if_contains(name);
  if (found == nullptr) return json::object();
  if (!found->is_object()) {
    return malformed(fmt::format("[/{0}] {0} section must be an object.", name));
  }
  return found->get_object();
}

// Source: CloudFormation User Guide, "Template sections", 2025. Transform and Hooks are refused:
// the emulator runs no macros.
constexpr std::array<std::string_view, 9> kSections = {"AWSTemplateFormatVersion",
                                                       "Description",
                                                       "Metadata",
                                                       "Parameters",
                                                       "Rules",
                                                       "Mappings",
                                                       "Conditions",
                                                       "Resources",
                                                       "Outputs"};

ServiceResult<void> check_sections(const json::object& root) {
  for (const auto& [name, value] : root) {
    if (std::ranges::find(kSections, std::string_view(name)) != kSections.end()) continue;
    return invalid(fmt::format("Invalid template property or properties [{}]", std::string(name)));
  }
  if (const json::value* version = root.if_contains("AWSTemplateFormatVersion")) {
    if (to_text(*version) != "2010-09-09") {
      return malformed("Template format version \"" + to_text(*version) + "\" is not supported.");
    }
  }
  const json::value* description = root.if_contains("Description");
  if (description != nullptr && !description->is_string()) {
    return malformed("Template description must be a string.");
  }
  if (description != nullptr && description->get_string().size() > 1024) {
    return malformed("'Description' length is greater than 1024.");
  }
  return {};
}

}  // namespace

const ParameterDeclaration* Template::find_parameter(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &ParameterDeclaration::name);
  return found == parameters.end() ? nullptr : &*found;
}

const ResourceDeclaration* Template::find_resource(std::string_view logical_id) const {
  const auto found = std::ranges::find(resources, logical_id, &ResourceDeclaration::logical_id);
  return found == resources.end() ? nullptr : &*found;
}

ServiceResult<Template> read_template(const std::string& text) {
  const json::value value = TRY(read_template_text(text));
  TRY(refuse_null(value, ""));
  const json::object& root = value.get_object();
  TRY(check_sections(root));
  Template document;
  document.text = text;
  if (const auto* description = root.if_contains("Description")) {
    document.description = to_text(*description);
  }
  if (const auto* metadata = root.if_contains("Metadata")) document.metadata = *metadata;
  document.rules = TRY(section(root, "Rules"));
  document.mappings = TRY(section(root, "Mappings"));
  document.conditions = TRY(section(root, "Conditions"));
  for (const auto& [name, declared] : TRY(section(root, "Parameters"))) {
    document.parameters.push_back(TRY(read_parameter(std::string(name), declared)));
  }
  for (const auto& [name, declared] : TRY(section(root, "Resources"))) {
    document.resources.push_back(TRY(read_resource(std::string(name), declared)));
  }
  for (const auto& [name, declared] : TRY(section(root, "Outputs"))) {
    document.outputs.push_back(TRY(read_output(std::string(name), declared)));
  }
  if (document.resources.empty()) {
    return malformed("At least one Resources member must be defined.");
  }
  if (document.parameters.size() > kParametersMax || document.resources.size() > kResourcesMax ||
      document.outputs.size() > kOutputsMax) {
    return malformed("Number of parameters, resources or outputs exceeds the quota");
  }
  return document;
}

bool is_pseudo_parameter(std::string_view name) {
  // Source: CloudFormation User Guide, "Pseudo parameters reference", 2025. AWS::NotificationARNs
  // is left out: no stack here has any.
  constexpr std::array<std::string_view, 7> kNames = {
      "AWS::AccountId", "AWS::NoValue",   "AWS::Partition", "AWS::Region",
      "AWS::StackId",   "AWS::StackName", "AWS::URLSuffix"};
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace snapferry::emulator::cloudformation
