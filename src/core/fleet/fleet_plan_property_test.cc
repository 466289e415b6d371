// What holds of every fleet's plan: tried on worlds of both kinds of databases, in several regions
// and under several policies. What concerns one database alone is tried in
// planner_property_test.cc.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/property_fleet_deeds.h"
#include "core/property_fleet_world.h"
#include "core/property_for_test.h"
#include "core/rules/lineage.h"

namespace snapferry::core {
namespace {

FleetShape any_shape() {
  return {.policies = *rc::gen::inRange(1, 3),
          .regions = *rc::gen::inRange(1, 3),
          .targets = *rc::gen::inRange(1, 3),
          .instances = *rc::gen::inRange(0, 3),
          .clusters = *rc::gen::inRange(0, 3),
          .days = *rc::gen::inRange(1, 7),
          .seed = *rc::gen::arbitrary<std::uint64_t>()};
}

FleetWorld any_fleet() {
  return FleetWorldMaker(any_shape()).make();
}

bool is_good(const Snapshot& snapshot) {
  return snapshot.state() == SnapshotState::available;
}

// By tags alone, which is less than the planner asks for.
bool is_marked(const Snapshot& snapshot, const Owner& owner) {
  const auto mark = mark_of(snapshot.tags);
  return mark && mark->owner.policy == owner.policy &&
         mark->owner.source_region == owner.source_region &&
         mark->owner.database.str() == owner.database.str() &&
         snapshot.id.kind() == owner.database.kind() && snapshot.type == "manual";
}

using PlaceDeletes = std::set<std::pair<Place, SnapshotId>>;

PlaceDeletes deletes_of(const PlannedFleet& plan) {
  PlaceDeletes deletes;
  for (const PlannedItem& item : plan.items) {
    for (const Step& step : item.plan.steps) {
      if (step.kind == StepKind::delete_) deletes.insert({place_of_step(step), step.snapshot});
    }
  }
  return deletes;
}

bool is_making(const Step& step) {
  return step.kind == StepKind::create || step.kind == StepKind::copy;
}

void expect_only_what_is_ours_goes(FleetWorld& world, const PlannedFleet& plan) {
  for (const PlannedItem& item : plan.items) {
    for (const Step& step : item.plan.steps) {
      if (step.kind != StepKind::delete_) continue;
      const Snapshot* gone = find_snapshot(world, place_of_step(step), step.snapshot);
      RC_ASSERT(gone != nullptr);
      RC_ASSERT(is_marked(*gone, item.policy.owner()));
      RC_ASSERT(!gone->tags.contains("snapferry:hold"));
      const bool is_expired = step.reason.code == ReasonCode::expired;
      RC_ASSERT((is_expired && is_good(*gone)) || (!is_expired && gone->status == "failed"));
    }
  }
}

// At each place the newest data of each database stays, be it one that was made anew, or gone.
void expect_newest_copies_stay(const FleetWorld& world, const PlaceDeletes& deletes) {
  for (const auto& [place, seen] : world.survey) {
    std::map<std::pair<DatabaseId, std::string>, std::array<Instant, 2>> newest;  // before, after
    for (const Snapshot& snapshot : seen.view.snapshots) {
      if (!is_good(snapshot) || !snapshot.original_create_time) continue;
      auto& [before, after] =
          newest.try_emplace({snapshot.database, snapshot.resource_id}).first->second;
      before = std::max(before, *snapshot.original_create_time);
      if (deletes.contains({place, snapshot.id})) continue;
      after = std::max(after, *snapshot.original_create_time);
    }
    for (const auto& [database, times] : newest) RC_ASSERT(times[0] == times[1]);
  }
}

// The guard alone, whatever retention wishes: it lets no newest data go, nor what is held.
void expect_guard_to_keep_the_newest(const FleetWorld& world, const PlannedFleet& plan) {
  for (const PlannedItem& item : plan.items) {
    for (const auto& [region, view] : item.inventory.regions) {
      std::map<std::string, Instant> newest;  // of each database of that name
      for (const Snapshot& s : view.snapshots) {
        if (!is_good(s) || !s.original_create_time || s.database != item.policy.database) continue;
        newest[s.resource_id] = std::max(newest[s.resource_id], *s.original_create_time);
      }
      std::map<std::string, Instant> left;
      for (const Snapshot& s : view.snapshots) {
        if (!is_good(s) || s.database != item.policy.database) continue;
        if (!refuse_delete(item.policy, item.inventory, region, s, world.now)) continue;
        if (s.original_create_time) {
          left[s.resource_id] = std::max(left[s.resource_id], *s.original_create_time);
        }
      }
      RC_ASSERT(newest == left);
    }
  }
}

// A name is said to be another's only where another has it.
void expect_ours_to_be_known(const PlannedFleet& plan) {
  for (const PlannedItem& item : plan.items) {
    for (const Step& step : item.plan.steps) {
      if (step.reason.code != ReasonCode::name_taken) continue;
      for (const Snapshot& s : item.inventory.regions.at(step.region).snapshots) {
        if (s.id != step.snapshot || s.database != item.policy.database) continue;
        RC_ASSERT(!is_marked(s, item.policy.owner()));
      }
    }
  }
}

// No name is claimed twice, and no step passes a quota, whoever else uses it.
void expect_names_and_room(FleetWorld& world, const PlannedFleet& plan) {
  std::map<Place, long> made;
  std::map<Place, int> started;
  std::set<std::pair<Place, SnapshotId>> names;
  for (const PlannedItem& item : plan.items) {
    for (const Step& step : item.plan.steps) {
      if (!is_making(step)) continue;
      const Place place = place_of_step(step);
      RC_ASSERT(names.insert({place, step.snapshot}).second);
      RC_ASSERT(find_snapshot(world, place, step.snapshot) == nullptr);
      ++made[place];
      started[place] += step.kind == StepKind::copy;
    }
  }
  for (const auto& [place, count] : made) {
    const auto& quota = world.view_at(place).quota;
    if (quota) RC_ASSERT(count <= quota->max - quota->used);
  }
  const FleetTarget& target = world.fleets.front().targets.front();
  for (const auto& [place, count] : started) {
    if (count == 0) continue;
    int running = count;
    for (const Snapshot& snapshot : world.view_at(place).snapshots) {
      running += snapshot.state() == SnapshotState::in_progress &&
                 is_cross_region_copy(snapshot, place.region);
    }
    RC_ASSERT(running <= (place.kind == DatabaseKind::cluster ? *target.cluster_copies_in_flight_max
                                                              : *target.copies_in_flight_max));
  }
}

// Its turn: orphans last, then by the slot of the newest good copy at the target that is worst off.
using Turn = std::pair<bool, Instant>;

Turn turn_of(const PlannedItem& item) {
  Instant oldest = Instant::max();
  for (const Target& target : item.policy.targets) {
    Instant newest = Instant::min();
    for (const Snapshot& copy : item.inventory.regions.at(target.region).snapshots) {
      const auto slot = owned_slot(copy, item.policy.owner(), target.copy_name);
      if (slot && is_good(copy)) newest = std::max(newest, *slot);
    }
    oldest = std::min(oldest, newest);
  }
  return {item.policy.orphans.has_value(), oldest};
}

// Who finds no room is no worse off than whoever found some at that place.
void expect_most_overdue_first(const PlannedFleet& plan) {
  std::map<std::pair<Place, ReasonCode>, Turn> worst_waiting;
  const auto each = [&](const auto& visit) {
    for (const PlannedItem& item : plan.items) {
      const Turn turn = turn_of(item);
      for (const Step& step : item.plan.steps) visit(step, turn);
    }
  };
  each([&](const Step& step, const Turn& turn) {
    const ReasonCode code = step.reason.code;
    if (code != ReasonCode::copies_in_flight_full && code != ReasonCode::manual_quota_full) return;
    const auto [entry, is_first] = worst_waiting.try_emplace({place_of_step(step), code}, turn);
    entry->second = std::min(entry->second, turn);
  });
  each([&](const Step& step, const Turn& turn) {
    if (!is_making(step)) return;
    for (const ReasonCode code :
         {ReasonCode::copies_in_flight_full, ReasonCode::manual_quota_full}) {
      if (code == ReasonCode::copies_in_flight_full && step.kind != StepKind::copy) continue;
      const auto waiting = worst_waiting.find({place_of_step(step), code});
      if (waiting != worst_waiting.end()) RC_ASSERT(turn <= waiting->second);
    }
  });
}

// Every database that is meant has its part of the plan, and one with no step has all that is due.
void expect_no_silence(const FleetWorld& world, const PlannedFleet& plan) {
  std::set<std::tuple<std::string, Region, DatabaseId>> planned;
  for (const PlannedItem& item : plan.items) {
    // Where databases or snapshots were not read, none is missing or an orphan.
    const PlainPlace& home =
        world.survey.at({item.policy.source_region, item.policy.database.kind()});
    RC_ASSERT(!home.databases_error);
    RC_ASSERT(!home.view.error || !item.policy.orphans);
    planned.emplace(item.policy.name, item.policy.source_region, item.policy.database);
    if (!item.plan.steps.empty() || item.policy.orphans) continue;
    std::optional<Instant> newest;  // slot of what a copy can be made of
    for (const Snapshot& s : item.inventory.regions.at(item.policy.source_region).snapshots) {
      const auto slot = owned_slot(s, item.policy.owner(), item.policy.snapshot_name);
      if (slot && is_good(s) && *slot <= world.now) newest = std::max(newest, slot);
    }
    if (item.policy.copy_source == CopySource::latest_automated) continue;
    RC_ASSERT(newest >= item.plan.slot);
    for (const Target& target : item.policy.targets) {
      const auto& copies = item.inventory.regions.at(target.region).snapshots;
      RC_ASSERT(std::ranges::any_of(copies, [&](const Snapshot& copy) {
        const auto slot = owned_slot(copy, item.policy.owner(), target.copy_name);
        return slot && is_good(copy) && slot >= newest;
      }));
    }
  }
  for (const FleetPolicy& fleet : world.fleets) {
    for (const Region& region : fleet.source_regions) {
      for (const DatabaseKind kind : kBothKinds) {
        const PlainPlace& seen = world.survey.at({region, kind});
        if (seen.view.error || seen.databases_error) {
          RC_ASSERT(!plan.problems.empty());
          continue;
        }
        for (const Database& database : seen.databases) {
          if (matches(fleet, database))
            RC_ASSERT(planned.contains({fleet.name, region, database.id}));
        }
      }
    }
  }
}

void expect_deletes_within_bounds(const FleetWorld& world, const PlannedFleet& plan) {
  std::map<std::string, int> deletes;
  std::map<std::string, int> managed;
  for (const PlannedItem& item : plan.items) {
    for (const Step& step : item.plan.steps) {
      deletes[item.policy.name] += step.reason.code == ReasonCode::expired;
    }
    managed[item.policy.name] += int(item.plan.kept.size());
  }
  for (const auto& [policy, count] : deletes) {
    RC_ASSERT(count <= deletes_allowed(managed[policy] + count, world.deletes_max));
  }
}

// One property, for a world costs more than what is asked of it.
void expect_every_fleet_plan_to_be_careful() {
  FleetWorld world = any_fleet();
  const PlannedFleet plan = world.plan();
  const PlaceDeletes deletes = deletes_of(plan);
  RC_CLASSIFY(!deletes.empty(), "deletes");
  expect_only_what_is_ours_goes(world, plan);
  expect_newest_copies_stay(world, deletes);
  expect_guard_to_keep_the_newest(world, plan);
  expect_ours_to_be_known(plan);
  expect_names_and_room(world, plan);
  expect_most_overdue_first(plan);
  expect_no_silence(world, plan);
  expect_deletes_within_bounds(world, plan);
}

TEST(FleetPlanProperty, EveryPlan) {
  check_fleet_plans(expect_every_fleet_plan_to_be_careful);
}

void expect_larger_keeps_delete_no_more() {
  FleetWorld world = any_fleet();
  world.deletes_max = std::numeric_limits<int>::max();
  const PlaceDeletes deletes = deletes_of(world.plan());
  Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  const auto enlarge = [&](Retention& keep) {
    if (keep.keeps_everything()) return;
    const auto rule = dice.pick({&Retention::last, &Retention::days, &Retention::daily,
                                 &Retention::weekly, &Retention::monthly});
    keep.*rule = (keep.*rule).value_or(0) + 1 + dice.below(3);
    keep.min += dice.below(3);
  };
  for (FleetPolicy& fleet : world.fleets) {
    enlarge(fleet.keep);
    for (FleetTarget& target : fleet.targets) enlarge(target.keep);
  }
  RC_ASSERT(std::ranges::includes(deletes, deletes_of(world.plan())));
}

TEST(FleetPlanProperty, LargerKeepsNeverDeleteMore) {
  check_fleet_plans(expect_larger_keeps_delete_no_more);
}

// All that a reader of the plan sees.
std::vector<std::string> said_by(const PlannedFleet& plan) {
  std::vector<std::string> said;
  for (const PlannedItem& item : plan.items) {
    for (const Step& step : item.plan.steps) {
      said.push_back(fmt::format("{} {} {} {} {} {}", item.policy.name, to_string(step.kind),
                                 step.region.str(), step.snapshot.str(),
                                 to_string(step.reason.code), step.reason.text));
    }
    for (const Kept& kept : item.plan.kept) {
      said.push_back(fmt::format("{} {} {} {}", item.policy.name, kept.region.str(),
                                 kept.snapshot.str(), kept.text));
    }
  }
  for (const Error& problem : plan.problems) said.push_back(describe(problem));
  return said;
}

// AWS promises no order of its lists.
void expect_same_plan_in_any_order() {
  FleetWorld world = any_fleet();
  const auto said = said_by(world.plan());
  for (auto& [place, seen] : world.survey) {
    std::ranges::reverse(seen.databases);
    std::ranges::reverse(seen.view.snapshots);
  }
  RC_ASSERT(said == said_by(world.plan()));
}

TEST(FleetPlanProperty, SameWorldSamePlanInAnyOrder) {
  check_fleet_plans(expect_same_plan_in_any_order);
}

void give_room(FleetWorld& world) {
  for (auto& [place, seen] : world.survey) seen.view.quota = SnapshotQuota{.used = 0, .max = 1000};
  for (FleetPolicy& fleet : world.fleets) {
    for (FleetTarget& target : fleet.targets) {
      target.copies_in_flight_max = 1000;
      target.cluster_copies_in_flight_max = 1000;
    }
  }
}

// Where there is room for all, what happens to one database is its own matter.
void expect_one_database_to_change_no_others_plan() {
  FleetWorld world = any_fleet();
  give_room(world);
  world.deletes_max = std::numeric_limits<int>::max();
  const auto steps_of = [&](const PlannedFleet& plan, const DatabaseId& but) {
    std::vector<std::string> said;
    for (const PlannedItem& item : plan.items) {
      if (item.policy.database == but) continue;
      for (const Step& step : item.plan.steps) {
        said.push_back(fmt::format("{} {} {} {} {}", item.policy.name, to_string(step.kind),
                                   step.region.str(), step.snapshot.str(), step.reason.text));
      }
    }
    return said;
  };
  const DatabaseKind kind = *rc::gen::element(DatabaseKind::instance, DatabaseKind::cluster);
  const DatabaseId one(std::string(to_string(kind)) + "-1", kind);
  const auto before = steps_of(world.plan(), one);
  Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  for (auto& [place, seen] : world.survey) {
    const auto found = std::ranges::find(seen.databases, one, &Database::id);
    if (found != seen.databases.end()) found->status = "failed";
    for (Snapshot& snapshot : seen.view.snapshots) {
      if (snapshot.database == one && dice.one_in(2)) {
        snapshot.status = dice.pick<const char*>({"failed", "copying", "deleting", "available"});
      }
    }
  }
  RC_ASSERT(before == steps_of(world.plan(), one));
}

TEST(FleetPlanProperty, OneDatabasesFailureIsItsOwn) {
  check_fleet_plans(expect_one_database_to_change_no_others_plan);
}

// plan(apply(plan)) is empty: with room for all, and with AWS going on, a few ticks do all that can
// be done, and the next does nothing.
void expect_fleet_runs_dry() {
  FleetWorld world = any_fleet();
  give_room(world);
  world.deletes_max = std::numeric_limits<int>::max();
  bool is_dry = false;
  for (int tick = 0; tick < 8 && !is_dry; ++tick) {
    const PlannedFleet plan = world.plan();
    is_dry = true;
    for (const PlannedItem& item : plan.items) {
      for (const Step& step : item.plan.steps) {
        is_dry = is_dry && !is_making(step) && step.kind != StepKind::delete_;
        do_step(world, item, step);
      }
    }
    aws_goes_on(world);
  }
  RC_ASSERT(is_dry);
}

TEST(FleetPlanProperty, WhenAwsGoesOnAFleetsPlanRunsDry) {
  check_fleet_plans(expect_fleet_runs_dry);
}

using NewestData = std::map<std::tuple<Place, DatabaseId, std::string>, Instant>;

NewestData newest_data_of(const FleetWorld& world) {
  NewestData newest;
  for (const auto& [place, seen] : world.survey) {
    for (const Snapshot& s : seen.view.snapshots) {
      if (!is_good(s) || !s.original_create_time) continue;
      Instant& time = newest[{place, s.database, s.resource_id}];
      time = std::max(time, *s.original_create_time);
    }
  }
  return newest;
}

void expect_one_snapshot_a_slot(const FleetWorld& world) {
  for (const auto& [place, seen] : world.survey) {
    std::set<std::tuple<std::string, DatabaseId, Region, Instant>> slots;
    for (const Snapshot& s : seen.view.snapshots) {
      const auto mark = s.type == "manual" ? mark_of(s.tags) : std::nullopt;
      if (!mark) continue;
      RC_ASSERT(slots.emplace(mark->owner.policy, s.database, mark->owner.source_region, mark->slot)
                    .second);
    }
  }
}

// A step of a plan with the item it belongs to.
using Deed = std::pair<const PlannedItem*, const Step*>;

std::vector<Deed> deeds_of(const PlannedFleet& plan) {
  std::vector<Deed> deeds;
  for (const PlannedItem& item : plan.items) {
    for (const Step& step : item.plan.steps) deeds.emplace_back(&item, &step);
  }
  return deeds;
}

// One tick looks and begins, and is overtaken by another, perhaps days later; engine does the steps
// of a tick in no certain order.
void expect_two_fleet_ticks_do_no_harm() {
  FleetWorld world = any_fleet();
  world.deletes_max = std::numeric_limits<int>::max();
  Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  const NewestData before = newest_data_of(world);
  const PlannedFleet first = world.plan();
  std::array<std::vector<Deed>, 2> deeds = {deeds_of(first), {}};
  const auto do_any_of = [&](std::vector<Deed>& some) {
    const auto next = some.begin() + dice.below(int(some.size()));
    do_step(world, *next->first, *next->second);
    some.erase(next);
  };
  for (int begun = dice.below(4); begun > 0 && !deeds[0].empty(); --begun) do_any_of(deeds[0]);
  if (dice.one_in(2)) aws_goes_on(world);
  world.now += std::chrono::days(dice.below(3));
  const PlannedFleet second = world.plan();
  deeds[1] = deeds_of(second);
  while (!deeds[0].empty() || !deeds[1].empty()) {
    auto& turn = deeds[dice.below(2)];
    if (!turn.empty()) do_any_of(turn);
    if (dice.one_in(8)) aws_goes_on(world);
  }
  expect_one_snapshot_a_slot(world);
  const NewestData after = newest_data_of(world);
  for (const auto& [database, time] : before) {
    const auto found = after.find(database);
    RC_ASSERT(found != after.end() && found->second >= time);
  }
}

TEST(FleetPlanProperty, TwoTicksInAnyOrderMakeNoSecondSnapshotAndKeepTheNewest) {
  check_fleet_plans(expect_two_fleet_ticks_do_no_harm);
}

}  // namespace
}  // namespace snapferry::core
