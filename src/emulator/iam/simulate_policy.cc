// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/simulate_policy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/iam/evaluation.h"
#include "emulator/iam/iam_parameters.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

std::unexpected<ServiceError> invalid_simulation(std::string message) {
  return std::unexpected(ServiceError{400, "InvalidInput", std::move(message)});
}

// The message for a session's ARN is what people met: newrelic/newrelic-lambda-cli#96, 2020.
ServiceResult<const IamRole*> simulated_role(const World& world, const Caller& caller,
                                             const std::string& text) {
  const auto arn = core::parse_arn(text);
  const auto is_kind = [&](std::string_view kind) {
    return arn && arn->service == "iam" && arn->resource.starts_with(kind);
  };
  if (!is_kind("role/") && !is_kind("user/") && !is_kind("group/")) {
    return invalid_simulation(
        fmt::format("Invalid Entity Arn: {} does not clearly define entity type and name.", text));
  }
  const IamRole* role = world.iam.find_by_arn(text);
  if (role == nullptr || role->account != caller.account) {
    return std::unexpected(
        ServiceError{404, "NoSuchEntity", fmt::format("Entity {} does not exist.", text)});
  }
  return role;
}

bool is_action_name(std::string_view text) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < text.size() &&
         text.size() <= 128 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == ':' || c == '-';
         });
}

ServiceResult<std::vector<std::string>> read_actions(QueryParameters& parameters) {
  std::vector<std::string> actions = parameters.texts("ActionNames");
  if (actions.empty()) return invalid_input("null", "actionNames", "Member must not be null");
  for (const std::string& action : actions) {
    if (!is_action_name(action)) {
      return invalid_simulation(fmt::format("Invalid Action Name: {}", action));
    }
  }
  return actions;
}

ServiceResult<std::vector<std::string>> read_resources(QueryParameters& parameters) {
  std::vector<std::string> resources = parameters.texts("ResourceArns");
  for (const std::string& resource : resources) {
    if (resource != "*" && !core::parse_arn(resource)) {
      return invalid_simulation(fmt::format("Invalid Resource Arn: {}", resource));
    }
  }
  if (resources.empty()) resources.emplace_back("*");
  return resources;
}

bool fits_type(std::string_view type, std::string_view value) {
  if (type.starts_with("boolean")) return value == "true" || value == "false";
  if (type.starts_with("numeric")) {
    double number = 0;
    const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), number);
    return status == std::errc() && end == value.data() + value.size();
  }
  if (type.starts_with("date")) return core::parse_instant(value).has_value();
  return true;
}

// Source: botocore 1.43 iam service-2.json, ContextKeyTypeEnum, 2026-11; what the emulator does not
// evaluate (ip, binary) is refused.
constexpr auto kContextTypes =
    std::to_array<std::string_view>({"string", "numeric", "boolean", "date", "stringList",
                                     "numericList", "booleanList", "dateList"});

using SimulatedContext = std::map<std::string, std::vector<std::string>>;

ServiceResult<SimulatedContext> read_context(QueryParameters& parameters) {
  SimulatedContext context;
  for (const std::string& item : parameters.items("ContextEntries")) {
    const std::string key = parameters.text(item + ".ContextKeyName").value_or("");
    const std::string type = parameters.text(item + ".ContextKeyType").value_or("");
    std::vector<std::string> values = parameters.texts(item + ".ContextKeyValues");
    if (key.size() < 5 || key.find(':') == std::string::npos) {
      return invalid_simulation(fmt::format("Invalid Context Key Name: {}", key));
    }
    if (std::ranges::find(kContextTypes, type) == kContextTypes.end()) {
      return invalid_simulation(fmt::format("Invalid Context Key Type: {} of {}", type, key));
    }
    const bool is_list = type.ends_with("List");
    const bool fits = std::ranges::all_of(
        values, [&](const std::string& value) { return fits_type(type, value); });
    if (!fits || (!is_list && values.size() != 1)) {
      return invalid_simulation(
          fmt::format("Invalid Context Key Values: {} is not of type {}", key, type));
    }
    if (!context.emplace(key, std::move(values)).second) {
      return invalid_simulation(fmt::format("Duplicate Context Key: {}", key));
    }
  }
  return context;
}

void write_missing(XmlWriter& xml, const std::vector<std::string>& missing) {
  xml.open("MissingContextValues");
  for (const std::string& key : missing) xml.element("member", key);
  xml.close();
}

// One decision for the action: what holds for every resource. Ours; clients look below it.
std::string_view decision_of_all(std::span<const SimulatedDecision> decisions) {
  std::string_view all = "allowed";
  for (const SimulatedDecision& one : decisions) {
    if (one.decision == "explicitDeny" || all == "allowed") all = one.decision;
    if (all == "explicitDeny") break;
  }
  return all;
}

// Missing values stand beside the resource they were missing for; without resources, above.
void write_result(XmlWriter& xml, std::span<const SimulatedDecision> decisions) {
  const bool is_on_everything = decisions.size() == 1 && decisions.front().resource == "*";
  xml.open("member").element("EvalActionName", decisions.front().action);
  if (decisions.size() == 1) xml.element("EvalResourceName", decisions.front().resource);
  xml.element("EvalDecision", decision_of_all(decisions));
  if (is_on_everything) {
    write_missing(xml, decisions.front().missing);
  } else {
    xml.open("ResourceSpecificResults");
    for (const SimulatedDecision& one : decisions) {
      xml.open("member")
          .element("EvalResourceName", one.resource)
          .element("EvalResourceDecision", one.decision);
      write_missing(xml, one.missing);
      xml.close();
    }
    xml.close();
  }
  xml.close();
}

}  // namespace

ServiceResult<std::string> simulate_principal_policy(ServiceCall& call) {
  const std::string source = TRY(required_input(call.parameters, "PolicySourceArn"));
  const std::vector<std::string> actions = TRY(read_actions(call.parameters));
  const std::vector<std::string> resources = TRY(read_resources(call.parameters));
  const SimulatedContext context = TRY(read_context(call.parameters));
  const IamPage page = TRY(read_iam_page(call.parameters, actions.size()));
  TRY(call.parameters.refuse_unread());
  const std::vector<SimulatedDecision> decisions = TRY(simulate_access(
      call.world, call.caller,
      {.principal = source, .actions = actions, .resources = resources, .context = context}));
  XmlWriter xml;
  xml.open("EvaluationResults");
  for (size_t at = page.start; at < page.end; ++at) {
    write_result(xml, std::span(decisions).subspan(at * resources.size(), resources.size()));
  }
  xml.close();
  page.write(xml);
  return xml.text();
}

ServiceResult<std::vector<SimulatedDecision>> simulate_access(const World& world,
                                                              const Caller& caller,
                                                              const SimulatedRequest& request) {
  const IamRole* role = TRY(simulated_role(world, caller, request.principal));
  const std::vector<const PolicyDocument*> policies = IamModel::policies_of(*role);
  std::vector<SimulatedDecision> decisions;
  for (const std::string& action : request.actions) {
    for (const std::string& resource : request.resources) {
      const PolicyRequest asked{.action = action,
                                .resource = resource,
                                .principal = {.account = role->account.str(),
                                              .arn = role->arn,
                                              .role_arn = role->arn,
                                              .service = {}},
                                .context = request.context};
      const Verdict verdict = judge(policies, asked);
      decisions.push_back({.action = action,
                           .resource = resource,
                           .decision = verdict.is_denied    ? "explicitDeny"
                                       : verdict.is_allowed ? "allowed"
                                                            : "implicitDeny",
                           .missing = missing_context(policies, asked)});
    }
  }
  return decisions;
}

}  // namespace snapferry::emulator
