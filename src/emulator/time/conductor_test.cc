// SPDX-License-Identifier: Apache-2.0
#include "emulator/time/conductor.h"

#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"

namespace snapferry::emulator {
namespace {

using std::chrono::days;
using std::chrono::hours;

class ConductorTest : public testing::Test {
 protected:
  ConductorTest() { add_lab(world_); }

  Caller caller_{core::AccountId("123456789012"), core::Region("eu-west-1"), "aws",
                 "arn:aws:iam::123456789012:root"};
  HandClock host_;
  EmulatorClock clock_{host_, 1};
  World world_{clock_, 1};
};

TEST_F(ConductorTest, EndsExactlyAtTheTarget) {
  const auto start = clock_.now();
  ASSERT_TRUE(advance_world(world_, days(3) + core::Milliseconds(7)));
  EXPECT_EQ(clock_.now(), start + days(3) + core::Milliseconds(7));
}

TEST_F(ConductorTest, FinishesASnapshotAtItsOwnTime) {
  const auto start = clock_.now();
  ASSERT_TRUE(world_.rds.create_db_snapshot(caller_, {"one", "gtp-paul-mysql-lab-db", {}}));
  const auto due = world_.rds.next_due();
  ASSERT_TRUE(due);
  ASSERT_TRUE(advance_world(world_, hours(5)));
  EXPECT_EQ(world_.rds.events.back().date, *due);
  EXPECT_LT(*due, start + hours(1));
  EXPECT_EQ(world_.rds.next_due(), std::nullopt);
}

TEST_F(ConductorTest, TakesEachEventOnce) {
  ASSERT_TRUE(world_.rds.create_db_snapshot(caller_, {"one", "gtp-paul-mysql-lab-db", {}}));
  EXPECT_TRUE(do_what_is_due(world_));
  EXPECT_FALSE(do_what_is_due(world_));
  EXPECT_TRUE(world_.rds.take_new_events().empty());
}

TEST_F(ConductorTest, EventsNobodyTookOutliveARestart) {
  (void)world_.rds.take_new_events();
  ASSERT_TRUE(world_.rds.create_db_snapshot(caller_, {"one", "gtp-paul-mysql-lab-db", {}}));
  const auto saved = world_.rds.save();
  World other(clock_, 1);
  other.rds.load(saved);
  const auto events = other.rds.take_new_events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].event_id, "RDS-EVENT-0040");
}

}  // namespace
}  // namespace snapferry::emulator
