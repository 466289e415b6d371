// What woke the function. Whatever wakes it, it runs the same tick; only a request says more.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace snapferry::lambda {

enum class Action { plan, apply, status };

struct Event {
  Action action = Action::apply;
  bool is_alert_wanted = false;  ///< publish a digest if something needs a person
  std::string origin;            ///< for the log: "schedule", "RDS-EVENT-0042", "request"
};

/// Reads an event: a request ({"action": "apply", "alert": true}), an EventBridge scheduled event,
/// or one of RDS about a snapshot; the last two mean apply.
/// Errors:   invalid: anything else. Nothing may be done then: an event that is not understood is
///           not obeyed.
/// Source:   EventBridge User Guide, "Events from AWS services", 2023; rds-facts 6.1, 6.4.
core::Result<Event> parse_event(std::string_view text);

}  // namespace snapferry::lambda
