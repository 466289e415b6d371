// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/resources/resource_tables.h"
#include "emulator/cloudformation/resources/tags.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11. Targets other than functions,
// queues, topics and buses need parameters that are left out here, and so refused.
constexpr std::string_view kRule = R"(
Description string
EventBusName! string
EventPattern json
Name! string
RoleArn string
ScheduleExpression string
State string
Tags objects
  Key* string
  Value* string
Targets objects
  Arn* string
  DeadLetterConfig object
    Arn string
  Id* string
  Input string
  InputPath string
  InputTransformer object
    InputPathsMap map
    InputTemplate* string
  RetryPolicy object
    MaximumEventAgeInSeconds integer
    MaximumRetryAttempts integer
  RoleArn string
  SqsParameters object
    MessageGroupId* string
)";

ServiceResult<json::object> events(ResourceCall& call, const std::string& operation,
                                   const json::object& input) {
  return call_json(call.world, call.caller, "events", operation, input);
}

json::array targets_of(const json::object& properties) {
  const json::value* targets = properties.if_contains("Targets");
  return targets == nullptr ? json::array() : targets->get_array();
}

// PutTargets and RemoveTargets tell of entries that they refused in an answer that is a success.
ServiceResult<void> refuse_failed_entries(const json::object& output) {
  const json::value* failed = output.if_contains("FailedEntries");
  if (failed == nullptr || !failed->is_array() || failed->get_array().empty()) return {};
  const json::object& first = failed->get_array()[0].get_object();
  return std::unexpected(ServiceError{400, text_of(first, "ErrorCode", "ValidationException"),
                                      text_of(first, "ErrorMessage")});
}

ServiceResult<void> remove_targets(ResourceCall& call, const std::string& name,
                                   const json::object& had, const json::object& wanted) {
  json::array ids;
  for (const json::value& target : targets_of(had)) {
    bool is_kept = false;
    for (const json::value& other : targets_of(wanted)) {
      is_kept |= text_of(other.get_object(), "Id") == text_of(target.get_object(), "Id");
    }
    if (!is_kept) ids.push_back(target.get_object().at("Id"));
  }
  if (ids.empty()) return {};
  json::object input = pick(had, "EventBusName");
  input["Rule"] = name;
  input["Ids"] = ids;
  const auto output = events(call, "RemoveTargets", input);
  return output ? refuse_failed_entries(*output) : unless_missing(output.error());
}

ServiceResult<void> remove_rule(ResourceCall& call, const std::string& name,
                                const json::object& had) {
  TRY(remove_targets(call, name, had, {}));
  json::object input = pick(had, "EventBusName");
  input["Name"] = name;
  const auto removed = events(call, "DeleteRule", input);
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

ServiceResult<Made> put_rule(ResourceCall& call, const std::string& name,
                             const json::object& wanted, bool is_new) {
  json::object input = pick(wanted, "Description EventBusName RoleArn ScheduleExpression State");
  input["Name"] = name;
  if (wanted.contains("EventPattern")) {
    input["EventPattern"] = document_text(wanted, "EventPattern");
  }
  // PutRule takes tags of a new rule only.
  const json::object tags = call.tags(wanted);
  if (is_new && !tags.empty()) input["Tags"] = tag_list(tags);
  const json::object output = TRY(events(call, "PutRule", input));
  if (const json::array targets = targets_of(wanted); !targets.empty()) {
    json::object put = pick(wanted, "EventBusName");
    put["Rule"] = name;
    put["Targets"] = targets;
    const auto done = events(call, "PutTargets", put);
    const auto failed =
        done ? refuse_failed_entries(*done) : ServiceResult<void>(std::unexpected(done.error()));
    if (!failed) {
      // Nobody knows a new rule by a physical id yet: a rollback would leave it behind.
      if (is_new) TRY(remove_rule(call, name, wanted));
      return std::unexpected(failed.error());
    }
  }
  return Made{.physical_id = name, .attributes = {{"Arn", text_of(output, "RuleArn")}}};
}

ServiceResult<Made> create_rule(ResourceCall& call, const json::object& wanted) {
  std::string name = text_of(wanted, "Name");
  if (name.empty()) name = call.generated_name(64);
  return put_rule(call, name, wanted, true);
}

ServiceResult<Made> update_rule(ResourceCall& call, const std::string& name,
                                const json::object& had, const json::object& wanted) {
  TRY(remove_targets(call, name, had, wanted));
  Made made = TRY(put_rule(call, name, wanted, false));
  if (is_changed(had, wanted, "Tags")) {
    const json::value arn = made.attributes.at("Arn");
    json::array gone;
    for (const std::string& key : removed_keys(call.tags(had), call.tags(wanted))) {
      gone.emplace_back(key);
    }
    if (!gone.empty())
      TRY(events(call, "UntagResource", {{"ResourceARN", arn}, {"TagKeys", gone}}));
    TRY(events(call, "TagResource", {{"ResourceARN", arn}, {"Tags", tag_list(call.tags(wanted))}}));
  }
  return made;
}

constexpr std::array kEventsTypes = {
    ResourceType{"AWS::Events::Rule", "EventBridge", kRule, "Arn", "Name", create_rule, update_rule,
                 remove_rule},
};

}  // namespace

std::span<const ResourceType> events_resources() {
  return kEventsTypes;
}

}  // namespace snapferry::emulator::cloudformation
