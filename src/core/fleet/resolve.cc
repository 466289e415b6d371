// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/resolve.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/rules/ownership.h"

namespace snapferry::core {
namespace {

bool is_named_anywhere(const FleetPolicy& fleet, const Survey& survey, const DatabaseId& id) {
  return std::ranges::any_of(fleet.source_regions, [&](const Region& region) {
    return std::ranges::any_of(kDatabaseKinds, [&](DatabaseKind kind) {
      const auto& databases = seen_at(survey, {region, kind}).databases;
      return std::ranges::find(databases, DatabaseId(id.str(), kind), &Database::id) !=
             databases.end();
    });
  });
}

// Whether every source region told its databases: else a missing one may well be there.
bool are_all_listed(const FleetPolicy& fleet, const Survey& survey) {
  return std::ranges::none_of(fleet.source_regions, [&](const Region& region) {
    return std::ranges::any_of(kDatabaseKinds, [&](DatabaseKind kind) {
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

// The databases of which snapshots of this policy stand and that are not among those it means.
std::set<DatabaseId> orphans_of(const FleetPolicy& fleet, const Region& region,
                                const Survey& survey, const std::set<DatabaseId>& meant) {
  const auto is_of_policy = [&](const Snapshot& snapshot) {
    const auto mark = mark_of(snapshot.tags);
    return snapshot.type == "manual" && mark && mark->owner.policy == fleet.name &&
           mark->owner.source_region == region &&
           mark->owner.database.str() == snapshot.database.str();
  };
  std::set<DatabaseId> orphans;
  const auto look_at = [&](const Place& place) {
    // Where databases were not listed, a missing one may well be there.
    if (error_at(survey, {region, place.kind})) return;
    const SnapshotStore& store = seen_at(survey, place).snapshots;
    for (const DatabaseId& database : store.databases()) {
      if (meant.contains(database)) continue;
      if (store.newest_of(database, is_of_policy)) orphans.insert(database);
    }
  };
  for (const DatabaseKind kind : kDatabaseKinds) {
    look_at({region, kind});
    for (const FleetTarget& target : fleet.targets) look_at({target.region, kind});
  }
  return orphans;
}

// Whether snapshots of a database of that identifier, of either kind, stand as orphans.
bool has_left_any(const FleetPolicy& fleet, const Survey& survey, const std::string& id) {
  return std::ranges::any_of(fleet.source_regions, [&](const Region& region) {
    const auto orphans = orphans_of(fleet, region, survey, {});
    return std::ranges::any_of(orphans, [&](const DatabaseId& one) { return one.str() == id; });
  });
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
  const auto is_named = [&](const std::string& id) {
    return std::ranges::any_of(fleet.databases, [&](const DatabaseSelector& selector) {
      return selector.id && selector.id->str() == id;
    });
  };
  for (const DatabaseId& id : orphans_of(fleet, region, survey, meant)) {
    const Database* database = database_at(survey, region, id);
    const size_t before = policies.size();
    add(id, database);
    if (policies.size() == before) continue;
    // What the file names and AWS does not list is missed, not let go.
    if (database || !is_named(id.str())) policies.back().orphans = fleet.orphans;
  }
  // Told once, in the first region: a database that nobody can find, and that left nothing.
  if (region == fleet.source_regions.front() && are_all_listed(fleet, survey)) {
    for (const DatabaseSelector& selector : fleet.databases) {
      if (!selector.id || is_named_anywhere(fleet, survey, *selector.id)) continue;
      if (!has_left_any(fleet, survey, selector.id->str())) add(*selector.id, nullptr);
    }
  }
  std::ranges::sort(policies, {}, &Policy::database);
  return policies;
}

}  // namespace snapferry::core
