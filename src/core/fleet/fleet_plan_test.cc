// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/fleet_plan.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Region kHome("eu-west-1");
const Region kAway("eu-central-1");

// A region of databases, and one policy that means all of them.
class FleetPlanTest : public testing::Test {
 protected:
  FleetPlanTest() {
    FleetPolicy policy;
    policy.name = "production";
    policy.source_regions = {kHome};
    policy.databases.push_back({.id = {}, .id_like = "*", .tags = {}, .engines = {}});
    policy.schedule = *parse_schedule("rate(1 day)");
    policy.snapshot_name = "auto-{db}-{time}";
    FleetTarget target;
    target.region = kAway;
    target.default_key = "alias/dr";
    target.copy_name = "copy-{db}-{time}";
    policy.targets.push_back(target);
    policy.rpo = std::chrono::hours(26);
    policies = {policy};
    Scenario one;
    seen[kHome].view.quota = SnapshotQuota{.used = 5, .max = 100};
    seen[kAway].view.quota = SnapshotQuota{.used = 5, .max = 100};
    seen[kAway].view.keys = one.target().keys;
  }

  Database& database(const std::string& id) {
    Database database = *Scenario().inventory.database;
    database.id = DatabaseId(id);
    database.arn.resource = "db:" + id;
    database.resource_id = "db-" + id;
    seen[kHome].databases.push_back(database);
    return seen[kHome].databases.back();
  }

  // An available snapshot of ours at home, so that a copy of it is due.
  Snapshot& snapshot(const std::string& id, const std::string& slot) {
    Scenario one;
    Snapshot& made = seen[kHome].view.snapshots.emplace_back(one.snapshot(slot, "available"));
    made.database = DatabaseId(id);
    made.resource_id = "db-" + id;
    made.id = NameTemplate::parse("auto-{db}-{time}", made.database, "")
                  ->render(made.database, *parse_instant(slot));
    made.arn.resource = "snapshot:" + made.id.str();
    made.tags = ownership_tags(
        {.owner = {.policy = "production", .source_region = kHome, .database = made.database},
         .slot = *parse_instant(slot)});
    return made;
  }

  Snapshot& copy(const std::string& id, const std::string& slot, const std::string& status) {
    Scenario one;
    Snapshot& made = seen[kAway].view.snapshots.emplace_back(one.copy(slot, status));
    made.database = DatabaseId(id);
    made.resource_id = "db-" + id;
    made.id = NameTemplate::parse("copy-{db}-{time}", made.database, "")
                  ->render(made.database, *parse_instant(slot));
    made.arn.resource = "snapshot:" + made.id.str();
    made.tags = ownership_tags(
        {.owner = {.policy = "production", .source_region = kHome, .database = made.database},
         .slot = *parse_instant(slot)});
    return made;
  }

  FleetPlan plan(std::optional<int> deletes_max = {}) {
    return make_fleet_plan(policies, pack(seen), now, {.deletes_max = deletes_max});
  }

  // "orders create slot_due", in the plan's order.
  Lines steps(StepKind kind) {
    Lines found;
    for (const FleetItem& item : plan().items) {
      for (const Step& step : item.plan.steps) {
        if (step.kind != kind) continue;
        found.push_back(
            fmt::format("{} {}", item.policy.database.str(), to_string(step.reason.code)));
      }
    }
    return found;
  }

  std::vector<FleetPolicy> policies;
  PlainSurvey seen;
  Instant now = *parse_instant("2026-11-22T12:00:00Z");
};

TEST_F(FleetPlanTest, EveryDatabaseThatIsMeantIsPlanned) {
  database("orders");
  database("users").engine = "postgres";
  database("scratch").tags = {{"env", "scratch"}};
  policies[0].except.push_back(
      {.id = {}, .id_like = {}, .tags = {{"env", "scratch"}}, .engines = {}});
  EXPECT_THAT(steps(StepKind::create), ElementsAre("orders slot_due", "users slot_due"));
}

TEST_F(FleetPlanTest, ADatabaseNamedByIdThatIsNowhereIsBlockedAndNotPassedOver) {
  database("orders");
  policies[0].databases = {{.id = DatabaseId("oders"), .id_like = {}, .tags = {}, .engines = {}}};
  const FleetPlan made = plan();
  ASSERT_THAT(made.items, SizeIs(1));
  ASSERT_THAT(made.items[0].plan.steps, SizeIs(1));
  EXPECT_EQ(made.items[0].plan.steps[0].reason.code, ReasonCode::database_missing);
  EXPECT_THAT(made.items[0].plan.steps[0].reason.hint, HasSubstr("orders"));
}

TEST_F(FleetPlanTest, ADatabaseNamedByIdInOneOfSeveralRegionsIsNotMissedInTheOthers) {
  const Region other("eu-west-2");
  seen[other];
  database("orders");
  policies[0].source_regions = {other, kHome};
  policies[0].databases = {{.id = DatabaseId("orders"), .id_like = {}, .tags = {}, .engines = {}}};
  EXPECT_THAT(steps(StepKind::blocked), IsEmpty());
  EXPECT_THAT(steps(StepKind::create), ElementsAre("orders slot_due"));
}

TEST_F(FleetPlanTest, AClusterMemberIsSaidAndNotSkipped) {
  database("aurora-1").cluster_id = "aurora";
  EXPECT_THAT(steps(StepKind::blocked), ElementsAre("aurora-1 cluster_member"));
}

TEST_F(FleetPlanTest, OneRegionThatCannotBeReadStopsNoOther) {
  const Region other("eu-west-2");
  seen[other].view.error = fail(ErrorKind::denied, "no", "Ask.").error();
  policies[0].source_regions = {other, kHome};
  database("orders");
  const FleetPlan made = plan();
  ASSERT_THAT(made.problems, SizeIs(1));
  EXPECT_THAT(describe(made.problems[0]), HasSubstr("production"));
  EXPECT_THAT(steps(StepKind::create), ElementsAre("orders slot_due"));
}

TEST_F(FleetPlanTest, DatabasesThatCannotBeListedStopNoCopyIntoTheirRegion) {
  database("orders");
  snapshot("orders", "2026-11-22T00:00:00Z");
  FleetPolicy back = policies[0];
  back.name = "back";
  back.source_regions = {kAway};
  back.targets[0].region = kHome;
  policies.push_back(back);
  seen[kAway].databases_error = fail(ErrorKind::transient, "no", "Ask.").error();
  EXPECT_THAT(plan().problems, SizeIs(1));
  EXPECT_THAT(steps(StepKind::copy), ElementsAre("orders copy_due"));
}

TEST_F(FleetPlanTest, ADatabaseIsNotCalledMissingWhileARegionItMayBeInIsUnread) {
  const Region other("eu-west-2");
  seen[other].databases_error = fail(ErrorKind::transient, "no", "Ask.").error();
  policies[0].source_regions = {kHome, other};
  policies[0].databases = {{.id = DatabaseId("orders"), .id_like = {}, .tags = {}, .engines = {}}};
  EXPECT_THAT(plan().items, IsEmpty());
  EXPECT_THAT(plan().problems, SizeIs(1));
}

TEST_F(FleetPlanTest, APolicyThatMeansNoDatabaseIsAProblem) {
  database("orders");
  policies[0].databases = {{.id = {}, .id_like = "x-*", .tags = {}, .engines = {}}};
  const FleetPlan made = plan();
  ASSERT_THAT(made.problems, SizeIs(1));
  EXPECT_THAT(describe(made.problems[0]), HasSubstr("means no database"));
}

TEST_F(FleetPlanTest, WhatIsLeftOfADatabaseThatIsGoneStays) {
  policies[0].databases = {{.id = DatabaseId("orders"), .id_like = {}, .tags = {}, .engines = {}}};
  policies[0].keep.days = 3;
  policies[0].targets[0].keep.days = 3;
  for (const char* slot : {"2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z"}) {
    snapshot("orders", slot);
    copy("orders", slot, "available");
  }
  EXPECT_THAT(steps(StepKind::delete_), IsEmpty());
  const FleetPlan made = plan();
  ASSERT_THAT(made.items, SizeIs(1));
  for (const Kept& kept : made.items[0].plan.kept) EXPECT_EQ(kept.rule, KeepRule::database_gone);
}

TEST_F(FleetPlanTest, TheOldDatabasesCopiesSurviveOneThatIsMadeAnewUnderItsName) {
  database("orders").resource_id = "db-ANEW";
  policies[0].keep.last = 1;
  policies[0].targets[0].keep.last = 1;
  for (const char* slot : {"2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"}) {
    snapshot("orders", slot);
    copy("orders", slot, "available").resource_id = "db-orders";
  }
  snapshot("orders", "2026-11-22T00:00:00Z").resource_id = "db-ANEW";
  copy("orders", "2026-11-22T00:00:00Z", "available").resource_id = "db-ANEW";
  const FleetPlan made = plan();
  ASSERT_THAT(made.items, SizeIs(1));
  Lines deleted;
  for (const Step& step : made.items[0].plan.steps) {
    if (step.kind == StepKind::delete_) deleted.push_back(step.snapshot.str());
  }
  EXPECT_THAT(deleted, ElementsAre("auto-orders-20261120000000", "copy-orders-20261120000000"));
}

TEST_F(FleetPlanTest, EachTargetHasItsOwnLimitOfCopiesInFlight) {
  const Region far("us-east-1");
  FleetTarget second = policies[0].targets[0];
  second.region = far;
  second.copies_in_flight_max = 20;
  policies[0].targets[0].copies_in_flight_max = 1;
  policies[0].targets.push_back(second);
  seen[far].view.keys = seen[kAway].view.keys;
  for (auto& [name, key] : seen[far].view.keys) {
    key->arn.replace(key->arn.find("eu-central-1"), 12, "us-east-1");
  }
  for (const char* id : {"a", "b", "c"}) {
    database(id);
    snapshot(id, "2026-11-22T00:00:00Z");
  }
  std::map<Region, int> copies;
  for (const FleetItem& item : plan().items) {
    for (const Step& step : item.plan.steps) copies[step.region] += step.kind == StepKind::copy;
  }
  EXPECT_EQ(copies[kAway], 1);
  EXPECT_EQ(copies[far], 3);
}

TEST_F(FleetPlanTest, WhatIsPlannedIsNotReportedAsUsed) {
  database("orders");
  const FleetPlan made = plan();
  ASSERT_THAT(made.items, SizeIs(1));
  const Survey survey = pack(seen);
  const Inventory inventory = SurveyIndex(survey, now).inventory_of(made.items[0].policy);
  EXPECT_EQ(inventory.regions.at(kHome).quota->used, 5);
}

TEST_F(FleetPlanTest, OneDatabasesManyDeletesAreHeldThoughThePolicyCouldBearThem) {
  policies[0].keep.days = 3;
  for (int i = 0; i < 10; ++i) {
    const std::string id = fmt::format("db-{:02}", i);
    database(id);
    for (int day = 1; day <= 20; ++day) {
      // One has them all long ago, the others within their days.
      const std::string slot = i == 0 ? fmt::format("2026-10-{:02}T00:00:00Z", day)
                                      : fmt::format("2026-11-22T00:{:02}:00Z", day);
      snapshot(id, slot);
      copy(id, slot, "available");
    }
  }
  EXPECT_THAT(steps(StepKind::delete_), IsEmpty());
  EXPECT_THAT(steps(StepKind::blocked), ElementsAre("db-00 too_many_deletes"));
}

TEST_F(FleetPlanTest, CopiesInFlightAreOneLimitForAllAndTheOldestDataGoesFirst) {
  for (const char* id : {"a", "b", "c"}) {
    database(id);
    snapshot(id, "2026-11-22T00:00:00Z");
  }
  copy("a", "2026-11-21T00:00:00Z", "available");
  copy("b", "2026-11-20T00:00:00Z", "available");
  copy("elsewhere", "2026-11-21T00:00:00Z", "copying").source_region = kHome.str();
  policies[0].targets[0].copies_in_flight_max = 3;
  EXPECT_THAT(steps(StepKind::copy), ElementsAre("b copy_due", "c copy_due"));
  EXPECT_THAT(steps(StepKind::wait), Contains("a copies_in_flight_full"));
}

TEST_F(FleetPlanTest, TheManualQuotaIsOneForAll) {
  for (const char* id : {"a", "b", "c"}) database(id);
  seen[kHome].view.quota = SnapshotQuota{.used = 98, .max = 100};
  EXPECT_THAT(steps(StepKind::create), SizeIs(2));
  EXPECT_THAT(steps(StepKind::wait), Contains("c manual_quota_full"));
}

TEST_F(FleetPlanTest, ANameThatAnotherDatabaseHoldsIsNotClaimed) {
  database("orders");
  Snapshot& foreign = snapshot("other", "2026-11-22T00:00:00Z");
  foreign.tags.clear();
  foreign.id = SnapshotId("auto-orders-20261122000000");
  EXPECT_THAT(steps(StepKind::blocked), ElementsAre("orders name_taken"));
}

TEST_F(FleetPlanTest, KeysAndOptionGroupsAreOfTheDatabase) {
  database("orders").option_group = "og-home";
  snapshot("orders", "2026-11-22T00:00:00Z");
  FleetTarget& target = policies[0].targets[0];
  target.keys = {{"orders", "alias/orders"}};
  target.option_groups = {{"og-home", "og-away"}};
  Key key = *seen[kAway].view.keys.at("alias/dr");
  key.arn.back() = '9';
  seen[kAway].view.keys.emplace("alias/orders", key);
  const FleetPlan made = plan();
  ASSERT_THAT(made.items, SizeIs(1));
  ASSERT_THAT(made.items[0].plan.steps, SizeIs(1));
  const Step& step = made.items[0].plan.steps[0];
  ASSERT_TRUE(step.copy);
  EXPECT_EQ(step.copy->kms_key, key.arn);
  EXPECT_EQ(step.copy->option_group, "og-away");
}

TEST_F(FleetPlanTest, APolicyThatWouldLoseTooMuchOverAllItsDatabasesLosesNothing) {
  policies[0].keep.days = 3;
  for (int i = 0; i < 12; ++i) {
    const std::string id = fmt::format("db-{:02}", i);
    database(id);
    for (const char* slot : {"2026-11-10T00:00:00Z", "2026-11-22T00:00:00Z"}) {
      snapshot(id, slot);
      copy(id, slot, "available");
    }
  }
  EXPECT_THAT(steps(StepKind::delete_), IsEmpty());
  EXPECT_THAT(steps(StepKind::blocked), SizeIs(12));
  EXPECT_THAT(steps(StepKind::blocked), Contains("db-00 too_many_deletes"));
  int deletes = 0;
  for (const FleetItem& item : plan(12).items) {
    deletes += int(std::ranges::count(item.plan.steps, StepKind::delete_, &Step::kind));
  }
  EXPECT_EQ(deletes, 12);
}

TEST_F(FleetPlanTest, SameInputSamePlan) {
  for (const char* id : {"c", "a", "b"}) database(id);
  const Lines first = steps(StepKind::create);
  std::ranges::reverse(seen[kHome].databases);
  EXPECT_EQ(first, steps(StepKind::create));
}

}  // namespace
}  // namespace snapferry::core
