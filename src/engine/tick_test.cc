// Ticks and the wait loop against a cloud that can be made to fail at every call.
// SPDX-License-Identifier: Apache-2.0
#include "engine/tick.h"

#include <gtest/gtest.h>

#include "core/planner.h"
#include "engine/fake_clouds_for_test.h"
#include "engine/wait_loop.h"

namespace snapferry::engine {
namespace {

using core::ErrorKind;
using namespace std::chrono_literals;  // NOLINT

core::Policy make_policy() {
  core::Policy policy;
  const core::DatabaseId db("orders");
  policy.database = db;
  policy.source_region = core::Region("eu-west-1");
  policy.schedule = *core::parse_schedule("rate(1 day)");
  policy.snapshot_name = *core::NameTemplate::parse("snap-{time}", db, "x");
  policy.targets.push_back({.region = core::Region("eu-central-1"),
                            .kms_key = "alias/dr",
                            .copy_name = *core::NameTemplate::parse("copy-{time}", db, "x"),
                            .option_group = {}});
  policy.rpo = 26h;
  return policy;
}

struct TickFixture : testing::Test {
  ManualClock clock;
  FakeClouds clouds{clock};
  EventSink events;
  World world{.clouds = clouds, .clock = clock, .events = events, .threads = 1};
  core::Policy policy = make_policy();

  Receipt tick() {
    auto receipt = run_tick(world, policy);
    EXPECT_TRUE(receipt);
    return std::move(*receipt);
  }
};

using Tick = TickFixture;
using Wait = TickFixture;

TEST_F(Tick, ThreeTicksDoTheJobAndAFourthDoesNothing) {
  EXPECT_EQ(tick().outcomes.at(0).kind, OutcomeKind::started);
  clouds.finish();
  const Receipt second = tick();
  EXPECT_EQ(second.outcomes.at(0).step.kind, core::StepKind::copy);
  EXPECT_EQ(second.outcomes.at(0).kind, OutcomeKind::started);
  EXPECT_TRUE(second.is_pending());
  clouds.finish();
  const Receipt third = tick();
  EXPECT_TRUE(third.outcomes.empty());
  EXPECT_FALSE(third.is_pending());
  ASSERT_EQ(clouds.source.snapshots.size(), 1U);
  ASSERT_EQ(clouds.target.snapshots.size(), 1U);
  EXPECT_EQ(clouds.target.snapshots[0].kms_key_arn,
            "arn:aws:kms:eu-central-1:123456789012:key/alias/dr");
  EXPECT_EQ(clouds.target.snapshots[0].source_snapshot_arn, clouds.source.snapshots[0].arn.str());
}

TEST_F(Tick, TwoTicksAtOnceMakeOneSnapshot) {
  const auto seen_by_both = *observe(world, policy);
  const core::Plan plan = core::make_plan(policy, seen_by_both, clock.now());
  EXPECT_EQ(act(world, policy, seen_by_both, plan).at(0).kind, OutcomeKind::started);
  EXPECT_EQ(act(world, policy, seen_by_both, plan).at(0).kind, OutcomeKind::adopted);
  EXPECT_EQ(clouds.source.snapshots.size(), 1U);
}

TEST_F(Tick, ALostAnswerIsObservedNotRepeated) {
  clouds.source.errors["CreateDBSnapshot"].push_back(error_of(ErrorKind::unknown));
  EXPECT_EQ(tick().outcomes.at(0).kind, OutcomeKind::unknown);
  tick();
  EXPECT_EQ(clouds.source.calls["CreateDBSnapshot"], 1);
  EXPECT_EQ(clouds.source.snapshots.size(), 1U);
}

TEST_F(Tick, ALostCallIsMadeAgain) {
  clouds.source.errors["CreateDBSnapshot"].push_back(error_of(ErrorKind::unknown));
  clouds.source.effect_of_unknown = false;
  EXPECT_EQ(tick().outcomes.at(0).kind, OutcomeKind::unknown);
  EXPECT_EQ(tick().outcomes.at(0).kind, OutcomeKind::started);
}

TEST_F(Tick, AnothersNameIsNeverAdopted) {
  tick();
  core::Snapshot foreign = clouds.source.snapshots[0];
  foreign.tags = {{"owner", "somebody"}};
  const auto inventory = [&] {
    clouds.source.snapshots.clear();
    auto seen = *observe(world, policy);
    clouds.source.snapshots.push_back(foreign);
    return seen;
  }();
  const auto plan = core::make_plan(policy, inventory, clock.now());
  const auto outcome = act(world, policy, inventory, plan).at(0);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_NE(outcome.error->hint.find("{db}"), std::string::npos);
}

TEST_F(Tick, TakenButNotYetVisibleIsPutOff) {
  clouds.source.errors["CreateDBSnapshot"].push_back(
      error_of(ErrorKind::conflict, "DBSnapshotAlreadyExists"));
  EXPECT_EQ(tick().outcomes.at(0).kind, OutcomeKind::deferred);
}

TEST_F(Tick, ATakenNameThatMayNotBeLookedAtNeedsAPerson) {
  for (const auto& [kind, expected] : {std::pair(ErrorKind::denied, OutcomeKind::failed),
                                       std::pair(ErrorKind::transient, OutcomeKind::deferred)}) {
    const auto seen = *observe(world, policy);
    const auto plan = core::make_plan(policy, seen, clock.now());
    clouds.source.errors["CreateDBSnapshot"].push_back(
        error_of(ErrorKind::conflict, "DBSnapshotAlreadyExists"));
    clouds.source.errors["DescribeDBSnapshots"].push_back(error_of(kind));
    EXPECT_EQ(act(world, policy, seen, plan).at(0).kind, expected) << to_string(kind);
  }
}

TEST_F(Tick, NoRoomAndWrongStateAreNoErrors) {
  for (const ErrorKind kind : {ErrorKind::limit, ErrorKind::conflict, ErrorKind::missing}) {
    clouds.source.errors["CreateDBSnapshot"].push_back(error_of(kind, "DBInstanceNotFound"));
    const Receipt receipt = tick();
    EXPECT_EQ(receipt.outcomes.at(0).kind, OutcomeKind::deferred) << to_string(kind);
    EXPECT_TRUE(receipt.is_pending());
    EXPECT_EQ(receipt.trouble_count(), 0);
  }
}

TEST_F(Tick, RefusalsNeedAPerson) {
  for (const ErrorKind kind : {ErrorKind::denied, ErrorKind::invalid, ErrorKind::missing}) {
    clouds.source.errors["CreateDBSnapshot"].push_back(error_of(kind));
    const Receipt receipt = tick();
    EXPECT_EQ(receipt.outcomes.at(0).kind, OutcomeKind::failed) << to_string(kind);
    EXPECT_EQ(receipt.trouble_count(), 1);
  }
}

TEST_F(Tick, UnreadableTargetDoesNotStopTheSource) {
  clouds.target.errors["DescribeDBSnapshots"].push_back(error_of(ErrorKind::denied));
  const Receipt receipt = tick();
  EXPECT_EQ(receipt.outcomes.at(0).kind, OutcomeKind::started);
  EXPECT_EQ(receipt.trouble_count(), 1);
}

TEST_F(Tick, UnreadableSourceIsTheTicksError) {
  for (const char* operation : {"DescribeDBInstances", "DescribeDBSnapshots"}) {
    clouds.source.errors[operation].push_back(error_of(ErrorKind::denied));
    const auto receipt = run_tick(world, policy);
    ASSERT_FALSE(receipt) << operation;
    EXPECT_EQ(receipt.error().kind, ErrorKind::denied);
  }
}

TEST_F(Tick, UnreadableQuotaLeavesItToAws) {
  clouds.source.errors["DescribeAccountAttributes"].push_back(error_of(ErrorKind::denied));
  EXPECT_EQ(tick().outcomes.at(0).kind, OutcomeKind::started);
}

TEST_F(Tick, MissingDatabaseNamesTheNearest) {
  policy.database = core::DatabaseId("order");
  const Receipt receipt = tick();
  EXPECT_EQ(receipt.plan.steps.at(0).reason.hint, "Did you mean orders?");
}

TEST_F(Tick, DeletesOnlyTheFailedOneOfOurs) {
  tick();
  clouds.finish();
  tick();
  clouds.target.snapshots[0].status = "failed";
  core::Snapshot foreign = clouds.target.snapshots[0];
  foreign.id = core::SnapshotId("copy-20261101000000");
  foreign.tags.clear();
  clouds.target.snapshots.push_back(foreign);
  tick();
  ASSERT_EQ(clouds.target.deleted.size(), 1U);
  EXPECT_EQ(clouds.target.deleted[0], core::SnapshotId("copy-20261122000000"));
}

// Three days of snapshots and copies, all available, of which the oldest alone is past a day.
struct Retained : TickFixture {
  Retained() {
    for (int day = 0; day < 3; ++day) {
      if (day > 0) static_cast<void>(clock.sleep(24h));
      for (int i = 0; i < 3; ++i) {
        tick();
        clouds.finish();
      }
    }
    policy.keep.days = 1;
    policy.targets[0].keep.days = 1;
  }
};

TEST_F(Retained, WhatIsPastItsDaysGoesAndNothingElse) {
  const Receipt receipt = tick();
  EXPECT_EQ(receipt.outcomes.size(), 2U);
  EXPECT_EQ(clouds.source.deleted, std::vector{core::SnapshotId("snap-20261122000000")});
  EXPECT_EQ(clouds.target.deleted, std::vector{core::SnapshotId("copy-20261122000000")});
  EXPECT_TRUE(tick().outcomes.empty());
}

TEST_F(Retained, ADeleteIsAskedAgainAboutAHoldThatCameSince) {
  const auto seen = *observe(world, policy);
  const auto plan = core::make_plan(policy, seen, clock.now());
  clouds.target.snapshots[0].tags["snapferry:hold"] = "court case";
  const auto outcomes = act(world, policy, seen, plan);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes[1].kind, OutcomeKind::deferred);
  EXPECT_NE(outcomes[1].error->message.find("court case"), std::string::npos);
  EXPECT_TRUE(clouds.target.deleted.empty());
}

// The plan of the third day deletes a snapshot and its copy; each rests on the newest of its place.
struct AfterThePlan : Retained {
  core::Inventory seen = *observe(world, policy);
  core::Plan plan = core::make_plan(policy, seen, clock.now());

  /// Returns the outcomes of the two deletes.
  std::pair<OutcomeKind, OutcomeKind> carry_out() {
    const auto outcomes = act(world, policy, seen, plan);
    EXPECT_EQ(outcomes.size(), 2U);
    for (const Outcome& outcome : outcomes) {
      if (outcome.error) told += outcome.error->message + "\n";
    }
    return {outcomes.at(0).kind, outcomes.at(1).kind};
  }
  std::string told;
};

TEST_F(AfterThePlan, ANewerCopyThatIsGoneStopsBothDeletes) {
  clouds.target.snapshots.pop_back();
  EXPECT_EQ(carry_out(), (std::pair(OutcomeKind::deferred, OutcomeKind::deferred)));
  EXPECT_NE(told.find("copy-20261124000000, which was to stay in its place"), std::string::npos);
  EXPECT_TRUE(clouds.source.deleted.empty());
  EXPECT_TRUE(clouds.target.deleted.empty());
  EXPECT_EQ(tick().outcomes.at(0).kind, OutcomeKind::started) << "the next tick sees what is left";
}

TEST_F(AfterThePlan, ANewerSnapshotThatIsGoneStopsTheDeleteBesideIt) {
  clouds.source.snapshots.pop_back();
  EXPECT_EQ(carry_out(), (std::pair(OutcomeKind::deferred, OutcomeKind::started)));
  EXPECT_TRUE(clouds.source.deleted.empty());
}

TEST_F(AfterThePlan, ANewerOneThatIsGoodNoMoreStopsTheDelete) {
  clouds.source.snapshots.back().status = "deleting";
  clouds.target.snapshots.back().tags.erase("snapferry:slot");
  EXPECT_EQ(carry_out(), (std::pair(OutcomeKind::deferred, OutcomeKind::deferred)));
  EXPECT_NE(told.find("it is the newest good one in eu-west-1"), std::string::npos);
  EXPECT_NE(told.find("it is the newest good one in eu-central-1"), std::string::npos);
}

TEST_F(AfterThePlan, ANewerOneThatCannotBeLookedAtStopsTheDelete) {
  for (int i = 0; i < 3; ++i) {
    clouds.target.errors["DescribeDBSnapshots"].push_back(error_of(ErrorKind::denied));
  }
  EXPECT_EQ(carry_out(), (std::pair(OutcomeKind::failed, OutcomeKind::failed)));
  EXPECT_TRUE(clouds.source.deleted.empty());
}

TEST_F(AfterThePlan, ADeleteCostsOneLookAtEachSnapshotItIsAbout) {
  const int source_looks = clouds.source.calls["DescribeDBSnapshots"];
  const int target_looks = clouds.target.calls["DescribeDBSnapshots"];
  EXPECT_EQ(carry_out(), (std::pair(OutcomeKind::started, OutcomeKind::started)));
  EXPECT_EQ(clouds.source.calls["DescribeDBSnapshots"] - source_looks, 2) << "itself, the newest";
  EXPECT_EQ(clouds.target.calls["DescribeDBSnapshots"] - target_looks, 3)
      << "itself, the newest; the newest for the source's";
}

TEST_F(Retained, AFailedOneThatWasMadeAnewIsNotDeleted) {
  clouds.target.snapshots[0].status = "failed";
  policy.targets[0].keep.days.reset();
  const auto seen = *observe(world, policy);
  const auto plan = core::make_plan(policy, seen, clock.now());
  clouds.target.snapshots[0].status = "available";
  static_cast<void>(act(world, policy, seen, plan));
  EXPECT_TRUE(clouds.target.deleted.empty());
}

TEST_F(Tick, NothingBeginsWhenTheTimeIsUsedUp) {
  const auto seen = *observe(world, policy);
  const auto plan = core::make_plan(policy, seen, clock.now());
  world.budget = {.deadline = clock.now() + 20s, .reserve = 20s};
  const auto outcomes = act(world, policy, seen, plan);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].kind, OutcomeKind::deferred);
  EXPECT_NE(outcomes[0].error->message.find("no time left in this run"), std::string::npos);
  EXPECT_EQ(clouds.source.calls["CreateDBSnapshot"], 0);
  const auto unseen = observe(world, policy);
  ASSERT_FALSE(unseen);
  EXPECT_EQ(unseen.error().kind, ErrorKind::transient);
  world.budget.deadline += 1s;
  EXPECT_EQ(act(world, policy, seen, plan).at(0).kind, OutcomeKind::started);
}

TEST(Budget, ACallEndsInTimeToHandOverTheAnswer) {
  const core::Instant now = *core::parse_instant("2026-11-22T12:00:00Z");
  const Budget budget{.deadline = now + core::Milliseconds(5'000)};
  EXPECT_EQ(budget.call_time_max(now), core::Milliseconds(3'000));
  EXPECT_EQ(budget.call_time_max(now + core::Milliseconds(4'000)), core::Milliseconds(0));
  EXPECT_EQ(Budget().call_time_max(now), core::Milliseconds::max());
}

TEST(Budget, ClockStopsBeforeTheReserve) {
  ManualClock inner;
  BudgetClock clock(inner);
  EXPECT_FALSE(clock.is_stopped()) << "no deadline";
  EXPECT_TRUE(clock.sleep(1h));
  clock.begin({.deadline = inner.now() + 60s, .reserve = 10s});
  EXPECT_TRUE(clock.sleep(30s));
  EXPECT_FALSE(clock.sleep(20s)) << "it would outlast the budget";
  EXPECT_EQ(inner.sleeps.size(), 2U) << "so it does not begin";
  EXPECT_FALSE(clock.is_stopped());
  EXPECT_TRUE(clock.sleep(19s));
  static_cast<void>(inner.sleep(1s));
  EXPECT_TRUE(clock.is_stopped());
  EXPECT_TRUE(clock.is_used_up());
}

TEST_F(Wait, GoesOnUntilAllIsAvailable) {
  clock.on_sleep = [&, count = 0]() mutable {
    if (++count % 20 == 0) clouds.finish();
  };
  const auto result = wait_until_done(world, policy, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, WaitEnd::done);
  EXPECT_EQ(result->acted_count, 2);
  EXPECT_EQ(clock.sleeps.front(), 250ms);
  EXPECT_LE(*std::ranges::max_element(clock.sleeps), 30s);
}

TEST_F(Wait, SurvivesTheWeather) {
  clock.on_sleep = [&, count = 0]() mutable {
    ++count;
    if (count == 2)
      clouds.source.errors["DescribeDBSnapshots"].push_back(error_of(ErrorKind::transient));
    if (count == 3)
      clouds.source.errors["DescribeDBInstances"].push_back(error_of(ErrorKind::unknown));
    if (count == 5) clouds.source.snapshots[0].status = "a-word-of-tomorrow";
    if (count == 9) clouds.finish();
    if (count == 10) {
      clouds.target.errors["CopyDBSnapshot"].push_back(error_of(ErrorKind::transient));
      clouds.target.errors["CopyDBSnapshot"].push_back(error_of(ErrorKind::limit));
    }
    if (count == 20) clouds.finish();
  };
  const auto result = wait_until_done(world, policy, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, WaitEnd::done);
  EXPECT_EQ(result->last.trouble_count(), 0);
  EXPECT_EQ(clouds.target.snapshots.size(), 1U);
}

TEST_F(Wait, AThrottledTargetIsWaitedOut) {
  clock.on_sleep = [&, count = 0]() mutable {
    ++count;
    if (count % 3 == 0) {
      clouds.target.errors["DescribeDBSnapshots"].push_back(error_of(ErrorKind::transient));
      clouds.target.errors["DescribeKey"].push_back(error_of(ErrorKind::transient));
    }
    if (count % 10 == 0) clouds.finish();
  };
  const auto result = wait_until_done(world, policy, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, WaitEnd::done);
  EXPECT_EQ(result->last.trouble_count(), 0);
  EXPECT_EQ(clouds.target.snapshots.size(), 1U);
}

TEST_F(Wait, ADeniedCreateEndsIt) {
  for (int i = 0; i < 9; ++i) {
    clouds.source.errors["CreateDBSnapshot"].push_back(error_of(ErrorKind::denied));
  }
  const auto result = wait_until_done(world, policy, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, WaitEnd::done);
  EXPECT_EQ(result->last.trouble_count(), 1);
  EXPECT_EQ(clouds.source.calls["CreateDBSnapshot"], 1);
}

TEST_F(Wait, SeesOneSlotThroughOnAShortSchedule) {
  policy.schedule = *core::parse_schedule("rate(1 minute)");
  clock.on_sleep = [&, count = 0]() mutable {
    if (++count % 40 == 0) clouds.finish();
  };
  const auto result = wait_until_done(world, policy, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, WaitEnd::done);
  EXPECT_EQ(clouds.source.snapshots.size(), 1U);
}

TEST_F(Tick, ADeleteIsAskedAgainAboutWhatStandsThereNow) {
  tick();
  clouds.finish();
  tick();
  clouds.target.snapshots[0].status = "failed";
  const auto seen = *observe(world, policy);
  const auto plan = core::make_plan(policy, seen, clock.now());
  ASSERT_EQ(plan.steps.at(0).kind, core::StepKind::delete_);
  clouds.target.snapshots[0].status = "copying";
  EXPECT_EQ(act(world, policy, seen, plan).at(0).kind, OutcomeKind::deferred);
  EXPECT_TRUE(clouds.target.deleted.empty());
}

TEST_F(Tick, NothingIsBegunOnceToldToStop) {
  clock.is_told_to_stop = true;
  EXPECT_EQ(tick().outcomes.at(0).kind, OutcomeKind::deferred);
  EXPECT_EQ(clouds.source.calls["CreateDBSnapshot"], 0);
}

TEST_F(Wait, TimesOutAndKnowsWhatGoesOn) {
  const auto result = wait_until_done(world, policy, {.timeout = 10min});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, WaitEnd::timed_out);
  EXPECT_LE(result->took, 10min);
  EXPECT_EQ(result->took, 10min);
  EXPECT_FALSE(result->last.plan.steps.empty());
}

TEST_F(Wait, AsksOnlyAfterSnapshotsWhileAwsWorks) {
  clock.on_sleep = [&, count = 0]() mutable {
    if (++count % 20 == 0) clouds.finish();
  };
  ASSERT_TRUE(wait_until_done(world, policy, {}));
  const int lists = clouds.target.calls["DescribeDBSnapshots"];
  EXPECT_GT(lists, 40);
  // At the start, after each of the two starts, when the snapshot stands, and at the end.
  EXPECT_LE(clouds.target.calls["DescribeKey"], 6);
  EXPECT_LE(clouds.source.calls["DescribeAccountAttributes"], 6);
  EXPECT_LE(clouds.source.calls["DescribeDBInstances"], 6);
  EXPECT_GE(clouds.target.calls["DescribeKey"], 3) << "what is acted on is looked at first";
}

TEST_F(Wait, StopsWhenToldTo) {
  clock.stop_after = 3;
  const auto result = wait_until_done(world, policy, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, WaitEnd::interrupted);
}

TEST_F(Wait, GivesUpOnWhatAwsFailsAgainAndAgain) {
  clouds.target.status_of_new = "failed";
  clock.on_sleep = [&] { clouds.finish(); };
  const auto result = wait_until_done(world, policy, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, WaitEnd::gave_up);
  EXPECT_EQ(result->gave_up_on->snapshot, core::SnapshotId("copy-20261122000000"));
  EXPECT_EQ(clouds.target.calls["CopyDBSnapshot"], 3);
}

TEST_F(Wait, EndsAtOnceWhenAPersonIsNeeded) {
  clouds.source.databases[0].status = "stopped";
  const auto result = wait_until_done(world, policy, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end, WaitEnd::done);
  EXPECT_EQ(result->last.trouble_count(), 1);
  EXPECT_TRUE(clock.sleeps.empty());
}

TEST_F(Wait, FirstTickThatCannotObserveIsTheError) {
  clouds.source.errors["DescribeDBSnapshots"].push_back(error_of(ErrorKind::transient));
  EXPECT_FALSE(wait_until_done(world, policy, {}));
}

TEST_F(Wait, ALaterDenialEndsIt) {
  clock.on_sleep = [&] {
    clouds.source.errors["DescribeDBSnapshots"].push_back(error_of(ErrorKind::denied));
  };
  const auto result = wait_until_done(world, policy, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::denied);
}

TEST(Parallel, RunsEveryTaskOnce) {
  std::vector<std::function<void()>> tasks;
  std::vector<int> ran(100);
  for (size_t i = 0; i < ran.size(); ++i) tasks.emplace_back([&ran, i] { ++ran[i]; });
  run_parallel(tasks, 8);
  EXPECT_EQ(ran, std::vector<int>(100, 1));
  run_parallel({}, 8);
}

}  // namespace
}  // namespace snapferry::engine
