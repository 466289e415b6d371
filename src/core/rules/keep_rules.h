// The rules of retention, on times alone: which of a place's good snapshots does each rule keep.
// A snapshot's age, and which of two is the newer, are those of its data (rule 6 of
// ARCHITECTURE.md); its hour, day, week, month and year are those of its slot, in UTC: the calendar
// that its name shows. What depends on more than times is retention.h's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace snapferry::core {

/// How long the snapshots of one place stay. A snapshot that any rule keeps is kept; no rule at all
/// keeps everything.
///
/// The rules of periods keep one snapshot of each of the latest periods that have any: the one with
/// the newest data, as restic's forget does, so that today's stands for this week and this month
/// until tomorrow's does.
struct Retention {
  std::optional<int> last;     ///< the newest so many
  std::optional<int> days;     ///< whose data is no older. Units: days of 24 hours
  std::optional<int> hourly;   ///< one of each of the latest so many hours
  std::optional<int> daily;    ///< of days
  std::optional<int> weekly;   ///< of ISO weeks: they begin on Mondays
  std::optional<int> monthly;  ///< of months
  std::optional<int> yearly;   ///< of years
  int min = 1;                 ///< so many of the newest stay, whatever the rules say

  bool operator==(const Retention&) const = default;

  [[nodiscard]] bool keeps_everything() const { return *this == Retention{.min = min}; }
};

/// Why a snapshot of ours stays. The names are the ones of JSON and of docs/cli.md.
enum class KeepRule {
  no_retention,  ///< no rule is named for its place
  days,          ///< its data is younger
  last,          ///< one of the newest
  hourly,        ///< the newest of its hour
  daily,
  weekly,
  monthly,
  yearly,
  min,               ///< no rule keeps it, but so many of the newest good ones stay
  hold,              ///< it carries the tag snapferry:hold
  guard,             ///< no rule keeps it, and it is still needed: the text says for what
  database_gone,     ///< its database is gone: what is left stays until a person decides
  no_create_time,    ///< AWS tells no OriginalSnapshotCreateTime, so it has no age
  not_available,     ///< in progress, failed or going away: not retention's matter
  slot_in_future,    ///< a wrong clock made it: a person's matter
  too_many_deletes,  ///< no rule keeps it, but the plan would delete more than it may
};

std::string_view to_string(KeepRule rule);

/// A good snapshot, as the rules see it.
struct Aged {
  Instant slot;
  Instant data_time;
};

/// One rule's say.
struct KeptBy {
  KeepRule rule{};
  std::string text;  ///< "weekly 3 of 8": of the third latest week that has any; "days 7"
};

/// Returns for each snapshot the rules that keep it: days, last, hourly to yearly in this order, or
/// min alone when none of these does; nothing when it may go.
/// Requires: a rule is named.
std::vector<std::vector<KeptBy>> keep_by_rules(const Retention& retention,
                                               const std::vector<Aged>& snapshots, Instant now);

/// Returns the rules that are named: "days 7, weekly 8"; the minimum only when it is above 1.
std::string describe(const Retention& retention);

}  // namespace snapferry::core
