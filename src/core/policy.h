// What is wanted: one database, where its copies go, when, under which names and key, and how old
// the newest copy may be. A value; the command line and the policy file make it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/domain.h"
#include "core/rules/names.h"
#include "core/rules/ownership.h"
#include "core/rules/retention.h"
#include "core/rules/schedule.h"

namespace snapferry::core {

/// Ours: AWS refuses signatures that are off by more, so no snapshot of ours is made by a clock
/// that is; a slot or an age further in the future comes from a wrong clock or another hand.
inline constexpr Milliseconds kClockSkewMax = std::chrono::minutes(15);

/// What copies are made of.
enum class CopySource {
  create,            ///< a manual snapshot of our own
  latest_automated,  ///< the newest that RDS took by itself: no load on the database
};

/// What becomes of the snapshots and copies of a database that is gone. Of one that stands and that
/// no entry of its policy means any longer they stay, whichever: an entry may be mistyped. The
/// newest good one stays at every place in any case.
enum class Orphans {
  keep,
  expire,  ///< what no rule keeps goes, as if the database were there
};

struct Target {
  Region region;
  std::string kms_key;  ///< key of that region in any form KMS takes; empty: none named
  NameTemplate copy_name;
  std::string option_group;                      ///< empty: the region's default for the engine
  Retention keep = {};                           ///< of the copies there
  std::optional<int> copies_in_flight_max = {};  ///< none: the policy's
};

struct Policy {
  std::string name = "default";  ///< stands in the ownership tags
  Region source_region;
  DatabaseId database;
  std::vector<Target> targets;
  Schedule schedule;
  Milliseconds spread{};
  NameTemplate snapshot_name;
  Tags tags;            ///< the user's own, on every snapshot and copy
  Milliseconds rpo{};   ///< the newest copy's data may be this old
  Retention keep = {};  ///< of the snapshots in the source region
  /// A plan may hold this many deletes; none: as deletes_allowed says.
  std::optional<int> deletes_max;
  std::optional<int> copies_in_flight_max;  ///< none: copies_in_flight_default
  CopySource copy_source = CopySource::create;
  /// Set when the database is gone or no longer meant: nothing new is taken of it, what stands is
  /// still copied, and this is what becomes of it.
  std::optional<Orphans> orphans;
  /// Exactly this slot is wanted now, in place of the schedule's latest: a snapshot off schedule,
  /// or a wait that sees one slot through.
  std::optional<Instant> wanted_slot;

  /// Returns what the snapshots of this policy are known by.
  [[nodiscard]] Owner owner() const {
    return {.policy = name, .source_region = source_region, .database = database};
  }
};

}  // namespace snapferry::core
