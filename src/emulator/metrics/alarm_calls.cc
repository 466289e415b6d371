// Alarms as their operations see them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/logs/emf.h"
#include "emulator/metrics/alarms.h"
#include "emulator/metrics/metrics_calls.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

constexpr std::array kActionLists = {"AlarmActions", "OKActions", "InsufficientDataActions"};

std::unexpected<ServiceError> invalid(std::string message) {
  return refuse(400, "ValidationError", std::move(message));
}

ServiceResult<void> check_actions(const MetricsCall& call) {
  for (const char* member : kActionLists) {
    const std::vector<std::string> actions = TRY(call.input.texts(member));
    // Source: botocore 1.43 cloudwatch service-2.json, ResourceList up to 5, 2026-11.
    if (actions.size() > 5) return invalid(fmt::format("{} has more than 5 entries", member));
    for (const std::string& action : actions) {
      const auto arn = core::parse_arn(action);
      if (!arn) return invalid("Invalid arn syntax: " + action);
      if (arn->service != "sns") {
        return invalid(fmt::format("The emulator's alarms tell topics only, not {}", action));
      }
      if (arn->region != call.caller.region) {
        return invalid(fmt::format("Invalid region {} specified. Only {} is supported.",
                                   arn->region.str(), call.caller.region.str()));
      }
    }
  }
  return {};
}

ServiceResult<void> check_periods(const JsonInput& input) {
  const auto period = TRY(input.integer("Period", 1, 86400L * 7));
  const auto count = TRY(input.integer("EvaluationPeriods", 1, 100'000));
  const auto needed = TRY(input.integer("DatapointsToAlarm", 1, 100'000));
  if (!period) return invalid("Period must be specified");
  if (!count) return invalid("EvaluationPeriods must be specified");
  // Points are kept by the minute: the high-resolution periods have nothing to look at here.
  if (*period % 60 != 0) {
    return invalid("Period must be a multiple of 60; the emulator keeps no high-resolution points");
  }
  if (needed && *needed > *count) {
    return invalid("DatapointsToAlarm may not be greater than EvaluationPeriods");
  }
  // Source: PutMetricAlarm: a day in all, seven days for periods of an hour and more, 2025.
  const long most = *period >= 3600 ? 604'800 : 86'400;
  if (*period * *count > most) {
    return invalid(
        fmt::format("Metrics cannot be checked across more than {} (EvaluationPeriods * Period "
                    "must be <= {}).",
                    most == 86'400 ? "a day" : "seven days", most));
  }
  return {};
}

ServiceResult<void> check_alarm(const MetricsCall& call) {
  const JsonInput& input = call.input;
  TRY(input.only({"AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions",
                  "InsufficientDataActions", "MetricName", "Namespace", "Statistic", "Dimensions",
                  "Period", "Unit", "EvaluationPeriods", "DatapointsToAlarm", "Threshold",
                  "ComparisonOperator", "TreatMissingData", "Tags"}));
  TRY(input.required("AlarmName", 255));
  TRY(read_metric(call.caller, input));
  TRY(check_periods(input));
  TRY(check_actions(call));
  TRY(input.boolean("ActionsEnabled"));
  TRY(input.tags("Tags"));
  const std::string description = TRY(input.text("AlarmDescription"));
  if (description.size() > 1024) return invalid("AlarmDescription is over 1024 characters");
  const std::string unit = TRY(input.text("Unit"));
  if (!unit.empty() && !is_metric_unit(unit)) return invalid(unit + " is no unit");
  const std::string statistic =
      TRY(input.choice("Statistic", {"SampleCount", "Average", "Sum", "Minimum", "Maximum"}));
  if (statistic.empty()) return invalid("Statistic must be specified");
  const std::string comparison = TRY(
      input.choice("ComparisonOperator", {"GreaterThanOrEqualToThreshold", "GreaterThanThreshold",
                                          "LessThanThreshold", "LessThanOrEqualToThreshold"}));
  if (comparison.empty()) return invalid("ComparisonOperator must be specified");
  if (!TRY(input.number("Threshold"))) return invalid("Threshold must be specified");
  TRY(input.choice("TreatMissingData", {"breaching", "notBreaching", "ignore", "missing"}));
  return {};
}

json::object shown(const Alarm& alarm) {
  json::object result = alarm.config;
  result["AlarmArn"] = alarm.arn;
  result["AlarmConfigurationUpdatedTimestamp"] = to_epoch_seconds(alarm.configured);
  result["ActionsEnabled"] = alarm.is_acting;
  for (const char* member : kActionLists) {
    if (!result.contains(member)) result[member] = json::array();
  }
  if (!result.contains("Dimensions")) result["Dimensions"] = json::array();
  result["StateValue"] = alarm.state;
  result["StateReason"] = alarm.reason;
  if (!alarm.reason_data.empty()) result["StateReasonData"] = alarm.reason_data;
  result["StateUpdatedTimestamp"] = to_epoch_seconds(alarm.updated);
  result["StateTransitionedTimestamp"] = to_epoch_seconds(alarm.transitioned);
  return result;
}

MetricsOutput set_acting(const MetricsCall& call, bool is_acting) {
  TRY(call.input.only({"AlarmNames"}));
  for (Alarm* alarm : TRY(call.named_alarms())) alarm->is_acting = is_acting;
  return json::object();
}

bool has_action(const Alarm& alarm, const std::string& prefix) {
  return std::ranges::any_of(kActionLists, [&](const char* member) {
    return std::ranges::any_of(
        alarm.list(member), [&](const std::string& action) { return action.starts_with(prefix); });
  });
}

}  // namespace

std::string MetricsCall::alarm_arn(const std::string& name) const {
  return fmt::format("arn:{}:cloudwatch:{}:{}:alarm:{}", caller.partition, caller.region.str(),
                     caller.account.str(), name);
}

ServiceResult<Alarm*> MetricsCall::alarm(const std::string& name) const {
  const auto found = metrics.alarms.find(alarm_arn(name));
  if (found == metrics.alarms.end()) {
    return std::unexpected(
        ServiceError{404, "ResourceNotFound", fmt::format("Alarm {} does not exist", name)});
  }
  return &found->second;
}

ServiceResult<std::vector<Alarm*>> MetricsCall::named_alarms() const {
  std::vector<Alarm*> result;
  for (const std::string& name : TRY(input.texts("AlarmNames"))) {
    const auto found = metrics.alarms.find(alarm_arn(name));
    if (found != metrics.alarms.end()) result.push_back(&found->second);
  }
  return result;
}

MetricsOutput put_metric_alarm(const MetricsCall& call) {
  TRY(check_alarm(call));
  const std::string name = TRY(call.input.text("AlarmName"));
  Alarm& alarm = call.metrics.alarms[call.alarm_arn(name)];
  const bool is_new = alarm.arn.empty();
  if (is_new) {
    alarm.name = name;
    alarm.arn = call.alarm_arn(name);
    alarm.account = call.caller.account;
    alarm.region = call.caller.region;
    alarm.updated = call.now;
    alarm.transitioned = call.now;
    // Source: PutMetricAlarm: Tags are for new alarms; those of one that exists stay.
    alarm.tags = TRY(call.input.tags("Tags"));
  }
  alarm.config = call.input.raw();
  alarm.config.erase("Tags");
  alarm.config.erase("ActionsEnabled");
  alarm.is_acting = TRY(call.input.boolean("ActionsEnabled")).value_or(true);
  alarm.configured = call.now;
  read_alarm_config(alarm);
  alarm.next_look = next_look_of(alarm, call.now);
  call.metrics.note(alarm, call.now, "ConfigurationUpdate",
                    fmt::format("Alarm \"{}\" {}", name, is_new ? "created" : "updated"),
                    {{"version", "1.0"}, {"type", is_new ? "Create" : "Update"}});
  return json::object();
}

MetricsOutput describe_alarms(const MetricsCall& call) {
  TRY(call.input.only({"AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "ActionPrefix",
                       "MaxRecords", "NextToken"}));
  const auto names = TRY(call.input.texts("AlarmNames"));
  const auto types = TRY(call.input.texts("AlarmTypes"));
  const std::string prefix = TRY(call.input.text("AlarmNamePrefix"));
  const std::string state =
      TRY(call.input.choice("StateValue", {"OK", "ALARM", "INSUFFICIENT_DATA"}));
  const std::string action = TRY(call.input.text("ActionPrefix"));
  const long most = TRY(call.input.integer("MaxRecords", 1, 100)).value_or(50);
  const std::string token = TRY(call.input.text("NextToken"));
  if (!names.empty() && !prefix.empty()) {
    return invalid("Parameters AlarmNames and AlarmNamePrefix cannot be specified together");
  }
  const bool has_metric_alarms =
      types.empty() || std::ranges::find(types, "MetricAlarm") != types.end();
  std::vector<json::object> items;
  for (const auto& [arn, alarm] : call.metrics.alarms) {
    const bool is_meant = has_metric_alarms && call.is_here(alarm.account, alarm.region) &&
                          (names.empty() || std::ranges::find(names, alarm.name) != names.end()) &&
                          alarm.name.starts_with(prefix) &&
                          (state.empty() || alarm.state == state) &&
                          (action.empty() || has_action(alarm, action));
    if (is_meant) items.push_back(shown(alarm));
  }
  json::object result = page_of("MetricAlarms", std::move(items), static_cast<size_t>(most), token);
  result["CompositeAlarms"] = json::array();
  return result;
}

MetricsOutput describe_alarms_for_metric(const MetricsCall& call) {
  TRY(call.input.only({"MetricName", "Namespace", "Dimensions", "Statistic", "Period", "Unit"}));
  const MetricKey key = TRY(read_metric(call.caller, call.input));
  const std::string statistic = TRY(call.input.text("Statistic"));
  const auto period = TRY(call.input.integer("Period", 1, 86400L * 7));
  json::array found;
  for (const auto& [arn, alarm] : call.metrics.alarms) {
    if (alarm.metric == key && (statistic.empty() || statistic == alarm.statistic) &&
        (!period || *period == alarm.period.count())) {
      found.push_back(shown(alarm));
    }
  }
  return json::object{{"MetricAlarms", std::move(found)}};
}

MetricsOutput describe_alarm_history(const MetricsCall& call) {
  TRY(call.input.only({"AlarmName", "AlarmTypes", "HistoryItemType", "StartDate", "EndDate",
                       "MaxRecords", "NextToken", "ScanBy"}));
  const std::string name = TRY(call.input.text("AlarmName"));
  const std::string type =
      TRY(call.input.choice("HistoryItemType", {"ConfigurationUpdate", "StateUpdate", "Action"}));
  const auto from = TRY(call.input.time("StartDate"));
  const auto to = TRY(call.input.time("EndDate"));
  const std::string scan =
      TRY(call.input.choice("ScanBy", {"TimestampDescending", "TimestampAscending"}));
  const long most = TRY(call.input.integer("MaxRecords", 1, 100)).value_or(50);
  const std::string token = TRY(call.input.text("NextToken"));
  std::vector<json::object> items;
  for (const AlarmHistoryItem& item : call.metrics.history) {
    const std::string place = call.alarm_arn("");
    const bool is_meant = item.alarm_arn.starts_with(place) &&
                          (name.empty() || item.alarm_arn == place + name) &&
                          (type.empty() || item.type == type) && (!from || item.time >= *from) &&
                          (!to || item.time <= *to);
    if (!is_meant) continue;
    items.push_back({{"AlarmName", item.alarm_arn.substr(place.size())},
                     {"AlarmType", "MetricAlarm"},
                     {"Timestamp", to_epoch_seconds(item.time)},
                     {"HistoryItemType", item.type},
                     {"HistorySummary", item.summary},
                     {"HistoryData", item.data}});
  }
  if (scan != "TimestampAscending") std::ranges::reverse(items);
  return page_of("AlarmHistoryItems", std::move(items), static_cast<size_t>(most), token);
}

MetricsOutput delete_alarms(const MetricsCall& call) {
  TRY(call.input.only({"AlarmNames"}));
  for (const Alarm* alarm : TRY(call.named_alarms())) {
    call.metrics.alarms.erase(std::string(alarm->arn));
  }
  return json::object();
}

MetricsOutput set_alarm_state_by_hand(const MetricsCall& call) {
  TRY(call.input.only({"AlarmName", "StateValue", "StateReason", "StateReasonData"}));
  const std::string name = TRY(call.input.required("AlarmName", 255));
  const std::string state =
      TRY(call.input.choice("StateValue", {"OK", "ALARM", "INSUFFICIENT_DATA"}));
  const std::string reason = TRY(call.input.required("StateReason", 1023));
  const std::string data = TRY(call.input.text("StateReasonData"));
  if (state.empty()) return invalid("StateValue must be specified");
  json::error_code error;
  const json::value parsed = data.empty() ? json::value(json::object()) : json::parse(data, error);
  if (error || !parsed.is_object()) {
    return refuse(400, "InvalidFormat", "StateReasonData was not syntactically valid JSON.");
  }
  Alarm* alarm = TRY(call.alarm(name));
  set_alarm_state(call.world, *alarm, call.now, {state, reason, parsed.get_object()});
  return json::object();
}

MetricsOutput enable_alarm_actions(const MetricsCall& call) {
  return set_acting(call, true);
}

MetricsOutput disable_alarm_actions(const MetricsCall& call) {
  return set_acting(call, false);
}

}  // namespace snapferry::emulator
