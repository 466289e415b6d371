// Rules and buses. What rules send to is in events_target_calls.cc.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/events_service.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/events/event_pattern.h"
#include "emulator/events/events_calls.h"
#include "emulator/events/schedule.h"
#include "emulator/world.h"

namespace snapferry::emulator {

namespace json = boost::json;

ServiceResult<std::string> EventsCall::bus_arn(std::string_view member) const {
  std::string name = TRY(input.text(member));
  if (name.empty()) name = "default";
  std::string arn = name.starts_with("arn:")
                        ? name
                        : fmt::format("arn:{}:events:{}:{}:event-bus/{}", caller.partition,
                                      caller.region.str(), caller.account.str(), name);
  if (!events.has_bus(arn)) {
    return refuse(400, "ResourceNotFoundException",
                  fmt::format("Event bus {} does not exist.", bus_name(name)));
  }
  return arn;
}

std::string bus_name(const std::string& name_or_arn) {
  return name_or_arn.substr(name_or_arn.rfind('/') + 1);
}

std::string EventsCall::rule_arn(const std::string& bus, const std::string& name) const {
  return fmt::format("arn:{}:events:{}:{}:rule/{}{}", caller.partition, caller.region.str(),
                     caller.account.str(), bus == "default" ? "" : bus + "/", name);
}

ServiceResult<EventRule*> EventsCall::rule(std::string_view member) const {
  const std::string name = TRY(input.required(member, kNameMax));
  const std::string bus = TRY(bus_arn("EventBusName"));
  const auto found = events.rules.find(rule_arn(bus_name(bus), name));
  if (found == events.rules.end()) {
    return refuse(400, "ResourceNotFoundException",
                  fmt::format("Rule {} does not exist on EventBus {}.", name, bus_name(bus)));
  }
  return &found->second;
}

namespace {

using Output = ServiceResult<json::object>;

bool is_name(std::string_view name) {
  return std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

json::object shown(const EventRule& rule) {
  json::object result = {{"Name", rule.name},
                         {"Arn", rule.arn},
                         {"State", rule.is_enabled ? "ENABLED" : "DISABLED"},
                         {"EventBusName", rule.bus}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) result[name] = value;
  };
  add("Description", rule.description);
  add("EventPattern", rule.pattern);
  add("ScheduleExpression", rule.schedule);
  add("RoleArn", rule.role_arn);
  return result;
}

Output put_rule(const EventsCall& call) {
  TRY(call.input.only({"Name", "ScheduleExpression", "EventPattern", "State", "Description",
                       "RoleArn", "Tags", "EventBusName"}));
  EventRule rule;
  rule.name = TRY(call.input.required("Name", kNameMax));
  if (!is_name(rule.name)) {
    return call.input.refuse(fmt::format(
        "1 validation error detected: Value '{}' at 'name' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
        rule.name));
  }
  rule.bus = bus_name(TRY(call.bus_arn("EventBusName")));
  rule.schedule = TRY(call.input.text("ScheduleExpression"));
  rule.pattern = TRY(call.input.text("EventPattern"));
  rule.description = TRY(call.input.text("Description"));
  rule.role_arn = TRY(call.input.text("RoleArn"));
  const std::string state = TRY(call.input.choice("State", {"ENABLED", "DISABLED"}));
  rule.tags = TRY(call.input.tags("Tags"));
  rule.is_enabled = state != "DISABLED";
  if (rule.schedule.empty() && rule.pattern.empty()) {
    return call.input.refuse("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  }
  if (rule.description.size() > 512) return call.input.refuse("Description is over 512 characters");
  if (!rule.schedule.empty() && !parse_schedule(rule.schedule)) {
    return call.input.refuse("Parameter ScheduleExpression is not valid.");
  }
  if (!rule.schedule.empty() && rule.bus != "default") {
    return call.input.refuse("ScheduleExpression is supported only on the default event bus.");
  }
  // Source: botocore 1.43 events service-2.json, EventPattern up to 4096, 2026-11.
  if (rule.pattern.size() > 4096) return call.input.refuse("EventPattern is over 4096 characters");
  if (!rule.pattern.empty()) rule.parsed_pattern = TRY(parse_event_pattern(rule.pattern));
  rule.account = call.caller.account;
  rule.region = call.caller.region;
  rule.arn = call.rule_arn(rule.bus, rule.name);
  EventRule& kept = call.events.rules[rule.arn];
  // An update keeps targets and tags; "tags are ignored when a rule that exists is updated".
  if (!kept.arn.empty()) {
    rule.targets = kept.targets;
    rule.tags = kept.tags;
  }
  kept = std::move(rule);
  EventsModel::arm(kept, call.now);
  return json::object{{"RuleArn", kept.arn}};
}

Output describe_rule(const EventsCall& call) {
  TRY(call.input.only({"Name", "EventBusName"}));
  const EventRule* rule = TRY(call.rule("Name"));
  json::object result = shown(*rule);
  result["CreatedBy"] = rule->account.str();
  return result;
}

Output delete_rule(const EventsCall& call) {
  TRY(call.input.only({"Name", "EventBusName", "Force"}));
  const auto rule = call.rule("Name");
  // Source: EventBridge API, DeleteRule gives no error for a rule that is gone, 2025.
  if (!rule && rule.error().message.starts_with("Rule ")) return json::object();
  if (!rule) return std::unexpected(rule.error());
  if (!(*rule)->targets.empty()) {
    return call.input.refuse("Rule can't be deleted since it has targets.");
  }
  call.events.rules.erase(std::string((*rule)->arn));
  return json::object();
}

Output set_state(const EventsCall& call, bool is_enabled) {
  TRY(call.input.only({"Name", "EventBusName"}));
  EventRule* rule = TRY(call.rule("Name"));
  const bool was_enabled = std::exchange(rule->is_enabled, is_enabled);
  if (was_enabled != is_enabled) EventsModel::arm(*rule, call.now);
  return json::object();
}

Output enable_rule(const EventsCall& call) {
  return set_state(call, true);
}

Output disable_rule(const EventsCall& call) {
  return set_state(call, false);
}

Output list_rules(const EventsCall& call) {
  TRY(call.input.only({"NamePrefix", "EventBusName", "NextToken", "Limit"}));
  const std::string prefix = TRY(call.input.text("NamePrefix"));
  const std::string bus = TRY(call.bus_arn("EventBusName"));
  std::vector<json::object> items;
  for (const auto& [arn, rule] : call.events.rules) {
    if (bus_arn_of(rule) == bus && rule.name.starts_with(prefix)) items.push_back(shown(rule));
  }
  return call.page("Rules", std::move(items));
}

Output put_events_entry(const EventsCall& call, const JsonInput& entry) {
  const auto fail = [](std::string_view code, std::string_view message) {
    return json::object{{"ErrorCode", code}, {"ErrorMessage", message}};
  };
  TRY(entry.only(
      {"Time", "Source", "Resources", "DetailType", "Detail", "EventBusName", "TraceHeader"}));
  BusEvent event;
  event.source = TRY(entry.text("Source"));
  event.detail_type = TRY(entry.text("DetailType"));
  event.resources = TRY(entry.texts("Resources"));
  const std::string detail = TRY(entry.text("Detail"));
  const std::optional<core::Instant> time = TRY(entry.time("Time"));
  for (const char* member : {"Source", "DetailType", "Detail"}) {
    if (!entry.has(member) || TRY(entry.text(member)).empty()) {
      return fail("InvalidArgument",
                  fmt::format("Parameter {} is not valid. Reason: {} is a required argument.",
                              member, member));
    }
  }
  if (event.source.starts_with("aws.")) {
    return fail("NotAuthorizedForSourceException", "Not authorized for the source.");
  }
  json::error_code error;
  const json::value parsed = json::parse(detail, error);
  if (error || !parsed.is_object()) return fail("MalformedDetail", "Detail is malformed.");
  const EventsCall of_entry = {call.world, call.events, call.caller, call.now, entry};
  const auto bus = of_entry.bus_arn("EventBusName");
  if (!bus) return fail("ResourceNotFoundException", bus.error().message);
  event.detail = parsed.get_object();
  event.time = time.value_or(call.now);
  event.account = call.caller.account;
  event.region = call.caller.region;
  event.id = call.events.ids.uuid();
  call.events.put_on_bus(call.world, *bus, to_envelope(event), false);
  return json::object{{"EventId", event.id}};
}

Output put_events(const EventsCall& call) {
  TRY(call.input.only({"Entries"}));
  const std::vector<JsonInput> entries = TRY(call.input.objects("Entries"));
  // Source: botocore 1.43 events service-2.json, Entries 1 to 10, 2026-11.
  if (entries.empty() || entries.size() > 10) {
    return call.input.refuse(
        fmt::format("1 validation error detected: Value at 'entries' failed to satisfy constraint: "
                    "Member must have length {}",
                    entries.empty() ? "greater than or equal to 1" : "less than or equal to 10"));
  }
  json::array results;
  int failed = 0;
  for (const JsonInput& entry : entries) {
    results.push_back(TRY(put_events_entry(call, entry)));
    if (results.back().get_object().contains("ErrorCode")) ++failed;
  }
  return json::object{{"FailedEntryCount", failed}, {"Entries", std::move(results)}};
}

json::object shown(const EventBus& bus) {
  json::object result = {{"Name", bus.name}, {"Arn", bus.arn}};
  if (!bus.description.empty()) result["Description"] = bus.description;
  if (!bus.statements.empty()) {
    result["Policy"] =
        json::serialize(json::object{{"Version", "2012-10-17"}, {"Statement", bus.statements}});
  }
  if (bus.created != core::Instant()) {
    result["CreationTime"] = to_epoch_seconds(bus.created);
    result["LastModifiedTime"] = to_epoch_seconds(bus.created);
  }
  return result;
}

Output create_event_bus(const EventsCall& call) {
  TRY(call.input.only({"Name", "Description", "Tags"}));
  const std::string name = TRY(call.input.required("Name", 256));
  if (!is_name(name)) return call.input.refuse(fmt::format("Event bus name {} is not valid", name));
  const std::string arn = fmt::format("arn:{}:events:{}:{}:event-bus/{}", call.caller.partition,
                                      call.caller.region.str(), call.caller.account.str(), name);
  if (call.events.has_bus(arn)) {
    return refuse(400, "ResourceAlreadyExistsException",
                  fmt::format("Event bus {} already exists.", name));
  }
  const std::string description = TRY(call.input.text("Description"));
  const auto tags = TRY(call.input.tags("Tags"));
  EventBus& bus = call.events.bus(arn);
  bus.description = description;
  bus.tags = tags;
  bus.created = call.now;
  return json::object{{"EventBusArn", arn}};
}

Output delete_event_bus(const EventsCall& call) {
  TRY(call.input.only({"Name"}));
  const std::string name = TRY(call.input.required("Name", 256));
  if (name == "default") return call.input.refuse("Cannot delete event bus default.");
  const std::string prefix = call.rule_arn(name, "");
  const bool has_rules = std::ranges::any_of(
      call.events.rules, [&](const auto& item) { return item.first.starts_with(prefix); });
  if (has_rules) return call.input.refuse("Event bus can't be deleted since it has rules.");
  call.events.buses.erase(fmt::format("arn:{}:events:{}:{}:event-bus/{}", call.caller.partition,
                                      call.caller.region.str(), call.caller.account.str(), name));
  return json::object();
}

Output describe_event_bus(const EventsCall& call) {
  TRY(call.input.only({"Name"}));
  return shown(call.events.bus(TRY(call.bus_arn("Name"))));
}

Output list_event_buses(const EventsCall& call) {
  TRY(call.input.only({"NamePrefix", "NextToken", "Limit"}));
  const std::string prefix = TRY(call.input.text("NamePrefix"));
  const std::string place = fmt::format("arn:{}:events:{}:{}:event-bus/", call.caller.partition,
                                        call.caller.region.str(), call.caller.account.str());
  call.events.bus(place + "default");
  std::vector<json::object> items;
  for (const auto& [arn, bus] : call.events.buses) {
    if (arn.starts_with(place + prefix)) items.push_back(shown(bus));
  }
  return call.page("EventBuses", std::move(items));
}

Output put_permission(const EventsCall& call) {
  TRY(call.input.only({"EventBusName", "Action", "Principal", "StatementId"}));
  const std::string arn = TRY(call.bus_arn("EventBusName"));
  const std::string action = TRY(call.input.required("Action", 64));
  const std::string principal = TRY(call.input.required("Principal", 12));
  const std::string id = TRY(call.input.required("StatementId", 64));
  if (action != "events:PutEvents") {
    return call.input.refuse(fmt::format("Provided value in parameter 'action' is not supported."));
  }
  EventBus& bus = call.events.bus(arn);
  const auto same = std::ranges::find_if(bus.statements, [&](const json::value& statement) {
    return statement.at("Sid").as_string() == id;
  });
  if (same != bus.statements.end()) bus.statements.erase(same);
  const auto partition = call.caller.partition;
  bus.statements.push_back(json::object{
      {"Sid", id},
      {"Effect", "Allow"},
      {"Principal", principal == "*"
                        ? json::value("*")
                        : json::value(json::object{
                              {"AWS", fmt::format("arn:{}:iam::{}:root", partition, principal)}})},
      {"Action", action},
      {"Resource", arn}});
  return json::object();
}

ServiceResult<std::map<std::string, std::string>*> tags_of(const EventsCall& call) {
  const std::string arn = TRY(call.input.required("ResourceARN", 1600));
  if (const auto rule = call.events.rules.find(arn); rule != call.events.rules.end()) {
    return &rule->second.tags;
  }
  if (const auto bus = call.events.buses.find(arn); bus != call.events.buses.end()) {
    return &bus->second.tags;
  }
  return refuse(400, "ResourceNotFoundException", fmt::format("{} does not exist.", arn));
}

Output tag_resource(const EventsCall& call) {
  TRY(call.input.only({"ResourceARN", "Tags"}));
  auto* tags = TRY(tags_of(call));
  for (const auto& [key, value] : TRY(call.input.tags("Tags"))) (*tags)[key] = value;
  return json::object();
}

Output untag_resource(const EventsCall& call) {
  TRY(call.input.only({"ResourceARN", "TagKeys"}));
  auto* tags = TRY(tags_of(call));
  for (const std::string& key : TRY(call.input.texts("TagKeys"))) tags->erase(key);
  return json::object();
}

Output list_tags(const EventsCall& call) {
  TRY(call.input.only({"ResourceARN"}));
  return json::object{{"Tags", to_tag_list(*TRY(tags_of(call)))}};
}

Output test_event_pattern(const EventsCall& call) {
  TRY(call.input.only({"EventPattern", "Event"}));
  const std::string pattern_text = TRY(call.input.required("EventPattern", 4096));
  const json::object pattern = TRY(parse_event_pattern(pattern_text));
  json::error_code error;
  const json::value event = json::parse(TRY(call.input.required("Event", 262'144)), error);
  if (error || !event.is_object()) {
    return call.input.refuse("Parameter Event is not valid. Reason: Event is not a JSON object");
  }
  return json::object{{"Result", is_match(pattern, event.get_object())}};
}

struct Operation {
  std::string_view name;
  Output (*serve)(const EventsCall&);
};

constexpr std::array kOperations = {
    Operation{"PutRule", put_rule},
    Operation{"DescribeRule", describe_rule},
    Operation{"DeleteRule", delete_rule},
    Operation{"EnableRule", enable_rule},
    Operation{"DisableRule", disable_rule},
    Operation{"ListRules", list_rules},
    Operation{"PutTargets", put_targets},
    Operation{"RemoveTargets", remove_targets},
    Operation{"ListTargetsByRule", list_targets_by_rule},
    Operation{"ListRuleNamesByTarget", list_rule_names_by_target},
    Operation{"PutEvents", put_events},
    Operation{"CreateEventBus", create_event_bus},
    Operation{"DeleteEventBus", delete_event_bus},
    Operation{"DescribeEventBus", describe_event_bus},
    Operation{"ListEventBuses", list_event_buses},
    Operation{"PutPermission", put_permission},
    Operation{"TagResource", tag_resource},
    Operation{"UntagResource", untag_resource},
    Operation{"ListTagsForResource", list_tags},
    Operation{"TestEventPattern", test_event_pattern},
};

}  // namespace

ServiceResult<json::object> EventsCall::page(const char* name,
                                             std::vector<json::object> items) const {
  const long limit = TRY(input.integer("Limit", 1, 100)).value_or(100);
  const std::string token = TRY(input.text("NextToken"));
  size_t first = 0;
  if (!token.empty()) {
    char* end = nullptr;
    first = std::strtoul(token.c_str(), &end, 10);
    if (*end != '\0' || first > items.size()) return input.refuse("Token is invalid.");
  }
  const size_t last = std::min(items.size(), first + static_cast<size_t>(limit));
  json::array shown_items;
  for (size_t i = first; i < last; ++i) shown_items.push_back(std::move(items[i]));
  json::object result = {{name, std::move(shown_items)}};
  if (last < items.size()) result["NextToken"] = std::to_string(last);
  return result;
}

ServiceResult<json::object> serve_events(ServiceCall& call) {
  const auto* found = std::ranges::find(kOperations, call.operation, &Operation::name);
  if (found == kOperations.end()) {
    return refuse(400, "UnknownOperationException",
                  fmt::format("The emulator knows no events:{}", call.operation));
  }
  const JsonInput input(call.input, "ValidationException");
  return found->serve({call.world, call.world.events, call.caller, call.now, input});
}

}  // namespace snapferry::emulator
