// SPDX-License-Identifier: Apache-2.0
#include "emulator/time/emulator_clock.h"

#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"
#include "emulator/faults.h"
#include "emulator/identifiers.h"

namespace snapferry::emulator {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only

TEST(EmulatorClockTest, TimeOfDayIsTheHostsAndWorkIsFaster) {
  HandClock host;
  EmulatorClock clock(host, 60);
  const auto start = clock.now();
  host.advance(1min);
  EXPECT_EQ(clock.now() - start, 1min);
  EXPECT_EQ(clock.worked(), 1h);
  clock.advance(3h);
  EXPECT_EQ(clock.now() - start, 3h + 1min);
  EXPECT_EQ(clock.worked(), 4h);
  EXPECT_EQ(clock.host_now(), host.now());
}

TEST(EmulatorClockTest, AtSpeedZeroOnlyAdvanceWorks) {
  HandClock host;
  EmulatorClock clock(host, 0);
  host.advance(24h);
  EXPECT_EQ(clock.worked(), 0ms);
  clock.advance(1s);
  EXPECT_EQ(clock.worked(), 1s);
}

TEST(EmulatorClockTest, RestoreGoesOnWhereTheSavedOneStood) {
  HandClock host;
  EmulatorClock clock(host, 2);
  host.advance(1h);
  clock.restore(5h, 7h);
  EXPECT_EQ(clock.advanced(), 5h);
  EXPECT_EQ(clock.worked(), 7h);
  host.advance(1h);
  EXPECT_EQ(clock.worked(), 9h);
  EXPECT_EQ(clock.now(), host.now() + 5h);
}

TEST(FaultsTest, StrikeWhereTheyFitAndAsOftenAsOrdered) {
  Faults faults;
  faults.add({.kind = FaultKind::throttle,
              .operation = "CopyDBSnapshot",
              .region = {},
              .snapshot = {},
              .times = 2});
  faults.add({.kind = FaultKind::fail_copy,
              .operation = {},
              .region = "eu-central-1",
              .snapshot = "orders",
              .times = -1});
  EXPECT_FALSE(faults.strike(FaultKind::throttle, "DescribeDBSnapshots", "eu-west-1"));
  EXPECT_FALSE(faults.strike(FaultKind::slow, "CopyDBSnapshot", "eu-west-1"));
  EXPECT_TRUE(faults.strike(FaultKind::throttle, "CopyDBSnapshot", "eu-west-1"));
  EXPECT_TRUE(faults.strike(FaultKind::throttle, "CopyDBSnapshot", "us-east-1"));
  EXPECT_FALSE(faults.strike(FaultKind::throttle, "CopyDBSnapshot", "eu-west-1"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(faults.strike(FaultKind::fail_copy, "x", "eu-central-1", "copy-of-orders-1"));
  }
  EXPECT_FALSE(faults.strike(FaultKind::fail_copy, "x", "eu-central-1", "users"));
  EXPECT_FALSE(faults.strike(FaultKind::fail_copy, "x", "eu-west-1", "orders"));
  faults.clear();
  EXPECT_FALSE(faults.strike(FaultKind::fail_copy, "x", "eu-central-1", "orders"));
}

TEST(FaultsTest, KindsHaveNames) {
  EXPECT_EQ(parse_fault_kind("lost_reply"), FaultKind::lost_reply);
  EXPECT_EQ(to_string(FaultKind::list_lag), "list_lag");
  EXPECT_EQ(parse_fault_kind("flood"), std::nullopt);
}

TEST(IdentifiersTest, SameSeedSameIdsAndNoneTwice) {
  Identifiers first(1, "kms");
  Identifiers again(1, "kms");
  Identifiers other(1, "sts");
  const std::string id = first.uuid();
  EXPECT_EQ(id, again.uuid());
  EXPECT_NE(id, other.uuid());
  EXPECT_NE(id, first.uuid());
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(id[14], '4');
  Identifiers resumed(1, "kms");
  resumed.set_drawn(first.drawn());
  EXPECT_EQ(resumed.uuid(), first.uuid());
}

}  // namespace
}  // namespace snapferry::emulator
