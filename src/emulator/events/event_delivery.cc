// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/event_delivery.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/iam/access.h"
#include "emulator/sns/sns_delivery.h"
#include "emulator/sts/role_sessions.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

constexpr const char* kPrincipal = "events.amazonaws.com";

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr || !value->is_string() ? "" : std::string(value->get_string());
}

// Returns what "$.detail.EventID" or "$.resources[0]" names; nullptr when there is no such thing.
const json::value* at_path(const json::value& root, std::string_view path) {
  const json::value* found = &root;
  path.remove_prefix(std::min<size_t>(path.size(), 1));
  while (found != nullptr && !path.empty()) {
    if (path[0] == '[') {
      const size_t end = path.find(']');
      const json::array* list = found->if_array();
      if (end == std::string_view::npos || list == nullptr) return nullptr;
      found = list->if_contains(std::strtoul(std::string(path.substr(1)).c_str(), nullptr, 10));
      path.remove_prefix(end + 1);
      continue;
    }
    path.remove_prefix(1);  // the dot
    const size_t end = std::min(path.find_first_of(".["), path.size());
    const json::object* object = found->if_object();
    found = object == nullptr ? nullptr : object->if_contains(path.substr(0, end));
    path.remove_prefix(end);
  }
  return found;
}

// Text within quotes goes in as it is; elsewhere a value is written as JSON.
std::string inserted(const json::value* value, bool is_in_quotes) {
  if (value == nullptr) return "";
  if (is_in_quotes && value->is_string()) {
    const std::string quoted = json::serialize(*value);
    return quoted.substr(1, quoted.size() - 2);
  }
  return json::serialize(*value);
}

std::string transform(const EventRule& rule, const json::object& transformer,
                      const json::value& event, core::Instant now) {
  json::object values = {{"aws.events.rule-arn", rule.arn},
                         {"aws.events.rule-name", rule.name},
                         {"aws.events.event", event},
                         {"aws.events.event.json", event},
                         {"aws.events.event.ingestion-time", core::format_instant(now)}};
  if (const json::value* paths = transformer.if_contains("InputPathsMap")) {
    for (const auto& item : paths->as_object()) {
      const json::value* value = at_path(event, item.value().as_string());
      if (value != nullptr) values[item.key()] = *value;
    }
  }
  const std::string text = text_of(transformer, "InputTemplate");
  std::string result;
  bool is_in_quotes = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) is_in_quotes = !is_in_quotes;
    const size_t end = text[i] == '<' ? text.find('>', i) : std::string::npos;
    if (end == std::string::npos) {
      result += text[i];
      continue;
    }
    result += inserted(values.if_contains(text.substr(i + 1, end - i - 1)), is_in_quotes);
    i = end;
  }
  return result;
}

// The credentials of a target's role, as EventBridge takes them.
Caller role_caller(const EventRule& rule, const std::string& role_arn) {
  const auto arn = core::parse_arn(role_arn);
  const std::string partition = arn ? arn->partition : "aws";
  const std::string name = role_arn.substr(role_arn.rfind('/') + 1);
  return {.account = arn ? arn->account : rule.account,
          .region = rule.region,
          .partition = partition,
          .principal_arn = fmt::format("arn:{}:sts::{}:assumed-role/{}/events", partition,
                                       arn ? arn->account.str() : "", name)};
}

ServiceResult<void> forward(World& world, const EventRule& rule, const json::object& target,
                            const json::object& event, bool is_forwarded) {
  if (is_forwarded) return {};
  const std::string bus_arn = text_of(target, "Arn");
  if (!world.events.has_bus(bus_arn)) {
    return std::unexpected(ServiceError{400, "RESOURCE_NOT_FOUND",
                                        fmt::format("Event bus {} does not exist.", bus_arn)});
  }
  if (const std::string role = text_of(target, "RoleArn"); !role.empty()) {
    TRY(check_service_role(world, role, kPrincipal));
    TRY(authorize(world, role_caller(rule, role), {"events:PutEvents", bus_arn}));
  }
  world.events.put_on_bus(world, bus_arn, event, true);
  return {};
}

ServiceResult<void> append_to_log_group(World& world, const core::Arn& arn, const EventRule& rule,
                                        const std::string& payload) {
  constexpr std::string_view kPrefix = "log-group:";
  std::string group = arn.resource.substr(std::min(kPrefix.size(), arn.resource.size()));
  if (group.ends_with(":*")) group.resize(group.size() - 2);
  world.logs.append(world, arn.account, arn.region, group, rule.name, world.clock.now(), payload);
  return {};
}

ServiceResult<void> send_to(World& world, const EventRule& rule, const json::object& target,
                            const json::object& event, bool is_forwarded) {
  const std::string text = text_of(target, "Arn");
  const auto arn = core::parse_arn(text);
  if (!arn) return std::unexpected(ServiceError{400, "INVALID_PARAMETER", "no ARN: " + text});
  const core::Instant now = world.clock.now();
  const std::string payload = payload_of(rule, target, event, now);
  if (arn->service == "lambda") {
    return world.lambda.enqueue(world, text, payload, kPrincipal, rule.arn);
  }
  if (arn->service == "sqs") {
    return world.sqs.send(text, payload, {}, now, kPrincipal, rule.arn);
  }
  if (arn->service == "sns") {
    return publish_as_service(world, kPrincipal, rule.arn, text, "", payload);
  }
  if (arn->service == "events") return forward(world, rule, target, event, is_forwarded);
  return append_to_log_group(world, *arn, rule, payload);
}

void count(World& world, const EventRule& rule, const char* metric) {
  world.metrics.put(rule.account, rule.region, "AWS/Events", metric, {{"RuleName", rule.name}},
                    world.clock.now(), 1, "Count");
}

// Source: EventBridge User Guide, "Using dead-letter queues to process undelivered events", the
// message attributes, 2025.
void bury(World& world, const EventRule& rule, const json::object& target,
          const json::object& event, const ServiceError& error) {
  const json::value* config = target.if_contains("DeadLetterConfig");
  const std::string queue = config == nullptr ? "" : text_of(config->as_object(), "Arn");
  if (queue.empty()) return;
  const auto sent =
      world.sqs.send(queue, json::serialize(event),
                     {{"RULE_ARN", rule.arn},
                      {"TARGET_ARN", text_of(target, "Arn")},
                      {"ERROR_CODE", error.http_status == 403 ? "NO_PERMISSIONS" : error.code},
                      {"ERROR_MESSAGE", error.message},
                      {"EXHAUSTED_RETRY_CONDITION", "NonRetryableError"},
                      {"RETRY_ATTEMPTS", "0"}},
                     world.clock.now(), kPrincipal, rule.arn);
  count(world, rule, sent ? "InvocationsSentToDlq" : "InvocationsFailedToBeSentToDlq");
}

}  // namespace

std::string payload_of(const EventRule& rule, const json::object& target, const json::object& event,
                       core::Instant now) {
  if (const std::string input = text_of(target, "Input"); !input.empty()) return input;
  if (const std::string path = text_of(target, "InputPath"); !path.empty()) {
    const json::value whole = event;
    const json::value* value = at_path(whole, path);
    return value == nullptr ? "null" : json::serialize(*value);
  }
  if (const json::value* transformer = target.if_contains("InputTransformer")) {
    return transform(rule, transformer->as_object(), event, now);
  }
  return json::serialize(event);
}

void send_to_targets(World& world, const EventRule& rule, const json::object& event,
                     bool is_forwarded) {
  count(world, rule, "TriggeredRules");
  for (const json::object& target : rule.targets) {
    count(world, rule, "Invocations");
    const auto sent = send_to(world, rule, target, event, is_forwarded);
    if (sent) continue;
    count(world, rule, "FailedInvocations");
    bury(world, rule, target, event, sent.error());
  }
}

}  // namespace snapferry::emulator
