// How many snapshots a policy comes to hold, so that a quota can be raised before it is full.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/rules/keep_rules.h"
#include "core/rules/schedule.h"
#include "core/time.h"

namespace snapferry::core {

/// Returns how many snapshots of one database the rules keep once they have run for long enough;
/// nothing when no rule is named, so that they only grow in number.
std::optional<long> kept_in_the_long_run(const Retention& retention, const Schedule& schedule,
                                         Instant now);

/// Returns how many slots the schedule has in a day, on the average of the last thirty.
double slots_per_day(const Schedule& schedule, Instant now);

}  // namespace snapferry::core
