// Targets of rules. A wrong target fails the whole call, as AWS does for what it can see at once.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/events/events_calls.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using Output = ServiceResult<json::object>;

// Source: EventBridge quotas, five targets for each rule, 2025.
constexpr size_t kTargetsMax = 5;

std::unexpected<ServiceError> bad_arn(const std::string& arn, std::string_view reason) {
  return refuse(400, "ValidationException",
                fmt::format("Parameter {} is not valid. Reason: {}", arn, reason));
}

ServiceResult<void> check_arn(const EventsCall& call, const JsonInput& target) {
  const std::string text = TRY(target.required("Arn", 1600));
  const std::string role = TRY(target.text("RoleArn"));
  const auto arn = core::parse_arn(text);
  if (!arn || arn->partition != call.caller.partition) {
    return bad_arn(text, "Provided Arn is not in correct format.");
  }
  if (!role.empty()) {
    const auto role_arn = core::parse_arn(role);
    if (!role_arn || role_arn->service != "iam" || !role_arn->resource.starts_with("role/")) {
      return bad_arn(role, "Provided Arn is not in correct format.");
    }
  }
  constexpr std::array<std::string_view, 5> kServices = {"lambda", "sqs", "sns", "events", "logs"};
  if (std::ranges::find(kServices, arn->service) == kServices.end()) {
    return bad_arn(text, "the emulator sends to functions, queues, topics, buses and log groups");
  }
  const bool is_bus = arn->service == "events";
  if (is_bus && !arn->resource.starts_with("event-bus/")) {
    return bad_arn(text, "Provided Arn is not in correct format.");
  }
  if (!is_bus && arn->region != call.caller.region) {
    return bad_arn(text, fmt::format("the target must be in {}", call.caller.region.str()));
  }
  // Source: EventBridge User Guide, "Sending and receiving events between AWS Regions": a bus of
  // another region is sent to with a role, 2025.
  if (is_bus && arn->region != call.caller.region && role.empty()) {
    return refuse(400, "ValidationException",
                  fmt::format("RoleArn is required for target {}.", text));
  }
  return {};
}

ServiceResult<void> check_transformer(const JsonInput& transformer) {
  TRY(transformer.only({"InputPathsMap", "InputTemplate"}));
  TRY(transformer.required("InputTemplate", 8192));
  for (const auto& [name, path] : TRY(transformer.text_map("InputPathsMap"))) {
    if (!path.starts_with('$')) {
      return transformer.refuse(fmt::format(
          "Invalid InputTransformer for target: path {} of {} is no JSON path", path, name));
    }
    if (name.starts_with("AWS.") || name.starts_with("aws.")) {
      return transformer.refuse(
          fmt::format("Invalid InputTransformer for target: {} is reserved", name));
    }
  }
  return {};
}

ServiceResult<void> check_input(const JsonInput& target) {
  const std::string input = TRY(target.text("Input"));
  const std::string path = TRY(target.text("InputPath"));
  const auto transformer = TRY(target.object("InputTransformer"));
  const std::string id = TRY(target.text("Id"));
  if ((!input.empty() ? 1 : 0) + (!path.empty() ? 1 : 0) + (transformer ? 1 : 0) > 1) {
    return target.refuse(fmt::format(
        "Only one of Input, InputPath, or InputTransformer must be provided for target {}.", id));
  }
  json::error_code error;
  if (!input.empty()) {
    if (input.size() > 8192) return target.refuse("Input is over 8192 characters");
    (void)json::parse(input, error);
    if (error) return target.refuse(fmt::format("JSON syntax error in input for target {}.", id));
  }
  if (!path.empty() && (!path.starts_with('$') || path.size() > 256)) {
    return target.refuse(fmt::format("Invalid InputPath for target {}.", id));
  }
  if (transformer) TRY(check_transformer(*transformer));
  return {};
}

ServiceResult<void> check_target(const EventsCall& call, const JsonInput& target) {
  TRY(target.only({"Id", "Arn", "RoleArn", "Input", "InputPath", "InputTransformer", "RetryPolicy",
                   "DeadLetterConfig"}));
  TRY(target.required("Id", kNameMax));
  TRY(check_arn(call, target));
  TRY(check_input(target));
  if (const auto policy = TRY(target.object("RetryPolicy"))) {
    // Source: botocore 1.43 events service-2.json, RetryPolicy, 2026-11.
    TRY(policy->only({"MaximumRetryAttempts", "MaximumEventAgeInSeconds"}));
    TRY(policy->integer("MaximumRetryAttempts", 0, 185));
    TRY(policy->integer("MaximumEventAgeInSeconds", 60, 86400));
  }
  if (const auto config = TRY(target.object("DeadLetterConfig"))) {
    TRY(config->only({"Arn"}));
    const std::string queue = TRY(config->required("Arn", 1600));
    const auto arn = core::parse_arn(queue);
    if (!arn || arn->service != "sqs" || arn->region != call.caller.region) {
      return bad_arn(queue, "the dead-letter queue must be an SQS queue of this region");
    }
    if (queue.ends_with(".fifo")) {
      return bad_arn(queue, "the dead-letter queue must be a standard queue");
    }
  }
  return {};
}

std::string id_of(const json::object& target) {
  return std::string(target.at("Id").as_string());
}

}  // namespace

Output put_targets(const EventsCall& call) {
  TRY(call.input.only({"Rule", "EventBusName", "Targets"}));
  EventRule* rule = TRY(call.rule("Rule"));
  const std::vector<JsonInput> targets = TRY(call.input.objects("Targets"));
  if (targets.empty()) return call.input.refuse("Parameter Targets is not valid. Reason: empty");
  std::vector<json::object> result = rule->targets;
  for (const JsonInput& target : targets) {
    TRY(check_target(call, target));
    const auto same = std::ranges::find(result, id_of(target.raw()), id_of);
    if (same == result.end()) {
      result.push_back(target.raw());
    } else {
      *same = target.raw();
    }
  }
  if (result.size() > kTargetsMax) {
    return refuse(400, "LimitExceededException",
                  "The requested resource exceeds the maximum number allowed.");
  }
  rule->targets = std::move(result);
  return json::object{{"FailedEntryCount", 0}, {"FailedEntries", json::array()}};
}

Output remove_targets(const EventsCall& call) {
  TRY(call.input.only({"Rule", "EventBusName", "Ids", "Force"}));
  EventRule* rule = TRY(call.rule("Rule"));
  json::array failed;
  for (const std::string& id : TRY(call.input.texts("Ids"))) {
    const auto found = std::ranges::find(rule->targets, id, id_of);
    if (found != rule->targets.end()) {
      rule->targets.erase(found);
      continue;
    }
    failed.push_back(json::object{{"TargetId", id},
                                  {"ErrorCode", "ResourceNotFoundException"},
                                  {"ErrorMessage", fmt::format("Target {} does not exist.", id)}});
  }
  return json::object{{"FailedEntryCount", failed.size()}, {"FailedEntries", failed}};
}

Output list_targets_by_rule(const EventsCall& call) {
  TRY(call.input.only({"Rule", "EventBusName", "NextToken", "Limit"}));
  const EventRule* rule = TRY(call.rule("Rule"));
  return call.page("Targets", rule->targets);
}

Output list_rule_names_by_target(const EventsCall& call) {
  TRY(call.input.only({"TargetArn", "EventBusName", "NextToken", "Limit"}));
  const std::string target_arn = TRY(call.input.required("TargetArn", 1600));
  const std::string bus = TRY(call.bus_arn("EventBusName"));
  std::vector<json::object> names;
  for (const auto& [arn, rule] : call.events.rules) {
    const bool is_one = std::ranges::any_of(rule.targets, [&](const json::object& target) {
      return target.at("Arn").as_string() == target_arn;
    });
    if (is_one && bus_arn_of(rule) == bus) names.push_back({{"Name", rule.name}});
  }
  json::object page = TRY(call.page("RuleNames", std::move(names)));
  json::array flat;
  for (const json::value& item : page["RuleNames"].as_array()) flat.push_back(item.at("Name"));
  page["RuleNames"] = std::move(flat);
  return page;
}

}  // namespace snapferry::emulator
