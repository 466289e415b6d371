// Alarms: what they see when they look, and whom they tell.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "emulator/metrics/metrics_model.h"

namespace snapferry::emulator {

/// Fills what an alarm reads from its config. Requires: the config was checked (PutMetricAlarm).
void read_alarm_config(Alarm& alarm);

/// Returns the first whole multiple of the alarm's period after `now`.
core::Instant next_look_of(const Alarm& alarm, core::Instant now);

struct AlarmFinding {
  std::string state;
  std::string reason;
  boost::json::object data;
};

/// Looks at the periods that end at `at`.
/// Source:   CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data": up to N
///           real points are taken from a range that is longer than N; of the guide's example, two
///           longer. Only where there are fewer are missing ones made up for. 2025.
AlarmFinding look(const MetricsModel& metrics, const Alarm& alarm, core::Instant at);

/// Gives an alarm a state; when that is another one, it is noted and the actions of the new state
/// are done, if actions are enabled.
void set_alarm_state(World& world, Alarm& alarm, core::Instant at, const AlarmFinding& finding);

/// Returns the message that such an action publishes. Source: CloudWatch User Guide and captures of
/// alarm notifications sent to SNS, 2018 to 2024.
std::string alarm_message(const Alarm& alarm, const std::string& old_state, core::Instant at);

/// Returns "EU (Ireland)" for eu-west-1; the region's own name when it has no long one here.
std::string region_title(const core::Region& region);

}  // namespace snapferry::emulator
