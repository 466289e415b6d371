// SPDX-License-Identifier: Apache-2.0
#include "engine/fleet.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <set>

#include "engine/parallel.h"
#include "engine/region_reader.h"

namespace snapferry::engine {
namespace {

// Every key that a policy may need in a region, by the name it is given there.
std::map<core::Region, std::set<std::string>> keys_of(std::span<const core::FleetPolicy> fleets) {
  std::map<core::Region, std::set<std::string>> keys;
  for (const core::FleetPolicy& fleet : fleets) {
    for (const core::FleetTarget& target : fleet.targets) {
      auto& named = keys[target.region];
      if (!target.default_key.empty()) named.insert(target.default_key);
      for (const auto& [database, key] : target.keys) {
        if (!key.empty()) named.insert(key);
      }
    }
  }
  return keys;
}

void read_databases_into(core::Cloud& cloud, core::DatabaseKind kind, core::PlaceSurvey& seen) {
  auto databases = read_databases(cloud, kind);
  if (databases) {
    seen.databases = std::move(*databases);
  } else {
    seen.databases_error = core::with_context(std::move(databases).error(), cloud.region().str());
  }
}

// `type` is a SnapshotType; empty: manual and automated ones.
void read_snapshots_into(World& world, core::Cloud& cloud, core::DatabaseKind kind,
                         const std::string& type, core::PlaceSurvey& seen) {
  const core::SnapshotQuery query{
      .database = {}, .id = {}, .type = type, .marker = {}, .kind = kind};
  auto read = read_snapshots(world, cloud, query,
                             [&](const core::Snapshot& snapshot) { seen.snapshots.add(snapshot); });
  if (!read) {
    seen.snapshots = {};
    seen.error = std::move(read).error();
  }
  seen.snapshots.seal();
}

// A key of the region that a policy names, and what KMS says of it.
struct NamedKey {
  core::Region region;
  std::string name;
  core::Result<core::Key> key = core::Key{};
};

// Puts what one call told of a region where both of its kinds find it.
void share(core::Survey& survey, const std::deque<QuotaReading>& quotas,
           const std::deque<NamedKey>& keys, EventSink& events) {
  for (const core::DatabaseKind kind : core::kDatabaseKinds) {
    for (const NamedKey& named : keys) {
      survey[{named.region, kind}].keys.emplace(named.name, named.key);
    }
    for (const QuotaReading& reading : quotas) {
      if (reading.quotas) survey[{reading.region, kind}].quota = reading.quotas->of(kind);
    }
  }
  for (const QuotaReading& reading : quotas) {
    if (!survey[reading.region].error) tell_quota_trouble(reading, events);
  }
}

}  // namespace

core::Survey survey(World& world, std::span<const core::FleetPolicy> fleets) {
  core::Survey survey;
  std::set<core::Region> sources;
  std::set<core::Region> with_automated;
  for (const core::FleetPolicy& fleet : fleets) {
    sources.insert(fleet.source_regions.begin(), fleet.source_regions.end());
    if (fleet.copy_source != core::CopySource::latest_automated) continue;
    with_automated.insert(fleet.source_regions.begin(), fleet.source_regions.end());
  }
  const auto keys = keys_of(fleets);
  std::set<core::Region> regions = sources;
  for (const auto& [region, named] : keys) regions.insert(region);

  std::deque<QuotaReading> quotas;  // deques: the tasks keep references
  std::deque<NamedKey> named_keys;
  std::vector<std::function<void()>> tasks;
  for (const core::Region& region : regions) {
    core::Cloud& cloud = world.clouds.in(region);
    const std::string type = with_automated.contains(region) ? "" : "manual";
    for (const core::DatabaseKind kind : core::kDatabaseKinds) {
      core::PlaceSurvey& seen = survey[{region, kind}];
      tasks.emplace_back([&world, &cloud, &seen, kind, type] {
        read_snapshots_into(world, cloud, kind, type, seen);
      });
      if (!sources.contains(region)) continue;
      tasks.emplace_back([&cloud, &seen, kind] { read_databases_into(cloud, kind, seen); });
    }
    QuotaReading& reading = quotas.emplace_back();
    tasks.emplace_back([&cloud, &reading] { reading = read_quotas(cloud); });
  }
  for (const auto& [region, names] : keys) {
    for (const std::string& name : names) {
      NamedKey& named = named_keys.emplace_back(region, name);
      tasks.emplace_back([&world, &named] {
        named.key = world.clouds.in(named.region).describe_key(core::KeyRef(named.name));
      });
    }
  }
  run_parallel(tasks, world.threads);
  share(survey, quotas, named_keys, world.events);
  return survey;
}

bool FleetReceipt::is_pending() const {
  return std::ranges::any_of(
             results, [](const FleetResult& result) { return result.receipt.is_pending(); }) ||
         std::ranges::any_of(problems, core::passes_by_itself);
}

int FleetReceipt::trouble_count() const {
  int count = int(problems.size());
  for (const FleetResult& result : results) count += result.receipt.trouble_count();
  return count;
}

int FleetReceipt::acted_count() const {
  int count = 0;
  for (const FleetResult& result : results) {
    for (const Outcome& outcome : result.receipt.outcomes) {
      count += outcome.kind == OutcomeKind::started || outcome.kind == OutcomeKind::adopted;
    }
  }
  return count;
}

FleetReceipt run_fleet_tick(World& world, std::span<const core::FleetPolicy> fleets,
                            const core::FleetPlanOptions& options) {
  FleetReceipt receipt;
  receipt.seen = survey(world, fleets);
  receipt.now = world.clock.now();
  core::FleetPlan plan = core::make_fleet_plan(fleets, receipt.seen, receipt.now, options);
  receipt.problems = std::move(plan.problems);
  receipt.quotas = std::move(plan.quotas);
  receipt.results.reserve(plan.items.size());
  for (core::FleetItem& item : plan.items) {
    receipt.results.push_back(
        {.policy = std::move(item.policy),
         .receipt = {.inventory = {}, .plan = std::move(item.plan), .outcomes = {}}});
  }
  const core::SurveyIndex index(receipt.seen, receipt.now);
  for (const FleetResult& result : receipt.results) {
    world.events.on_plan(index.inventory_of(result.policy), result.receipt.plan);
  }
  World alone = world;
  alone.threads = 1;
  std::vector<std::function<void()>> tasks;
  for (FleetResult& result : receipt.results) {
    const bool is_idle = std::ranges::none_of(result.receipt.plan.steps, core::is_act);
    if (is_idle) continue;
    tasks.emplace_back([&alone, &index, &result] {
      result.receipt.outcomes =
          act(alone, result.policy, index.inventory_of(result.policy), result.receipt.plan);
    });
  }
  run_parallel(tasks, world.threads);
  return receipt;
}

FleetWaitResult wait_until_fleet_done(World& world, std::span<const core::FleetPolicy> fleets,
                                      const WaitOptions& options,
                                      const core::FleetPlanOptions& plan_options) {
  const core::Instant start = world.clock.now();
  FleetWaitResult result;
  const auto end = [&](WaitEnd how) {
    result.end = how;
    result.took = world.clock.now() - start;
    return std::move(result);
  };
  while (true) {
    // One survey at a time: they are most of what a large fleet needs of memory.
    result.last = {};
    result.last = run_fleet_tick(world, fleets, plan_options);
    result.acted_count += result.last.acted_count();
    if (world.clock.is_stopped()) return end(WaitEnd::interrupted);
    if (!result.last.is_pending()) return end(WaitEnd::done);
    const core::Milliseconds took = world.clock.now() - start;
    if (took >= options.timeout) return end(WaitEnd::timed_out);
    const core::Milliseconds pause = std::min(pause_after(took), options.timeout - took);
    world.events.on_pause(pause);
    if (!world.clock.sleep(pause)) return end(WaitEnd::interrupted);
  }
}

}  // namespace snapferry::engine
