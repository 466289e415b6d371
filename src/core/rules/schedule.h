// Slots: the fixed grid of times at which a snapshot is due. Rule 1 of ARCHITECTURE.md, first half:
// a slot is a function of schedule, offset and time, never the wall clock itself, so that two ticks
// at once, or a retried one, mean the same snapshot.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/rules/cron.h"
#include "core/time.h"

namespace snapferry::core {

struct Schedule {
  std::string text;       ///< as written: "rate(1 day)"
  Milliseconds period{};  ///< distance of two slots; zero for a cron, whose distances differ
  Milliseconds anchor{};  ///< of a rate: how far its grid is shifted, below the period
  std::optional<Cron> cron = {};  ///< set: its fire times are the slots
};

/// Reads "rate(<n> minute|minutes|hour|hours|day|days)" or "cron(<six fields>)" (cron.h).
/// Errors:   invalid, with the form in the hint. A period is 1 minute to 366 days; a cron is one
///           of every year, for recovery has no last day.
/// Source:   EventBridge User Guide, "Schedule expressions": the singular goes with 1 only.
Result<Schedule> parse_schedule(std::string_view text);

/// Reads where a rate's grid lies: a time of day ("02:00") or an instant ("2026-01-05T02:00:00Z"),
/// in UTC, that a slot is to fall on. Returns:  the schedule's anchor. Errors:   invalid: neither
/// of both, or the schedule is a cron, which names its times itself.
Result<Milliseconds> parse_anchor(std::string_view text, const Schedule& schedule);

/// Returns the database's own offset on the grid: whole seconds, below `spread` and below the
/// period, the same for good for the same account, region and database. A fleet does not start at
/// once by it, and two stacks with the plain name template do not claim the same second. `spread`
/// of zero gives zero, and so does a cron: who names the minute gets that minute.
Milliseconds spread_offset(const AccountId& account, const Region& region,
                           const DatabaseId& database, const Schedule& schedule,
                           Milliseconds spread);

/// Returns the latest slot at or before `now`. The grid runs from 1970-01-01T00:00:00Z, so slots of
/// rate(1 day) lie at 00:00 UTC of each day, plus anchor and offset; those of a cron are its fire
/// times.
Instant slot_at(const Schedule& schedule, Milliseconds offset, Instant now);

/// Returns the first slot after `now`.
Instant next_slot(const Schedule& schedule, Milliseconds offset, Instant now);

}  // namespace snapferry::core
