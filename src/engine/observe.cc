// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <functional>

#include <fmt/format.h>

#include "core/nearest_name.h"
#include "core/planner.h"
#include "engine/tick.h"

namespace snapferry::engine {
namespace {

// Ours: 10,000 pages are a million snapshots, ten thousand times the default quota. A marker that
// never ends must not hold a tick for ever.
constexpr int kPagesMax = 10'000;

template <class T, class Query>
core::Result<std::vector<T>> read_all(
    Query query, const std::function<core::Result<core::Page<T>>(const Query&)>& read_page) {
  std::vector<T> all;
  for (int page = 0; page < kPagesMax; ++page) {
    auto answer = TRY(read_page(query));
    std::ranges::move(answer.items, std::back_inserter(all));
    if (answer.next.empty()) return all;
    query.marker = std::move(answer.next);
  }
  return core::fail(core::ErrorKind::invalid,
                    fmt::format("a list has not ended after {} pages", kPagesMax),
                    "Check the endpoint: AWS does not answer so.");
}

core::Result<std::vector<core::Snapshot>> read_snapshots(core::Cloud& cloud,
                                                         const core::SnapshotQuery& query) {
  return read_all<core::Snapshot, core::SnapshotQuery>(
      query, [&](const core::SnapshotQuery& q) { return cloud.list_snapshots(q); });
}

// The name that was likely meant, when the database is not there. A tick without this guess is as
// good: errors are dropped.
std::optional<core::DatabaseId> similar_database(core::Cloud& cloud, const core::DatabaseId& id) {
  const auto databases = read_all<core::Database, core::DatabaseQuery>(
      {}, [&](const core::DatabaseQuery& q) { return cloud.list_databases(q); });
  if (!databases) return std::nullopt;
  std::vector<std::string> names;
  for (const core::Database& database : *databases) names.push_back(database.id.str());
  const std::string nearest = core::nearest_name(id.str(), names);
  return nearest.empty() ? std::nullopt : std::optional(core::DatabaseId(nearest));
}

// Reads one region; its two tasks write different members.
struct RegionReader {
  core::Cloud& cloud;
  core::RegionView& view;
  std::optional<core::Error> quota_error = {};

  void read_snapshots_of(const core::SnapshotQuery& query, World& world) {
    if (world.budget.left(world.clock.now()) <= core::Milliseconds(0)) {
      view.error = core::with_context(
          core::fail(core::ErrorKind::transient, std::string(kNoTimeLeft),
                     "The next run reads it; give a run more time if this happens again.")
              .error(),
          cloud.region().str());
      return;
    }
    auto read = read_snapshots(cloud, query);
    if (read) {
      view.snapshots = std::move(*read);
    } else {
      view.error = core::with_context(std::move(read).error(), cloud.region().str());
    }
  }

  void take_from(const core::Inventory& last) {
    const auto known = last.regions.find(cloud.region());
    if (known == last.regions.end()) return;
    view.quota = known->second.quota;
    view.keys = known->second.keys;
  }

  void read_quota() {
    auto read = cloud.read_snapshot_quota();
    if (read) {
      view.quota = *read;
    } else {
      quota_error = core::with_context(std::move(read).error(),
                                       cloud.region().str() + ": quota not read, AWS judges alone");
    }
  }
};

// Without the quota AWS judges alone, and a role that may not read it must still work; other
// trouble is told, unless the whole region could not be read and says so itself.
void tell_quota_trouble(const std::deque<RegionReader>& readers, EventSink& events) {
  for (const RegionReader& reader : readers) {
    const auto& error = reader.quota_error;
    if (error && !reader.view.error && error->kind != core::ErrorKind::denied) {
      events.on_trouble(*error);
    }
  }
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
  std::deque<RegionReader> readers;  // a deque: the tasks keep references
  std::vector<std::function<void()>> tasks;
  const auto add_region = [&](const core::Region& region, const core::SnapshotQuery& query) {
    RegionReader& reader = readers.emplace_back(world.clouds.in(region), inventory.regions[region]);
    tasks.emplace_back([&world, &reader, query] { reader.read_snapshots_of(query, world); });
    if (last) {
      reader.take_from(*last);
    } else {
      tasks.emplace_back([&reader] { reader.read_quota(); });
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
    add_region(target.region, {.database = {}, .id = {}, .marker = {}});
    if (last || target.kms_key.empty()) continue;
    tasks.emplace_back([&, &view = inventory.regions[target.region]] {
      view.keys.insert_or_assign(
          target.kms_key,
          world.clouds.in(target.region).describe_key(core::KeyRef(target.kms_key)));
    });
  }
  run_parallel(tasks, world.threads);
  tell_quota_trouble(readers, world.events);

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
