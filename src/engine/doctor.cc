// SPDX-License-Identifier: Apache-2.0
#include "engine/doctor.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <set>
#include <utility>

#include "core/fleet/resolve.h"
#include "engine/fleet.h"
#include "engine/parallel.h"
#include "engine/region_reader.h"

namespace snapferry::engine {
namespace {

using Tasks = std::vector<std::function<void()>>;
using Databases = std::map<std::pair<core::Region, core::DatabaseId>, const core::Database*>;

// Ours: RDS lists at most 20 option groups of our own a region unless asked for more, and default
// ones beside; a hundred pages are past any account.
constexpr int kGroupPagesMax = 100;

core::Result<std::vector<core::OptionGroup>> read_option_groups(core::Cloud& cloud) {
  std::vector<core::OptionGroup> groups;
  std::string marker;
  for (int page = 0; page < kGroupPagesMax; ++page) {
    auto answer = TRY(cloud.list_option_groups(marker));
    std::ranges::move(answer.items, std::back_inserter(groups));
    if (answer.next.empty()) break;
    marker = std::move(answer.next);
  }
  return groups;
}

// What a tick for one database reads: that database, its snapshots, and at the targets those of
// all. The same calls, so that what they may do is what a tick may.
core::Survey survey_one(World& world, const core::Policy& policy) {
  core::Survey survey;
  const core::DatabaseKind kind = policy.database.kind();
  Tasks tasks;
  const auto read_into = [&](const core::Region& region, const core::SnapshotQuery& query) {
    core::PlaceSurvey& seen = survey[{region, kind}];
    tasks.emplace_back([&world, &seen, region, query] {
      auto read = read_snapshots(world, world.clouds.in(region), query,
                                 [&](const core::Snapshot& one) { seen.snapshots.add(one); });
      if (!read) seen.error = std::move(read).error();
      seen.snapshots.seal();
    });
  };
  read_into(policy.source_region, {.database = policy.database, .id = {}, .marker = {}});
  core::PlaceSurvey& home = survey[{policy.source_region, kind}];
  tasks.emplace_back([&world, &policy, &home] {
    auto found =
        world.clouds.in(policy.source_region).list_databases({.id = policy.database, .marker = {}});
    if (found) {
      home.databases = std::move(found->items);
    } else if (found.error().kind != core::ErrorKind::missing) {
      home.databases_error = std::move(found).error();
    }
  });
  for (const core::Target& target : policy.targets) {
    read_into(target.region, {.database = {}, .id = {}, .marker = {}, .kind = kind});
    if (target.kms_key.empty()) continue;
    auto& keys = survey[{target.region, kind}].keys;
    tasks.emplace_back([&world, &target, &keys] {
      keys.emplace(target.kms_key,
                   world.clouds.in(target.region).describe_key(core::KeyRef(target.kms_key)));
    });
  }
  run_parallel(tasks, world.threads);
  return survey;
}

// What became of the snapshots matters to plans; which databases are meant does not hang on it.
std::vector<core::Policy> resolve_all(core::Survey& survey, const core::FleetPolicy& fleet,
                                      std::vector<core::Error>& problems) {
  std::map<core::Place, std::optional<core::Error>> aside;
  for (auto& [place, seen] : survey) aside[place] = std::exchange(seen.error, std::nullopt);
  std::vector<core::Policy> policies;
  for (const core::Region& region : fleet.source_regions) {
    std::ranges::move(core::resolve(fleet, region, survey, problems), std::back_inserter(policies));
  }
  for (auto& [place, error] : aside) survey[place].error = std::move(error);
  return policies;
}

class Consultation {
 public:
  Consultation(World& world, std::span<const core::FleetPolicy> fleets) : world_(world) {
    facts_.fleets.assign(fleets.begin(), fleets.end());
    for (const core::FleetPolicy& fleet : fleets) {
      for (const core::Region& region : fleet.source_regions) facts_.regions[region];
      for (const core::FleetTarget& target : fleet.targets) facts_.regions[target.region];
      if (const auto topic = core::parse_arn(fleet.alert_topic)) facts_.regions[topic->region];
    }
  }

  core::Result<core::Facts> run(const core::Policy* only) {
    TRY(read_identities());
    look(only);
    read_regions();
    read_key_policies();
    ask_for_rights();
    return std::move(facts_);
  }

 private:
  core::Cloud& cloud(const core::Region& region) { return world_.clouds.in(region); }

  core::Result<void> read_identities() {
    std::deque<std::pair<core::RegionFacts*, core::Result<core::Identity>>> told;
    Tasks tasks;
    for (auto& [region, seen] : facts_.regions) {
      auto& slot = told.emplace_back(&seen, core::Identity());
      tasks.emplace_back([this, &slot, &region] { slot.second = cloud(region).identify(); });
    }
    run_parallel(tasks, world_.threads);
    std::optional<core::Error> error;
    for (auto& [seen, identity] : told) {
      if (!identity) {
        seen->identity_error = identity.error();
        error = identity.error();
        continue;
      }
      seen->clock_ahead = identity->clock_ahead;
      facts_.us = *identity;
    }
    if (facts_.us.account.empty() && error) return std::unexpected(*error);
    return {};
  }

  // The databases, snapshots and target keys are read as a tick reads them.
  void look(const core::Policy* only) {
    facts_.survey = only == nullptr ? survey(world_, facts_.fleets) : survey_one(world_, *only);
    facts_.now = world_.clock.now();
    Databases databases;
    for (const auto& [place, seen] : facts_.survey) {
      for (const core::Database& database : seen.databases) {
        databases.emplace(std::pair(place.region, database.id), &database);
      }
    }
    for (const core::FleetPolicy& fleet : facts_.fleets) {
      for (const core::Policy& policy : resolve_all(facts_.survey, fleet, facts_.problems)) {
        // Of what is gone nothing new is taken: nothing is missing for it.
        if (policy.orphans) continue;
        add_patient(only == nullptr ? policy : *only, databases);
      }
    }
  }

  void add_patient(const core::Policy& policy, const Databases& databases) {
    core::Patient patient{.policy = policy, .database = std::nullopt};
    const auto found = databases.find({patient.policy.source_region, patient.policy.database});
    if (found != databases.end()) patient.database = *found->second;
    facts_.patients.push_back(std::move(patient));
  }

  // Where nobody knows us nothing more is asked.
  [[nodiscard]] bool is_open(const core::Region& region) const {
    const auto seen = facts_.regions.find(region);
    return seen != facts_.regions.end() && !seen->second.identity_error;
  }

  void read_regions() {
    for (const auto& [place, seen] : facts_.survey) {
      if (!is_open(place.region)) continue;
      auto& keys = facts_.regions.at(place.region).keys;
      keys.insert(seen.keys.begin(), seen.keys.end());
    }
    Tasks tasks;
    const bool needs_groups = core::needs_option_groups(facts_);
    for (auto& [region, seen] : facts_.regions) {
      if (seen.identity_error) continue;
      tasks.emplace_back(
          [this, &region, &seen] { seen.quotas = cloud(region).read_snapshot_quotas(); });
      if (!needs_groups) continue;
      tasks.emplace_back(
          [this, &region, &seen] { seen.option_groups = read_option_groups(cloud(region)); });
    }
    std::set<std::pair<core::Region, std::string>> of_databases;
    for (const core::Patient& patient : facts_.patients) {
      if (!patient.database || patient.database->kms_key_arn.empty()) continue;
      if (!is_open(patient.policy.source_region)) continue;
      of_databases.emplace(patient.policy.source_region, patient.database->kms_key_arn);
    }
    std::deque<core::Result<core::Key>> told;
    for (const auto& [region, arn] : of_databases) {
      auto& slot = told.emplace_back(core::Key());
      tasks.emplace_back(
          [this, &slot, &region, &arn] { slot = cloud(region).describe_key(core::KeyRef(arn)); });
    }
    run_parallel(tasks, world_.threads);
    auto key = told.begin();
    for (const auto& [region, arn] : of_databases) {
      facts_.regions.at(region).keys.insert_or_assign(arn, std::move(*key++));
    }
  }

  void read_key_policies() {
    const auto keys = core::keys_in_use(facts_);
    std::deque<core::Result<core::KeyPolicy>> told;
    Tasks tasks;
    for (const core::KeyInUse& key : keys) {
      auto& slot = told.emplace_back(core::KeyPolicy());
      tasks.emplace_back(
          [this, &slot, &key] { slot = cloud(key.region).read_key_policy(core::KeyRef(key.arn)); });
    }
    run_parallel(tasks, world_.threads);
    auto policy = told.begin();
    for (const core::KeyInUse& key : keys) {
      facts_.regions.at(key.region).key_policies.emplace(key.arn, std::move(*policy++));
    }
  }

  // The role's ARN, or that of the user: with its path, which is asked for only where it matters.
  core::Result<std::string> find_principal(core::Cloud& iam) {
    std::string guess = core::simulated_principal(facts_.us);
    if (guess.empty()) {
      return core::fail(core::ErrorKind::invalid,
                        "IAM simulates roles and users only, and we are " + facts_.us.arn,
                        "Run doctor with a role's or a user's credentials.");
    }
    const core::AccessQuestion trial{.principal = guess,
                                     .actions = {"rds:DescribeDBInstances"},
                                     .resources = {"*"},
                                     .context = {}};
    facts_.principal = guess;
    const auto tried = iam.simulate_access(trial);
    if (tried) return guess;
    if (tried.error().kind != core::ErrorKind::missing) return std::unexpected(tried.error());
    return iam.find_role(guess.substr(guess.rfind('/') + 1));
  }

  void ask_for_rights() {
    facts_.principal = facts_.us.arn;
    if (core::is_account_root(facts_.us)) return;
    const auto open = std::ranges::find_if(
        facts_.regions, [](const auto& entry) { return !entry.second.identity_error; });
    core::Cloud& iam = cloud(open->first);
    auto principal = find_principal(iam);
    if (!principal) {
      facts_.simulate_error = std::move(principal).error();
      return;
    }
    facts_.principal = std::move(*principal);
    std::vector<core::Arn> topics;
    for (const core::FleetPolicy& fleet : facts_.fleets) {
      const auto topic = core::parse_arn(fleet.alert_topic);
      if (topic && std::ranges::find(topics, *topic) == topics.end()) topics.push_back(*topic);
    }
    for (core::RightsQuestion& question :
         core::rights_needed(facts_.patients, core::keys_in_use(facts_), topics, facts_.us,
                             facts_.principal, facts_.now)) {
      if (!is_open(question.region)) continue;
      facts_.rights.emplace_back(std::move(question), std::vector<core::AccessAnswer>());
    }
    Tasks tasks;
    for (auto& [question, answers] : facts_.rights) {
      tasks.emplace_back(
          [&iam, &question, &answers] { answers = iam.simulate_access(question.question); });
    }
    run_parallel(tasks, world_.threads);
  }

  World& world_;
  core::Facts facts_;
};

core::FleetPolicy fleet_of(const core::Policy& policy) {
  core::FleetPolicy fleet{.name = policy.name,
                          .source_regions = {policy.source_region},
                          .databases = {{.id = policy.database, .tags = {}, .engines = {}}},
                          .schedule = policy.schedule,
                          .spread = policy.spread,
                          .snapshot_name = policy.snapshot_name.text(),
                          .keep = policy.keep,
                          .tags = policy.tags,
                          .copy_source = policy.copy_source,
                          .rpo = policy.rpo};
  for (const core::Target& target : policy.targets) {
    fleet.targets.push_back({.region = target.region,
                             .default_key = target.kms_key,
                             .keys = {},
                             .copy_name = target.copy_name.text(),
                             .keep = target.keep,
                             .option_groups = {}});
  }
  return fleet;
}

}  // namespace

core::Result<core::Facts> consult(World& world, std::span<const core::FleetPolicy> fleets) {
  return Consultation(world, fleets).run(nullptr);
}

core::Result<core::Facts> consult(World& world, const core::Policy& policy) {
  const core::FleetPolicy fleet = fleet_of(policy);
  return Consultation(world, std::span(&fleet, 1)).run(&policy);
}

}  // namespace snapferry::engine
