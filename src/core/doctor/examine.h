// Judges all that doctor has seen: facts in, checks out. Pure, as the planner is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/access.h"
#include "core/doctor/check.h"
#include "core/doctor/rights.h"
#include "core/fleet/fleet_policy.h"
#include "core/fleet/survey.h"

namespace snapferry::core {

/// What one region told, beside what the survey has of it.
struct RegionFacts {
  std::optional<Error> identity_error;  ///< set: nothing else was asked there
  std::optional<Milliseconds> clock_ahead;
  Result<SnapshotQuotas> quotas;
  std::map<std::string, Result<Key>> keys;  ///< by the policy's name for it; a database's by ARN
  std::map<std::string, Result<KeyPolicy>> key_policies;  ///< of customer-managed keys, by ARN
  /// Nothing: no database there needs one.
  std::optional<Result<std::vector<OptionGroup>>> option_groups;
};

struct Facts {
  Instant now;
  Identity us;
  std::string principal;  ///< ARN of our role or user; of the root, its own
  std::vector<FleetPolicy> fleets;
  Survey survey;
  std::vector<Patient> patients;
  std::vector<Error> problems;  ///< of databases that have no policy by their names
  std::map<Region, RegionFacts> regions;
  std::optional<Error> simulate_error;  ///< IAM was not asked at all
  std::vector<std::pair<RightsQuestion, Result<std::vector<AccessAnswer>>>> rights;
};

/// Returns whether that is the root of an account, whom no policy of IAM limits.
bool is_account_root(const Identity& identity);

/// Returns the ARN that IAM simulates for an identity: the role of a session, the user itself;
/// empty for those it cannot simulate. A role's path is not in its session's ARN.
std::string simulated_principal(const Identity& identity);

/// Returns the keys through which RDS must encrypt or decrypt for these databases, each once:
/// customer-managed ones, since those of AWS let everybody in the account use them through RDS.
std::vector<KeyInUse> keys_in_use(const Facts& facts);

/// Returns the option groups at the source that a copy cannot do without: whether any database of
/// the policies has one of its own, or a policy maps one.
bool needs_option_groups(const Facts& facts);

Diagnosis diagnose(const Facts& facts);

/// The parts of diagnose; each adds its checks.
void examine_keys(const Facts& facts, std::vector<Check>& checks);
void examine_option_groups(const Facts& facts, std::vector<Check>& checks);
void examine_room(const Facts& facts, std::vector<Check>& checks);

}  // namespace snapferry::core
