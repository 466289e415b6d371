// Retention in the plan, story by story: what goes, what stays, and by which rule.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/planner.h"
#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

// Ten days of snapshots and copies, the newest of today, three days to keep.
Scenario ten_days() {
  Scenario world;
  for (int day = 13; day <= 22; ++day) {
    const std::string slot = fmt::format("2026-11-{:02}T00:00:00Z", day);
    world.snapshot(slot, "available");
    world.copy(slot, "available");
  }
  world.policy.keep.days = 3;
  world.policy.targets[0].keep.days = 7;
  return world;
}

std::string rule_of(const Plan& plan, const std::string& snapshot) {
  for (const Kept& kept : plan.kept) {
    if (kept.snapshot.str() == snapshot) return std::string(to_string(kept.rule));
  }
  return "not kept";
}

TEST(Retention, WhatIsPastItsDaysGoesTheOldestFirst) {
  const Scenario world = ten_days();
  EXPECT_EQ(plan_of(world), (Lines{"delete eu-west-1 rds-auto-snapshot-20261113000000 expired",
                                   "delete eu-west-1 rds-auto-snapshot-20261114000000 expired",
                                   "delete eu-west-1 rds-auto-snapshot-20261115000000 expired",
                                   "delete eu-west-1 rds-auto-snapshot-20261116000000 expired",
                                   "delete eu-west-1 rds-auto-snapshot-20261117000000 expired",
                                   "delete eu-west-1 rds-auto-snapshot-20261118000000 expired",
                                   "delete eu-west-1 rds-auto-snapshot-20261119000000 expired",
                                   "delete eu-central-1 rds-auto-copy-20261113000000 expired",
                                   "delete eu-central-1 rds-auto-copy-20261114000000 expired",
                                   "delete eu-central-1 rds-auto-copy-20261115000000 expired"}));
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(plan.steps[0].reason.text, "9d11h old; no rule keeps it (days 3)");
  EXPECT_EQ(plan.kept.size(), 10U);
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261120000000"), "days");
}

TEST(Retention, NothingIsDeletedWhenNoDaysAreNamed) {
  Scenario world = ten_days();
  world.policy.keep = {};
  world.policy.targets[0].keep = {};
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(lines(plan), Lines{});
  EXPECT_EQ(plan.kept.size(), 20U);
  for (const Kept& kept : plan.kept) EXPECT_EQ(kept.rule, KeepRule::no_retention);
}

TEST(Retention, DeletesComeAfterWhatIsMade) {
  Scenario world = ten_days();
  world.now = *parse_instant("2026-11-23T12:00:00Z");
  world.policy.targets[0].keep = {};
  const Lines plan = plan_of(world);
  ASSERT_EQ(plan.size(), 10U);
  EXPECT_EQ(plan[0], "create eu-west-1 rds-auto-snapshot-20261123000000 slot_due");
  EXPECT_EQ(plan[2], "delete eu-west-1 rds-auto-snapshot-20261113000000 expired");
}

TEST(Retention, TheNewestGoodOneStaysHoweverOldItIs) {
  Scenario world;
  world.snapshot("2026-10-01T00:00:00Z", "available");
  world.snapshot("2026-10-02T00:00:00Z", "failed");
  world.copy("2026-10-01T00:00:00Z", "available");
  world.policy.keep.days = 1;
  world.policy.targets[0].keep.days = 1;
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261001000000"), "min");
  EXPECT_EQ(rule_of(plan, "rds-auto-copy-20261001000000"), "min");
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261002000000"), "not kept");
  EXPECT_EQ(lines(plan)[0], "delete eu-west-1 rds-auto-snapshot-20261002000000 failed_snapshot");
}

std::string text_of(const Plan& plan, const std::string& snapshot) {
  for (const Kept& kept : plan.kept) {
    if (kept.snapshot.str() == snapshot) return kept.text;
  }
  for (const Step& step : plan.steps) {
    if (step.kind == StepKind::delete_ && step.snapshot.str() == snapshot) return step.reason.text;
  }
  return "not told";
}

TEST(Retention, EveryOneSaysByWhichRulesItStaysOrGoes) {
  Scenario world = ten_days();
  world.policy.targets[0].keep = {.last = 2, .days = 3, .daily = 4, .weekly = 8, .min = 2};
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(text_of(plan, "rds-auto-copy-20261122000000"),
            "11h59m old; kept: days 3, last 1 of 2, daily 1 of 4, weekly 1 of 8");
  EXPECT_EQ(text_of(plan, "rds-auto-copy-20261119000000"), "3d11h old; kept: daily 4 of 4");
  EXPECT_EQ(text_of(plan, "rds-auto-copy-20261115000000"), "7d11h old; kept: weekly 2 of 8");
  EXPECT_EQ(text_of(plan, "rds-auto-copy-20261114000000"),
            "8d11h old; no rule keeps it (days 3, last 2, daily 4, weekly 8, min 2)");
  EXPECT_EQ(rule_of(plan, "rds-auto-copy-20261120000000"), "days");
  EXPECT_EQ(rule_of(plan, "rds-auto-copy-20261115000000"), "weekly");
}

TEST(Retention, OnlyGoodOnesWithAnAgeCount) {
  Scenario world = ten_days();
  world.policy.keep = {};
  world.policy.targets[0].keep = {.last = 2};
  world.copy("2026-12-01T00:00:00Z", "available");
  world.target().snapshots[9].status = "copying";
  world.target().snapshots[8].original_create_time.reset();
  world.target().snapshots[6].tags["snapferry:hold"] = "audit";
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(rule_of(plan, "rds-auto-copy-20261201000000"), "slot_in_future");
  EXPECT_EQ(rule_of(plan, "rds-auto-copy-20261122000000"), "not_available");
  EXPECT_EQ(rule_of(plan, "rds-auto-copy-20261121000000"), "no_create_time");
  EXPECT_EQ(text_of(plan, "rds-auto-copy-20261120000000"), "2d11h old; kept: last 1 of 2");
  EXPECT_EQ(rule_of(plan, "rds-auto-copy-20261119000000"), "hold") << "it is the other of the two";
  EXPECT_EQ(rule_of(plan, "rds-auto-copy-20261118000000"), "not kept");
}

TEST(Retention, TheMinimumStays) {
  Scenario world = ten_days();
  world.policy.keep = {.days = 1, .min = 8};
  world.policy.targets[0].keep = {};
  EXPECT_EQ(plan_of(world).size(), 2U);
}

TEST(Retention, ASourceStaysUntilTheTargetHasItOrANewerOne) {
  Scenario world = ten_days();
  std::erase_if(world.target().snapshots,
                [](const Snapshot& s) { return s.id.str() > "rds-auto-copy-20261114000000"; });
  world.policy.targets[0].keep = {};
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261115000000"), "guard");
  EXPECT_EQ(std::ranges::count(plan.steps, StepKind::delete_, &Step::kind), 2);
}

TEST(Retention, HeldAgelessAndForeignOnesStay) {
  Scenario world = ten_days();
  world.policy.targets[0].keep = {};
  world.source().snapshots[0].tags["snapferry:hold"] = "audit 2027";
  world.source().snapshots[1].original_create_time.reset();
  world.source().snapshots[2].tags.erase("snapferry:slot");
  world.source().snapshots[3].status = "incompatible-restore";
  world.source().snapshots[4].original_create_time = world.now - std::chrono::hours(72);
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261113000000"), "hold");
  EXPECT_NE(plan.kept.back().text, "");
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261114000000"), "no_create_time");
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261115000000"), "not kept") << "it is not ours";
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261116000000"), "not_available");
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261117000000"), "days") << "not older than 3 days";
  EXPECT_EQ(std::ranges::count(plan.steps, StepKind::delete_, &Step::kind), 2);
}

TEST(Retention, ASlotOfTheFutureMakesNothingOld) {
  Scenario world;
  world.copy("2026-10-01T00:00:00Z", "available");
  world.copy("2099-01-01T00:00:00Z", "available");
  world.policy.targets[0].keep.days = 1;
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(std::ranges::count(plan.steps, StepKind::delete_, &Step::kind), 0);
}

TEST(Retention, TooManyDeletesAreLeftToAPerson) {
  Scenario world;
  for (int day = 1; day <= 22; ++day) {
    world.snapshot(fmt::format("2026-11-{:02}T00:00:00Z", day), "available");
    world.copy(fmt::format("2026-11-{:02}T00:00:00Z", day), "available");
  }
  world.policy.keep.days = 10;
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(lines(plan), (Lines{"blocked eu-west-1  too_many_deletes"}));
  EXPECT_EQ(plan.kept.size(), 44U);
  EXPECT_EQ(rule_of(plan, "rds-auto-snapshot-20261101000000"), "too_many_deletes");
  world.policy.deletes_max = 12;
  EXPECT_EQ(plan_of(world).size(), 12U);
  world.policy.deletes_max = 11;
  EXPECT_EQ(plan_of(world).size(), 1U);
}

TEST(Retention, DeletesAllowed) {
  EXPECT_EQ(deletes_allowed(0, std::nullopt), 10);
  EXPECT_EQ(deletes_allowed(54, std::nullopt), 10);
  EXPECT_EQ(deletes_allowed(100, std::nullopt), 20);
  EXPECT_EQ(deletes_allowed(100, 3), 3);
}

}  // namespace
}  // namespace snapferry::core
