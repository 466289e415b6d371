// EventBridge: buses, rules, targets; schedules that fire and events that match.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/time.h"
#include "emulator/identifiers.h"
#include "emulator/time/timed.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

struct BusEvent {
  std::string id;  ///< made up when empty
  std::string source;
  std::string detail_type;
  core::AccountId account;
  core::Region region;
  core::Instant time;
  std::vector<std::string> resources;
  boost::json::object detail;
};

struct EventRule {
  std::string name;
  std::string bus;  ///< "default"
  std::string arn;
  core::AccountId account;
  core::Region region;
  std::string description;
  std::string role_arn;
  std::string schedule;  ///< as given; empty: none
  std::string pattern;   ///< as given; empty: none
  bool is_enabled = true;
  std::vector<boost::json::object> targets;  ///< as PutTargets gave them, checked
  std::map<std::string, std::string> tags;
  std::optional<core::Instant> next_fire;  ///< of the schedule, while enabled
  boost::json::object parsed_pattern;      ///< empty when there is none
};

struct EventBus {
  std::string name;
  std::string arn;
  std::string description;
  core::Instant created;
  boost::json::array statements;  ///< of its policy, one for each PutPermission
  std::map<std::string, std::string> tags;
};

/// Requires: the emulator's lock is held (World::mutex).
class EventsModel : public Timed {
 public:
  explicit EventsModel(unsigned long seed = 1) : ids(seed, "events") {}

  [[nodiscard]] std::optional<core::Instant> next_due(World& world) override;
  void run_due(World& world, core::Instant now) override;

  /// Gives an event to the default bus of its region: every enabled rule whose pattern matches gets
  /// it. Source: EventBridge User Guide, "Events"; rds-facts 6.
  void deliver(World& world, const BusEvent& event);

  /// Gives an event to the bus of that ARN. `is_forwarded`: it came from a bus elsewhere, and goes
  /// to no third one. Source: EventBridge User Guide, "Sending and receiving events between AWS
  /// Regions", 2025. Requires: the bus exists.
  void put_on_bus(World& world, const std::string& bus_arn, const boost::json::object& event,
                  bool is_forwarded);

  /// Sets next_fire by schedule, state and the time. Requires: the schedule is valid.
  static void arm(EventRule& rule, core::Instant now);

  /// Every account has a default bus in each region; others were made.
  [[nodiscard]] bool has_bus(const std::string& bus_arn) const;
  /// Returns the record of a bus, making that of a default bus. Requires: has_bus().
  EventBus& bus(const std::string& bus_arn);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  Identifiers ids;
  std::map<std::string, EventRule> rules;  ///< by ARN
  std::map<std::string, EventBus> buses;   ///< by ARN
};

/// Returns the event as targets see it.
boost::json::object to_envelope(const BusEvent& event);

/// Returns the bus a rule is on, as an ARN.
std::string bus_arn_of(const EventRule& rule);

}  // namespace snapferry::emulator
