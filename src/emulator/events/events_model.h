// EventBridge: buses, rules, targets; schedules that fire and events that match.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/time.h"
#include "emulator/timed.h"
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

/// Requires: the emulator's lock is held (World::mutex).
class EventsModel : public Timed {
 public:
  explicit EventsModel(unsigned long seed = 1);

  [[nodiscard]] std::optional<core::Instant> next_due(World& world) override;
  void run_due(World& world, core::Instant now) override;

  /// Gives an event to the default bus of its region: every enabled rule whose pattern matches gets
  /// it. Source: EventBridge User Guide, "Events"; rds-facts 6.
  void deliver(World& world, const BusEvent& event);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);
};

}  // namespace snapferry::emulator
