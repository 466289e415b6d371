// SPDX-License-Identifier: Apache-2.0
#include "lambda/event.h"

#include <algorithm>
#include <array>
#include <exception>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "lambda/json_text.h"

namespace snapferry::lambda {
namespace {

namespace json = boost::json;
using core::ErrorKind;

constexpr const char* kHint =
    "Send {\"action\": \"plan\"}, {\"action\": \"apply\"} or {\"action\": \"status\"}, or let an "
    "EventBridge rule send its schedule's or RDS's event as it is.";
// Ours: long enough to know an action by, short enough for a log line.
constexpr size_t kShownMax = 60;

std::unexpected<core::Error> malformed(std::string message) {
  return core::fail(ErrorKind::invalid, std::move(message), kHint);
}

std::string shown(std::string_view text) {
  std::string result;
  for (char c : text.substr(0, kShownMax)) result += c < ' ' || c > '~' ? '?' : c;
  return result;
}

core::Result<Event> parse_request(const json::object& object) {
  for (const auto& [name, value] : object) {
    if (name == "action" || name == "alert") continue;
    return malformed(fmt::format("a request has no member \"{}\"", shown(name)));
  }
  Event event{.origin = "request"};
  const std::string_view action = text_at(object, "action");
  if (action == "plan") {
    event.action = Action::plan;
  } else if (action == "apply") {
    event.action = Action::apply;
  } else if (action == "status") {
    event.action = Action::status;
  } else {
    return malformed(fmt::format("there is no action \"{}\"", shown(action)));
  }
  if (const json::value* alert = object.if_contains("alert")) {
    if (!alert->is_bool()) return malformed("\"alert\" is neither true nor false");
    if (event.action != Action::apply) return malformed("\"alert\" goes with apply alone");
    event.is_alert_wanted = alert->get_bool();
  }
  return event;
}

core::Result<Event> parse_aws_event(const json::object& object) {
  const std::string_view source = text_at(object, "source");
  const std::string_view type = text_at(object, "detail-type");
  if (source == "aws.events" && type == "Scheduled Event") {
    return Event{.origin = "schedule"};
  }
  constexpr std::array<std::string_view, 2> kSnapshotEvents = {"RDS DB Snapshot Event",
                                                               "RDS DB Cluster Snapshot Event"};
  const json::value* detail = object.if_contains("detail");
  if (source == "aws.rds" && std::ranges::find(kSnapshotEvents, type) != kSnapshotEvents.end() &&
      detail != nullptr && detail->is_object()) {
    const std::string_view id = text_at(detail->get_object(), "EventID");
    return Event{.origin = id.empty() ? "RDS event" : shown(id)};
  }
  return malformed(fmt::format("no event of ours: source \"{}\", detail-type \"{}\"", shown(source),
                               shown(type)));
}

}  // namespace

core::Result<Event> parse_event(std::string_view text) {
  json::value value;
  json::error_code failure;
  try {
    value = json::parse(text, failure);
  } catch (const std::exception&) {
    failure = json::error::syntax;
  }
  if (failure) return malformed("the event is no JSON");
  if (!value.is_object()) return malformed("the event is no JSON object");
  const json::object& object = value.get_object();
  if (object.contains("action")) return parse_request(object);
  if (object.contains("source")) return parse_aws_event(object);
  return malformed("the event has neither an \"action\" nor a \"source\"");
}

}  // namespace snapferry::lambda
