// What is wanted for many databases: one policy of the policy file, with the databases still named
// by what they match. Resolving it against what a region holds gives one core::Policy a database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/domain.h"
#include "core/policy.h"
#include "core/rules/keep_rules.h"
#include "core/rules/schedule.h"

namespace snapferry::core {

/// Which databases are meant, of either kind: all that is set must hold.
struct DatabaseSelector {
  std::optional<DatabaseId> id;      ///< its kind does not matter
  std::string id_like;               ///< with * and ?; empty: any
  Tags tags;                         ///< each must stand on the database with this value
  std::vector<std::string> engines;  ///< one of these, as RDS names engines; empty: any
};

struct FleetTarget {
  Region region;
  std::string default_key;                  ///< empty: none named
  std::map<std::string, std::string> keys;  ///< by database id; beats default_key
  std::string copy_name;                    ///< template
  Retention keep;
  std::map<std::string, std::string> option_groups;  ///< source's group to the target's
  std::optional<int> copies_in_flight_max;
  std::optional<int> cluster_copies_in_flight_max;
};

struct FleetPolicy {
  std::string name;
  std::vector<Region> source_regions;
  std::vector<DatabaseSelector> databases;  ///< any may match
  std::vector<DatabaseSelector> except;     ///< none may match
  Schedule schedule;
  Milliseconds spread{};
  std::string snapshot_name;  ///< template
  Retention keep;
  Tags tags;
  CopySource copy_source = CopySource::create;
  Orphans orphans = Orphans::keep;
  std::vector<FleetTarget> targets;
  Milliseconds rpo{};
  std::string alert_topic;  ///< ARN; empty: nobody is told
};

/// Returns whether the database is meant by the selector.
bool matches(const DatabaseSelector& selector, const Database& database);

/// Returns whether the database is meant by the policy: by an entry of `databases` and by none of
/// `except`. Regions are the caller's to compare.
bool matches(const FleetPolicy& policy, const Database& database);

/// Returns whether an entry of the policy's `except` means the database.
bool is_excepted(const FleetPolicy& policy, const Database& database);

/// Returns whether `text` fits a pattern in which * stands for any characters and ? for one.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace snapferry::core
