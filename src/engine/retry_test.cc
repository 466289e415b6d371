// SPDX-License-Identifier: Apache-2.0
#include "engine/retry.h"

#include <gtest/gtest.h>

#include "engine/around_cloud.h"
#include "engine/call_log.h"
#include "engine/fake_clouds_for_test.h"
#include "engine/pace.h"

namespace snapferry::engine {
namespace {

using core::ErrorKind;
using namespace std::chrono_literals;  // NOLINT

struct Fixture {
  ManualClock clock;
  FakeClouds clouds{clock};
  int told = 0;
  Retry retry{
      {}, clock, 1, [this](const Call&, int, core::Milliseconds, const core::Error&) { ++told; }};
  AroundClouds<Retry> retried{clouds, retry};

  core::Cloud& source() { return retried.in(core::Region("eu-west-1")); }
  void fail(const char* operation, ErrorKind kind, int times) {
    for (int i = 0; i < times; ++i) clouds.source.errors[operation].push_back(error_of(kind));
  }
};

TEST(Retry, RepeatsWhatDidNotHappen) {
  Fixture f;
  f.fail("DescribeDBSnapshots", ErrorKind::transient, 2);
  EXPECT_TRUE(f.source().list_snapshots({}));
  EXPECT_EQ(f.clouds.source.calls["DescribeDBSnapshots"], 3);
  EXPECT_EQ(f.told, 2);
  ASSERT_EQ(f.clock.sleeps.size(), 2U);
  EXPECT_LE(f.clock.sleeps[0], 1s);
  EXPECT_LE(f.clock.sleeps[1], 2s);
}

TEST(Retry, GivesUpAfterThreeAttempts) {
  Fixture f;
  f.fail("DescribeDBSnapshots", ErrorKind::transient, 9);
  const auto result = f.source().list_snapshots({});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::transient);
  EXPECT_EQ(f.clouds.source.calls["DescribeDBSnapshots"], 3);
}

TEST(Retry, NeverRepeatsWhatMayHaveHappenedOrWillNot) {
  for (const ErrorKind kind : {ErrorKind::unknown, ErrorKind::denied, ErrorKind::invalid,
                               ErrorKind::conflict, ErrorKind::limit, ErrorKind::missing}) {
    Fixture f;
    f.fail("CreateDBSnapshot", kind, 1);
    EXPECT_FALSE(f.source().create_snapshot({.id = core::SnapshotId("s")}));
    EXPECT_EQ(f.clouds.source.calls["CreateDBSnapshot"], 1) << to_string(kind);
  }
}

TEST(Retry, BudgetEndsAStormOfRepeats) {
  Fixture f;
  f.fail("DescribeDBSnapshots", ErrorKind::transient, 1000);
  for (int i = 0; i < 200; ++i) static_cast<void>(f.source().list_snapshots({}));
  // 500 tokens at 5 each are 100 repeats; after that every call is made once.
  EXPECT_EQ(f.clouds.source.calls["DescribeDBSnapshots"], 200 + 100);
}

TEST(Retry, HonoursTheServicesOwnPause) {
  Fixture f;
  core::Error error = error_of(ErrorKind::transient);
  error.retry_after = 5s;
  f.clouds.source.errors["DescribeKey"].push_back(error);
  EXPECT_TRUE(f.source().describe_key(core::KeyRef("k")));
  ASSERT_EQ(f.clock.sleeps.size(), 1U);
  EXPECT_GE(f.clock.sleeps[0], 5s);
}

TEST(Retry, StopsWhenToldTo) {
  Fixture f;
  f.clock.stop_after = 1;
  f.fail("DescribeDBSnapshots", ErrorKind::transient, 9);
  EXPECT_FALSE(f.source().list_snapshots({}));
  EXPECT_EQ(f.clouds.source.calls["DescribeDBSnapshots"], 1);
}

TEST(Pace, SpendsTheBurstThenHoldsTheRate) {
  ManualClock clock;
  Pace pace({.calls_per_second = 10, .burst_calls = 3}, clock);
  const core::Region region("eu-west-1");
  const core::Region other("us-east-1");
  const auto call = [&](const core::Region& r) {
    return pace(Call{"X", r, false}, [] { return core::Result<int>(1); });
  };
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(call(region));
  EXPECT_TRUE(clock.sleeps.empty());
  EXPECT_TRUE(call(region));
  EXPECT_TRUE(call(region));
  ASSERT_EQ(clock.sleeps.size(), 2U);
  EXPECT_EQ(clock.sleeps[0], 100ms);
  EXPECT_TRUE(call(other));
  EXPECT_EQ(clock.sleeps.size(), 2U) << "regions are paced apart";
}

TEST(CallLog, TellsEveryCallAndHowItEnded) {
  ManualClock clock;
  std::vector<std::string> lines;
  CallLog log(clock, [&](const Call& call, core::Milliseconds, const core::Error* error) {
    lines.push_back(std::string(call.operation) + (error ? " failed" : " done"));
  });
  FakeClouds clouds(clock);
  AroundClouds<CallLog> logged(clouds, log);
  core::Cloud& cloud = logged.in(core::Region("eu-west-1"));
  static_cast<void>(cloud.read_snapshot_quotas());
  static_cast<void>(cloud.list_snapshots({.id = core::SnapshotId("absent")}));
  EXPECT_EQ(lines, (std::vector<std::string>{"DescribeAccountAttributes done",
                                             "DescribeDBSnapshots failed"}));
}

}  // namespace
}  // namespace snapferry::engine
