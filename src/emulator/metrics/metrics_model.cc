// SPDX-License-Identifier: Apache-2.0
#include "emulator/metrics/metrics_model.h"

#include <algorithm>

#include <boost/json.hpp>

#include "emulator/metrics/alarms.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using core::Instant;

json::value save_instant(Instant instant) {
  return instant.time_since_epoch().count();
}

Instant load_instant(const json::value& saved) {
  return Instant(core::Milliseconds(saved.as_int64()));
}

std::string load_text(const json::value& saved) {
  return std::string(saved.as_string());
}

using TextMap = std::map<std::string, std::string>;

// A point is a list, not an object: there are many.
json::array save_points(const MetricPoints& points) {
  json::array result;
  for (const auto& [time, point] : points) {
    result.push_back(
        json::array{save_instant(time), point.count, point.sum, point.minimum, point.maximum});
  }
  return result;
}

MetricPoints load_points(const json::value& saved) {
  MetricPoints points;
  for (const json::value& item : saved.as_array()) {
    const json::array& point = item.as_array();
    points[load_instant(point.at(0))] = {
        point.at(1).to_number<double>(), point.at(2).to_number<double>(),
        point.at(3).to_number<double>(), point.at(4).to_number<double>()};
  }
  return points;
}

json::object save_alarm(const Alarm& alarm) {
  return {{"name", alarm.name},
          {"account", alarm.account.str()},
          {"region", alarm.region.str()},
          {"config", alarm.config},
          {"tags", json::value_from(alarm.tags)},
          {"is_acting", alarm.is_acting},
          {"state", alarm.state},
          {"reason", alarm.reason},
          {"reason_data", alarm.reason_data},
          {"configured", save_instant(alarm.configured)},
          {"updated", save_instant(alarm.updated)},
          {"transitioned", save_instant(alarm.transitioned)},
          {"next_look", save_instant(alarm.next_look)}};
}

Alarm load_alarm(const std::string& arn, const json::object& saved) {
  Alarm alarm;
  alarm.arn = arn;
  alarm.name = load_text(saved.at("name"));
  alarm.account = core::AccountId(load_text(saved.at("account")));
  alarm.region = core::Region(load_text(saved.at("region")));
  alarm.config = saved.at("config").as_object();
  alarm.tags = json::value_to<TextMap>(saved.at("tags"));
  alarm.is_acting = saved.at("is_acting").as_bool();
  alarm.state = load_text(saved.at("state"));
  alarm.reason = load_text(saved.at("reason"));
  alarm.reason_data = load_text(saved.at("reason_data"));
  alarm.configured = load_instant(saved.at("configured"));
  alarm.updated = load_instant(saved.at("updated"));
  alarm.transitioned = load_instant(saved.at("transitioned"));
  alarm.next_look = load_instant(saved.at("next_look"));
  read_alarm_config(alarm);
  return alarm;
}

}  // namespace

void Statistics::add(const Statistics& other) {
  if (other.count == 0) return;
  minimum = count == 0 ? other.minimum : std::min(minimum, other.minimum);
  maximum = count == 0 ? other.maximum : std::max(maximum, other.maximum);
  count += other.count;
  sum += other.sum;
}

double Statistics::get(const std::string& name) const {
  if (name == "SampleCount") return count;
  if (name == "Average") return sum / count;
  if (name == "Sum") return sum;
  return name == "Minimum" ? minimum : maximum;
}

void MetricsModel::put(const core::AccountId& account, const core::Region& region,
                       const std::string& name_space, const std::string& metric,
                       const TextMap& dimensions, Instant time, double value,
                       const std::string& unit) {
  put({account, region, name_space, metric, dimensions}, time, {1, value, value, value}, unit);
}

void MetricsModel::put(const MetricKey& key, Instant time, const Statistics& statistics,
                       const std::string& unit) {
  MetricPoints& points = series[key][unit.empty() ? "None" : unit];
  points[std::chrono::floor<std::chrono::minutes>(time)].add(statistics);
  const Instant newest = points.rbegin()->first;
  points.erase(points.begin(), points.lower_bound(newest - kPointsKept));
}

std::optional<Statistics> MetricsModel::statistics(const MetricKey& key, Instant from, Instant to,
                                                   const std::string& unit) const {
  const auto found = series.find(key);
  if (found == series.end()) return std::nullopt;
  Statistics result;
  for (const auto& [its_unit, points] : found->second) {
    if (!unit.empty() && unit != its_unit) continue;
    for (auto at = points.lower_bound(from); at != points.end() && at->first < to; ++at) {
      result.add(at->second);
    }
  }
  if (result.count == 0) return std::nullopt;
  return result;
}

std::optional<Instant> MetricsModel::next_due(World& /*world*/) {
  std::optional<Instant> next;
  for (const auto& [arn, alarm] : alarms) {
    if (!next || alarm.next_look < *next) next = alarm.next_look;
  }
  return next;
}

void MetricsModel::run_due(World& world, Instant now) {
  for (auto& [arn, alarm] : alarms) {
    if (alarm.next_look > now) continue;
    // Of looks that were missed while nothing ran, the last one alone still says something.
    alarm.next_look = next_look_of(alarm, now);
    const Instant at = alarm.next_look - alarm.period;
    set_alarm_state(world, alarm, at, look(*this, alarm, at));
  }
}

void MetricsModel::note(const Alarm& alarm, Instant now, std::string type, std::string summary,
                        const json::object& data) {
  while (!history.empty() && history.front().time < now - kHistoryKept) history.pop_front();
  history.push_back({alarm.arn, now, std::move(type), std::move(summary), json::serialize(data)});
}

json::value MetricsModel::save() const {
  json::array saved_series;
  for (const auto& [key, units] : series) {
    json::object saved_units;
    for (const auto& [unit, points] : units) saved_units[unit] = save_points(points);
    saved_series.push_back(json::object{{"account", key.account.str()},
                                        {"region", key.region.str()},
                                        {"namespace", key.name_space},
                                        {"name", key.name},
                                        {"dimensions", json::value_from(key.dimensions)},
                                        {"units", std::move(saved_units)}});
  }
  json::object saved_alarms;
  for (const auto& [arn, alarm] : alarms) saved_alarms[arn] = save_alarm(alarm);
  json::object saved_dashboards;
  for (const auto& [arn, dashboard] : dashboards) {
    saved_dashboards[arn] = json::object{{"name", dashboard.name},
                                         {"body", dashboard.body},
                                         {"modified", save_instant(dashboard.modified)},
                                         {"tags", json::value_from(dashboard.tags)}};
  }
  json::array saved_history;
  for (const AlarmHistoryItem& item : history) {
    saved_history.push_back(
        json::array{item.alarm_arn, save_instant(item.time), item.type, item.summary, item.data});
  }
  return json::object{{"series", std::move(saved_series)},
                      {"alarms", std::move(saved_alarms)},
                      {"dashboards", std::move(saved_dashboards)},
                      {"history", std::move(saved_history)}};
}

void MetricsModel::load(const json::value& saved) {
  series.clear();
  alarms.clear();
  dashboards.clear();
  history.clear();
  const json::object& object = saved.as_object();
  // What was saved before there were metrics is empty.
  if (object.empty()) return;
  for (const json::value& item : object.at("series").as_array()) {
    const MetricKey key = {core::AccountId(load_text(item.at("account"))),
                           core::Region(load_text(item.at("region"))),
                           load_text(item.at("namespace")), load_text(item.at("name")),
                           json::value_to<TextMap>(item.at("dimensions"))};
    for (const auto& unit : item.at("units").as_object()) {
      series[key][std::string(unit.key())] = load_points(unit.value());
    }
  }
  for (const auto& item : object.at("alarms").as_object()) {
    const std::string arn(item.key());
    alarms[arn] = load_alarm(arn, item.value().as_object());
  }
  for (const auto& item : object.at("dashboards").as_object()) {
    const std::string arn(item.key());
    const json::value& dashboard = item.value();
    dashboards[arn] = {load_text(dashboard.at("name")), arn, load_text(dashboard.at("body")),
                       load_instant(dashboard.at("modified")),
                       json::value_to<TextMap>(dashboard.at("tags"))};
  }
  for (const json::value& item : object.at("history").as_array()) {
    const json::array& entry = item.as_array();
    history.push_back({load_text(entry.at(0)), load_instant(entry.at(1)), load_text(entry.at(2)),
                       load_text(entry.at(3)), load_text(entry.at(4))});
  }
}

}  // namespace snapferry::emulator
