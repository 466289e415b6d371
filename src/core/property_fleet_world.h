// Worlds for properties of fleets: policies over several regions and both kinds of databases, with
// snapshots in any state, ours and not. How large one is, a property draws and shrinks; the rest is
// told by a seed, for drawing each detail costs more than the plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/fleet/fleet_plan.h"
#include "core/planner.h"
#include "core/rules/ownership.h"
#include "core/scenario_for_test.h"

namespace snapferry::core {

/// The same numbers from the same seed, everywhere. Source: Steele, Lea, Flood, "Fast splittable
/// pseudorandom number generators", 2014 (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t roll() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  /// Returns 0 to n - 1.
  int below(int n) { return int(roll() % std::uint64_t(n)); }
  bool one_in(int n) { return below(n) == 0; }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(int(values.size()))];
  }

 private:
  std::uint64_t state_;
};

/// What a property draws. Small numbers give small worlds.
struct FleetShape {
  int policies = 1;
  int regions = 1;
  int targets = 1;
  int instances = 1;  ///< of a region
  int clusters = 0;   ///< of a region
  int days = 3;       ///< of snapshots
  std::uint64_t seed = 0;
};

/// One database as it was planned, with what was seen of it.
struct PlannedItem {
  Policy policy;
  Plan plan;
  Inventory inventory;
};

struct PlannedFleet {
  std::vector<PlannedItem> items;
  std::vector<Error> problems;
};

struct FleetWorld {
  std::vector<FleetPolicy> fleets;
  PlainSurvey survey;
  Instant now = *parse_instant("2026-11-22T12:00:00Z");
  std::optional<int> deletes_max;

  [[nodiscard]] PlannedFleet plan() const {
    const Survey seen = pack(survey);
    FleetPlan made = make_fleet_plan(fleets, seen, now, {.deletes_max = deletes_max});
    const SurveyIndex index(seen, now);
    PlannedFleet planned{.items = {}, .problems = std::move(made.problems)};
    for (FleetItem& item : made.items) {
      Inventory inventory = index.inventory_of(item.policy);
      planned.items.push_back({.policy = std::move(item.policy),
                               .plan = std::move(item.plan),
                               .inventory = std::move(inventory)});
    }
    return planned;
  }
  RegionView& view_at(const Place& place) { return survey[place].view; }
};

inline const AccountId& account_for_test() {
  static const AccountId account("123456789012");
  return account;
}

inline Arn rds_arn(const Region& region, std::string resource) {
  return {.partition = "aws",
          .service = "rds",
          .region = region,
          .account = account_for_test(),
          .resource = std::move(resource)};
}

inline Arn snapshot_arn(const Region& region, const SnapshotId& id) {
  return rds_arn(region, (id.is_cluster() ? "cluster-snapshot:" : "snapshot:") + id.str());
}

inline constexpr std::array kBothKinds = {DatabaseKind::instance, DatabaseKind::cluster};

/// Makes one world of a shape.
class FleetWorldMaker {
 public:
  explicit FleetWorldMaker(const FleetShape& shape) : shape_(shape), dice_(shape.seed) {}

  FleetWorld make() {
    for (int i = 0; i < shape_.policies; ++i) world_.fleets.push_back(policy(i));
    for (const Region& region : sources()) {
      for (const DatabaseKind kind : kBothKinds) add_databases(region, kind);
    }
    for (const FleetPolicy& fleet : world_.fleets) {
      for (const Region& region : fleet.source_regions) add_snapshots(fleet, region);
    }
    for (const Region& region :
         {Region("eu-west-1"), Region("eu-west-2"), Region("eu-central-1"), Region("us-east-1")}) {
      for (const DatabaseKind kind : kBothKinds) finish_place({region, kind});
    }
    world_.deletes_max = dice_.pick<std::optional<int>>({std::nullopt, 1, 3, 1000});
    return std::move(world_);
  }

 private:
  [[nodiscard]] std::vector<Region> sources() const {
    std::vector<Region> regions = {Region("eu-west-1")};
    if (shape_.regions > 1) regions.emplace_back("eu-west-2");
    return regions;
  }

  Retention keep() {
    Retention retention;
    if (dice_.one_in(5)) return retention;
    if (dice_.one_in(2)) {
      retention.last = 1 + dice_.below(3);
    } else {
      retention.days = 1 + dice_.below(4);
    }
    if (dice_.one_in(3)) retention.weekly = 1;
    retention.min = 1 + dice_.below(2);
    return retention;
  }

  FleetPolicy policy(int number) {
    FleetPolicy policy;
    policy.name = fmt::format("policy-{}", number);
    policy.source_regions = sources();
    policy.databases.push_back(
        {.id = {}, .id_like = number == 0 ? "*" : "*1", .tags = {}, .engines = {}});
    if (dice_.one_in(4)) {
      policy.databases.push_back(
          {.id = DatabaseId("instance-1"), .id_like = {}, .tags = {}, .engines = {}});
    }
    policy.schedule = daily();
    policy.spread = dice_.one_in(2) ? Milliseconds(std::chrono::hours(1)) : Milliseconds(0);
    policy.snapshot_name = fmt::format("s{}-{{db}}-{{time}}", number);
    policy.keep = keep();
    if (dice_.one_in(6)) policy.copy_source = CopySource::latest_automated;
    if (dice_.one_in(2)) policy.orphans = Orphans::expire;
    for (int i = 0; i < shape_.targets; ++i) {
      FleetTarget target;
      target.region = Region(i == 0 ? "eu-central-1" : "us-east-1");
      if (!dice_.one_in(8)) target.default_key = "alias/dr";
      target.copy_name = fmt::format("c{}-{{db}}-{{time}}", number);
      target.keep = keep();
      // One for all policies: the account has one.
      target.copies_in_flight_max = 1 + int(shape_.seed % 4);
      target.cluster_copies_in_flight_max = 1 + int(shape_.seed % 3);
      policy.targets.push_back(std::move(target));
    }
    policy.rpo = std::chrono::hours(26);
    return policy;
  }

  static const Schedule& daily() {
    static const Schedule schedule = *parse_schedule("rate(1 day)");
    return schedule;
  }

  // Identifiers are unique in a region only: now and then the regions share some.
  void add_databases(const Region& region, DatabaseKind kind) {
    const bool is_cluster = kind == DatabaseKind::cluster;
    const int first = region.str() == "eu-west-1" || has_shared_names_ ? 1 : 11;
    PlainPlace& seen = world_.survey[{region, kind}];
    for (int i = 0; i < (is_cluster ? shape_.clusters : shape_.instances); ++i) {
      Database database;
      database.id = DatabaseId(fmt::format("{}-{}", to_string(kind), first + i), kind);
      database.arn = rds_arn(region, (is_cluster ? "cluster:" : "db:") + database.id.str());
      database.resource_id = "db-" + region.str() + database.id.str();
      database.engine =
          is_cluster ? dice_.pick<const char*>({"aurora-mysql", "neptune", "mysql"}) : "mysql";
      database.status = "available";
      if (dice_.one_in(5)) {
        database.status = dice_.pick<const char*>({"backing-up", "stopped", "failed"});
      }
      database.is_encrypted = !dice_.one_in(4);
      database.allocated_storage_gib = 20;
      all_.emplace_back(region, database);
      // Some are gone, and what they left stands.
      if (!dice_.one_in(6)) seen.databases.push_back(std::move(database));
    }
  }

  [[nodiscard]] Instant slot_of_today(const FleetPolicy& fleet, const Region& region,
                                      const DatabaseId& id) const {
    const Milliseconds offset =
        spread_offset(account_for_test(), region, id, fleet.schedule, fleet.spread);
    return slot_at(fleet.schedule, offset, world_.now);
  }

  void add_snapshots(const FleetPolicy& fleet, const Region& region) {
    for (const auto& [home, database] : all_) {
      if (home != region || !matches(fleet, database)) continue;
      const Instant today = slot_of_today(fleet, region, database.id);
      const int remade_before = dice_.one_in(6) ? 1 + dice_.below(3) : 100;
      for (int day = 0; day < shape_.days; ++day) {
        is_of_the_old_one_ = day >= remade_before;
        const Instant slot = today - std::chrono::days(day);
        if (fleet.copy_source == CopySource::latest_automated && !dice_.one_in(3)) {
          add_automated(region, database, slot + std::chrono::minutes(7));
        }
        if (!dice_.one_in(3)) add_ours(fleet, region, database, slot, nullptr);
        for (const FleetTarget& target : fleet.targets) {
          if (!dice_.one_in(3)) add_ours(fleet, region, database, slot, &target);
        }
      }
      // As a wrong clock leaves it.
      is_of_the_old_one_ = false;
      if (dice_.one_in(12))
        add_ours(fleet, region, database, today + std::chrono::days(2), nullptr);
    }
  }

  Snapshot blank(const Database& database) {
    Snapshot snapshot;
    snapshot.database = database.id;
    snapshot.resource_id =
        is_of_the_old_one_ ? "old-" + database.resource_id : database.resource_id;
    snapshot.type = "manual";
    snapshot.status = "available";
    snapshot.progress_percent = 100;
    snapshot.engine = database.engine;
    snapshot.allocated_storage_gib = database.allocated_storage_gib;
    snapshot.is_encrypted = database.is_encrypted;
    return snapshot;
  }

  void add_automated(const Region& region, const Database& database, Instant time) {
    Snapshot snapshot = blank(database);
    snapshot.type = "automated";
    snapshot.id =
        SnapshotId("rds:" + database.id.str() + "-" + format_compact(time), database.id.kind());
    snapshot.arn = snapshot_arn(region, snapshot.id);
    snapshot.original_create_time = time;
    auto& standing = world_.view_at({region, database.id.kind()}).snapshots;
    // RDS took it once, though two policies look at it.
    if (std::ranges::find(standing, snapshot.id, &Snapshot::id) != standing.end()) return;
    standing.push_back(std::move(snapshot));
  }

  // One at home, or its copy at a target; now and then somebody else's under such a name.
  void add_ours(const FleetPolicy& fleet, const Region& home, const Database& database,
                Instant slot, const FleetTarget* target) {
    Snapshot snapshot = blank(database);
    const Region& region = target ? target->region : home;
    const auto named = [&](const std::string& text) {
      return NameTemplate::parse(text, database.id, "name")->render(database.id, slot);
    };
    snapshot.id = named(target ? target->copy_name : fleet.snapshot_name);
    auto& standing = world_.view_at({region, database.id.kind()}).snapshots;
    if (std::ranges::find(standing, snapshot.id, &Snapshot::id) != standing.end()) return;
    snapshot.arn = snapshot_arn(region, snapshot.id);
    if (dice_.one_in(6)) {
      snapshot.status = dice_.pick<const char*>({"creating", "copying", "pending", "failed",
                                                 "incompatible-restore", "deleting", "unheard-of"});
    }
    snapshot.original_create_time = slot + std::chrono::minutes(1);
    if (dice_.one_in(20)) snapshot.original_create_time.reset();
    if (dice_.one_in(12)) {
      snapshot.original_create_time = world_.now - std::chrono::days(2 * dice_.below(4));
    }
    snapshot.tags = ownership_tags(
        {.owner = {.policy = fleet.name, .source_region = home, .database = database.id},
         .slot = slot});
    if (dice_.one_in(20)) snapshot.tags.erase(std::string(kPolicyTag));
    if (dice_.one_in(20)) snapshot.tags.emplace("snapferry:hold", "until-2030");
    if (target) {
      snapshot.source_snapshot_arn = snapshot_arn(home, named(fleet.snapshot_name)).str();
      snapshot.source_region = home.str();
      snapshot.kms_key_arn = "arn:aws:kms:" + region.str() + ":123456789012:key/dr";
    }
    standing.push_back(std::move(snapshot));
  }

  void finish_place(const Place& place) {
    RegionView& view = world_.view_at(place);
    const auto manual = std::ranges::count(view.snapshots, "manual", &Snapshot::type);
    const long used = manual + dice_.below(3);
    view.quota = SnapshotQuota{.used = used, .max = used + dice_.pick({0, 1, 3, 100, 100})};
    if (dice_.one_in(10)) view.quota.reset();
    Key key{.arn = "arn:aws:kms:" + place.region.str() + ":123456789012:key/dr",
            .key_id = "dr",
            .state = dice_.one_in(12) ? "Disabled" : "Enabled",
            .is_customer_managed = true,
            .is_symmetric_encryption = true};
    view.keys.emplace("alias/dr", std::move(key));
    const auto error = fail(ErrorKind::transient, "no answer").error();
    if (has_errors_ && dice_.one_in(8)) view.error = error;
    if (has_errors_ && dice_.one_in(8)) world_.survey[place].databases_error = error;
    // What was not read is not there.
    if (view.error) view.snapshots.clear();
    if (world_.survey[place].databases_error) world_.survey[place].databases.clear();
  }

  FleetShape shape_;
  Dice dice_;
  bool has_errors_ = dice_.one_in(3);
  bool has_shared_names_ = dice_.one_in(4);
  FleetWorld world_;
  std::vector<std::pair<Region, Database>> all_;  // also those that are gone
  bool is_of_the_old_one_ = false;  // snapshots of a database that was made anew since
};

}  // namespace snapferry::core
