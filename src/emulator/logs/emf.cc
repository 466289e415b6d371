// SPDX-License-Identifier: Apache-2.0
#include "emulator/logs/emf.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <expected>
#include <initializer_list>
#include <optional>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

template <class T>
using Read = std::expected<T, std::string>;

// Source: rds-facts 7.2. Of the two sizes that the guide has given, the older and smaller one.
constexpr size_t kDocumentMax = 262'144;
constexpr size_t kMetricsMax = 100;
constexpr size_t kDimensionsMax = 30;
constexpr size_t kValuesMax = 100;
constexpr size_t kDimensionValueMax = 1024;
// Source: botocore 1.43 cloudwatch service-2.json: names up to 255, 2026-11.
constexpr size_t kNameMax = 255;

template <class... Args>
std::unexpected<std::string> wrong(fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(fmt::format(format, std::forward<Args>(args)...));
}

Read<void> only(const json::object& object, std::string_view place,
                std::initializer_list<std::string_view> members) {
  for (const auto& item : object) {
    if (std::ranges::find(members, std::string_view(item.key())) == members.end()) {
      return wrong("{} has no member {}", place, std::string(item.key()));
    }
  }
  return {};
}

Read<std::string> text_at(const json::object& object, std::string_view name, size_t most) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string() || value->get_string().empty() ||
      value->get_string().size() > most) {
    return wrong("{} must be a string of 1 to {} characters", name, most);
  }
  return std::string(value->get_string());
}

Read<const json::array*> list_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return wrong("{} must be a list", name);
  return &value->get_array();
}

Read<std::map<std::string, std::string>> read_dimensions(const json::object& root,
                                                         const json::value& set) {
  std::map<std::string, std::string> dimensions;
  const json::array* names = set.if_array();
  if (names == nullptr) return wrong("a dimension set must be a list of names");
  if (names->size() > kDimensionsMax) {
    return wrong("a dimension set has {} names, at most {} are taken", names->size(),
                 kDimensionsMax);
  }
  for (const json::value& name : *names) {
    if (!name.is_string() || name.get_string().empty() || name.get_string().size() > kNameMax) {
      return wrong("a dimension's name must be a string of 1 to {} characters", kNameMax);
    }
    const std::string text(name.get_string());
    const json::value* value = root.if_contains(text);
    if (value == nullptr) return wrong("the dimension {} has no value at the root", text);
    if (!value->is_string() || value->get_string().empty() ||
        value->get_string().size() > kDimensionValueMax) {
      return wrong("the dimension {} must be a string of 1 to {} characters", text,
                   kDimensionValueMax);
    }
    if (!dimensions.emplace(text, std::string(value->get_string())).second) {
      return wrong("the dimension {} stands twice in a set", text);
    }
  }
  return dimensions;
}

Read<std::vector<double>> read_values(const json::object& root, const std::string& name) {
  const json::value* value = root.if_contains(name);
  if (value == nullptr) return wrong("the metric {} has no value at the root", name);
  std::vector<double> values;
  const auto add = [&](const json::value& item) {
    if (!item.is_number()) return false;
    values.push_back(item.to_number<double>());
    // Source: PutMetricData: values are within -2^360 and 2^360.
    return std::isfinite(values.back()) && std::abs(values.back()) <= std::ldexp(1.0, 360);
  };
  const bool is_good = value->is_array() ? !value->get_array().empty() &&
                                               std::ranges::all_of(value->get_array(), add)
                                         : add(*value);
  if (!is_good) return wrong("the metric {} must be a number or a list of numbers", name);
  if (values.size() > kValuesMax) {
    return wrong("the metric {} has {} values, at most {} are taken", name, values.size(),
                 kValuesMax);
  }
  return values;
}

struct Directive {
  std::string name_space;
  std::vector<std::map<std::string, std::string>> dimension_sets;
};

Read<void> read_metric(const json::object& root, const json::value& item,
                       const Directive& directive, core::Instant time,
                       std::vector<EmfDatum>& data) {
  const json::object* metric = item.if_object();
  if (metric == nullptr) return wrong("a metric definition must be an object");
  TRY(only(*metric, "a metric definition", {"Name", "Unit", "StorageResolution"}));
  const std::string name = TRY(text_at(*metric, "Name", kNameMax));
  std::string unit = "None";
  if (metric->contains("Unit")) unit = TRY(text_at(*metric, "Unit", kNameMax));
  if (!is_metric_unit(unit)) return wrong("{} is no unit", unit);
  if (const json::value* resolution = metric->if_contains("StorageResolution")) {
    if (*resolution != 1 && *resolution != 60) return wrong("StorageResolution must be 1 or 60");
  }
  for (const double value : TRY(read_values(root, name))) {
    for (const auto& dimensions : directive.dimension_sets) {
      data.push_back({directive.name_space, name, dimensions, time, value, unit});
    }
  }
  return {};
}

Read<void> read_directive(const json::object& root, const json::value& item, core::Instant time,
                          std::vector<EmfDatum>& data) {
  const json::object* object = item.if_object();
  if (object == nullptr) return wrong("a metric directive must be an object");
  TRY(only(*object, "a metric directive", {"Namespace", "Dimensions", "Metrics"}));
  Directive directive;
  directive.name_space = TRY(text_at(*object, "Namespace", kNameMax));
  if (directive.name_space.starts_with("AWS/") || directive.name_space.starts_with(':')) {
    return wrong("the namespace {} is AWS's own", directive.name_space);
  }
  for (const json::value& set : *TRY(list_at(*object, "Dimensions"))) {
    directive.dimension_sets.push_back(TRY(read_dimensions(root, set)));
  }
  if (directive.dimension_sets.empty()) {
    return wrong("Dimensions is empty; metrics without dimensions need the empty set [[]]");
  }
  const json::array* metrics = TRY(list_at(*object, "Metrics"));
  if (metrics->empty()) return wrong("Metrics is empty");
  if (metrics->size() > kMetricsMax) {
    return wrong("Metrics has {} entries, at most {} are taken", metrics->size(), kMetricsMax);
  }
  for (const json::value& metric : *metrics) TRY(read_metric(root, metric, directive, time, data));
  return {};
}

Read<std::vector<EmfDatum>> read_document(const json::object& root, core::Instant now) {
  const json::object* meta = root.at("_aws").if_object();
  if (meta == nullptr) return wrong("_aws must be an object");
  TRY(only(*meta, "_aws", {"Timestamp", "CloudWatchMetrics"}));
  const json::value* stamp = meta->if_contains("Timestamp");
  if (stamp == nullptr || !stamp->is_int64() || stamp->get_int64() < 0) {
    return wrong("_aws.Timestamp must be milliseconds since 1970");
  }
  const core::Instant time{core::Milliseconds(stamp->get_int64())};
  if (time < now - kEventPast || time > now + kEventFuture) {
    return wrong("_aws.Timestamp {} is not within 14 days before and 2 hours after {}",
                 core::format_instant(time), core::format_instant(now));
  }
  const json::array* directives = TRY(list_at(*meta, "CloudWatchMetrics"));
  if (directives->empty()) return wrong("CloudWatchMetrics is empty");
  std::vector<EmfDatum> data;
  for (const json::value& directive : *directives) {
    TRY(read_directive(root, directive, time, data));
  }
  return data;
}

}  // namespace

bool is_metric_unit(const std::string& unit) {
  constexpr std::array<std::string_view, 27> kUnits = {"Seconds",
                                                       "Microseconds",
                                                       "Milliseconds",
                                                       "Bytes",
                                                       "Kilobytes",
                                                       "Megabytes",
                                                       "Gigabytes",
                                                       "Terabytes",
                                                       "Bits",
                                                       "Kilobits",
                                                       "Megabits",
                                                       "Gigabits",
                                                       "Terabits",
                                                       "Percent",
                                                       "Count",
                                                       "Bytes/Second",
                                                       "Kilobytes/Second",
                                                       "Megabytes/Second",
                                                       "Gigabytes/Second",
                                                       "Terabytes/Second",
                                                       "Bits/Second",
                                                       "Kilobits/Second",
                                                       "Megabits/Second",
                                                       "Gigabits/Second",
                                                       "Terabits/Second",
                                                       "Count/Second",
                                                       "None"};
  return std::ranges::find(kUnits, unit) != kUnits.end();
}

EmfReading read_emf(const std::string& line, core::Instant now) {
  // Most lines are told apart without being read.
  if (line.find("\"_aws\"") == std::string::npos) return {};
  json::error_code error;
  const json::value root = json::parse(line, error);
  if (error) return {.data = {}, .error = "the line is not JSON: " + error.message()};
  if (!root.is_object() || !root.get_object().contains("_aws")) return {};
  if (line.size() > kDocumentMax) {
    return {.data = {},
            .error = fmt::format("the line has {} bytes, at most {} are taken", line.size(),
                                 kDocumentMax)};
  }
  auto data = read_document(root.get_object(), now);
  if (!data) return {.data = {}, .error = std::move(data).error()};
  return {.data = std::move(*data), .error = {}};
}

}  // namespace snapferry::emulator
