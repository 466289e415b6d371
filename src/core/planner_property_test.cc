// What holds of every plan, whatever stands: tried on worlds that chance makes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/planner.h"
#include "core/rules/deletion_guard.h"
#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

constexpr std::array kRules = {&Retention::last,  &Retention::days,   &Retention::hourly,
                               &Retention::daily, &Retention::weekly, &Retention::monthly,
                               &Retention::yearly};

// Any mix of snapshots and copies in any state, ours and not.
Scenario arbitrary_world() {
  Scenario world;
  const auto status = rc::gen::element<std::string>("available", "creating", "copying", "pending",
                                                    "failed", "deleting", "unheard-of");
  const int count = *rc::gen::inRange(0, 8);
  for (int day = 1; day <= count; ++day) {
    const std::string slot = fmt::format("2026-11-{:02}T00:00:00Z", 22 - count + day);
    if (*rc::gen::arbitrary<bool>()) world.snapshot(slot, *status);
    if (*rc::gen::arbitrary<bool>()) world.copy(slot, *status);
  }
  for (auto* view : {&world.source(), &world.target()}) {
    for (Snapshot& snapshot : view->snapshots) {
      if (*rc::gen::inRange(0, 5) == 0) snapshot.tags.erase("snapferry:policy");
    }
    if (*rc::gen::inRange(0, 5) == 0) view->quota = SnapshotQuota{.used = 99, .max = 100};
  }
  world.policy.copies_in_flight_max = *rc::gen::inRange(1, 4);
  for (Retention* keep : {&world.policy.keep, &world.policy.targets[0].keep}) {
    for (const auto rule : kRules) {
      if (*rc::gen::inRange(0, 4) == 0) keep->*rule = *rc::gen::inRange(1, 5);
    }
    keep->min = *rc::gen::inRange(1, 4);
  }
  world.inventory.database->status =
      *rc::gen::element<std::string>("available", "backing-up", "stopped");
  return world;
}

// As a wrong clock leaves it: slots of the future, data that does not follow the slots, and some
// that tells no time.
Scenario disordered_world() {
  Scenario world = arbitrary_world();
  const auto make = [&](auto add) {
    const int count = *rc::gen::inRange(0, 3);
    for (int day = 1; day <= count; ++day) {
      add(fmt::format("2026-12-{:02}T00:00:00Z", day), "available");
    }
  };
  make([&](const std::string& slot, const char* status) { world.snapshot(slot, status); });
  make([&](const std::string& slot, const char* status) { world.copy(slot, status); });
  for (auto* view : {&world.source(), &world.target()}) {
    for (Snapshot& snapshot : view->snapshots) {
      const int luck = *rc::gen::inRange(0, 6);
      if (luck == 0) snapshot.original_create_time.reset();
      if (luck > 2) continue;
      // Few enough that some are the same.
      const int days = *rc::gen::inRange(0, 12);
      if (luck > 0) snapshot.original_create_time = world.now - std::chrono::days(days);
    }
  }
  return world;
}

const Snapshot* find(const RegionView& view, const SnapshotId& id) {
  const auto it = std::ranges::find(view.snapshots, id, &Snapshot::id);
  return it == view.snapshots.end() ? nullptr : &*it;
}

std::set<std::pair<Region, SnapshotId>> deletes_of(const Plan& plan) {
  std::set<std::pair<Region, SnapshotId>> deletes;
  for (const Step& step : plan.steps) {
    if (step.kind == StepKind::delete_) deletes.insert({step.region, step.snapshot});
  }
  return deletes;
}

RC_GTEST_PROP(PlanProperty, OnlyOursAreDeletedAndGoodOnesOnlyByRules, ()) {
  const Scenario world = arbitrary_world();
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
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

RC_GTEST_PROP(PlanProperty, TheNewestGoodOnesAreNeverDeleted, ()) {
  const Scenario world = arbitrary_world();
  const auto deletes = deletes_of(make_plan(world.policy, world.inventory, world.now));
  for (const auto& [region, view] : world.inventory.regions) {
    std::vector<const Snapshot*> good;
    for (const Snapshot& s : view.snapshots) {
      if (s.state() == SnapshotState::available && s.tags.contains("snapferry:policy")) {
        good.push_back(&s);
      }
    }
    std::ranges::sort(good, std::ranges::greater{}, &Snapshot::original_create_time);
    const size_t stay = size_t(retention_of(world.policy, region).min);
    for (size_t i = 0; i < std::min(stay, good.size()); ++i) {
      RC_ASSERT(!deletes.contains({region, good[i]->id}));
    }
  }
}

RC_GTEST_PROP(PlanProperty, TheNewestDataOfAPlaceIsNeverDeleted, ()) {
  Scenario world = disordered_world();
  world.policy.deletes_max = 1000;
  const auto deletes = deletes_of(make_plan(world.policy, world.inventory, world.now));
  for (const auto& [region, view] : world.inventory.regions) {
    std::optional<Instant> before;
    std::optional<Instant> after;
    for (const Snapshot& s : view.snapshots) {
      if (s.state() != SnapshotState::available || !s.tags.contains("snapferry:policy")) continue;
      before = std::max(before, s.original_create_time);
      const bool stays = !deletes.contains({region, s.id});
      RC_ASSERT(stays || s.original_create_time.has_value());
      if (stays) after = std::max(after, s.original_create_time);
    }
    RC_ASSERT(before == after);
  }
}

RC_GTEST_PROP(PlanProperty, NoDeleteRestsOnWhatThePlanDeletes, ()) {
  Scenario world = disordered_world();
  world.policy.deletes_max = 1000;
  const auto deletes = deletes_of(make_plan(world.policy, world.inventory, world.now));
  for (const auto& [region, id] : deletes) {
    const Snapshot& gone = *find(world.inventory.regions.at(region), id);
    for (const Replacement& one :
         replacements_of(world.policy, world.inventory, region, gone, world.now)) {
      RC_ASSERT(!deletes.contains({one.region, one.snapshot}));
      const Snapshot* stands = find(world.inventory.regions.at(one.region), one.snapshot);
      RC_ASSERT(stands->original_create_time >= gone.original_create_time);
      RC_ASSERT(mark_of(stands->tags)->slot <= world.now);
    }
  }
}

RC_GTEST_PROP(PlanProperty, ASourceThatATargetStillNeedsIsNeverDeleted, ()) {
  const Scenario world = arbitrary_world();
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  for (const Step& step : plan.steps) {
    if (step.reason.code != ReasonCode::expired || step.region != world.policy.source_region)
      continue;
    const auto& copies = world.inventory.regions.at(world.policy.targets[0].region).snapshots;
    RC_ASSERT(std::ranges::any_of(copies, [&](const Snapshot& copy) {
      const auto mark = mark_of(copy.tags);
      return copy.state() == SnapshotState::available && mark && mark->slot >= step.slot;
    }));
  }
}

RC_GTEST_PROP(PlanProperty, ALargerKeepNeverDeletesMore, ()) {
  Scenario world = arbitrary_world();
  world.policy.deletes_max = 1000;
  const auto deletes = deletes_of(make_plan(world.policy, world.inventory, world.now));
  for (Retention* keep : {&world.policy.keep, &world.policy.targets[0].keep}) {
    if (keep->days) *keep->days += *rc::gen::inRange(0, 5);
    keep->min += *rc::gen::inRange(0, 3);
  }
  const auto fewer = deletes_of(make_plan(world.policy, world.inventory, world.now));
  RC_ASSERT(std::ranges::includes(deletes, fewer));
}

RC_GTEST_PROP(PlanProperty, EverySnapshotOfOursIsKeptOrDeleted, ()) {
  const Scenario world = arbitrary_world();
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  size_t ours = 0;
  for (const auto& [region, view] : world.inventory.regions) {
    for (const Snapshot& s : view.snapshots) ours += s.tags.contains("snapferry:policy");
  }
  RC_ASSERT(plan.kept.size() + deletes_of(plan).size() == ours);
}

RC_GTEST_PROP(PlanProperty, SameInputSamePlan, ()) {
  const Scenario world = arbitrary_world();
  Scenario shuffled = world;
  std::ranges::reverse(shuffled.source().snapshots);
  std::ranges::reverse(shuffled.target().snapshots);
  RC_ASSERT(plan_of(world) == plan_of(shuffled));
}

RC_GTEST_PROP(PlanProperty, NoNameIsClaimedTwiceAndNoQuotaIsPassed, ()) {
  Scenario world = arbitrary_world();
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  std::set<std::pair<Region, SnapshotId>> made;
  int in_flight = 0;
  for (const Snapshot& copy : world.target().snapshots) {
    in_flight += copy.state() == SnapshotState::in_progress;
  }
  const int before = in_flight;
  for (const Step& step : plan.steps) {
    if (step.kind != StepKind::create && step.kind != StepKind::copy) continue;
    RC_ASSERT(made.insert({step.region, step.snapshot}).second);
    RC_ASSERT(find(world.inventory.regions.at(step.region), step.snapshot) == nullptr);
    in_flight += step.kind == StepKind::copy;
  }
  RC_ASSERT(in_flight <= std::max(before, world.policy.copies_in_flight_max));
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

RC_GTEST_PROP(PlanProperty, WhenAwsGoesOnThePlanRunsDry, ()) {
  Scenario world = arbitrary_world();
  world.inventory.database->status = "available";
  for (auto* view : {&world.source(), &world.target()}) {
    std::erase_if(view->snapshots,
                  [](const Snapshot& s) { return !s.tags.contains("snapferry:policy"); });
  }
  for (int tick = 0; tick < 6; ++tick) {
    carry_out(world, make_plan(world.policy, world.inventory, world.now));
  }
  RC_ASSERT(plan_of(world).empty());
  RC_ASSERT(find(world.target(), SnapshotId("rds-auto-copy-20261122000000")) != nullptr);
}

}  // namespace
}  // namespace snapferry::core
