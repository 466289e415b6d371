// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/fleet_plan.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_set>

#include <fmt/format.h>

#include "core/nearest_name.h"
#include "core/planner.h"
#include "core/rules/lineage.h"
#include "core/rules/recovery_point.h"

namespace snapferry::core {
namespace {

// A region's snapshots by what plans ask for, and what the plans made so far have taken of its
// room.
struct Shelf {
  std::map<DatabaseId, const Database*> databases;
  std::map<DatabaseId, std::vector<const Snapshot*>> of_database;
  std::map<SnapshotId, const Snapshot*> by_name;
  int in_flight = 0;
  int started = 0;  ///< copies planned into the region
  int made = 0;     ///< snapshots and copies planned there
};

bool is_in_flight(const Snapshot& snapshot, const Region& region) {
  return snapshot.state() == SnapshotState::in_progress && is_cross_region_copy(snapshot, region);
}

constexpr std::array kKinds = {DatabaseKind::instance, DatabaseKind::cluster};

const PlaceSurvey& seen_at(const Survey& survey, const Place& place) {
  static const PlaceSurvey nothing;
  const auto found = survey.find(place);
  return found == survey.end() ? nothing : found->second;
}

// Why nothing can be planned for the databases of that place.
const std::optional<Error>& error_at(const Survey& survey, const Place& place) {
  const PlaceSurvey& seen = seen_at(survey, place);
  return seen.view.error ? seen.view.error : seen.databases_error;
}

bool is_named_anywhere(const FleetPolicy& fleet, const Survey& survey, const DatabaseId& id) {
  return std::ranges::any_of(fleet.source_regions, [&](const Region& region) {
    return std::ranges::any_of(kKinds, [&](DatabaseKind kind) {
      const auto& databases = seen_at(survey, {region, kind}).databases;
      return std::ranges::find(databases, DatabaseId(id.str(), kind), &Database::id) !=
             databases.end();
    });
  });
}

// Whether every source region told its databases: else a missing one may well be there.
bool are_all_listed(const FleetPolicy& fleet, const Survey& survey) {
  return std::ranges::none_of(fleet.source_regions, [&](const Region& region) {
    return std::ranges::any_of(kKinds, [&](DatabaseKind kind) {
      return seen_at(survey, {region, kind}).databases_error.has_value();
    });
  });
}

Result<Target> target_for(const FleetTarget& fleet, const DatabaseId& id,
                          const Database* database) {
  Target target;
  target.region = fleet.region;
  const auto key = fleet.keys.find(id.str());
  target.kms_key = key == fleet.keys.end() ? fleet.default_key : key->second;
  target.copy_name = TRY(NameTemplate::parse(fleet.copy_name, id, "targets.name"));
  if (database != nullptr) {
    const auto group = fleet.option_groups.find(database->option_group);
    if (group != fleet.option_groups.end()) target.option_group = group->second;
  }
  target.keep = fleet.keep;
  target.copies_in_flight_max =
      id.is_cluster() ? fleet.cluster_copies_in_flight_max : fleet.copies_in_flight_max;
  return target;
}

Result<Policy> policy_for(const FleetPolicy& fleet, const Region& region, const DatabaseId& id,
                          const Database* database) {
  Policy policy;
  policy.name = fleet.name;
  policy.source_region = region;
  policy.database = id;
  policy.schedule = fleet.schedule;
  policy.spread = fleet.spread;
  policy.snapshot_name = TRY(NameTemplate::parse(fleet.snapshot_name, id, "snapshot.name"));
  policy.tags = fleet.tags;
  policy.rpo = fleet.rpo;
  policy.keep = fleet.keep;
  policy.copy_source = fleet.copy_source;
  for (const FleetTarget& target : fleet.targets) {
    policy.targets.push_back(TRY(target_for(target, id, database)));
  }
  return policy;
}

class FleetPlanner {
 public:
  FleetPlanner(const Survey& survey, Instant now) : survey_(survey), now_(now) {
    for (const auto& [place, seen] : survey) {
      Shelf& shelf = shelves_[place];
      for (const Database& database : seen.databases) {
        shelf.databases.emplace(database.id, &database);
      }
      for (const Snapshot& snapshot : seen.view.snapshots) {
        shelf.of_database[snapshot.database].push_back(&snapshot);
        shelf.by_name.emplace(snapshot.id, &snapshot);
        shelf.in_flight += is_in_flight(snapshot, place.region);
      }
    }
  }

  void plan(FleetItem& item) {
    item.inventory = inventory_of(item.policy);
    for (auto& [region, view] : item.inventory.regions) {
      const Shelf& shelf = shelf_at(item.policy, region);
      view.others_in_flight += shelf.started;
      if (view.quota) view.quota->used += shelf.made;
    }
    item.plan = make_plan(item.policy, item.inventory, now_);
    // What is planned is not used yet: reports tell what was seen.
    for (auto& [region, view] : item.inventory.regions) {
      view.quota = seen_at(survey_, place_of(item.policy, region)).view.quota;
    }
    for (const Step& step : item.plan.steps) {
      if (step.kind != StepKind::create && step.kind != StepKind::copy) continue;
      Shelf& shelf = shelves_[place_of(item.policy, step.region)];
      shelf.made += 1;
      shelf.started += step.kind == StepKind::copy;
    }
  }

  // How old the data of the oldest of the newest copies is: who has none comes first.
  [[nodiscard]] Instant protected_until(const Policy& policy) const {
    Instant oldest = Instant::max();
    for (const Target& target : policy.targets) {
      Instant newest = Instant::min();
      for (const Snapshot* copy : standing(policy, target.region)) {
        const auto slot = owned_slot(*copy, policy.owner(), target.copy_name);
        if (slot && copy->state() == SnapshotState::available) newest = std::max(newest, *slot);
      }
      oldest = std::min(oldest, newest);
    }
    return oldest;
  }

 private:
  static Place place_of(const Policy& policy, const Region& region) {
    return {region, policy.database.kind()};
  }

  [[nodiscard]] const Shelf& shelf_at(const Policy& policy, const Region& region) const {
    static const Shelf nothing;
    const auto found = shelves_.find(place_of(policy, region));
    return found == shelves_.end() ? nothing : found->second;
  }

  [[nodiscard]] std::span<const Snapshot* const> standing(const Policy& policy,
                                                          const Region& region) const {
    const auto& shelf = shelf_at(policy, region).of_database;
    const auto found = shelf.find(policy.database);
    if (found == shelf.end()) return {};
    return found->second;
  }

  Inventory inventory_of(const Policy& policy) const {
    Inventory inventory;
    const auto& databases = shelf_at(policy, policy.source_region).databases;
    const auto found = databases.find(policy.database);
    if (found != databases.end()) {
      inventory.database = *found->second;
    } else {
      std::vector<std::string> names;
      names.reserve(databases.size());
      for (const auto& [id, database] : databases) names.push_back(id.str());
      const std::string nearest = nearest_name(policy.database.str(), names);
      if (!nearest.empty()) {
        inventory.similar = DatabaseId(nearest, policy.database.kind());
      }
    }
    // The slots that names may be claimed for: the one that counts now, and those of the source.
    std::set<Instant> slots = {slot_at(policy.schedule, slot_offset(policy, inventory), now_)};
    for (const Snapshot* snapshot : standing(policy, policy.source_region)) {
      const auto slot = owned_slot(*snapshot, policy.owner(), policy.snapshot_name);
      if (slot) slots.insert(*slot);
    }
    if (policy.copy_source == CopySource::latest_automated) {
      for (const Snapshot* snapshot : standing(policy, policy.source_region)) {
        if (!snapshot->original_create_time) continue;
        slots.insert(slot_at(policy.schedule, slot_offset(policy, inventory),
                             *snapshot->original_create_time));
      }
    }
    inventory.regions[policy.source_region] =
        view_of(policy, policy.source_region, policy.snapshot_name, slots);
    for (const Target& target : policy.targets) {
      inventory.regions[target.region] = view_of(policy, target.region, target.copy_name, slots);
    }
    return inventory;
  }

  RegionView view_of(const Policy& policy, const Region& region, const NameTemplate& name,
                     const std::set<Instant>& slots) const {
    const RegionView& all = seen_at(survey_, place_of(policy, region)).view;
    const Shelf& shelf = shelf_at(policy, region);
    RegionView view;
    view.quota = all.quota;
    view.keys = all.keys;
    view.error = all.error;
    view.others_in_flight = shelf.in_flight;
    const auto add = [&](const Snapshot& snapshot) {
      view.snapshots.push_back(snapshot);
      view.others_in_flight -= is_in_flight(snapshot, region);
    };
    for (const Snapshot* snapshot : standing(policy, region)) add(*snapshot);
    for (const Instant slot : slots) {
      const auto taken = shelf.by_name.find(name.render(policy.database, slot));
      if (taken == shelf.by_name.end() || taken->second->database == policy.database) continue;
      add(*taken->second);
    }
    return view;
  }

  const Survey& survey_;
  Instant now_;
  std::map<Place, Shelf> shelves_;
};

// A policy whose databases together would lose more than it may lose deletes nothing: a person
// looks first, and the rest goes on.
void hold_too_many_deletes(std::span<FleetItem> items, std::optional<int> deletes_max) {
  const auto is_expired = [](const Step& step) { return step.reason.code == ReasonCode::expired; };
  int deletes = 0;
  int managed = 0;
  for (const FleetItem& item : items) {
    const int here = int(std::ranges::count_if(item.plan.steps, is_expired));
    deletes += here;
    managed += here + int(item.plan.kept.size());
  }
  const int allowed = deletes_allowed(managed, deletes_max);
  if (deletes <= allowed) return;
  for (FleetItem& item : items) {
    const bool has_any = std::ranges::any_of(item.plan.steps, is_expired);
    std::vector<Step> others;
    for (Step& step : item.plan.steps) {
      if (is_expired(step)) {
        item.plan.kept.push_back({step.region, step.snapshot, step.slot, KeepRule::too_many_deletes,
                                  std::move(step.reason.text)});
      } else {
        others.push_back(std::move(step));
      }
    }
    item.plan.steps = std::move(others);
    if (!has_any) continue;
    Step blocked;
    blocked.kind = StepKind::blocked;
    blocked.database = item.policy.database;
    blocked.region = item.policy.source_region;
    blocked.slot = item.plan.slot;
    blocked.reason = {
        ReasonCode::too_many_deletes,
        fmt::format("no rule keeps {} of {} snapshots of policy {}, and a run deletes "
                    "{} at most",
                    deletes, managed, item.policy.name, allowed),
        fmt::format("See which with snapferry plan --yes; if they may go, apply with "
                    "--max-deletes {} or --yes.",
                    deletes)};
    item.plan.steps.push_back(std::move(blocked));
  }
}

// The databases of which snapshots of this policy stand and that are not among those it means.
std::set<DatabaseId> orphans_of(const FleetPolicy& fleet, const Region& region,
                                const Survey& survey, const std::set<DatabaseId>& meant) {
  const std::unordered_set<DatabaseId> known(meant.begin(), meant.end());
  std::set<DatabaseId> orphans;
  const auto look_at = [&](const Place& place) {
    // Where databases were not listed, a missing one may well be there.
    if (error_at(survey, {region, place.kind})) return;
    for (const Snapshot& snapshot : seen_at(survey, place).view.snapshots) {
      if (known.contains(snapshot.database) || snapshot.type != "manual") continue;
      const auto mark = mark_of(snapshot.tags);
      if (!mark || mark->owner.policy != fleet.name || mark->owner.source_region != region)
        continue;
      if (mark->owner.database.str() == snapshot.database.str()) orphans.insert(snapshot.database);
    }
  };
  for (const DatabaseKind kind : kKinds) {
    look_at({region, kind});
    for (const FleetTarget& target : fleet.targets) look_at({target.region, kind});
  }
  return orphans;
}

const Database* database_at(const Survey& survey, const Region& region, const DatabaseId& id) {
  const auto& databases = seen_at(survey, {region, id.kind()}).databases;
  const auto found = std::ranges::find(databases, id, &Database::id);
  return found == databases.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Policy> resolve(const FleetPolicy& fleet, const Region& region, const Survey& survey,
                            std::vector<Error>& problems) {
  std::vector<Policy> policies;
  std::set<DatabaseId> meant;
  const auto add = [&](const DatabaseId& id, const Database* database) {
    if (!meant.insert(id).second) return;
    auto policy = policy_for(fleet, region, id, database);
    if (policy) {
      policies.push_back(std::move(*policy));
    } else {
      problems.push_back(with_context(std::move(policy).error(),
                                      fmt::format("policy {}, {}", fleet.name, id.str())));
    }
  };
  const PlaceSurvey& clusters = seen_at(survey, {region, DatabaseKind::cluster});
  const bool has_clusters = !error_at(survey, {region, DatabaseKind::cluster});
  std::map<std::string, const Database*> cluster_by_id;
  if (has_clusters) {
    for (const Database& cluster : clusters.databases) {
      cluster_by_id.emplace(cluster.id.str(), &cluster);
      if (matches(fleet, cluster)) add(cluster.id, &cluster);
    }
  }
  if (!error_at(survey, {region, DatabaseKind::instance})) {
    for (const Database& database : seen_at(survey, region).databases) {
      if (!matches(fleet, database)) continue;
      const auto cluster = cluster_by_id.find(database.cluster_id);
      if (cluster != cluster_by_id.end()) {
        if (!is_excepted(fleet, *cluster->second)) add(cluster->second->id, cluster->second);
      } else if (database.cluster_id.empty() || has_clusters) {
        add(database.id, &database);
      }
    }
  }
  // Told once, in the first region: a database that nobody can find.
  if (region == fleet.source_regions.front() && are_all_listed(fleet, survey)) {
    for (const DatabaseSelector& selector : fleet.databases) {
      if (!selector.id || is_named_anywhere(fleet, survey, *selector.id)) continue;
      add(*selector.id, nullptr);
    }
  }
  for (const DatabaseId& id : orphans_of(fleet, region, survey, meant)) {
    const size_t before = policies.size();
    add(id, database_at(survey, region, id));
    if (policies.size() > before) policies.back().orphans = fleet.orphans;
  }
  std::ranges::sort(policies, {}, &Policy::database);
  return policies;
}

FleetPlan make_fleet_plan(std::span<const FleetPolicy> fleets, const Survey& survey, Instant now,
                          std::optional<int> deletes_max) {
  FleetPlan fleet_plan;
  std::vector<size_t> begins;  // of each policy of the file among the items
  for (const FleetPolicy& fleet : fleets) {
    begins.push_back(fleet_plan.items.size());
    const size_t problems = fleet_plan.problems.size();
    for (const Region& region : fleet.source_regions) {
      for (const DatabaseKind kind : kKinds) {
        const auto& error = error_at(survey, {region, kind});
        if (!error) continue;
        fleet_plan.problems.push_back(with_context(
            *error, fmt::format("policy {}: nothing planned for {}s", fleet.name,
                                kind == DatabaseKind::cluster ? "cluster" : "DB instance")));
      }
      for (Policy& policy : resolve(fleet, region, survey, fleet_plan.problems)) {
        policy.deletes_max = deletes_max;
        fleet_plan.items.push_back({.policy = std::move(policy), .inventory = {}, .plan = {}});
      }
    }
    // Nobody would miss the copies of a policy that protects nothing, until they are needed.
    const bool means_any = std::ranges::any_of(
        std::span(fleet_plan.items).subspan(begins.back()),
        [](const FleetItem& item) { return !item.policy.orphans; });
    if (!means_any && fleet_plan.problems.size() == problems) {
      fleet_plan.problems.push_back(
          fail(ErrorKind::missing, fmt::format("policy {} means no database", fleet.name),
               "Check its selectors and the databases' tags, or take the policy out of the file.")
              .error());
    }
  }
  begins.push_back(fleet_plan.items.size());
  FleetPlanner planner(survey, now);
  std::vector<std::pair<Instant, size_t>> order;
  order.reserve(fleet_plan.items.size());
  for (size_t i = 0; i < fleet_plan.items.size(); ++i) {
    order.emplace_back(planner.protected_until(fleet_plan.items[i].policy), i);
  }
  std::ranges::sort(order);
  for (const auto& [until, i] : order) planner.plan(fleet_plan.items[i]);
  for (size_t i = 0; i + 1 < begins.size(); ++i) {
    hold_too_many_deletes(std::span(fleet_plan.items).subspan(begins[i], begins[i + 1] - begins[i]),
                          deletes_max);
  }
  return fleet_plan;
}

}  // namespace snapferry::core
