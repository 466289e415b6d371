// The deletion guard, case by case: what may go, what must stay, and on what that rests.
// SPDX-License-Identifier: Apache-2.0
#include "core/rules/deletion_guard.h"

#include <gtest/gtest.h>

#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

TEST(DeletionGuard, AHoldKeepsWhatFailedToo) {
  Scenario world;
  world.copy("2026-11-21T00:00:00Z", "failed").tags["snapferry:hold"] = "";
  EXPECT_TRUE(refuse_delete(world.policy, world.inventory, Region("eu-central-1"),
                            world.target().snapshots[0], world.now));
}

TEST(DeletionGuard, LastGoodCopyStays) {
  Scenario world;
  world.copy("2026-11-21T00:00:00Z", "available");
  const auto refuse = [&](const Region& region, const Snapshot& snapshot) {
    return refuse_delete(world.policy, world.inventory, region, snapshot, world.now);
  };
  const Region target("eu-central-1");
  EXPECT_TRUE(refuse(target, world.target().snapshots[0])) << "the only one";
  world.copy("2026-11-22T00:00:00Z", "copying");
  EXPECT_TRUE(refuse(target, world.target().snapshots[0])) << "the newer one is not there yet";
  EXPECT_TRUE(refuse(target, world.target().snapshots[1])) << "in progress";
  world.target().snapshots[1].status = "available";
  EXPECT_FALSE(refuse(target, world.target().snapshots[0]));
  EXPECT_TRUE(refuse(target, world.target().snapshots[1])) << "the newest";
  world.target().snapshots[0].tags.erase("snapferry:policy");
  EXPECT_TRUE(refuse(target, world.target().snapshots[0])) << "not ours";
  EXPECT_TRUE(refuse(Region("us-east-1"), world.target().snapshots[1])) << "no place of the policy";
}

TEST(DeletionGuard, SourceStaysUntilEveryTargetHasItOrANewerOne) {
  Scenario world;
  world.snapshot("2026-11-20T00:00:00Z", "available");
  world.snapshot("2026-11-21T00:00:00Z", "available");
  const auto refuse_oldest = [&] {
    return refuse_delete(world.policy, world.inventory, world.policy.source_region,
                         world.source().snapshots[0], world.now);
  };
  EXPECT_TRUE(refuse_oldest()) << "the target has nothing";
  world.copy("2026-11-20T00:00:00Z", "copying");
  EXPECT_TRUE(refuse_oldest()) << "it is being copied";
  world.target().snapshots[0].status = "available";
  EXPECT_FALSE(refuse_oldest());
  world.target().snapshots.clear();
  world.copy("2026-11-21T00:00:00Z", "available");
  EXPECT_FALSE(refuse_oldest()) << "the target has a newer one";
  world.target().error = Error{};
  EXPECT_TRUE(refuse_oldest()) << "what cannot be read proves nothing";
}

// Two copies of the same database; the tests say of which slots and with data of when.
struct TwoCopies : testing::Test {
  Scenario world;
  TwoCopies() {
    world.copy("2026-11-20T00:00:00Z", "available");
    world.copy("2026-11-21T00:00:00Z", "available");
  }
  Snapshot& older() { return world.target().snapshots[0]; }
  Snapshot& newer() { return world.target().snapshots[1]; }
  bool may_go(const Snapshot& copy) {
    const Region& region = world.policy.targets[0].region;
    return !refuse_delete(world.policy, world.inventory, region, copy, world.now);
  }
};

TEST_F(TwoCopies, ALaterSlotWithOlderDataReplacesNothing) {
  ASSERT_TRUE(may_go(older()));
  newer().original_create_time = *older().original_create_time - Milliseconds(1);
  EXPECT_FALSE(may_go(older())) << "its data is the newest";
  EXPECT_FALSE(may_go(newer())) << "nor has the other one a later slot";
  newer().original_create_time = older().original_create_time;
  EXPECT_TRUE(may_go(older())) << "the same data";
}

TEST_F(TwoCopies, WhatTellsNoTimeOfItsDataStaysAndReplacesNothing) {
  newer().original_create_time.reset();
  EXPECT_FALSE(may_go(older()));
  newer().original_create_time = world.now;
  older().original_create_time.reset();
  EXPECT_FALSE(may_go(older()));
  older().status = "failed";
  EXPECT_TRUE(may_go(older())) << "what failed has no data";
}

TEST_F(TwoCopies, ASlotOfTheFutureReplacesNothing) {
  newer().status = "failed";
  Snapshot& future = world.copy("2026-11-22T13:00:00Z", "available");
  future.original_create_time = world.now;
  EXPECT_FALSE(may_go(older())) << "a person is asked to delete the one of the future";
  EXPECT_FALSE(may_go(world.target().snapshots[2]));
  world.now += std::chrono::hours(1);
  EXPECT_TRUE(may_go(older()));
}

struct ThreeDays : testing::Test {
  Scenario world;
  ThreeDays() {
    for (const char* slot :
         {"2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"}) {
      world.snapshot(slot, "available");
      world.copy(slot, "available");
    }
  }
  std::optional<std::string> refuse(const Snapshot& snapshot) {
    return refuse_delete(world.policy, world.inventory, world.policy.source_region, snapshot,
                         world.now);
  }
};

TEST_F(ThreeDays, ACopyOfOlderDataDoesNotReplaceASourceSnapshot) {
  const Snapshot& oldest = world.source().snapshots[0];
  ASSERT_FALSE(refuse(oldest));
  for (Snapshot& copy : world.target().snapshots) {
    copy.original_create_time = *oldest.original_create_time - Milliseconds(1);
  }
  EXPECT_EQ(refuse(oldest), "eu-central-1 has no good copy of it or of a newer one");
  world.target().snapshots[0].original_create_time = oldest.original_create_time;
  EXPECT_FALSE(refuse(oldest)) << "its own copy";
  world.target().snapshots[0].original_create_time.reset();
  EXPECT_TRUE(refuse(oldest));
}

TEST_F(ThreeDays, ADeleteRestsOnTheNewestDataOfEachPlace) {
  const Snapshot& oldest = world.source().snapshots[0];
  const auto all =
      replacements_of(world.policy, world.inventory, world.policy.source_region, oldest, world.now);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].snapshot, SnapshotId("rds-auto-snapshot-20261122000000"));
  EXPECT_EQ(all[1].region, Region("eu-central-1"));
  EXPECT_EQ(all[1].snapshot, SnapshotId("rds-auto-copy-20261122000000"));
  world.target().snapshots[2].original_create_time = world.now - std::chrono::hours(240);
  const auto copies = replacements_of(world.policy, world.inventory, Region("eu-central-1"),
                                      world.target().snapshots[0], world.now);
  ASSERT_EQ(copies.size(), 1U) << "what happens in the source region is no matter of a copy";
  EXPECT_EQ(copies[0].snapshot, SnapshotId("rds-auto-copy-20261121000000"));
  world.target().snapshots[0].status = "failed";
  EXPECT_TRUE(replacements_of(world.policy, world.inventory, Region("eu-central-1"),
                              world.target().snapshots[0], world.now)
                  .empty());
}

}  // namespace
}  // namespace snapferry::core
