// The planner, story by story: what stands, and what is planned. Each case is named after what it
// prevents.
// SPDX-License-Identifier: Apache-2.0
#include "core/planner.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

constexpr const char* kCreate = "create eu-west-1 rds-auto-snapshot-20261122000000 slot_due";
constexpr const char* kFuture =
    "wait eu-central-1 rds-auto-copy-20261122000000 source_not_available";
constexpr const char* kCopy = "copy eu-central-1 rds-auto-copy-20261122000000 copy_due";

TEST(Plan, FirstRunCreatesAndSaysWhatFollows) {
  const Scenario world;
  EXPECT_EQ(plan_of(world), (Lines{kCreate, kFuture}));
}

TEST(Plan, CreateCarriesOwnershipUserAndDatabaseTags) {
  Scenario world;
  world.policy.tags = {{"team", "data"}};
  world.inventory.database->tags = {{"env", "prod"}, {"aws:cloudformation:stack-name", "s"}};
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(plan.steps[0].tags, (Tags{{"snapferry:policy", "default"},
                                      {"snapferry:source-region", "eu-west-1"},
                                      {"snapferry:database", "orders"},
                                      {"snapferry:slot", "2026-11-22T00:00:00Z"},
                                      {"team", "data"},
                                      {"env", "prod"}}));
  EXPECT_EQ(plan.steps[0].tags_dropped, (Lines{"aws:cloudformation:stack-name"}));
}

TEST(Plan, NothingToDoWhenAllStands) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  world.copy("2026-11-22T00:00:00Z", "available");
  EXPECT_EQ(plan_of(world), Lines{});
}

TEST(Plan, WaitsForTheSnapshotAndSaysHowFarItIs) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "creating");
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  EXPECT_EQ(
      lines(plan),
      (Lines{"wait eu-west-1 rds-auto-snapshot-20261122000000 snapshot_in_progress", kFuture}));
  EXPECT_EQ(plan.steps[0].progress_percent, 40);
}

TEST(Plan, CopiesUnderTheKeyOfTheTarget) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available").tags["env"] = "prod";
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  ASSERT_EQ(lines(plan), (Lines{kCopy}));
  ASSERT_TRUE(plan.steps[0].copy);
  EXPECT_EQ(plan.steps[0].copy->kms_key, Scenario::kKeyArn);
  EXPECT_EQ(plan.steps[0].copy->source.str(),
            "arn:aws:rds:eu-west-1:123456789012:snapshot:rds-auto-snapshot-20261122000000");
  EXPECT_FALSE(plan.steps[0].copy->lineage.is_incremental);
  EXPECT_EQ(plan.steps[0].tags.at("snapferry:slot"), "2026-11-22T00:00:00Z");
  EXPECT_EQ(plan.steps[0].tags.at("env"), "prod");
}

TEST(Plan, UnknownStatusOfACopyIsInProgress) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  world.copy("2026-11-22T00:00:00Z", "a-word-aws-adds-tomorrow");
  EXPECT_EQ(plan_of(world),
            (Lines{"wait eu-central-1 rds-auto-copy-20261122000000 copy_in_progress"}));
}

TEST(Plan, FailedCopyIsDeletedThenMadeAnew) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  world.copy("2026-11-22T00:00:00Z", "failed");
  EXPECT_EQ(plan_of(world),
            (Lines{"delete eu-central-1 rds-auto-copy-20261122000000 failed_snapshot",
                   "wait eu-central-1 rds-auto-copy-20261122000000 being_deleted"}));
  world.target().snapshots.back().status = "deleting";
  EXPECT_EQ(plan_of(world),
            (Lines{"wait eu-central-1 rds-auto-copy-20261122000000 being_deleted"}));
  world.target().snapshots.clear();
  EXPECT_EQ(plan_of(world), (Lines{kCopy}));
}

TEST(Plan, FailedSnapshotIsDeletedThenMadeAnew) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "failed");
  EXPECT_EQ(plan_of(world),
            (Lines{"delete eu-west-1 rds-auto-snapshot-20261122000000 failed_snapshot"}));
  world.source().snapshots.clear();
  EXPECT_EQ(plan_of(world), (Lines{kCreate, kFuture}));
}

TEST(Plan, SomebodyElsesFailedSnapshotIsLeftAlone) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "failed").tags.clear();
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  ASSERT_EQ(lines(plan), (Lines{"blocked eu-west-1 rds-auto-snapshot-20261122000000 name_taken"}));
  EXPECT_NE(plan.steps[0].reason.hint.find("{db}"), std::string::npos);
}

TEST(Plan, SomebodyElsesNameAtTheTargetBlocksTheCopy) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  world.copy("2026-11-22T00:00:00Z", "available").tags["snapferry:database"] = "invoices";
  EXPECT_EQ(plan_of(world),
            (Lines{"blocked eu-central-1 rds-auto-copy-20261122000000 name_taken"}));
}

TEST(Plan, MissedCopiesAreMadeUpNewestFirst) {
  Scenario world;
  for (const char* slot : {"2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z",
                           "2026-11-22T00:00:00Z"}) {
    world.snapshot(slot, "available");
  }
  world.copy("2026-11-20T00:00:00Z", "available");
  EXPECT_EQ(plan_of(world),
            (Lines{kCopy, "copy eu-central-1 rds-auto-copy-20261121000000 copy_due"}));
}

TEST(Plan, ANewTargetGetsTheNewestAlone) {
  Scenario world;
  for (const char* slot :
       {"2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"}) {
    world.snapshot(slot, "available");
  }
  EXPECT_EQ(plan_of(world), (Lines{kCopy}));
}

TEST(Plan, YesterdaysUncopiedSnapshotGoesWhileTodaysIsMade) {
  Scenario world;
  world.snapshot("2026-11-21T00:00:00Z", "available");
  EXPECT_EQ(plan_of(world),
            (Lines{kCreate, kFuture, "copy eu-central-1 rds-auto-copy-20261121000000 copy_due"}));
}

TEST(Plan, OffScheduleSnapshotMeetsTheSlotBeforeIt) {
  Scenario world;
  world.snapshot("2026-11-22T11:30:00Z", "available");
  world.copy("2026-11-22T11:30:00Z", "available");
  EXPECT_EQ(plan_of(world), Lines{});
}

TEST(Plan, NowTakesOneBesideTheScheduledOne) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  world.copy("2026-11-22T00:00:00Z", "available");
  world.policy.wanted_slot = parse_instant("2026-11-22T12:00:00Z");
  EXPECT_EQ(plan_of(world),
            (Lines{"create eu-west-1 rds-auto-snapshot-20261122120000 slot_due",
                   "wait eu-central-1 rds-auto-copy-20261122120000 source_not_available"}));
}

TEST(Plan, ANamesakeInAnotherRegionIsNotOurs) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  Snapshot& copy = world.copy("2026-11-22T00:00:00Z", "available");
  copy.tags["snapferry:source-region"] = "us-east-1";
  EXPECT_EQ(plan_of(world),
            (Lines{"blocked eu-central-1 rds-auto-copy-20261122000000 name_taken"}));
  copy.id = SnapshotId("rds-auto-copy-20261122003000");
  copy.tags["snapferry:slot"] = "2026-11-22T00:30:00Z";
  EXPECT_EQ(plan_of(world), (Lines{kCopy})) << "nor does its later slot stand for ours";
}

TEST(Plan, ASlotOfTheFutureMeetsNothing) {
  Scenario world;
  world.snapshot("2099-01-01T00:00:00Z", "available");
  world.copy("2099-01-01T00:00:00Z", "available");
  EXPECT_EQ(plan_of(world),
            (Lines{"blocked eu-west-1 rds-auto-snapshot-20990101000000 slot_in_future", kCreate,
                   "blocked eu-central-1 rds-auto-copy-20990101000000 slot_in_future", kFuture}));
}

TEST(Plan, IncompatibleIsNeverDeletedByItself) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  world.copy("2026-11-22T00:00:00Z", "incompatible-restore");
  EXPECT_EQ(plan_of(world),
            (Lines{"blocked eu-central-1 rds-auto-copy-20261122000000 delete_refused"}));
}

TEST(Plan, BacklogGoesOnWhileTheNewestIsInFlight) {
  Scenario world;
  for (const char* slot :
       {"2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"}) {
    world.snapshot(slot, "available");
  }
  world.copy("2026-11-20T00:00:00Z", "available");
  world.copy("2026-11-22T00:00:00Z", "copying");
  EXPECT_EQ(plan_of(world),
            (Lines{"wait eu-central-1 rds-auto-copy-20261122000000 copy_in_progress",
                   "copy eu-central-1 rds-auto-copy-20261121000000 copy_due"}));
}

TEST(Plan, AKeyChangeIsSaidBeforeTheSnapshotIsTaken) {
  Scenario world;
  world.copy("2026-11-21T00:00:00Z", "available").kms_key_arn = "arn:of-the-old-key";
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  ASSERT_EQ(lines(plan), (Lines{kCreate, kFuture}));
  ASSERT_TRUE(plan.steps[1].copy);
  EXPECT_FALSE(plan.steps[1].copy->lineage.is_incremental);
  EXPECT_NE(plan.steps[1].copy->lineage.why.find("arn:of-the-old-key"), std::string::npos);
}

TEST(Plan, AThrottledTargetIsAWait) {
  Scenario world;
  world.target().error = Error{.kind = ErrorKind::transient, .message = "Rate exceeded"};
  EXPECT_EQ(plan_of(world), (Lines{kCreate, "wait eu-central-1  region_unreadable"}));
}

struct StatusRow {
  const char* status;
  StepKind kind;
};

TEST(Plan, DatabaseStatusDecides) {
  for (const StatusRow& row :
       std::vector<StatusRow>{{"available", StepKind::create},
                              {"storage-optimization", StepKind::create},
                              {"backing-up", StepKind::wait},
                              {"modifying", StepKind::wait},
                              {"a-word-of-tomorrow", StepKind::wait},
                              {"stopped", StepKind::blocked},
                              {"stopping", StepKind::blocked},
                              {"failed", StepKind::blocked},
                              {"storage-full", StepKind::blocked},
                              {"deleting", StepKind::blocked},
                              {"inaccessible-encryption-credentials", StepKind::blocked}}) {
    Scenario world;
    world.inventory.database->status = row.status;
    const Plan plan = make_plan(world.policy, world.inventory, world.now);
    ASSERT_FALSE(plan.steps.empty()) << row.status;
    EXPECT_EQ(plan.steps[0].kind, row.kind) << row.status;
  }
}

TEST(Plan, MissingDatabaseIsBlockedWithTheNearestName) {
  Scenario world;
  world.inventory.database.reset();
  world.inventory.similar = DatabaseId("orders-2");
  const Plan plan = make_plan(world.policy, world.inventory, world.now);
  ASSERT_EQ(lines(plan),
            (Lines{"blocked eu-west-1 rds-auto-snapshot-20261122000000 database_missing"}));
  EXPECT_EQ(plan.steps[0].reason.hint, "Did you mean orders-2?");
}

TEST(Plan, MissingDatabaseStillHasItsSnapshotsCopied) {
  Scenario world;
  world.inventory.database.reset();
  world.snapshot("2026-11-21T00:00:00Z", "available");
  EXPECT_EQ(plan_of(world),
            (Lines{"blocked eu-west-1 rds-auto-snapshot-20261122000000 database_missing",
                   "copy eu-central-1 rds-auto-copy-20261121000000 copy_due"}));
}

TEST(Plan, ClusterMemberIsBlocked) {
  Scenario world;
  world.inventory.database->cluster_id = "aurora-1";
  EXPECT_EQ(plan_of(world),
            (Lines{"blocked eu-west-1 rds-auto-snapshot-20261122000000 cluster_member"}));
}

TEST(Plan, MissingKeyIsSaidBeforeTheSnapshotIsDone) {
  Scenario world;
  world.policy.targets[0].kms_key.clear();
  EXPECT_EQ(plan_of(world),
            (Lines{kCreate, "blocked eu-central-1 rds-auto-copy-20261122000000 key_not_named"}));
  world.inventory.database->is_encrypted = false;
  EXPECT_EQ(plan_of(world), (Lines{kCreate, kFuture}));
}

TEST(Plan, FullQuotaAtTheSourceWaits) {
  Scenario world;
  world.source().quota = SnapshotQuota{.used = 100, .max = 100};
  EXPECT_EQ(plan_of(world),
            (Lines{"wait eu-west-1 rds-auto-snapshot-20261122000000 manual_quota_full", kFuture}));
}

TEST(Plan, FullQuotaAtTheTargetWaits) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  world.target().quota = SnapshotQuota{.used = 100, .max = 100};
  EXPECT_EQ(plan_of(world),
            (Lines{"wait eu-central-1 rds-auto-copy-20261122000000 manual_quota_full"}));
}

TEST(Plan, CopiesOfOthersFillTheInFlightQuota) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  for (int i = 0; i < 20; ++i) {
    Snapshot& other = world.copy(fmt::format("2026-10-{:02}T00:00:00Z", i + 1), "copying");
    other.tags.clear();
    other.database = DatabaseId("other");
  }
  EXPECT_EQ(plan_of(world),
            (Lines{"wait eu-central-1 rds-auto-copy-20261122000000 copies_in_flight_full"}));
}

TEST(Plan, UnreadableTargetIsBlockedAndTheSourceGoesOn) {
  Scenario world;
  world.target().error = Error{.kind = ErrorKind::denied, .message = "not allowed"};
  EXPECT_EQ(plan_of(world), (Lines{kCreate, "blocked eu-central-1  region_unreadable"}));
}

TEST(Plan, PartitionsDoNotMix) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available").arn.partition = "aws-cn";
  EXPECT_EQ(plan_of(world),
            (Lines{"blocked eu-central-1 rds-auto-copy-20261122000000 partition_differs"}));
}

}  // namespace
}  // namespace snapferry::core
