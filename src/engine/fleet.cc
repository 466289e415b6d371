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
      for (const auto& [database, key] : target.keys) named.insert(key);
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

  std::deque<RegionReader> readers;  // a deque: the tasks keep references
  std::deque<std::pair<core::Region, std::pair<std::string, core::Result<core::Key>>>> found;
  std::vector<std::function<void()>> tasks;
  for (const core::Region& region : regions) {
    core::Cloud& cloud = world.clouds.in(region);
    // Without a type RDS lists manual and automated ones.
    const std::string type = with_automated.contains(region) ? "" : "manual";
    for (const core::DatabaseKind kind :
         {core::DatabaseKind::instance, core::DatabaseKind::cluster}) {
      core::PlaceSurvey& seen = survey[{region, kind}];
      RegionReader& reader = readers.emplace_back(cloud, seen.view, kind);
      tasks.emplace_back([&world, &reader, kind, type] {
        reader.read_snapshots_of(
            {.database = {}, .id = {}, .type = type, .marker = {}, .kind = kind}, world);
      });
      if (sources.contains(region)) {
        tasks.emplace_back([&cloud, &seen, kind] { read_databases_into(cloud, kind, seen); });
      }
    }
    // One call tells both kinds' quotas.
    RegionReader& instances = *(readers.end() - 2);
    RegionReader& clusters = readers.back();
    tasks.emplace_back([&instances, &clusters] { instances.read_quota(&clusters); });
  }
  for (const auto& [region, named] : keys) {
    for (const std::string& name : named) {
      auto& slot = found.emplace_back(region, std::pair(name, core::Key{}));
      tasks.emplace_back([&world, &slot] {
        slot.second.second =
            world.clouds.in(slot.first).describe_key(core::KeyRef(slot.second.first));
      });
    }
  }
  run_parallel(tasks, world.threads);
  for (auto& [region, key] : found) {
    survey[region].view.keys.emplace(key);
    survey[{region, core::DatabaseKind::cluster}].view.keys.emplace(std::move(key));
  }
  tell_quota_trouble(readers, world.events);
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
                            std::optional<int> deletes_max) {
  FleetReceipt receipt;
  const core::Survey seen = survey(world, fleets);
  receipt.now = world.clock.now();
  core::FleetPlan plan = core::make_fleet_plan(fleets, seen, receipt.now, deletes_max);
  receipt.problems = std::move(plan.problems);
  for (core::FleetItem& item : plan.items) {
    receipt.results.push_back(
        {.policy = std::move(item.policy),
         .receipt = {.inventory = std::move(item.inventory), .plan = std::move(item.plan)}});
  }
  for (const FleetResult& result : receipt.results) {
    world.events.on_plan(result.receipt.inventory, result.receipt.plan);
  }
  World alone = world;
  alone.threads = 1;
  std::vector<std::function<void()>> tasks;
  tasks.reserve(receipt.results.size());
  for (FleetResult& result : receipt.results) {
    tasks.emplace_back([&alone, &result] {
      result.receipt.outcomes =
          act(alone, result.policy, result.receipt.inventory, result.receipt.plan);
    });
  }
  run_parallel(tasks, world.threads);
  return receipt;
}

FleetWaitResult wait_until_fleet_done(World& world, std::span<const core::FleetPolicy> fleets,
                                      const WaitOptions& options, std::optional<int> deletes_max) {
  const core::Instant start = world.clock.now();
  FleetWaitResult result;
  const auto end = [&](WaitEnd how) {
    result.end = how;
    result.took = world.clock.now() - start;
    return result;
  };
  while (true) {
    result.last = run_fleet_tick(world, fleets, deletes_max);
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
