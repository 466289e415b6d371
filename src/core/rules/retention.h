// How long snapshots of ours stay: by days, counted from OriginalSnapshotCreateTime (rule 6 of
// ARCHITECTURE.md), and never below a minimum. What is past its days is still asked of the deletion
// guard: retention wishes, the guard decides.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain.h"

namespace snapferry::core {

struct Inventory;
struct Policy;

/// How long the snapshots of one place stay.
///
/// A snapshot that any rule keeps is kept; no rule at all keeps everything.
struct Retention {
  std::optional<int> last;     ///< the newest so many
  std::optional<int> days;     ///< whose data is no older. Units: days of 24 hours
  std::optional<int> hourly;   ///< one of each of the latest so many hours that have any
  std::optional<int> daily;    ///< likewise of days
  std::optional<int> weekly;   ///< of ISO weeks
  std::optional<int> monthly;  ///< of months
  std::optional<int> yearly;   ///< of years
  int min = 1;                 ///< so many of the newest good ones stay, whatever the rules say

  bool operator==(const Retention&) const = default;
};

/// Ours: 100 years, past every retention law we know of.
inline constexpr int kRetentionDaysMax = 36'500;

/// Reads a number of days.
/// Errors:   invalid: no whole number from 1 to kRetentionDaysMax. 0 days would keep nothing.
Result<int> parse_retention_days(std::string_view text);

/// Why a snapshot of ours stays. The names are the ones of JSON and of docs/cli.md.
enum class KeepRule {
  no_retention,      ///< no days are named for its place
  days,              ///< younger than its days
  last,              ///< one of the newest good ones that stay however old they are
  hold,              ///< it carries the tag snapferry:hold
  guard,             ///< past its days, and still needed: the text says for what
  no_create_time,    ///< AWS tells no OriginalSnapshotCreateTime, so it has no age
  not_available,     ///< in progress, failed or going away: not retention's matter
  slot_in_future,    ///< a wrong clock made it: a person's matter
  too_many_deletes,  ///< past its days, but the plan would delete more than it may
};

std::string_view to_string(KeepRule rule);

/// A snapshot of ours that stays, and why.
struct Kept {
  Region region;
  SnapshotId snapshot;
  Instant slot;
  KeepRule rule{};
  std::string text;  ///< "2d03h old, kept for 3 days"
};

/// A snapshot of ours that may go: past its days, and the deletion guard lets it.
struct Expired {
  Region region;
  SnapshotId snapshot;
  Instant slot;
  std::string text;  ///< "4d00h old, kept for 3 days"
};

struct RetentionVerdict {
  std::vector<Kept> kept;
  std::vector<Expired> expired;  ///< the oldest first
};

/// Judges every snapshot of ours at one place of the policy.
/// Requires: the region is the policy's source or one of its targets, and was read.
RetentionVerdict judge_retention(const Policy& policy, const Inventory& inventory,
                                 const Region& region, Instant now);

/// Returns whether a snapshot is past the days of the place; a snapshot without
/// OriginalSnapshotCreateTime never is.
bool is_past_days(const Retention& retention, const Snapshot& snapshot, Instant now);

/// Returns the retention of a place of the policy.
/// Requires: as judge_retention.
const Retention& retention_of(const Policy& policy, const Region& region);

/// Returns how many deletes a plan may hold: what a person allowed, else the larger of 10 and a
/// fifth of the `managed_count` snapshots of ours. Ours: a day's deletes of one policy stay far
/// below both; what goes past them is a changed policy or a wrong clock, and a person looks first.
int deletes_allowed(int managed_count, std::optional<int> deletes_max);

}  // namespace snapferry::core
