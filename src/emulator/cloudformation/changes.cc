// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/changes.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/engine.h"
#include "emulator/cloudformation/resources/resource_type.h"
#include "emulator/cloudformation/template/dependencies.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/template_text.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: what CloudFormation's change sets show for values that only the service will tell, 2024.
constexpr std::string_view kUnknown = "{{changeSet:KNOWN_AFTER_APPLY}}";

bool is_unknown(const json::value& value) {
  return json::serialize(value).find(kUnknown) != std::string::npos;
}

// Compares in a copy of the stack, in which what will be made anew has unknown ids and attributes.
class Comparison {
 public:
  Comparison(World& world, const Stack& stack, const StackIntent& intent)
      : world_(world), stack_(stack), intent_(intent) {}

  ServiceResult<Difference> run() {
    const auto scope = TRY(scope_of(world_, stack_, intent_));
    scope->scope.attribute = [this](const std::string& logical_id,
                                    const std::string& name) -> ServiceResult<json::value> {
      const json::value* known = stack_.resources.at(logical_id).attributes.if_contains(name);
      return known == nullptr ? json::value(kUnknown) : *known;
    };
    Evaluator evaluator(scope->scope);
    TRY(evaluator.check_rules());
    const Dependencies wanted = TRY(dependencies_of(scope->document, evaluator));
    for (const std::string& logical_id : TRY(order_by_need(wanted))) {
      TRY(compare(*scope->document.find_resource(logical_id), evaluator));
    }
    for (const auto& [logical_id, resource] : stack_.resources) {
      if (wanted.contains(logical_id) || resource.status == "DELETE_COMPLETE") continue;
      result_.changes.push_back({.action = "Remove",
                                 .logical_id = logical_id,
                                 .physical_id = resource.physical_id,
                                 .type = resource.type});
    }
    const bool is_same = TRY(has_same_outputs(scope->document, evaluator));
    result_.is_empty = is_same && result_.changes.empty() && stack_.intent.tags == intent_.tags;
    return std::move(result_);
  }

 private:
  ServiceResult<void> compare(const ResourceDeclaration& declared, Evaluator& evaluator) {
    const ResourceType& type = *find_resource_type(declared.type);
    const json::object raw = TRY(evaluator.evaluate_members(declared.properties));
    auto wanted = type.coerce(declared.logical_id, raw);
    // An unknown value has no type yet.
    if (!wanted && !is_unknown(raw)) return std::unexpected(wanted.error());
    const json::object& properties = wanted ? *wanted : raw;
    const auto found = stack_.resources.find(declared.logical_id);
    if (found == stack_.resources.end() || found->second.status == "DELETE_COMPLETE") {
      stack_.resources[declared.logical_id] = {.logical_id = declared.logical_id,
                                               .type = declared.type,
                                               .physical_id = std::string(kUnknown)};
      result_.changes.push_back(
          {.action = "Add", .logical_id = declared.logical_id, .type = declared.type});
      return {};
    }
    StackResource& have = found->second;
    if (have.type != declared.type) {
      return invalid(
          fmt::format("Update of resource type is not permitted. The new template "
                      "modifies resource type of the following resources: [{}]",
                      declared.logical_id));
    }
    Change change{.action = "Modify",
                  .logical_id = declared.logical_id,
                  .physical_id = have.physical_id,
                  .type = have.type,
                  .replacement = "False"};
    note_properties(type, have.properties, properties, change);
    const bool is_policy_changed = have.deletion_policy != declared.deletion_policy ||
                                   have.update_replace_policy != declared.update_replace_policy;
    if (change.replacement == "True") {
      have.physical_id = std::string(kUnknown);
      have.attributes.clear();
    }
    if (!change.properties.empty() || is_policy_changed) {
      result_.changes.push_back(std::move(change));
    }
    return {};
  }

  static void note_properties(const ResourceType& type, const json::object& had,
                              const json::object& wanted, Change& change) {
    std::set<std::string> names;
    for (const auto& [key, value] : had) names.insert(std::string(key));
    for (const auto& [key, value] : wanted) names.insert(std::string(key));
    for (const std::string& name : names) {
      if (!is_changed(had, wanted, name)) continue;
      change.properties.push_back(name);
      const auto property = std::ranges::find(type.schema(), name, &PropertySchema::name);
      if (property != type.schema().end() && property->is_replacing) change.replacement = "True";
    }
  }

  ServiceResult<bool> has_same_outputs(const Template& document, Evaluator& evaluator) {
    std::vector<std::string> had;
    std::vector<std::string> wanted;
    had.reserve(stack_.outputs.size());
    wanted.reserve(document.outputs.size());
    for (const StackOutput& output : stack_.outputs) {
      had.push_back(fmt::format("{}={}={}={}", output.key, output.value, output.description,
                                output.export_name));
    }
    for (const OutputDeclaration& declared : document.outputs) {
      if (!TRY(evaluator.is_wanted(declared.condition))) continue;
      const auto value = TRY(evaluator.evaluate(declared.value));
      std::string exported;
      if (!declared.export_name.is_null()) {
        const auto name = TRY(evaluator.evaluate(declared.export_name));
        exported = name ? to_text(*name) : "";
      }
      wanted.push_back(fmt::format("{}={}={}={}", declared.name, value ? to_text(*value) : "",
                                   declared.description, exported));
    }
    return had == wanted;
  }

  World& world_;
  Stack stack_;  // a copy, to think in
  const StackIntent& intent_;
  Difference result_;
};

}  // namespace

ServiceResult<Difference> difference_to(World& world, const Stack& stack,
                                        const StackIntent& intent) {
  return Comparison(world, stack, intent).run();
}

}  // namespace snapferry::emulator::cloudformation
