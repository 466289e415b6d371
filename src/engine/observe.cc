// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <functional>

#include <fmt/format.h>

#include "core/nearest_name.h"
#include "core/planner.h"
#include "engine/region_reader.h"
#include "engine/tick.h"

namespace snapferry::engine {
namespace {

// The name that was likely meant, when the database is not there. A tick without this guess is as
// good: errors are dropped.
std::optional<core::DatabaseId> similar_database(core::Cloud& cloud, const core::DatabaseId& id) {
  const auto databases = read_databases(cloud, id.kind());
  if (!databases) return std::nullopt;
  std::vector<std::string> names;
  for (const core::Database& database : *databases) names.push_back(database.id.str());
  const std::string nearest = core::nearest_name(id.str(), names);
  return nearest.empty() ? std::nullopt : std::optional(core::DatabaseId(nearest, id.kind()));
}

// What an earlier look has told of a region beside its snapshots.
void take_from(const core::Inventory& last, const core::Region& region, core::RegionView& view) {
  const auto known = last.regions.find(region);
  if (known == last.regions.end()) return;
  view.quota = known->second.quota;
  view.keys = known->second.keys;
}

// Reads the snapshots into the view; what cannot be read is said there (rule 8).
void read_into(World& world, core::Cloud& cloud, const core::SnapshotQuery& query,
               core::RegionView& view) {
  auto read = read_snapshots(world, cloud, query, [&](core::Snapshot snapshot) {
    view.snapshots.push_back(std::move(snapshot));
  });
  if (read) return;
  view.snapshots.clear();
  view.error = std::move(read).error();
}

// Whether a plan only waits for what AWS works on, so that neither the database nor a quota nor a
// key has a say in it.
bool is_only_waiting(const core::Plan& plan) {
  using core::ReasonCode;
  return !plan.steps.empty() && std::ranges::all_of(plan.steps, [](const core::Step& step) {
    return step.kind == core::StepKind::wait &&
           (step.reason.code == ReasonCode::snapshot_in_progress ||
            step.reason.code == ReasonCode::copy_in_progress ||
            step.reason.code == ReasonCode::source_not_available ||
            step.reason.code == ReasonCode::being_deleted);
  });
}

}  // namespace

core::Result<core::Inventory> observe(World& world, const core::Policy& policy,
                                      const core::Inventory* last) {
  core::Inventory inventory;
  core::Result<core::Page<core::Database>> database = core::Page<core::Database>{};
  std::deque<QuotaReading> quotas;  // a deque: the tasks keep references
  std::vector<std::function<void()>> tasks;
  const auto add_region = [&](const core::Region& region, const core::SnapshotQuery& query) {
    core::Cloud& cloud = world.clouds.in(region);
    core::RegionView& view = inventory.regions[region];
    tasks.emplace_back([&world, &cloud, &view, query] { read_into(world, cloud, query, view); });
    if (last) {
      take_from(*last, region, view);
    } else {
      QuotaReading& reading = quotas.emplace_back();
      tasks.emplace_back([&cloud, &reading] { reading = read_quotas(cloud); });
    }
  };
  core::Cloud& source = world.clouds.in(policy.source_region);
  if (!last) {
    tasks.emplace_back(
        [&] { database = source.list_databases({.id = policy.database, .marker = {}}); });
  }
  add_region(policy.source_region, {.database = policy.database, .id = {}, .marker = {}});
  for (const core::Target& target : policy.targets) {
    // All of the region's: copies in flight count for the account, not for the database.
    add_region(target.region,
               {.database = {}, .id = {}, .marker = {}, .kind = policy.database.kind()});
    if (last || target.kms_key.empty()) continue;
    tasks.emplace_back([&, &view = inventory.regions[target.region]] {
      view.keys.insert_or_assign(
          target.kms_key,
          world.clouds.in(target.region).describe_key(core::KeyRef(target.kms_key)));
    });
  }
  run_parallel(tasks, world.threads);
  for (const QuotaReading& reading : quotas) {
    core::RegionView& view = inventory.regions.at(reading.region);
    if (reading.quotas) view.quota = reading.quotas->of(policy.database.kind());
    if (!view.error) tell_quota_trouble(reading, world.events);
  }

  const core::RegionView& source_view = inventory.regions.at(policy.source_region);
  if (source_view.error) return std::unexpected(*source_view.error);
  if (last) {
    inventory.database = last->database;
    inventory.similar = last->similar;
  } else if (database && !database->items.empty()) {
    inventory.database = std::move(database->items.front());
  } else if (database || database.error().kind == core::ErrorKind::missing) {
    inventory.similar = similar_database(source, policy.database);
  } else {
    return std::unexpected(
        core::with_context(std::move(database).error(), policy.source_region.str()));
  }
  return inventory;
}

core::Result<Receipt> run_tick(World& world, const core::Policy& policy, const Receipt* last) {
  const bool is_cheap = last && is_only_waiting(last->plan);
  Receipt receipt;
  receipt.inventory = TRY(observe(world, policy, is_cheap ? &last->inventory : nullptr));
  receipt.plan = core::make_plan(policy, receipt.inventory, world.clock.now());
  if (is_cheap && !is_only_waiting(receipt.plan)) {
    receipt.inventory = TRY(observe(world, policy));
    receipt.plan = core::make_plan(policy, receipt.inventory, world.clock.now());
  }
  world.events.on_plan(receipt.inventory, receipt.plan);
  receipt.outcomes = act(world, policy, receipt.inventory, receipt.plan);
  return receipt;
}

}  // namespace snapferry::engine
