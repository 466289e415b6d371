// Which snapshots of ours stay and which may go, each with the reason. What no rule of the policy
// keeps is still asked of the deletion guard: retention wishes, the guard decides.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain.h"
#include "core/rules/keep_rules.h"

namespace snapferry::core {

struct Inventory;
struct Policy;

/// Ours: 100 years, past every retention law we know of.
inline constexpr int kRetentionDaysMax = 36'500;

/// Reads a number of days.
/// Errors:   invalid: no whole number from 1 to kRetentionDaysMax. 0 days would keep nothing.
Result<int> parse_retention_days(std::string_view text);

/// A snapshot of ours that stays, and why.
struct Kept {
  Region region;
  SnapshotId snapshot;
  Instant slot;
  KeepRule rule{};   ///< of several, the first in the order of keep_by_rules
  std::string text;  ///< "2d03h old; kept: days 3, weekly 1 of 8": all of them
};

/// A snapshot of ours that may go: no rule keeps it, and the deletion guard lets it.
struct Expired {
  Region region;
  SnapshotId snapshot;
  Instant slot;
  std::string text;  ///< "4d00h old; no rule keeps it (days 3, weekly 8)"
};

struct RetentionVerdict {
  std::vector<Kept> kept;
  std::vector<Expired> expired;  ///< the oldest first
};

/// Judges every snapshot of ours at one place of the policy. Only good ones that tell the time of
/// their data, and whose slot is not in the future, have an age and a place in a rule's count.
/// Requires: the region is the policy's source or one of its targets, and was read.
RetentionVerdict judge_retention(const Policy& policy, const Inventory& inventory,
                                 const Region& region, Instant now);

/// Returns the retention of a place of the policy.
/// Requires: as judge_retention.
const Retention& retention_of(const Policy& policy, const Region& region);

/// Returns how many deletes a plan may hold: what a person allowed, else the larger of 10 and a
/// fifth of the `managed_count` snapshots of ours. Ours: a day's deletes of one policy stay far
/// below both; what goes past them is a changed policy or a wrong clock, and a person looks first.
int deletes_allowed(int managed_count, std::optional<int> deletes_max);

}  // namespace snapferry::core
