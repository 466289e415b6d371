// SPDX-License-Identifier: Apache-2.0
#include "emulator/metrics/alarms.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "emulator/sns/sns_delivery.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using core::Instant;

// Source: see look(): the guide's example asks for 3 points and is given 5.
constexpr int kRangeBeyond = 2;

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr || !value->is_string() ? "" : std::string(value->get_string());
}

bool is_breach(const Alarm& alarm, double value) {
  if (alarm.comparison == "GreaterThanOrEqualToThreshold") return value >= alarm.threshold;
  if (alarm.comparison == "GreaterThanThreshold") return value > alarm.threshold;
  if (alarm.comparison == "LessThanThreshold") return value < alarm.threshold;
  return value <= alarm.threshold;
}

std::string comparison_words(const Alarm& alarm) {
  if (alarm.comparison == "GreaterThanOrEqualToThreshold") return "greater than or equal to";
  if (alarm.comparison == "GreaterThanThreshold") return "greater than";
  if (alarm.comparison == "LessThanThreshold") return "less than";
  return "less than or equal to";
}

// "5.0 (22/11/26 00:15:00)"
std::string point_words(double value, Instant time) {
  const std::string stamp = core::format_compact(time);
  const auto number = fmt::format("{}", value);
  return fmt::format("{}{} ({}/{}/{} {}:{}:{})", number,
                     number.find_first_of(".e") == std::string::npos ? ".0" : "",
                     stamp.substr(6, 2), stamp.substr(4, 2), stamp.substr(2, 2), stamp.substr(8, 2),
                     stamp.substr(10, 2), stamp.substr(12, 2));
}

struct Seen {
  std::vector<std::pair<Instant, double>> points;  // newest first, at most N
  int breaching = 0;
  int missing = 0;  // how many short of N
};

Seen see(const MetricsModel& metrics, const Alarm& alarm, Instant at) {
  Seen seen;
  for (int i = 0; i < alarm.evaluation_periods + kRangeBeyond; ++i) {
    const Instant to = at - i * alarm.period;
    const auto found = metrics.statistics(alarm.metric, to - alarm.period, to, alarm.unit);
    if (!found) continue;
    const double value = found->get(alarm.statistic);
    seen.points.emplace_back(to - alarm.period, value);
    if (is_breach(alarm, value)) ++seen.breaching;
    if (static_cast<int>(seen.points.size()) == alarm.evaluation_periods) break;
  }
  seen.missing = alarm.evaluation_periods - static_cast<int>(seen.points.size());
  return seen;
}

// Returns ALARM, OK, INSUFFICIENT_DATA, or the state it has.
std::string judge(const Alarm& alarm, const Seen& seen) {
  const int needed = alarm.datapoints_to_alarm;
  const int real = static_cast<int>(seen.points.size());
  const bool is_alarm = seen.breaching >= needed;
  if (alarm.missing == "breaching") {
    return seen.breaching + seen.missing >= needed ? "ALARM" : "OK";
  }
  if (alarm.missing == "notBreaching") return is_alarm ? "ALARM" : "OK";
  if (alarm.missing == "ignore") {
    if (is_alarm) return "ALARM";
    return seen.breaching + seen.missing >= needed ? alarm.state : "OK";
  }
  if (real == 0) return "INSUFFICIENT_DATA";
  return seen.breaching >= std::min(needed, real) ? "ALARM" : "OK";
}

std::string reason_of(const Alarm& alarm, const Seen& seen, const std::string& state) {
  if (state == "INSUFFICIENT_DATA") {
    return fmt::format("Insufficient Data: {} datapoint{} unknown.", seen.missing,
                       seen.missing == 1 ? " was" : "s were");
  }
  if (seen.points.empty()) {
    const bool is_bad = alarm.missing == "breaching";
    return fmt::format(
        "Threshold Crossed: no datapoints were received for {} period{} and {} missing "
        "datapoint{} treated as [{}].",
        seen.missing, seen.missing == 1 ? "" : "s", seen.missing,
        seen.missing == 1 ? " was" : "s were", is_bad ? "Breaching" : "NonBreaching");
  }
  std::vector<std::string> points;
  for (const auto& [time, value] : seen.points) {
    if (is_breach(alarm, value) == (state == "ALARM")) points.push_back(point_words(value, time));
  }
  const bool is_alarm = state == "ALARM";
  const auto threshold = fmt::format("{:.1f}", alarm.threshold);
  return fmt::format(
      "Threshold Crossed: {} out of the last {} datapoints [{}] {} {}{} the threshold ({}) "
      "(minimum {} datapoint{} for {} transition).",
      points.size(), alarm.evaluation_periods, fmt::join(points, ", "),
      points.size() == 1 ? "was" : "were", is_alarm ? "" : "not ", comparison_words(alarm),
      threshold,
      is_alarm ? alarm.datapoints_to_alarm
               : alarm.evaluation_periods - alarm.datapoints_to_alarm + 1,
      is_alarm && alarm.datapoints_to_alarm == 1 ? "" : "s",
      is_alarm ? "OK -> ALARM" : "ALARM -> OK");
}

// "2026-11-22T00:15:00.000+0000", as alarms write times.
std::string alarm_time(Instant instant) {
  const Instant second = std::chrono::floor<std::chrono::seconds>(instant);
  std::string text = core::format_instant(second);
  text.pop_back();
  return fmt::format("{}.{:03}+0000", text, (instant - second).count());
}

void act(World& world, const Alarm& alarm, const std::string& old_state, Instant at) {
  const char* member = alarm.state == "ALARM" ? "AlarmActions"
                       : alarm.state == "OK"  ? "OKActions"
                                              : "InsufficientDataActions";
  for (const std::string& topic : alarm.list(member)) {
    const auto sent = publish_as_service(
        world, "cloudwatch.amazonaws.com", alarm.arn, topic,
        fmt::format("{}: \"{}\" in {}", alarm.state, alarm.name, region_title(alarm.region)),
        alarm_message(alarm, old_state, at));
    world.metrics.note(alarm, at, "Action",
                       sent ? fmt::format("Successfully executed action {}", topic)
                            : fmt::format("Failed to execute action {}. Received error: \"{}\"",
                                          topic, sent.error().message),
                       {{"actionState", sent ? "Succeeded" : "Failed"},
                        {"notificationResource", topic},
                        {"stateUpdateTimestamp", at.time_since_epoch().count()}});
  }
}

}  // namespace

std::vector<std::string> Alarm::list(std::string_view member) const {
  std::vector<std::string> result;
  const json::value* value = config.if_contains(member);
  if (value == nullptr || !value->is_array()) return result;
  for (const json::value& item : value->get_array()) result.emplace_back(item.as_string());
  return result;
}

void read_alarm_config(Alarm& alarm) {
  const json::object& config = alarm.config;
  alarm.metric = {
      alarm.account, alarm.region, text_at(config, "Namespace"), text_at(config, "MetricName"), {}};
  if (const json::value* dimensions = config.if_contains("Dimensions")) {
    for (const json::value& dimension : dimensions->as_array()) {
      alarm.metric.dimensions[text_at(dimension.as_object(), "Name")] =
          text_at(dimension.as_object(), "Value");
    }
  }
  alarm.statistic = text_at(config, "Statistic");
  alarm.comparison = text_at(config, "ComparisonOperator");
  alarm.missing = text_at(config, "TreatMissingData");
  alarm.unit = text_at(config, "Unit");
  alarm.period = core::Seconds(config.at("Period").to_number<long>());
  alarm.evaluation_periods = config.at("EvaluationPeriods").to_number<int>();
  alarm.datapoints_to_alarm = config.contains("DatapointsToAlarm")
                                  ? config.at("DatapointsToAlarm").to_number<int>()
                                  : alarm.evaluation_periods;
  alarm.threshold = config.at("Threshold").to_number<double>();
}

Instant next_look_of(const Alarm& alarm, Instant now) {
  const core::Milliseconds period = alarm.period;
  return Instant((now.time_since_epoch() / period + 1) * period);
}

AlarmFinding look(const MetricsModel& metrics, const Alarm& alarm, Instant at) {
  const Seen seen = see(metrics, alarm, at);
  AlarmFinding finding;
  finding.state = judge(alarm, seen);
  finding.reason = reason_of(alarm, seen, finding.state);
  json::array recent;
  for (const auto& [time, value] : seen.points) recent.insert(recent.begin(), json::value(value));
  finding.data = {{"version", "1.0"},
                  {"queryDate", alarm_time(at)},
                  {"statistic", alarm.statistic},
                  {"period", alarm.period.count()},
                  {"recentDatapoints", std::move(recent)},
                  {"threshold", alarm.threshold}};
  return finding;
}

void set_alarm_state(World& world, Alarm& alarm, Instant at, const AlarmFinding& finding) {
  if (finding.state == alarm.state) return;
  const std::string old_state = std::exchange(alarm.state, finding.state);
  const std::string old_reason = std::exchange(alarm.reason, finding.reason);
  alarm.reason_data = finding.data.empty() ? "" : json::serialize(finding.data);
  alarm.updated = at;
  alarm.transitioned = at;
  world.metrics.note(
      alarm, at, "StateUpdate", fmt::format("Alarm updated from {} to {}", old_state, alarm.state),
      {{"version", "1.0"},
       {"oldState", json::object{{"stateValue", old_state}, {"stateReason", old_reason}}},
       {"newState", json::object{{"stateValue", alarm.state},
                                 {"stateReason", alarm.reason},
                                 {"stateReasonData", finding.data}}}});
  if (alarm.is_acting) act(world, alarm, old_state, at);
}

std::string alarm_message(const Alarm& alarm, const std::string& old_state, Instant at) {
  json::array dimensions;
  for (const auto& [name, value] : alarm.metric.dimensions) {
    dimensions.push_back(json::object{{"value", value}, {"name", name}});
  }
  std::string statistic = alarm.statistic;
  for (char& c : statistic) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const std::string description = text_at(alarm.config, "AlarmDescription");
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
  };
  const json::object trigger = {
      {"MetricName", alarm.metric.name},
      {"Namespace", alarm.metric.name_space},
      {"StatisticType", "Statistic"},
      {"Statistic", statistic},
      {"Unit", text_or_null(alarm.unit)},
      {"Dimensions", std::move(dimensions)},
      {"Period", alarm.period.count()},
      {"EvaluationPeriods", alarm.evaluation_periods},
      {"DatapointsToAlarm", alarm.datapoints_to_alarm},
      {"ComparisonOperator", alarm.comparison},
      {"Threshold", alarm.threshold},
      {"TreatMissingData", alarm.missing.empty() ? "missing" : alarm.missing},
      {"EvaluateLowSampleCountPercentile", ""}};
  return json::serialize(json::object{
      {"AlarmName", alarm.name},
      {"AlarmDescription", text_or_null(description)},
      {"AWSAccountId", alarm.account.str()},
      {"AlarmConfigurationUpdatedTimestamp", alarm_time(alarm.configured)},
      {"NewStateValue", alarm.state},
      {"NewStateReason", alarm.reason},
      {"StateChangeTime", alarm_time(at)},
      {"Region", region_title(alarm.region)},
      {"AlarmArn", alarm.arn},
      {"OldStateValue", old_state},
      {"OKActions", json::value_from(alarm.list("OKActions"))},
      {"AlarmActions", json::value_from(alarm.list("AlarmActions"))},
      {"InsufficientDataActions", json::value_from(alarm.list("InsufficientDataActions"))},
      {"Trigger", trigger}});
}

std::string region_title(const core::Region& region) {
  // Source: the names CloudWatch writes in notifications: those of botocore 1.43 endpoints.json,
  // with "EU" where that says "Europe" for the older regions, 2026-11.
  static const std::map<std::string, std::string> titles = {
      {"us-east-1", "US East (N. Virginia)"},
      {"us-east-2", "US East (Ohio)"},
      {"us-west-1", "US West (N. California)"},
      {"us-west-2", "US West (Oregon)"},
      {"eu-west-1", "EU (Ireland)"},
      {"eu-west-2", "EU (London)"},
      {"eu-west-3", "EU (Paris)"},
      {"eu-central-1", "EU (Frankfurt)"},
      {"eu-north-1", "EU (Stockholm)"},
      {"eu-south-1", "EU (Milan)"},
      {"ca-central-1", "Canada (Central)"},
      {"sa-east-1", "South America (Sao Paulo)"},
      {"ap-south-1", "Asia Pacific (Mumbai)"},
      {"ap-southeast-1", "Asia Pacific (Singapore)"},
      {"ap-southeast-2", "Asia Pacific (Sydney)"},
      {"ap-northeast-1", "Asia Pacific (Tokyo)"},
      {"ap-northeast-2", "Asia Pacific (Seoul)"}};
  const auto found = titles.find(region.str());
  return found == titles.end() ? region.str() : found->second;
}

}  // namespace snapferry::emulator
