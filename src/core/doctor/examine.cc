// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/examine.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace snapferry::core {
namespace {

// AWS refuses signatures that are off by more, sooner or later. Source: rds-facts section 4 (clock
// skew), 2026-08.
constexpr Milliseconds kClockAheadMax = std::chrono::minutes(5);

// How a region that the account has not enabled refuses good credentials.
// Source: rds-facts 2.5 (opt-in regions); AWS General Reference, "Managing AWS Regions", 2023.
constexpr auto kRegionCodes =
    std::to_array<std::string_view>({"InvalidClientTokenId", "UnrecognizedClientException",
                                     "OptInRequired", "AuthFailure", "RegionDisabledException"});

bool is_source(const Facts& facts, const Region& region) {
  return std::ranges::any_of(facts.fleets, [&](const FleetPolicy& fleet) {
    return std::ranges::find(fleet.source_regions, region) != fleet.source_regions.end();
  });
}

std::string_view words_for(DatabaseKind kind) {
  return kind == DatabaseKind::cluster ? "DB clusters" : "DB instances";
}

void examine_credentials(const Facts& facts, std::vector<Check>& checks) {
  const RegionFacts* furthest = nullptr;
  const Region* where = nullptr;
  for (const auto& [region, seen] : facts.regions) {
    Check check{.id = CheckId::credentials, .region = region};
    check.subject = facts.us.account.str();
    if (!seen.identity_error) {
      check.text = facts.us.arn;
    } else {
      const Error& error = *seen.identity_error;
      check.state = CheckState::fail;
      check.text = describe(error);
      check.hint = next_act(error);
      if (std::ranges::find(kRegionCodes, error.aws_code) != kRegionCodes.end()) {
        check.text = fmt::format(
            "{} refuses credentials that other regions take ({}): it is not enabled for the "
            "account, or the session's token is of the global STS endpoint",
            region.str(), error.aws_code);
        check.hint =
            fmt::format("Enable it with: aws account enable-region --region-name {}", region.str());
      }
    }
    checks.push_back(std::move(check));
    const bool is_further =
        seen.clock_ahead && (furthest == nullptr || std::chrono::abs(*seen.clock_ahead) >
                                                        std::chrono::abs(*furthest->clock_ahead));
    if (is_further) {
      furthest = &seen;
      where = &region;
    }
  }
  if (furthest == nullptr) return;
  const Milliseconds ahead = *furthest->clock_ahead;
  Check clock{.id = CheckId::clock, .region = *where, .subject = "this machine"};
  // Headers tell whole seconds, and an answer has its way to go.
  const bool is_in_step = std::chrono::abs(ahead) < std::chrono::seconds(2);
  clock.text = is_in_step ? "in step with AWS's"
                          : fmt::format("{} {} AWS's", format_duration(std::chrono::abs(ahead)),
                                        ahead > Milliseconds(0) ? "behind" : "ahead of");
  if (std::chrono::abs(ahead) > kClockAheadMax) {
    clock.state = CheckState::warn;
    clock.hint = "Set the clock: slots, ages and signatures go by it.";
  }
  checks.push_back(std::move(clock));
}

void examine_accounts(const Facts& facts, std::vector<Check>& checks) {
  std::set<std::string> foreign;
  const auto look = [&](const std::string& text) {
    const auto arn = parse_arn(text);
    if (!arn || arn->account.empty() || arn->account == facts.us.account) return;
    if (!foreign.insert(text).second) return;
    checks.push_back({.id = CheckId::account,
                      .region = arn->region,
                      .subject = text,
                      .state = CheckState::warn,
                      .text = fmt::format("is of account {}, and we are of {}", arn->account.str(),
                                          facts.us.account.str()),
                      .hint = "Check that it is meant; its own policy must let this account in."});
  };
  for (const FleetPolicy& fleet : facts.fleets) {
    look(fleet.alert_topic);
    for (const FleetTarget& target : fleet.targets) {
      look(target.default_key);
      for (const auto& [database, key] : target.keys) look(key);
    }
  }
}

// The harmless calls, which were made: as the tick makes them.
void examine_reads(const Facts& facts, std::vector<Check>& checks) {
  for (const auto& [place, seen] : facts.survey) {
    const auto region = facts.regions.find(place.region);
    if (region == facts.regions.end() || region->second.identity_error) continue;
    const std::string subject(words_for(place.kind));
    if (is_source(facts, place.region)) {
      checks.push_back(seen.databases_error
                           ? check_of_error(CheckId::list_databases, place.region, subject,
                                            *seen.databases_error, facts.principal)
                           : Check{.id = CheckId::list_databases,
                                   .region = place.region,
                                   .subject = subject,
                                   .text = fmt::format("{} listed", seen.databases.size())});
    }
    checks.push_back(
        seen.error ? check_of_error(CheckId::list_snapshots, place.region, subject, *seen.error,
                                    facts.principal)
                   : Check{.id = CheckId::list_snapshots,
                           .region = place.region,
                           .subject = subject,
                           .text = fmt::format("{} manual ones listed", seen.snapshots.size())});
  }
  // A tick goes on without, and leaves the judgement to AWS.
  for (const auto& [region, seen] : facts.regions) {
    if (seen.identity_error) continue;
    checks.push_back(seen.quotas
                         ? Check{.id = CheckId::read_quotas, .region = region, .text = "read"}
                         : check_of_look(CheckId::read_quotas, region, "", seen.quotas.error(),
                                         facts.principal));
  }
}

bool is_read(const Facts& facts, const Region& region) {
  return std::ranges::none_of(facts.survey, [&](const auto& entry) {
    return entry.first.region == region && entry.second.databases_error.has_value();
  });
}

void examine_databases(const Facts& facts, std::vector<Check>& checks) {
  for (const FleetPolicy& fleet : facts.fleets) {
    for (const Region& region : fleet.source_regions) {
      Check check{.id = CheckId::databases, .region = region, .subject = fleet.name};
      size_t count = 0;
      std::string missing;
      for (const Patient& patient : facts.patients) {
        if (patient.policy.name != fleet.name || patient.policy.source_region != region) continue;
        ++count;
        if (patient.database) continue;
        missing += (missing.empty() ? "" : ", ") + patient.policy.database.str();
      }
      check.text = fmt::format("means {} {}", count, count == 1 ? "database" : "databases");
      if (!is_read(facts, region)) {
        check.state = CheckState::not_checked;
        check.text = "the databases could not be listed";
      } else if (!missing.empty()) {
        check.state = CheckState::fail;
        check.text = fmt::format("there is no database {}", missing);
        check.hint = "Mend the name in the policy, or take it out.";
      } else if (count == 0) {
        check.state = CheckState::warn;
        check.hint = "Check its selectors and the databases' tags: it protects nothing there.";
      }
      checks.push_back(std::move(check));
    }
  }
  for (const Error& problem : facts.problems) {
    checks.push_back({.id = CheckId::databases,
                      .region = {},
                      .subject = {},
                      .state = CheckState::fail,
                      .text = describe(problem),
                      .hint = next_act(problem)});
  }
}

const KeyPolicy* key_policy_of(const Facts& facts, const RightsQuestion& asked) {
  if (asked.key_arn.empty()) return nullptr;
  const auto region = facts.regions.find(asked.region);
  if (region == facts.regions.end()) return nullptr;
  const auto found = region->second.key_policies.find(asked.key_arn);
  if (found == region->second.key_policies.end() || !found->second) return nullptr;
  return &*found->second;
}

void examine_rights(const Facts& facts, std::vector<Check>& checks) {
  const Region& home =
      facts.fleets.empty() ? facts.regions.begin()->first : facts.fleets.front().source_regions[0];
  Check simulate{.id = CheckId::simulate, .region = home, .subject = facts.principal};
  if (is_account_root(facts.us)) {
    simulate.text = "the account's root: no policy of IAM limits it, so rights are not asked for";
  } else if (facts.simulate_error) {
    simulate = check_of_look(CheckId::simulate, home, facts.principal, *facts.simulate_error,
                             facts.principal);
    simulate.text = "which rights there are was not checked: " + simulate.text;
  } else {
    simulate.text = "IAM tells what the policies of role or user allow";
  }
  checks.push_back(std::move(simulate));
  for (const auto& [asked, answers] : facts.rights) {
    checks.push_back(judge_rights(asked, answers, key_policy_of(facts, asked), facts.us.account));
  }
}

}  // namespace

bool is_account_root(const Identity& identity) {
  return identity.arn.ends_with(":root");
}

std::string simulated_principal(const Identity& identity) {
  auto arn = parse_arn(identity.arn);
  if (!arn) return {};
  if (arn->service == "iam" && arn->resource.starts_with("user/")) return identity.arn;
  constexpr std::string_view kSession = "assumed-role/";
  if (arn->service != "sts" || !arn->resource.starts_with(kSession)) return {};
  const std::string rest = arn->resource.substr(kSession.size());
  arn->service = "iam";
  arn->resource = "role/" + rest.substr(0, rest.find('/'));
  return arn->str();
}

Diagnosis diagnose(const Facts& facts) {
  Diagnosis diagnosis{.now = facts.now, .principal = facts.us.arn, .checks = {}};
  std::vector<Check>& checks = diagnosis.checks;
  examine_credentials(facts, checks);
  examine_accounts(facts, checks);
  examine_reads(facts, checks);
  examine_databases(facts, checks);
  examine_keys(facts, checks);
  examine_option_groups(facts, checks);
  examine_rights(facts, checks);
  examine_room(facts, checks);
  std::ranges::sort(checks, {}, [](const Check& check) {
    return std::tuple(check.region, check.id, check.subject, check.text);
  });
  return diagnosis;
}

}  // namespace snapferry::core
