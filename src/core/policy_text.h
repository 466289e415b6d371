// A policy of one database as texts, judged once whatever they came from: flags, or the environment
// of a function.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/policy.h"

namespace snapferry::core {

/// A text and what a message calls its place: "--to", "SNAPFERRY_TARGET_REGION".
struct NamedText {
  std::string name;
  std::string text = {};
};

/// Reads a region's name.
/// Errors:   invalid: of no form that AWS uses, with the nearest known region as hint.
Result<Region> read_region(const NamedText& said);

/// Texts without a default stand for "not given" when empty.
struct PolicyText {
  NamedText policy_name;  ///< empty: "default"
  NamedText database;     ///< needed
  DatabaseKind database_kind = DatabaseKind::instance;
  NamedText source_region;  ///< needed
  NamedText target_region;  ///< needed
  NamedText kms_key;
  NamedText snapshot_name;   ///< empty: kSnapshotNameDefault
  NamedText copy_name;       ///< empty: kCopyNameDefault
  NamedText schedule;        ///< empty: kScheduleDefault
  NamedText spread;          ///< empty: kSpreadDefault
  NamedText rpo;             ///< empty: kRpoDefault
  NamedText keep_days;       ///< empty: nothing is ever deleted in the source region
  NamedText copy_keep_days;  ///< empty: nothing is ever deleted at the target
  NamedText option_group;
  std::string tags_name;          ///< "--tag"
  std::vector<std::string> tags;  ///< "k=v"
};

inline constexpr const char* kSnapshotNameDefault = "rds-auto-snapshot-{time}";
inline constexpr const char* kCopyNameDefault = "rds-auto-copy-{time}";
inline constexpr const char* kScheduleDefault = "rate(1 day)";
inline constexpr const char* kSpreadDefault = "1h";
/// Ours: a day, and two hours for the snapshot and its copy.
inline constexpr const char* kRpoDefault = "26h";

/// What was read of a text, and all that is wrong with it.
struct JudgedPolicy {
  Policy policy;                ///< whole when there are no problems
  std::vector<Error> problems;  ///< each invalid, naming its text, with the way out
};

/// Judges all that can be judged without asking AWS: regions of no known form, a target that is the
/// source or lies in another partition, a key of another region, name templates that RDS would
/// refuse or that are not unique, schedules, lengths, days, tags, and a policy's name that is no
/// tag's value.
JudgedPolicy judge_policy(const PolicyText& text);

/// Returns one error that tells all problems: the one itself, or "(1) ...; (2) ..." with the ways
/// out numbered alike.
/// Requires: at least one problem.
Error one_error_of(std::vector<Error> problems);

}  // namespace snapferry::core
