// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/engine.h"
#include "emulator/cloudformation/template/parameters.h"
#include "emulator/cloudformation/template/refusals.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

ServiceResult<json::value> attribute_of(const Stack& stack, const std::string& logical_id,
                                        const std::string& name) {
  const auto found = stack.resources.find(logical_id);
  const json::value* value =
      found == stack.resources.end() ? nullptr : found->second.attributes.if_contains(name);
  if (value != nullptr) return *value;
  const bool is_custom = found != stack.resources.end() && !found->second.type.starts_with("AWS::");
  return invalid(is_custom ? fmt::format("CustomResource attribute error: Vendor response doesn't "
                                         "contain {} attribute for resource {}",
                                         name, logical_id)
                           : fmt::format("Template error: resource {} does not support attribute "
                                         "type {} in Fn::GetAtt",
                                         logical_id, name));
}

ServiceResult<std::string> import_value(World& world, Stack& stack, const std::string& name) {
  for (const auto& [id, other] : world.cloudformation.stacks) {
    const bool is_near = other.account == stack.account && other.region == stack.region;
    if (!is_near || other.status == "DELETE_COMPLETE") continue;
    for (const StackOutput& output : other.outputs) {
      if (output.export_name != name) continue;
      stack.imports.insert(name);
      return output.value;
    }
  }
  return invalid(fmt::format("No export named {} found.", name));
}

}  // namespace

ServiceResult<std::unique_ptr<StackScope>> scope_of(World& world, Stack& stack,
                                                    const StackIntent& intent) {
  auto result = std::make_unique<StackScope>();
  result->document = TRY(read_template(intent.template_text));
  TRY(check_references(result->document));
  Scope& scope = result->scope;
  scope.document = &result->document;
  // Source: CloudFormation User Guide, "Pseudo parameters reference", 2025.
  scope.parameters["AWS::AccountId"] = stack.account.str();
  scope.parameters["AWS::Partition"] = stack.partition;
  scope.parameters["AWS::Region"] = stack.region.str();
  scope.parameters["AWS::StackId"] = stack.id;
  scope.parameters["AWS::StackName"] = stack.name;
  scope.parameters["AWS::URLSuffix"] =
      stack.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  for (const ParameterDeclaration& parameter : result->document.parameters) {
    const auto value = intent.parameters.find(parameter.name);
    if (value == intent.parameters.end()) continue;
    scope.parameters[parameter.name] = parameter_value(parameter, value->second);
  }
  scope.ref = [&stack](const std::string& logical_id) -> ServiceResult<json::value> {
    const auto found = stack.resources.find(logical_id);
    if (found != stack.resources.end()) return json::value(found->second.physical_id);
    return malformed(
        fmt::format("Unresolved resource dependencies [{}] in the Resources block of the template",
                    logical_id));
  };
  scope.attribute = [&stack](const std::string& logical_id, const std::string& name) {
    return attribute_of(stack, logical_id, name);
  };
  scope.import = [&world, &stack](const std::string& name) {
    return import_value(world, stack, name);
  };
  return result;
}

ServiceResult<std::map<std::string, std::set<std::string>>> dependencies_of(
    const Template& document, Evaluator& evaluator) {
  std::set<std::string> wanted;
  for (const ResourceDeclaration& resource : document.resources) {
    if (TRY(evaluator.is_wanted(resource.condition))) wanted.insert(resource.logical_id);
  }
  std::map<std::string, std::set<std::string>> result;
  const auto refuse_unwanted = [&](const std::set<std::string>& names,
                                   std::string_view block) -> ServiceResult<void> {
    for (const std::string& name : names) {
      if (wanted.contains(name)) continue;
      return malformed(fmt::format(
          "Unresolved resource dependencies [{}] in the {} block of the template", name, block));
    }
    return {};
  };
  for (const ResourceDeclaration& resource : document.resources) {
    if (!wanted.contains(resource.logical_id)) continue;
    std::set<std::string>& needs = result[resource.logical_id];
    TRY(evaluator.collect_references(resource.properties, needs));
    TRY(refuse_unwanted(needs, "Resources"));
    // A DependsOn on what a condition leaves out is dropped.
    for (const std::string& name : resource.depends_on) {
      if (wanted.contains(name)) needs.insert(name);
    }
  }
  for (const OutputDeclaration& output : document.outputs) {
    if (!TRY(evaluator.is_wanted(output.condition))) continue;
    std::set<std::string> needs;
    TRY(evaluator.collect_references(output.value, needs));
    TRY(refuse_unwanted(needs, "Outputs"));
  }
  return result;
}

}  // namespace snapferry::emulator::cloudformation
