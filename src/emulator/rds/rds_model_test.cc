// How copies move, queue, fail and end, and what the model keeps of it. What core::Cloud can see is
// tests/contract's.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/rds/rds_model.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class StillClock : public core::Clock {
 public:
  core::Instant now() override { return core::parse_instant("2026-11-22T00:00:00Z").value(); }
  bool sleep(core::Milliseconds) override { return true; }
};

Caller caller_in(const char* region, const char* account = "123456789012") {
  const core::Region name(region);
  return {core::AccountId(account), name, std::string(core::partition_of(name).value()),
          "arn:aws:iam::" + std::string(account) + ":root"};
}

class RdsModelTest : public testing::Test {
 protected:
  void add_database(const std::string& id, bool is_encrypted = false) {
    CreateDbInstanceInput input;
    input.id = id;
    input.instance_class = "db.t3.micro";
    input.facts.engine = "mysql";
    input.facts.engine_version = "8.0.39";
    input.facts.is_encrypted = is_encrypted;
    ASSERT_TRUE(world.rds.create_db_instance(home, input).has_value());
    world.rds.finish_instance(home, id);
  }

  // A snapshot of orders that is available.
  DbSnapshot take(const std::string& id, const TagList& tags = {}) {
    EXPECT_TRUE(world.rds.create_db_snapshot(home, {id, "orders", tags}).has_value());
    clock.advance(hours(1));
    return find(home, id);
  }

  ServiceResult<DbSnapshot> copy(const DbSnapshot& from, const std::string& id,
                                 const std::string& key = {}) {
    CopyDbSnapshotInput input;
    input.source = from.arn;
    input.target_id = id;
    input.kms_key = key;
    return world.rds.copy_db_snapshot(away, input);
  }

  DbSnapshot find(const Caller& caller, const std::string& id) {
    DescribeDbSnapshotsInput input;
    input.id = id;
    auto page = world.rds.describe_db_snapshots(caller, input);
    EXPECT_TRUE(page.has_value()) << id;
    return page ? page->items.at(0) : DbSnapshot();
  }

  DbSnapshot finished_copy(const DbSnapshot& from, const std::string& id,
                           const std::string& key = {}) {
    const auto started = copy(from, id, key);
    EXPECT_TRUE(started.has_value()) << started.error().message;
    clock.advance(hours(1));
    return find(away, id);
  }

  std::string add_key(const Caller& caller) {
    return world.kms.create_key(caller, clock.now()).arn;
  }

  StillClock host;
  EmulatorClock clock{host, 0};
  World world{clock, 1};
  Caller home = caller_in("eu-west-1");
  Caller away = caller_in("eu-central-1");
};

TEST_F(RdsModelTest, MovesInFullOrInPartAsTheGuidesExampleSays) {
  add_database("orders", true);
  const std::string k2 = add_key(away);
  const std::string k3 = add_key(away);
  const std::string k4 = add_key(away);
  EXPECT_EQ(finished_copy(take("s1"), "s1c", k2).transfer, Transfer::full);
  EXPECT_EQ(finished_copy(take("s2"), "s2c", k3).transfer, Transfer::full);
  const DbSnapshot s3c = finished_copy(take("s3"), "s3c", k3);
  EXPECT_EQ(s3c.transfer, Transfer::incremental);
  EXPECT_EQ(s3c.base_arn, find(away, "s2c").arn);
  const DbSnapshot s4 = take("s4");
  EXPECT_EQ(finished_copy(s4, "s4c", k3).base_arn, s3c.arn);
  EXPECT_EQ(finished_copy(s4, "s4d", k4).transfer, Transfer::full);
}

TEST_F(RdsModelTest, IsFullAgainOnceTheLatestCopyIsGone) {
  add_database("orders");
  finished_copy(take("s1"), "c1");
  finished_copy(take("s2"), "c2");
  ASSERT_TRUE(world.rds.delete_db_snapshot(away, "c2").has_value());
  const DbSnapshot c3 = finished_copy(take("s3"), "c3");
  EXPECT_EQ(c3.transfer, Transfer::full);
  EXPECT_EQ(c3.transfer_reason, "the latest copy here is gone");
}

TEST_F(RdsModelTest, ACopyOfACopyIsFull) {
  add_database("orders");
  const DbSnapshot c1 = finished_copy(take("s1"), "c1");
  CopyDbSnapshotInput input;
  input.source = c1.arn;
  input.target_id = "c1-back";
  ASSERT_TRUE(world.rds.copy_db_snapshot(caller_in("us-east-1"), input).has_value());
  clock.advance(hours(1));
  EXPECT_EQ(find(caller_in("us-east-1"), "c1-back").transfer_reason, "copy of a copy");
}

TEST_F(RdsModelTest, CopiesOfOneDatabaseRunOneAfterTheOther) {
  add_database("orders");
  const DbSnapshot s1 = take("s1");
  const DbSnapshot s2 = take("s2");
  ASSERT_EQ(copy(s1, "c1")->status, "pending");
  ASSERT_EQ(copy(s2, "c2")->status, "pending");
  clock.advance(seconds(100));
  EXPECT_EQ(find(away, "c1").status, "creating");
  EXPECT_EQ(find(away, "c2").status, "pending");
  EXPECT_EQ(find(away, "c2").progress_percent, 0);
  // c1: 20 s pending, then 120 s + 20 GiB of 10 s; c2 then a tenth of that.
  clock.advance(seconds(241));
  EXPECT_EQ(find(away, "c1").status, "available");
  EXPECT_EQ(find(away, "c2").transfer, Transfer::incremental);
  clock.advance(seconds(32));
  EXPECT_EQ(find(away, "c2").status, "available");
}

TEST_F(RdsModelTest, OneLongAdvanceEndsAsManyShortOnes) {
  add_database("orders");
  const DbSnapshot s1 = take("s1");
  const DbSnapshot s2 = take("s2");
  ASSERT_TRUE(copy(s1, "c1").has_value());
  ASSERT_TRUE(copy(s2, "c2").has_value());
  clock.advance(hours(2));
  EXPECT_EQ(find(away, "c2").status, "available");
  EXPECT_EQ(find(away, "c2").base_arn, find(away, "c1").arn);
}

TEST_F(RdsModelTest, AFailedCopyKeepsItsNameAndItsPlaceInTheQuota) {
  add_database("orders");
  const DbSnapshot s1 = take("s1");
  world.faults.add({.kind = FaultKind::fail_copy, .operation = {}, .region = {}, .snapshot = "c1"});
  ASSERT_TRUE(copy(s1, "c1").has_value());
  clock.advance(hours(1));
  EXPECT_EQ(find(away, "c1").status, "failed");
  EXPECT_EQ(copy(s1, "c1").error().code, "DBSnapshotAlreadyExists");
  world.rds.quotas(away.region).manual_snapshots = 1;
  EXPECT_EQ(copy(s1, "c2").error().message, "Cannot create more than 1 manual snapshots");
  ASSERT_TRUE(world.rds.delete_db_snapshot(away, "c1").has_value());
  clock.advance(seconds(10));
  EXPECT_TRUE(copy(s1, "c1").has_value());
}

TEST_F(RdsModelTest, DeletingACopyInProgressCancelsItAndLetsTheNextBegin) {
  add_database("orders");
  const DbSnapshot s1 = take("s1");
  ASSERT_TRUE(copy(s1, "c1").has_value());
  ASSERT_TRUE(copy(s1, "c2").has_value());
  clock.advance(seconds(60));
  ASSERT_TRUE(world.rds.delete_db_snapshot(away, "c1").has_value());
  EXPECT_EQ(world.rds.events.back().event_id, "RDS-EVENT-0061");
  EXPECT_EQ(find(away, "c1").status, "deleting");
  clock.advance(seconds(30));
  EXPECT_EQ(find(away, "c2").status, "creating");
}

TEST_F(RdsModelTest, ACopyFailsWhenItsSourceGoes) {
  add_database("orders");
  ASSERT_TRUE(copy(take("s1"), "c1").has_value());
  clock.advance(seconds(60));
  ASSERT_TRUE(world.rds.delete_db_snapshot(home, "s1").has_value());
  EXPECT_EQ(find(away, "c1").status, "failed");
}

TEST_F(RdsModelTest, ALaggingListHidesANewSnapshot) {
  add_database("orders");
  world.faults.add({.kind = FaultKind::list_lag,
                    .operation = {},
                    .region = {},
                    .snapshot = {},
                    .delay = seconds(30)});
  ASSERT_TRUE(world.rds.create_db_snapshot(home, {"s1", "orders", {}}).has_value());
  DescribeDbSnapshotsInput by_id;
  by_id.id = "s1";
  EXPECT_EQ(world.rds.describe_db_snapshots(home, by_id).error().code, "DBSnapshotNotFound");
  EXPECT_TRUE(world.rds.describe_db_snapshots(home, {})->items.empty());
  clock.advance(seconds(30));
  EXPECT_EQ(world.rds.describe_db_snapshots(home, {})->items.size(), 1U);
}

TEST_F(RdsModelTest, PartitionsAreStrangers) {
  add_database("orders");
  CopyDbSnapshotInput input;
  input.source = take("s1").arn;
  input.target_id = "c1";
  const auto refused = world.rds.copy_db_snapshot(caller_in("us-gov-west-1"), input);
  EXPECT_EQ(refused.error().code, "InvalidParameterValue");
}

TEST_F(RdsModelTest, TagsComeAlongOnlyWhenAskedFor) {
  add_database("orders");
  const DbSnapshot s1 = take("s1", {{"team", "a"}});
  CopyDbSnapshotInput input{.source = s1.arn,
                            .target_id = "c1",
                            .kms_key = {},
                            .tags = {},
                            .is_copying_tags = true,
                            .option_group = {},
                            .presigned_url = {}};
  EXPECT_EQ(world.rds.copy_db_snapshot(away, input)->tags, (TagMap{{"team", "a"}}));
  input.target_id = "c2";
  input.tags = TagList{{"kind", "copy"}};
  EXPECT_EQ(world.rds.copy_db_snapshot(away, input)->tags, (TagMap{{"kind", "copy"}}));
  world.rds.snapshots.at(s1.arn).tags["aws:backup:source"] = "x";
  input.target_id = "c3";
  input.tags.reset();
  EXPECT_EQ(world.rds.copy_db_snapshot(away, input).error().message,
            "Tag keys cannot start with the reserved prefix \"aws:\".");
}

TEST_F(RdsModelTest, AnOptionGroupMustBeThere) {
  add_database("orders");
  CopyDbSnapshotInput input;
  input.source = take("s1").arn;
  input.target_id = "c1";
  input.option_group = "audit";
  EXPECT_EQ(world.rds.copy_db_snapshot(away, input).error().code, "OptionGroupNotFoundFault");
  world.rds.option_groups["arn:aws:rds:eu-central-1:123456789012:og:audit"] = {
      .name = "audit", .engine = "mysql", .major_version = "8.0"};
  world.rds.option_groups["arn:aws:rds:eu-central-1:123456789012:og:other"] = {
      .name = "other", .engine = "mysql", .major_version = "8.4"};
  input.option_group = "other";
  EXPECT_EQ(world.rds.copy_db_snapshot(away, input).error().code, "InvalidParameterCombination");
  input.option_group = "audit";
  EXPECT_EQ(world.rds.copy_db_snapshot(away, input)->facts.option_group, "audit");
}

TEST_F(RdsModelTest, OfTheDefaultOptionGroupsOnlyTheEnginesOwnIsThere) {
  add_database("orders");
  const DbSnapshot s1 = take("s1");
  for (const char* group : {"default:", "default:mysql-5-7", "default:postgres-16"}) {
    SCOPED_TRACE(group);
    CopyDbSnapshotInput copied;
    copied.source = s1.arn;
    copied.target_id = "c1";
    copied.option_group = group;
    const auto refused = world.rds.copy_db_snapshot(away, copied);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, "OptionGroupNotFoundFault");
    EXPECT_EQ(refused.error().http_status, 404);
    RestoreDbInstanceInput restored;
    restored.id = "again";
    restored.snapshot = "s1";
    restored.option_group = group;
    EXPECT_EQ(world.rds.restore_db_instance(home, restored).error().code,
              "OptionGroupNotFoundFault");
    ModifyDbInstanceInput modified;
    modified.id = "orders";
    modified.option_group = group;
    EXPECT_EQ(world.rds.modify_db_instance(home, modified).error().code,
              "OptionGroupNotFoundFault");
  }
  CopyDbSnapshotInput copied;
  copied.source = s1.arn;
  copied.target_id = "c1";
  copied.option_group = "Default:MySQL-8-0";
  EXPECT_EQ(world.rds.copy_db_snapshot(away, copied)->facts.option_group, "default:mysql-8-0");
}

TEST_F(RdsModelTest, AnotherAccountCopiesOnlyWhatIsSharedUnderItsOwnKey) {
  add_database("orders", true);
  const DbSnapshot s1 = take("s1");
  const Caller other = caller_in("eu-west-1", "999999999999");
  CopyDbSnapshotInput input;
  input.source = s1.arn;
  input.target_id = "theirs";
  EXPECT_EQ(world.rds.copy_db_snapshot(other, input).error().code, "DBSnapshotNotFound");
  const auto refused =
      world.rds.modify_db_snapshot_attribute(home, {"s1", "restore", {"999999999999"}, {}});
  EXPECT_EQ(refused.error().code, "InvalidParameterValue");  // aws/rds cannot be shared
}

TEST_F(RdsModelTest, AutomatedSnapshotsAreNotOursToDelete) {
  add_database("orders");
  const auto taken = world.rds.take_automated_snapshot(home, "orders");
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->id, "rds:orders-2026-11-22-00-00");
  EXPECT_EQ(world.rds.delete_db_snapshot(home, taken->id).error().message,
            "automated snapshots cannot be deleted.");
  CopyDbSnapshotInput input;
  input.source = taken->id;
  input.target_id = "kept";
  EXPECT_EQ(world.rds.copy_db_snapshot(home, input)->type, "manual");
}

TEST_F(RdsModelTest, ADeletionWantsItsFinalSnapshot) {
  add_database("orders");
  EXPECT_EQ(world.rds.delete_db_instance(home, {.id = "orders", .final_snapshot = {}}).error().code,
            "InvalidParameterCombination");
  ASSERT_TRUE(
      world.rds.delete_db_instance(home, {.id = "orders", .final_snapshot = "last"}).has_value());
  clock.advance(hours(1));
  EXPECT_EQ(find(home, "last").status, "available");
  EXPECT_TRUE(world.rds.describe_db_instances(home, {})->items.empty());
}

TEST_F(RdsModelTest, WhatIsSavedGoesOnWhereItStood) {
  add_database("orders");
  const DbSnapshot s1 = take("s1", {{"team", "a"}});
  ASSERT_TRUE(copy(s1, "c1").has_value());
  clock.advance(seconds(100));
  world.rds.settle();
  const auto saved = world.rds.save();

  EmulatorClock new_clock(host, 0);
  World restored(new_clock, 1);
  restored.rds.load(saved);
  EXPECT_EQ(restored.rds.save().at("events"), saved.at("events"));
  DescribeDbSnapshotsInput input;
  input.id = "c1";
  EXPECT_EQ(restored.rds.describe_db_snapshots(away, input)->items.at(0).progress_percent, 25);
  new_clock.advance(seconds(240));
  EXPECT_EQ(restored.rds.describe_db_snapshots(away, input)->items.at(0).status, "available");
  EXPECT_EQ(restored.rds.lineage().at(0).at("transfer").as_string(), "full");
}

TEST_F(RdsModelTest, WhatWasNeverSavedIsRefusedWithItsPlace) {
  add_database("orders");
  ASSERT_TRUE(copy(take("s1"), "c1").has_value());
  world.rds.quotas(away.region).instances = 40;
  const auto saved = world.rds.save();
  struct Row {
    const char* name;
    const char* pointer;
    boost::json::value value;
    const char* message;
  };
  const Row rows[] = {
      {"phase too high", "/snapshots/1/phase", 5, "snapshots[1]: phase: 5 is not from 0 to 4"},
      {"phase too low", "/snapshots/0/phase", -1, "snapshots[0]: phase: -1 is not from 0 to 4"},
      {"transfer", "/snapshots/0/transfer", 4, "snapshots[0]: transfer: 4 is not from 0 to 3"},
      {"percent", "/snapshots/0/progress_percent", 101,
       "snapshots[0]: progress_percent: 101 is not from 0 to 100"},
      {"duration", "/snapshots/0/duration", -1, "snapshots[0]: duration: -1 is not from 0 to "},
      {"size", "/instances/0/facts/allocated_storage_gib", -20,
       "instances[0]: facts: allocated_storage_gib: -20 is not from 0 to "},
      {"no number", "/instances/0/facts/port", "x", "instances[0]: facts: port: "},
      {"no partition", "/instances/0/partition", "aws-mars",
       "instances[0]: partition: \"aws-mars\" is not that of region \"eu-west-1\""},
      {"other partition", "/snapshots/0/partition", "aws-cn",
       "snapshots[0]: partition: \"aws-cn\" is not that of region \"eu-central-1\""},
      {"quota", "/quotas/eu-central-1/instances", -1,
       "quotas.eu-central-1: instances: -1 is not from 0 to "},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    boost::json::value damaged = saved;
    damaged.at_pointer(row.pointer) = row.value;
    EmulatorClock new_clock(host, 0);
    World restored(new_clock, 1);
    std::string message;
    try {
      restored.rds.load(damaged);
    } catch (const std::exception& exception) {
      message = exception.what();
    }
    EXPECT_EQ(message.substr(0, std::string(row.message).size()), row.message) << message;
  }
}

TEST_F(RdsModelTest, EventsTellTheStory) {
  add_database("orders");
  finished_copy(take("s1"), "c1");
  DescribeEventsInput input;
  input.source_type = "db-snapshot";
  input.duration_minutes = 24 * 60;
  const auto page = world.rds.describe_events(away, input);
  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_EQ(page->items[0].message, "Started copy of snapshot s1 from region eu-west-1");
  EXPECT_EQ(page->items[1].message,
            "Finished copy of snapshot s1 from region eu-west-1 in 6 minutes");
}

}  // namespace
}  // namespace snapferry::emulator
