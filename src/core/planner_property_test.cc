// What holds of every plan, whatever stands: tried on worlds that chance makes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/planner.h"
#include "core/property_for_test.h"
#include "core/rules/deletion_guard.h"
#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

constexpr std::array kRules = {&Retention::last,  &Retention::days,   &Retention::hourly,
                               &Retention::daily, &Retention::weekly, &Retention::monthly,
                               &Retention::yearly};

// Snapshots and copies of three weeks and of some days to come; worlds take from it, for making
// them anew costs more than the plan.
const Scenario& full_world() {
  static const Scenario full = [] {
    Scenario world;
    for (int day = 1; day <= 22; ++day) {
      world.snapshot(fmt::format("2026-11-{:02}T00:00:00Z", day), "available");
      world.copy(fmt::format("2026-11-{:02}T00:00:00Z", day), "available");
    }
    for (int day = 1; day <= 3; ++day) {
      world.snapshot(fmt::format("2026-12-{:02}T00:00:00Z", day), "available");
      world.copy(fmt::format("2026-12-{:02}T00:00:00Z", day), "available");
    }
    return world;
  }();
  return full;
}

const Scenario& empty_world() {
  static const Scenario empty;
  return empty;
}

// Any mix of snapshots and copies in any state, ours and not.
Scenario arbitrary_world() {
  Scenario world = empty_world();
  const auto status = rc::gen::element<const char*>("available", "creating", "copying", "pending",
                                                    "failed", "deleting", "unheard-of");
  const auto is_one_in = [](int n) { return *rc::gen::inRange(0, n) == 0; };
  const size_t count = *rc::gen::inRange<size_t>(0, 7);
  const Region target = world.policy.targets[0].region;
  for (const Region& region : {world.policy.source_region, target}) {
    RegionView& view = world.inventory.regions[region];
    const auto& all = full_world().inventory.regions.at(region).snapshots;
    for (size_t day = 22 - count; day < 22; ++day) {
      if (is_one_in(3)) continue;
      view.snapshots.push_back(all[day]);
      // Good ones are what most rules are about.
      if (is_one_in(4)) view.snapshots.back().status = *status;
      if (is_one_in(6)) view.snapshots.back().tags.erase("snapferry:policy");
    }
    if (is_one_in(5)) view.quota = SnapshotQuota{.used = 99, .max = 100};
  }
  world.policy.copies_in_flight_max = *rc::gen::inRange(1, 4);
  for (Retention* keep : {&world.policy.keep, &world.policy.targets[0].keep}) {
    const int named = *rc::gen::inRange(0, 1 << kRules.size());
    for (size_t rule = 0; rule < kRules.size(); ++rule) {
      if ((named >> rule & 1) != 0) keep->*kRules[rule] = *rc::gen::inRange(1, 4);
    }
    if (is_one_in(2)) *keep = {.days = *rc::gen::inRange(1, 10)};
    keep->min = *rc::gen::inRange(1, 4);
  }
  world.policy.deletes_max = *rc::gen::element(1000, 1000, 2);
  world.inventory.database->status =
      *rc::gen::element<const char*>("available", "backing-up", "stopped");
  return world;
}

// As a wrong clock leaves it: slots of the future, data that does not follow the slots, and some
// that tells no time.
Scenario disordered_world() {
  Scenario world = arbitrary_world();
  for (auto& [region, view] : world.inventory.regions) {
    const size_t future = *rc::gen::inRange<size_t>(0, 4);
    const auto& all = full_world().inventory.regions.at(region).snapshots;
    std::copy_n(all.begin() + 22, future, std::back_inserter(view.snapshots));
    for (Snapshot& snapshot : view.snapshots) {
      // Days few enough that some are the same.
      const int luck = *rc::gen::inRange(-2, 12);
      if (luck == -1) snapshot.original_create_time.reset();
      if (luck >= 0 && luck < 6) {
        snapshot.original_create_time = world.now - std::chrono::days(luck * 2);
      }
    }
  }
  return world;
}

Scenario any_world() {
  return *rc::gen::arbitrary<bool>() ? disordered_world() : arbitrary_world();
}

const Snapshot* find(const RegionView& view, const SnapshotId& id) {
  const auto it = std::ranges::find(view.snapshots, id, &Snapshot::id);
  return it == view.snapshots.end() ? nullptr : &*it;
}

using Deletes = std::set<std::pair<Region, SnapshotId>>;

Deletes deletes_of(const Plan& plan) {
  Deletes deletes;
  for (const Step& step : plan.steps) {
    if (step.kind == StepKind::delete_) deletes.insert({step.region, step.snapshot});
  }
  return deletes;
}

bool is_ours_and_good(const Snapshot& snapshot) {
  return snapshot.state() == SnapshotState::available && snapshot.tags.contains("snapferry:policy");
}

// Nothing without our tags is ever deleted; what is good, only where a rule is named.
void expect_only_ours_are_deleted(const Scenario& world, const Plan& plan) {
  for (const Step& step : plan.steps) {
    if (step.kind != StepKind::delete_) continue;
    const Snapshot* snapshot = find(world.inventory.regions.at(step.region), step.snapshot);
    RC_ASSERT(snapshot != nullptr);
    RC_ASSERT(snapshot->tags.contains("snapferry:policy"));
    if (step.reason.code == ReasonCode::expired) {
      RC_ASSERT(snapshot->state() == SnapshotState::available);
      RC_ASSERT(!retention_of(world.policy, step.region).keeps_everything());
    } else {
      RC_ASSERT(snapshot->state() == SnapshotState::failed);
    }
  }
}

// At each place the good snapshot of ours with the newest data stays, or one with data as new; and
// of those that count for the minimum, the newest so many do.
void expect_newest_data_stays(const Scenario& world, const Deletes& deletes) {
  for (const auto& [region, view] : world.inventory.regions) {
    std::optional<Instant> before;
    std::optional<Instant> after;
    std::vector<std::pair<Instant, bool>> counting;  // whether it stays
    for (const Snapshot& s : view.snapshots) {
      if (!is_ours_and_good(s)) continue;
      before = std::max(before, s.original_create_time);
      const bool stays = !deletes.contains({region, s.id});
      RC_ASSERT(stays || s.original_create_time.has_value());
      if (stays) after = std::max(after, s.original_create_time);
      const bool is_in_future = mark_of(s.tags)->slot > world.now;
      if (s.original_create_time && !is_in_future) {
        counting.emplace_back(*s.original_create_time, stays);
      }
    }
    RC_ASSERT(before == after);
    // Of the same data, those that stay first: which of them do is not told by the time alone.
    std::ranges::sort(counting, std::ranges::greater{});
    const size_t min = std::min(counting.size(), size_t(retention_of(world.policy, region).min));
    for (size_t i = 0; i < min; ++i) RC_ASSERT(counting[i].second);
  }
}

// What a delete rests on stays, and holds data that is no older.
void expect_replacements_stay(const Scenario& world, const Deletes& deletes) {
  for (const auto& [region, id] : deletes) {
    const Snapshot& gone = *find(world.inventory.regions.at(region), id);
    for (const Replacement& one :
         replacements_of(world.policy, world.inventory, region, gone, world.now)) {
      RC_ASSERT(!deletes.contains({one.region, one.snapshot}));
      const Snapshot* stands = find(world.inventory.regions.at(one.region), one.snapshot);
      RC_ASSERT(is_ours_and_good(*stands));
      RC_ASSERT(stands->original_create_time >= gone.original_create_time);
      RC_ASSERT(mark_of(stands->tags)->slot <= world.now);
    }
  }
}

void expect_targets_have_what_goes(const Scenario& world, const Plan& plan) {
  const auto& copies = world.inventory.regions.at(world.policy.targets[0].region).snapshots;
  for (const Step& step : plan.steps) {
    if (step.reason.code != ReasonCode::expired || step.region != world.policy.source_region) {
      continue;
    }
    const Snapshot* gone = find(world.inventory.regions.at(step.region), step.snapshot);
    RC_ASSERT(std::ranges::any_of(copies, [&](const Snapshot& copy) {
      return is_ours_and_good(copy) && mark_of(copy.tags)->slot >= step.slot &&
             copy.original_create_time >= gone->original_create_time;
    }));
  }
}

void expect_each_is_kept_or_deleted(const Scenario& world, const Plan& plan,
                                    const Deletes& deletes) {
  size_t ours = 0;
  for (const auto& [region, view] : world.inventory.regions) {
    for (const Snapshot& s : view.snapshots) ours += s.tags.contains("snapferry:policy");
  }
  RC_ASSERT(plan.kept.size() + deletes.size() == ours);
  for (const Kept& kept : plan.kept) RC_ASSERT(!kept.text.empty());
}

// Nor is a quota passed: never more copies in flight than may be.
void expect_no_name_twice_and_room_for_all(const Scenario& world, const Plan& plan) {
  std::set<std::pair<Region, SnapshotId>> made;
  std::map<Region, long> count;
  int in_flight = 0;
  const Target& target = world.policy.targets[0];
  for (const Snapshot& copy : world.inventory.regions.at(target.region).snapshots) {
    in_flight += copy.state() == SnapshotState::in_progress;
  }
  const int before = in_flight;
  for (const Step& step : plan.steps) {
    if (step.kind != StepKind::create && step.kind != StepKind::copy) continue;
    RC_ASSERT(made.insert({step.region, step.snapshot}).second);
    RC_ASSERT(find(world.inventory.regions.at(step.region), step.snapshot) == nullptr);
    in_flight += step.kind == StepKind::copy;
    ++count[step.region];
  }
  RC_ASSERT(in_flight <= std::max(before, *world.policy.copies_in_flight_max));
  for (const auto& [region, view] : world.inventory.regions) {
    RC_ASSERT(count[region] <= view.quota->max - view.quota->used);
  }
}

// One property, for a world costs more than what is asked of it.
void expect_every_plan_to_be_careful() {
  const Scenario world = any_world();
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  const Deletes deletes = deletes_of(plan);
  RC_CLASSIFY(!deletes.empty());
  expect_only_ours_are_deleted(world, plan);
  expect_newest_data_stays(world, deletes);
  expect_replacements_stay(world, deletes);
  expect_targets_have_what_goes(world, plan);
  expect_each_is_kept_or_deleted(world, plan, deletes);
  expect_no_name_twice_and_room_for_all(world, plan);
}

TEST(PlanProperty, EveryPlan) {
  check_plans(expect_every_plan_to_be_careful);
}

// Larger by one rule or several, also by one that was not named. To name the first one is to keep
// less: no rule keeps everything.
void expect_larger_keep_deletes_no_more() {
  Scenario world = any_world();
  world.policy.deletes_max = 1000;
  const Deletes deletes = deletes_of(make_plan(world.policy, world.inventory, world.now));
  for (Retention* keep : {&world.policy.keep, &world.policy.targets[0].keep}) {
    const auto rule = kRules[*rc::gen::inRange<size_t>(0, kRules.size())];
    if (!keep->keeps_everything()) {
      keep->*rule = (keep->*rule).value_or(0) + *rc::gen::inRange(1, 4);
    }
    keep->min += *rc::gen::inRange(0, 3);
  }
  const Deletes fewer = deletes_of(make_plan(world.policy, world.inventory, world.now));
  RC_ASSERT(std::ranges::includes(deletes, fewer));
}

TEST(PlanProperty, ALargerKeepNeverDeletesMore) {
  check_plans(expect_larger_keep_deletes_no_more);
}

void expect_same_plan_of_same_input() {
  const Scenario world = any_world();
  Scenario shuffled = world;
  std::ranges::reverse(shuffled.source().snapshots);
  std::ranges::reverse(shuffled.target().snapshots);
  RC_ASSERT(plan_of(world) == plan_of(shuffled));
}

TEST(PlanProperty, SameInputSamePlan) {
  check_plans(expect_same_plan_of_same_input);
}

// What the plan starts is done by AWS at once; deletes too. Then plan again.
void carry_out(Scenario& world, const Plan& plan) {
  for (const Step& step : plan.steps) {
    RegionView& view = world.inventory.regions.at(step.region);
    if (step.kind == StepKind::create) world.snapshot(format_instant(step.slot), "available");
    if (step.kind == StepKind::copy) world.copy(format_instant(step.slot), "available");
    if (step.kind == StepKind::delete_) {
      std::erase_if(view.snapshots, [&](const Snapshot& s) { return s.id == step.snapshot; });
    }
  }
  for (auto* view : {&world.source(), &world.target()}) {
    std::erase_if(view->snapshots,
                  [](const Snapshot& s) { return s.state() == SnapshotState::deleting; });
    for (Snapshot& s : view->snapshots) {
      if (s.state() == SnapshotState::in_progress) s.status = "available";
    }
    view->quota = SnapshotQuota{.used = 0, .max = 100};
  }
}

void expect_plan_runs_dry() {
  Scenario world = arbitrary_world();
  world.policy.deletes_max = 1000;
  world.inventory.database->status = "available";
  for (auto* view : {&world.source(), &world.target()}) {
    std::erase_if(view->snapshots,
                  [](const Snapshot& s) { return !s.tags.contains("snapferry:policy"); });
  }
  int ticks = 0;
  for (Plan plan; ticks == 0 || !plan.steps.empty(); ++ticks) {
    RC_ASSERT(ticks < 7);
    plan = make_plan(world.policy, world.inventory, world.now);
    carry_out(world, plan);
  }
  RC_ASSERT(find(world.target(), SnapshotId("rds-auto-copy-20261122000000")) != nullptr);
}

TEST(PlanProperty, WhenAwsGoesOnThePlanRunsDry) {
  check_plans(expect_plan_runs_dry);
}

// The newest data of ours that stands at each place.
std::map<Region, std::optional<Instant>> newest_data_of(const Scenario& world) {
  std::map<Region, std::optional<Instant>> newest;
  for (const auto& [region, view] : world.inventory.regions) {
    for (const Snapshot& s : view.snapshots) {
      if (is_ours_and_good(s)) newest[region] = std::max(newest[region], s.original_create_time);
    }
  }
  return newest;
}

// A world that two ticks work in, each by the plan it made when it looked.
struct Shared {
  Scenario world;
  std::set<std::pair<Region, Instant>> made;  // the slots of what was made

  // As engine does it: a name that is taken is met, a delete is asked again about what stands now.
  void do_step(const Step& step) {
    auto& snapshots = world.inventory.regions.at(step.region).snapshots;
    const auto standing = std::ranges::find(snapshots, step.snapshot, &Snapshot::id);
    if (step.kind == StepKind::delete_) {
      if (standing == snapshots.end()) return;
      const bool is_failed = standing->state() == SnapshotState::failed;
      if (is_failed != (step.reason.code == ReasonCode::failed_snapshot)) return;
      if (refuse_delete(world.policy, world.inventory, step.region, *standing, world.now)) return;
      if (is_failed) made.erase({step.region, step.slot});
      snapshots.erase(standing);
    }
    if (step.kind != StepKind::create && step.kind != StepKind::copy) return;
    if (standing != snapshots.end()) return;
    RC_ASSERT(made.insert({step.region, step.slot}).second);
    const std::string slot = format_instant(step.slot);
    if (step.kind == StepKind::create) {
      world.snapshot(slot, "creating").original_create_time = world.now;
      return;
    }
    const auto& sources = world.source().snapshots;
    const SnapshotId source_id = world.policy.snapshot_name.render(step.database, step.slot);
    const auto source = std::ranges::find(sources, source_id, &Snapshot::id);
    if (source == sources.end() || source->state() != SnapshotState::available) {
      made.erase({step.region, step.slot});
      return;
    }
    world.copy(slot, "copying").original_create_time = source->original_create_time;
  }

  void aws_goes_on() {
    for (auto& [region, view] : world.inventory.regions) {
      for (Snapshot& s : view.snapshots) {
        if (s.state() == SnapshotState::in_progress) s.status = "available";
      }
    }
  }
};

// One looks, begins, and is overtaken by the other, perhaps days later.
void expect_two_ticks_do_no_harm() {
  Shared shared{.world = any_world(), .made = {}};
  Scenario& world = shared.world;
  world.policy.deletes_max = 1000;
  const auto before = newest_data_of(world);
  std::array<Plan, 2> plans;
  std::array<size_t, 2> next = {};
  plans[0] = make_plan(world.policy, world.inventory, world.now);
  const size_t begun = *rc::gen::inRange<size_t>(0, 4);
  while (next[0] < std::min(begun, plans[0].steps.size())) {
    shared.do_step(plans[0].steps[next[0]++]);
  }
  const int luck = *rc::gen::inRange(0, 6);
  if (luck % 2 != 0) shared.aws_goes_on();
  world.now += std::chrono::days(luck / 2);
  plans[1] = make_plan(world.policy, world.inventory, world.now);
  auto order = *rc::gen::arbitrary<unsigned>();  // a bit a turn
  while (next[0] < plans[0].steps.size() || next[1] < plans[1].steps.size()) {
    const size_t turn = order & 1;
    const size_t tick = next[turn] < plans[turn].steps.size() ? turn : 1 - turn;
    shared.do_step(plans[tick].steps[next[tick]++]);
    order = order >> 1 | (order & 1) << 31;
  }
  for (const auto& [region, newest] : before) RC_ASSERT(newest_data_of(world)[region] >= newest);
}

TEST(PlanProperty, TwoTicksInAnyOrderMakeNoSecondSnapshotAndKeepTheNewest) {
  check_plans(expect_two_ticks_do_no_harm);
}

}  // namespace
}  // namespace snapferry::core
