// SPDX-License-Identifier: Apache-2.0
#include "emulator/logs/logs_model.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/logs/emf.h"
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

// A line is a list, not an object: there are many.
json::array save_lines(const LogStream& stream) {
  json::array lines;
  for (const LogLine& line : stream.lines) {
    lines.push_back(json::array{save_instant(line.time), save_instant(line.ingested), line.message,
                                line.sequence});
  }
  return lines;
}

LogStream load_stream(const json::object& saved) {
  LogStream stream;
  stream.created = load_instant(saved.at("created"));
  for (const json::value& item : saved.at("lines").as_array()) {
    const json::array& line = item.as_array();
    stream.lines.push_back({load_instant(line.at(0)), load_instant(line.at(1)),
                            load_text(line.at(2)), line.at(3).to_number<unsigned long>()});
  }
  return stream;
}

json::object save_group(const LogGroup& group) {
  json::object streams;
  for (const auto& [name, stream] : group.streams) {
    streams[name] =
        json::object{{"created", save_instant(stream.created)}, {"lines", save_lines(stream)}};
  }
  return {{"name", group.name},
          {"account", group.account.str()},
          {"region", group.region.str()},
          {"created", save_instant(group.created)},
          {"retention_days",
           group.retention_days ? json::value(*group.retention_days) : json::value(nullptr)},
          {"kms_key", group.kms_key},
          {"tags", json::value_from(group.tags)},
          {"streams", std::move(streams)}};
}

LogGroup load_group(const std::string& arn, const json::object& saved) {
  LogGroup group;
  group.arn = arn;
  group.name = load_text(saved.at("name"));
  group.account = core::AccountId(load_text(saved.at("account")));
  group.region = core::Region(load_text(saved.at("region")));
  group.created = load_instant(saved.at("created"));
  if (!saved.at("retention_days").is_null()) {
    group.retention_days = saved.at("retention_days").to_number<int>();
  }
  group.kms_key = load_text(saved.at("kms_key"));
  group.tags = json::value_to<std::map<std::string, std::string>>(saved.at("tags"));
  for (const auto& item : saved.at("streams").as_object()) {
    group.streams[std::string(item.key())] = load_stream(item.value().as_object());
  }
  return group;
}

}  // namespace

std::string log_group_arn(const core::AccountId& account, const core::Region& region,
                          const std::string& name) {
  return fmt::format("arn:{}:logs:{}:{}:log-group:{}", core::partition_of(region).value_or("aws"),
                     region.str(), account.str(), name);
}

LogGroup& LogsModel::make_group(const core::AccountId& account, const core::Region& region,
                                const std::string& name, Instant now) {
  LogGroup& group = groups[log_group_arn(account, region, name)];
  if (!group.arn.empty()) return group;
  group.arn = log_group_arn(account, region, name);
  group.name = name;
  group.account = account;
  group.region = region;
  group.created = now;
  return group;
}

void LogsModel::append(World& world, const core::AccountId& account, const core::Region& region,
                       const std::string& group_name, const std::string& stream, Instant time,
                       const std::string& line) {
  const Instant now = world.clock.now();
  LogGroup& group = make_group(account, region, group_name, now);
  if (!group.streams.contains(stream)) group.streams[stream].created = now;
  append_to(world, group, stream, time, line);
}

void LogsModel::append_to(World& world, LogGroup& group, const std::string& stream_name,
                          Instant time, const std::string& line) {
  const Instant now = world.clock.now();
  std::deque<LogLine>& lines = group.streams[stream_name].lines;
  const auto at = std::ranges::upper_bound(lines, time, {}, &LogLine::time);
  lines.insert(at, {time, now, line, ++sequence_});
  if (group.retention_days) {
    const Instant oldest = now - std::chrono::days(*group.retention_days);
    while (!lines.empty() && lines.front().time < oldest) lines.pop_front();
  }
  if (lines.size() > kStreamLinesMax) lines.pop_front();

  const EmfReading reading = read_emf(line, now);
  if (!reading.error.empty()) {
    emf_errors.push_back({now, group.name, stream_name, reading.error, line});
    if (emf_errors.size() > kEmfErrorsMax) emf_errors.pop_front();
  }
  for (const EmfDatum& datum : reading.data) {
    world.metrics.put(group.account, group.region, datum.name_space, datum.metric, datum.dimensions,
                      datum.time, datum.value, datum.unit);
  }
}

json::value LogsModel::save() const {
  json::object saved_groups;
  for (const auto& [arn, group] : groups) saved_groups[arn] = save_group(group);
  json::array errors;
  for (const EmfError& error : emf_errors) {
    errors.push_back(
        json::array{save_instant(error.time), error.group, error.stream, error.reason, error.line});
  }
  return json::object{{"groups", std::move(saved_groups)},
                      {"emf_errors", std::move(errors)},
                      {"sequence", sequence_}};
}

void LogsModel::load(const json::value& saved) {
  groups.clear();
  emf_errors.clear();
  sequence_ = 0;
  const json::object& object = saved.as_object();
  // What was saved before there were logs is empty.
  if (object.empty()) return;
  for (const auto& item : object.at("groups").as_object()) {
    const std::string arn(item.key());
    groups[arn] = load_group(arn, item.value().as_object());
  }
  for (const json::value& item : object.at("emf_errors").as_array()) {
    const json::array& error = item.as_array();
    emf_errors.push_back({load_instant(error.at(0)), load_text(error.at(1)), load_text(error.at(2)),
                          load_text(error.at(3)), load_text(error.at(4))});
  }
  sequence_ = object.at("sequence").to_number<unsigned long>();
}

}  // namespace snapferry::emulator
