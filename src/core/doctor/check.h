// What doctor found: checks, each with what is wrong and what mends it. Plain values; cli prints
// them as a table and as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/doctor/statement.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/time.h"

namespace snapferry::core {

/// What is looked at. The names are the ones of JSON and of docs/doctor.md.
enum class CheckId {
  credentials,     ///< AWS knows who we are, in this region too
  clock,           ///< our clock is AWS's
  account,         ///< keys and topics are of our account
  databases,       ///< the policy means databases that are there
  list_databases,  ///< made for real, as all that follow up to option_groups
  list_snapshots,
  read_quotas,
  describe_key,
  read_key_policy,
  list_option_groups,
  simulate,  ///< IAM tells us what we may do, for all that follow up to publish
  create_snapshot,
  tag_snapshot,
  copy_source,
  copy_snapshot,
  delete_snapshot,
  use_key,
  grant_key,
  publish,
  source_key,  ///< the key of a database
  target_key,  ///< the key of copies
  key_policy,
  option_group,
  snapshot_quota,
  copies_in_flight,
};

std::string_view to_string(CheckId id);

enum class CheckState { ok, warn, fail, not_checked };

/// Returns "ok", "warn", "fail" or "not_checked".
std::string_view to_string(CheckState state);

/// A statement that mends, and whose policy it belongs to.
struct Mending {
  std::string key_arn;  ///< into this key's policy; empty: into a policy of our role or user
  Statement statement;
};

struct Check {
  CheckId id{};
  Region region;
  std::string subject;  ///< a database, a key, a policy of the file
  CheckState state = CheckState::ok;
  std::string text;  ///< lower case, no full stop
  std::string hint;  ///< a sentence that tells the way out; empty when there is nothing to do
  std::optional<Mending> mending = {};
};

struct Diagnosis {
  Instant now;
  std::string principal;      ///< who was looked at: the ARN that STS tells
  std::vector<Check> checks;  ///< by region, in the order of CheckId

  [[nodiscard]] int count(CheckState state) const;
  /// Returns whether nothing that a policy needs is missing.
  [[nodiscard]] bool is_good() const { return count(CheckState::fail) == 0; }
  /// Returns the statements of the checks in that state, merged: those of `fail` mend, those of
  /// `not_checked` let more be checked.
  [[nodiscard]] std::vector<Mending> mendings(CheckState state) const;
};

/// Returns a check about a call that was refused or failed: denied, with the statement that allows
/// it, or not_checked when it failed otherwise.
Check check_of_error(CheckId id, const Region& region, std::string subject, const Error& error,
                     const std::string& principal);

/// Returns the same, for a call that only doctor makes: without it, less is checked.
Check check_of_look(CheckId id, const Region& region, std::string subject, const Error& error,
                    const std::string& principal);

}  // namespace snapferry::core
