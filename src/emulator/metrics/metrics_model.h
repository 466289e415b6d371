// CloudWatch: data points, alarms that change state and notify, dashboards.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/time.h"
#include "emulator/time/timed.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

struct MetricKey {
  core::AccountId account;
  core::Region region;
  std::string name_space;
  std::string name;
  std::map<std::string, std::string> dimensions;
  auto operator<=>(const MetricKey&) const = default;
};

struct Statistics {
  double count = 0;
  double sum = 0;
  double minimum = 0;
  double maximum = 0;

  void add(const Statistics& other);
  /// Requires: `name` is SampleCount, Average, Sum, Minimum or Maximum.
  [[nodiscard]] double get(const std::string& name) const;
};

/// Points of one metric and unit, gathered by the minute: CloudWatch's own grain.
using MetricPoints = std::map<core::Instant, Statistics>;

struct Alarm {
  std::string name;
  std::string arn;
  core::AccountId account;
  core::Region region;
  boost::json::object config;  ///< as PutMetricAlarm gave it, without tags
  std::map<std::string, std::string> tags;
  bool is_acting = true;  ///< ActionsEnabled
  std::string state = "INSUFFICIENT_DATA";
  std::string reason = "Unchecked: Initial alarm creation";
  std::string reason_data;
  core::Instant configured;
  core::Instant updated;       ///< state or reason
  core::Instant transitioned;  ///< state
  core::Instant next_look;

  // Read from config once (read_alarm_config).
  MetricKey metric;
  std::string statistic;
  std::string comparison;
  std::string missing;  ///< TreatMissingData
  std::string unit;     ///< empty: any
  core::Seconds period{60};
  int evaluation_periods = 1;
  int datapoints_to_alarm = 1;
  double threshold = 0;

  /// Returns the texts of a list in config: "AlarmActions".
  [[nodiscard]] std::vector<std::string> list(std::string_view member) const;
};

struct AlarmHistoryItem {
  std::string alarm_arn;
  core::Instant time;
  std::string type;  ///< ConfigurationUpdate, StateUpdate, Action
  std::string summary;
  std::string data;  ///< JSON
};

struct Dashboard {
  std::string name;
  std::string arn;
  std::string body;
  core::Instant modified;
  std::map<std::string, std::string> tags;
};

/// Source: CloudWatch FAQ and User Guide: points of one minute are kept for 15 days, alarm history
/// for 30, 2025. Coarser points, kept longer by AWS, are not kept here: no alarm looks back so far.
inline constexpr std::chrono::days kPointsKept{15};
inline constexpr std::chrono::days kHistoryKept{30};

/// Requires: the emulator's lock is held (World::mutex).
class MetricsModel : public Timed {
 public:
  explicit MetricsModel(unsigned long /*seed*/ = 1) {}

  /// When the next alarm looks: each at the whole multiples of its period.
  [[nodiscard]] std::optional<core::Instant> next_due(World& world) override;
  void run_due(World& world, core::Instant now) override;

  void put(const core::AccountId& account, const core::Region& region,
           const std::string& name_space, const std::string& metric,
           const std::map<std::string, std::string>& dimensions, core::Instant time, double value,
           const std::string& unit);
  void put(const MetricKey& key, core::Instant time, const Statistics& statistics,
           const std::string& unit);

  /// Returns what was put at `from` or later and before `to`; nothing when that is nothing.
  /// `unit` empty: of any unit.
  [[nodiscard]] std::optional<Statistics> statistics(const MetricKey& key, core::Instant from,
                                                     core::Instant to,
                                                     const std::string& unit) const;

  void note(const Alarm& alarm, core::Instant now, std::string type, std::string summary,
            const boost::json::object& data);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  std::map<MetricKey, std::map<std::string, MetricPoints>> series;  ///< by metric, then unit
  std::map<std::string, Alarm> alarms;                              ///< by ARN
  std::map<std::string, Dashboard> dashboards;                      ///< by ARN
  std::deque<AlarmHistoryItem> history;                             ///< oldest first
};

}  // namespace snapferry::emulator
