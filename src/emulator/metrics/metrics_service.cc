// Data points in and out, and tags. Alarms are in alarm_calls.cc, dashboards in dashboard_calls.cc.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/metrics/metrics_service.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/logs/emf.h"
#include "emulator/metrics/metrics_calls.h"
#include "emulator/world.h"

namespace snapferry::emulator {

namespace json = boost::json;

using core::Instant;

ServiceResult<MetricKey> read_metric(const Caller& caller, const JsonInput& input) {
  // Source: botocore 1.43 cloudwatch service-2.json: names up to 255, values up to 1024, 30
  // dimensions, 2026-11.
  MetricKey key = {caller.account, caller.region, {}, {}, {}};
  key.name_space = TRY(input.required("Namespace", 255));
  key.name = TRY(input.required("MetricName", 255));
  for (const JsonInput& dimension : TRY(input.objects("Dimensions"))) {
    TRY(dimension.only({"Name", "Value"}));
    const std::string name = TRY(dimension.required("Name", 255));
    const std::string value = TRY(dimension.required("Value", 1024));
    if (!key.dimensions.emplace(name, value).second) {
      return refuse(400, "InvalidParameterValue",
                    fmt::format("The dimension {} stands twice.", name));
    }
  }
  if (key.dimensions.size() > 30) {
    return refuse(400, "InvalidParameterValue",
                  "The collection Dimensions must not have a size greater than 30.");
  }
  return key;
}

json::array to_dimension_list(const MetricKey& key) {
  json::array list;
  for (const auto& [name, value] : key.dimensions) {
    list.push_back(json::object{{"Name", name}, {"Value", value}});
  }
  return list;
}

json::object page_of(const char* name, std::vector<json::object> items, size_t most,
                     const std::string& token) {
  const size_t first = std::min<size_t>(items.size(), std::strtoul(token.c_str(), nullptr, 10));
  const size_t last = std::min(items.size(), first + most);
  json::array shown;
  for (size_t i = first; i < last; ++i) shown.push_back(std::move(items[i]));
  json::object result = {{name, std::move(shown)}};
  if (last < items.size()) result["NextToken"] = std::to_string(last);
  return result;
}

namespace {

using Output = MetricsOutput;

// Source: PutMetricData: two weeks back, two hours ahead; 1,000 data; values within 2^360. 2025.
constexpr std::chrono::days kPast{14};
constexpr std::chrono::hours kFuture{2};
constexpr size_t kDataMax = 1'000;

// One datum on its way in: several Values with Counts are several entries.
struct Datum {
  MetricKey key;
  Instant time;
  std::string unit;
  std::vector<Statistics> entries;
};

ServiceResult<std::vector<Statistics>> read_entries(const JsonInput& item) {
  const std::optional<double> value = TRY(item.number("Value"));
  const auto set = TRY(item.object("StatisticValues"));
  const std::vector<double> values = TRY(item.numbers("Values"));
  const std::vector<double> counts = TRY(item.numbers("Counts"));
  if ((value ? 1 : 0) + (set ? 1 : 0) + (values.empty() ? 0 : 1) != 1) {
    return refuse(
        400, "InvalidParameterCombination",
        fmt::format("{} must have one of Value, StatisticValues and Values.", item.place_of("")));
  }
  std::vector<Statistics> entries;
  if (value) entries.push_back({1, *value, *value, *value});
  if (set) {
    TRY(set->only({"SampleCount", "Sum", "Minimum", "Maximum"}));
    const double count = TRY(set->number("SampleCount")).value_or(0);
    const double sum = TRY(set->number("Sum")).value_or(0);
    const double minimum = TRY(set->number("Minimum")).value_or(0);
    const double maximum = TRY(set->number("Maximum")).value_or(0);
    if (count <= 0 || minimum > maximum) {
      return refuse(400, "InvalidParameterValue",
                    item.place_of("StatisticValues") + " contradicts itself.");
    }
    entries.push_back({count, sum, minimum, maximum});
  }
  if (!counts.empty() && counts.size() != values.size()) {
    return refuse(400, "InvalidParameterValue",
                  item.place_of("Counts") + " must have as many entries as Values.");
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const double count = counts.empty() ? 1 : counts[i];
    entries.push_back({count, values[i] * count, values[i], values[i]});
  }
  for (const Statistics& entry : entries) {
    if (!(std::abs(entry.sum) <= std::ldexp(1.0, 360))) {
      return refuse(400, "InvalidParameterValue", item.place_of("Value") + " is out of range.");
    }
  }
  return entries;
}

ServiceResult<Datum> read_datum(const MetricsCall& call, const JsonInput& item) {
  TRY(item.only({"MetricName", "Dimensions", "Timestamp", "Value", "StatisticValues", "Values",
                 "Counts", "Unit", "StorageResolution"}));
  Datum datum;
  json::object named = item.raw();
  named["Namespace"] = TRY(call.input.required("Namespace", 255));
  datum.key = TRY(read_metric(call.caller, JsonInput(named, "InvalidParameterValue")));
  datum.time = TRY(item.time("Timestamp")).value_or(call.now);
  datum.unit = TRY(item.text("Unit"));
  datum.entries = TRY(read_entries(item));
  TRY(item.integer("StorageResolution", 1, 60));
  if (!datum.unit.empty() && !is_metric_unit(datum.unit)) {
    return refuse(400, "InvalidParameterValue",
                  fmt::format("The parameter {} must be a value in the set of units.",
                              item.place_of("Unit")));
  }
  if (datum.time < call.now - kPast || datum.time > call.now + kFuture) {
    return refuse(
        400, "InvalidParameterValue",
        fmt::format("The parameter {} must specify a time within the past two weeks and no more "
                    "than two hours in the future.",
                    item.place_of("Timestamp")));
  }
  return datum;
}

Output put_metric_data(const MetricsCall& call) {
  TRY(call.input.only({"Namespace", "MetricData"}));
  const std::string name_space = TRY(call.input.required("Namespace", 255));
  if (name_space.starts_with("AWS/") || name_space.starts_with(':')) {
    return refuse(400, "InvalidParameterValue",
                  "The value AWS/ for parameter Namespace is invalid.");
  }
  const std::vector<JsonInput> items = TRY(call.input.objects("MetricData"));
  if (items.empty()) {
    return refuse(400, "MissingParameter", "The parameter MetricData is required.");
  }
  if (items.size() > kDataMax) {
    return refuse(
        400, "InvalidParameterValue",
        fmt::format("The collection MetricData must not have a size greater than {}.", kDataMax));
  }
  std::vector<Datum> data;
  data.reserve(items.size());
  for (const JsonInput& item : items) data.push_back(TRY(read_datum(call, item)));
  // All or nothing: a call with one mistake puts no point.
  for (const Datum& datum : data) {
    for (const Statistics& entry : datum.entries) {
      call.metrics.put(datum.key, datum.time, entry, datum.unit);
    }
  }
  return json::object();
}

ServiceResult<long> read_period(const JsonInput& input) {
  const std::optional<long> period = TRY(input.integer("Period", 1, 86400L * 30));
  if (!period) return refuse(400, "MissingParameter", "The parameter Period is required.");
  if (*period % 60 != 0) {
    return refuse(400, "InvalidParameterValue",
                  "The parameter Period must be a multiple of 60: points are kept by the "
                  "minute.");
  }
  return *period;
}

struct Span {
  Instant from;
  Instant to;
};

ServiceResult<Span> read_span(const JsonInput& input) {
  const auto from = TRY(input.time("StartTime"));
  const auto to = TRY(input.time("EndTime"));
  if (!from || !to) {
    return refuse(400, "MissingParameter", "The parameters StartTime and EndTime are required.");
  }
  if (*from >= *to) {
    return refuse(400, "InvalidParameterValue",
                  "The parameter StartTime must be less than the parameter EndTime.");
  }
  return Span{std::chrono::floor<std::chrono::minutes>(*from), *to};
}

// Source: GetMetricStatistics and GetMetricData: at most 1,440 and 100,800 points, 2025.
ServiceResult<void> check_count(const Span& span, long period, long most) {
  const long count = (span.to - span.from) / core::Seconds(period);
  if (count <= most) return {};
  return refuse(
      400, "InvalidParameterCombination",
      fmt::format("You have requested up to {} datapoints, which exceeds the limit of {}. You may "
                  "reduce the datapoints requested by increasing Period, or decreasing the time "
                  "range.",
                  count, most));
}

Output get_metric_statistics(const MetricsCall& call) {
  TRY(call.input.only({"Namespace", "MetricName", "Dimensions", "StartTime", "EndTime", "Period",
                       "Statistics", "Unit"}));
  const MetricKey key = TRY(read_metric(call.caller, call.input));
  const Span span = TRY(read_span(call.input));
  const long period = TRY(read_period(call.input));
  const std::vector<std::string> names = TRY(call.input.texts("Statistics"));
  const std::string unit = TRY(call.input.text("Unit"));
  TRY(check_count(span, period, 1'440));
  if (names.empty()) {
    return refuse(400, "MissingParameter", "Must specify either Statistics or ExtendedStatistics");
  }
  constexpr std::array<std::string_view, 5> kKnown = {"SampleCount", "Average", "Sum", "Minimum",
                                                      "Maximum"};
  for (const std::string& name : names) {
    if (std::ranges::find(kKnown, name) == kKnown.end()) {
      return refuse(400, "InvalidParameterValue", fmt::format("{} is no statistic", name));
    }
  }
  json::array points;
  for (Instant from = span.from; from < span.to; from += core::Seconds(period)) {
    const Instant to = std::min(from + core::Seconds(period), span.to);
    const auto found = call.metrics.statistics(key, from, to, unit);
    if (!found) continue;
    json::object point = {{"Timestamp", to_epoch_seconds(from)}};
    for (const std::string& name : names) point[name] = found->get(name);
    const auto& units = call.metrics.series.at(key);
    point["Unit"] = unit.empty() ? units.begin()->first : unit;
    points.push_back(std::move(point));
  }
  return json::object{{"Label", key.name}, {"Datapoints", std::move(points)}};
}

ServiceResult<json::object> query_data(const MetricsCall& call, const JsonInput& query,
                                       const Span& span, bool is_ascending) {
  TRY(query.only({"Id", "MetricStat", "Label", "ReturnData"}));
  const std::string id = TRY(query.required("Id", 255));
  const auto stat = TRY(query.object("MetricStat"));
  if (!stat) {
    return refuse(400, "ValidationError", "The emulator knows no expressions: " + id);
  }
  TRY(stat->only({"Metric", "Period", "Stat", "Unit"}));
  const auto metric = TRY(stat->object("Metric"));
  if (!metric) return refuse(400, "MissingParameter", query.place_of("Metric") + " is missing");
  TRY(metric->only({"Namespace", "MetricName", "Dimensions"}));
  const MetricKey key = TRY(read_metric(call.caller, *metric));
  const long period = TRY(read_period(*stat));
  const std::string name =
      TRY(stat->choice("Stat", {"SampleCount", "Average", "Sum", "Minimum", "Maximum"}));
  const std::string unit = TRY(stat->text("Unit"));
  const std::string label = TRY(query.text("Label"));
  TRY(check_count(span, period, 100'800));
  if (name.empty()) return refuse(400, "MissingParameter", "The parameter Stat is required.");
  std::vector<std::pair<Instant, double>> points;
  // Source: GetMetricData: points stand at whole multiples of the period.
  const core::Milliseconds step = core::Seconds(period);
  for (Instant from = Instant(span.from.time_since_epoch() / step * step); from < span.to;
       from += step) {
    const auto found = call.metrics.statistics(key, from, from + step, unit);
    if (found) points.emplace_back(from, found->get(name));
  }
  if (!is_ascending) std::ranges::reverse(points);
  json::array times;
  json::array values;
  for (const auto& [time, value] : points) {
    times.push_back(to_epoch_seconds(time));
    values.push_back(value);
  }
  return json::object{{"Id", id},
                      {"Label", label.empty() ? key.name : label},
                      {"Timestamps", std::move(times)},
                      {"Values", std::move(values)},
                      {"StatusCode", "Complete"}};
}

Output get_metric_data(const MetricsCall& call) {
  TRY(call.input.only({"MetricDataQueries", "StartTime", "EndTime", "ScanBy", "MaxDatapoints"}));
  const Span span = TRY(read_span(call.input));
  const std::string scan =
      TRY(call.input.choice("ScanBy", {"TimestampDescending", "TimestampAscending"}));
  json::array results;
  for (const JsonInput& query : TRY(call.input.objects("MetricDataQueries"))) {
    json::object result = TRY(query_data(call, query, span, scan == "TimestampAscending"));
    if (TRY(query.boolean("ReturnData")).value_or(true)) results.push_back(std::move(result));
  }
  return json::object{{"MetricDataResults", std::move(results)}, {"Messages", json::array()}};
}

Output list_metrics(const MetricsCall& call) {
  TRY(call.input.only({"Namespace", "MetricName", "Dimensions", "NextToken", "RecentlyActive"}));
  const std::string name_space = TRY(call.input.text("Namespace"));
  const std::string name = TRY(call.input.text("MetricName"));
  const std::string token = TRY(call.input.text("NextToken"));
  std::vector<std::pair<std::string, std::string>> wanted;
  for (const JsonInput& filter : TRY(call.input.objects("Dimensions"))) {
    TRY(filter.only({"Name", "Value"}));
    wanted.emplace_back(TRY(filter.required("Name", 255)), TRY(filter.text("Value")));
  }
  std::vector<json::object> items;
  for (const auto& [key, units] : call.metrics.series) {
    const bool is_meant = call.is_here(key.account, key.region) &&
                          (name_space.empty() || key.name_space == name_space) &&
                          (name.empty() || key.name == name) &&
                          std::ranges::all_of(wanted, [&](const auto& want) {
                            const auto found = key.dimensions.find(want.first);
                            return found != key.dimensions.end() &&
                                   (want.second.empty() || found->second == want.second);
                          });
    if (!is_meant) continue;
    items.push_back({{"Namespace", key.name_space},
                     {"MetricName", key.name},
                     {"Dimensions", to_dimension_list(key)}});
  }
  return page_of("Metrics", std::move(items), 500, token);
}

ServiceResult<std::map<std::string, std::string>*> tags_of(const MetricsCall& call) {
  const std::string arn = TRY(call.input.required("ResourceARN", 1024));
  if (const auto alarm = call.metrics.alarms.find(arn); alarm != call.metrics.alarms.end()) {
    return &alarm->second.tags;
  }
  const auto dashboard = call.metrics.dashboards.find(arn);
  if (dashboard != call.metrics.dashboards.end()) return &dashboard->second.tags;
  return std::unexpected(
      ServiceError{404, "ResourceNotFoundException", fmt::format("{} does not exist", arn)});
}

Output tag_resource(const MetricsCall& call) {
  TRY(call.input.only({"ResourceARN", "Tags"}));
  auto* tags = TRY(tags_of(call));
  for (const auto& [key, value] : TRY(call.input.tags("Tags"))) (*tags)[key] = value;
  return json::object();
}

Output untag_resource(const MetricsCall& call) {
  TRY(call.input.only({"ResourceARN", "TagKeys"}));
  auto* tags = TRY(tags_of(call));
  for (const std::string& key : TRY(call.input.texts("TagKeys"))) tags->erase(key);
  return json::object();
}

Output list_tags(const MetricsCall& call) {
  TRY(call.input.only({"ResourceARN"}));
  return json::object{{"Tags", to_tag_list(*TRY(tags_of(call)))}};
}

struct Operation {
  std::string_view name;
  Output (*serve)(const MetricsCall&);
};

constexpr std::array kOperations = {
    Operation{"PutMetricData", put_metric_data},
    Operation{"GetMetricStatistics", get_metric_statistics},
    Operation{"GetMetricData", get_metric_data},
    Operation{"ListMetrics", list_metrics},
    Operation{"PutMetricAlarm", put_metric_alarm},
    Operation{"DescribeAlarms", describe_alarms},
    Operation{"DescribeAlarmsForMetric", describe_alarms_for_metric},
    Operation{"DescribeAlarmHistory", describe_alarm_history},
    Operation{"DeleteAlarms", delete_alarms},
    Operation{"SetAlarmState", set_alarm_state_by_hand},
    Operation{"EnableAlarmActions", enable_alarm_actions},
    Operation{"DisableAlarmActions", disable_alarm_actions},
    Operation{"PutDashboard", put_dashboard},
    Operation{"GetDashboard", get_dashboard},
    Operation{"ListDashboards", list_dashboards},
    Operation{"DeleteDashboards", delete_dashboards},
    Operation{"TagResource", tag_resource},
    Operation{"UntagResource", untag_resource},
    Operation{"ListTagsForResource", list_tags},
};

}  // namespace

ServiceResult<json::object> serve_metrics(ServiceCall& call) {
  const auto* found = std::ranges::find(kOperations, call.operation, &Operation::name);
  if (found == kOperations.end()) {
    return refuse(400, "UnknownOperationException",
                  fmt::format("The emulator knows no cloudwatch:{}", call.operation));
  }
  const JsonInput input(call.input, "ValidationError");
  return found->serve({call.world, call.world.metrics, call.caller, call.now, input});
}

}  // namespace snapferry::emulator
