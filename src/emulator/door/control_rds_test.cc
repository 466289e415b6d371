// Snapshots and quotas as labs order them.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/door/control_rds.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace snapferry::emulator {
namespace {

class NoonClock : public core::Clock {
 public:
  core::Instant now() override { return core::parse_instant("2026-11-22T12:00:00Z").value(); }
  bool sleep(core::Milliseconds) override { return true; }
};

class ControlRdsTest : public testing::Test {
 protected:
  ControlRdsTest() { add_fleet(world, 12); }

  static Caller lab_in(const char* region) {
    return {core::AccountId("123456789012"), core::Region(region), "aws",
            "arn:aws:iam::123456789012:root"};
  }

  core::Result<boost::json::value> add(std::string_view list) {
    return add_ordered_snapshots(world, boost::json::parse(list));
  }

  NoonClock host;
  EmulatorClock clock{host, 0};
  World world{clock, 1};
};

TEST_F(ControlRdsTest, SnapshotsAreThereAsIfTakenThen) {
  const auto added = add(R"([
    {"region":"eu-west-1","id":"auto-1","database":"prod-0001","time":"2026-11-01T02:00:00Z",
     "tags":{"a":"1"}},
    {"region":"eu-central-1","id":"copy-1","kms_key":"alias/dr","time":"2026-11-01T03:00:00Z",
     "source":"arn:aws:rds:eu-west-1:123456789012:snapshot:auto-1"},
    {"region":"eu-west-1","type":"automated","kind":"cluster","database":"aurora-0012",
     "time":"2026-11-01T04:00:00Z"},
    {"region":"eu-west-1","type":"awsbackup","database":"prod-0001"}])");
  ASSERT_TRUE(added.has_value()) << added.error().message;
  EXPECT_EQ(added->at("added"), 4);
  const auto copy = world.rds.describe_db_snapshots(lab_in("eu-central-1"), {.id = "copy-1"});
  ASSERT_TRUE(copy.has_value());
  const DbSnapshot& found = copy->items.at(0);
  EXPECT_EQ(found.status, "available");
  EXPECT_EQ(found.create_time, core::parse_instant("2026-11-01T03:00:00Z"));
  EXPECT_EQ(found.original_create_time, core::parse_instant("2026-11-01T02:00:00Z"));
  EXPECT_EQ(found.instance, "prod-0001");
  EXPECT_TRUE(found.facts.kms_key_arn.starts_with("arn:aws:kms:eu-central-1:"));
  const auto of_cluster = world.rds.describe_db_cluster_snapshots(lab_in("eu-west-1"), {});
  EXPECT_EQ(of_cluster->items.at(0).id, "rds:aurora-0012-2026-11-01-04-00");
  const auto all = world.rds.describe_db_snapshots(lab_in("eu-west-1"), {});
  ASSERT_EQ(all->items.size(), 1U);
  const auto backups = world.rds.describe_db_snapshots(lab_in("eu-west-1"), {.type = "awsbackup"});
  ASSERT_EQ(backups->items.size(), 1U);
  const std::string backup = backups->items.at(0).id;
  EXPECT_TRUE(world.rds.describe_db_snapshots(lab_in("eu-west-1"), {.id = backup}).has_value());
  EXPECT_EQ(world.rds.delete_db_snapshot(lab_in("eu-west-1"), backup).error().code,
            "InvalidDBSnapshotState");
  // The next copy builds on the one that was added.
  CopyDbSnapshotInput next;
  next.source = "arn:aws:rds:eu-west-1:123456789012:snapshot:auto-1";
  next.target_id = "copy-2";
  next.kms_key = "alias/dr";
  const auto begun = world.rds.copy_db_snapshot(lab_in("eu-central-1"), next);
  ASSERT_TRUE(begun.has_value()) << begun.error().message;
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(world.rds.describe_db_snapshots(lab_in("eu-central-1"), {.id = "copy-2"})
                ->items.at(0)
                .transfer,
            Transfer::incremental);
}

TEST_F(ControlRdsTest, WhatIsWrongIsNamedWithItsPlace) {
  struct Case {
    const char* name;
    const char* list;
    const char* said;
  };
  const Case cases[] = {
      {"no list", "{}", "must be a list"},
      {"no region", R"([{"id":"a","database":"prod-0001"}])", R"([0]: "region")"},
      {"no database", R"([{"region":"eu-west-1","id":"a"}])", "database"},
      {"unknown database", R"([{"region":"eu-west-1","id":"a","database":"none"}])",
       "DBInstanceNotFound"},
      {"bad name", R"([{"region":"eu-west-1","id":"-","database":"prod-0001"}])",
       "InvalidParameterValue"},
      {"bad time", R"([{"region":"eu-west-1","id":"a","database":"prod-0001","time":"now"}])",
       R"("time")"},
      {"bad member", R"([{"region":"eu-west-1","colour":"red"}])", R"("colour")"},
      {"bad type", R"([{"region":"eu-west-1","type":"odd","database":"prod-0001"}])", "odd"},
      {"twice",
       R"([{"region":"eu-west-1","id":"a","database":"prod-0001"},
           {"region":"eu-west-1","id":"a","database":"prod-0001"}])",
       "[1]: DBSnapshotAlreadyExists"},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    const auto answer = add(row.list);
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().message, testing::HasSubstr(row.said));
  }
}

TEST_F(ControlRdsTest, QuotasAreSetByName) {
  const auto set = set_ordered_quotas(
      world, boost::json::parse(R"({"region":"eu-west-1","manual_cluster_snapshots":7})"));
  ASSERT_TRUE(set.has_value()) << set.error().message;
  EXPECT_EQ(set->at("manual_cluster_snapshots"), 7);
  EXPECT_EQ(set->at("manual_snapshots"), 100);
  EXPECT_EQ(world.rds.quotas(core::Region("eu-west-1")).manual_cluster_snapshots, 7);
  for (const char* wrong : {R"({"region":"eu-west-1","manual":7})",
                            R"({"region":"eu-west-1","clusters":-1})", R"({"clusters":1})", "[]"}) {
    EXPECT_FALSE(set_ordered_quotas(world, boost::json::parse(wrong)).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace snapferry::emulator
