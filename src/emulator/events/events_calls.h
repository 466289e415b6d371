// What the operations of EventBridge share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "emulator/events/events_model.h"
#include "emulator/json_input.h"

namespace snapferry::emulator {

/// Source: botocore 1.43 events service-2.json, RuleName and TargetId up to 64, 2026-11.
inline constexpr size_t kNameMax = 64;

struct EventsCall {
  World& world;
  EventsModel& events;
  const Caller& caller;
  core::Instant now;
  const JsonInput& input;

  /// Reads a bus by name or ARN; the default one when it is not named.
  [[nodiscard]] ServiceResult<std::string> bus_arn(std::string_view member) const;
  [[nodiscard]] std::string rule_arn(const std::string& bus, const std::string& name) const;
  [[nodiscard]] ServiceResult<EventRule*> rule(std::string_view member) const;
  /// Returns the page that Limit and NextToken ask for.
  [[nodiscard]] ServiceResult<boost::json::object> page(
      const char* name, std::vector<boost::json::object> items) const;
};

std::string bus_name(const std::string& name_or_arn);
ServiceResult<boost::json::object> put_targets(const EventsCall& call);
ServiceResult<boost::json::object> remove_targets(const EventsCall& call);
ServiceResult<boost::json::object> list_targets_by_rule(const EventsCall& call);
ServiceResult<boost::json::object> list_rule_names_by_target(const EventsCall& call);

}  // namespace snapferry::emulator
