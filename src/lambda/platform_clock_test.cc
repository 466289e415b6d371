// Whose time it is.
// SPDX-License-Identifier: Apache-2.0
#include "lambda/platform_clock.h"

#include <gtest/gtest.h>

#include "engine/fake_clouds_for_test.h"

namespace snapferry::lambda {
namespace {

using namespace std::chrono_literals;

TEST(PlatformClock, IsTheHostsWhileTheyAgree) {
  engine::ManualClock host;
  PlatformClock clock(host, 300s);
  clock.on_invocation(host.now() + 300s + 59s);
  EXPECT_EQ(clock.now(), host.now());
  clock.on_invocation(host.now() + 300s - 60s);
  EXPECT_EQ(clock.offset(), 0ms);
}

TEST(PlatformClock, FollowsThePlatformWhenTheHostStoodStill) {
  engine::ManualClock host;
  PlatformClock clock(host, 300s);
  clock.on_invocation(host.now() + 72h + 300s);
  EXPECT_EQ(clock.now(), host.now() + 72h);
  static_cast<void>(clock.sleep(5s));
  EXPECT_EQ(clock.offset(), 72h);
  clock.on_invocation(host.now() + 300s);
  EXPECT_EQ(clock.now(), host.now());
}

TEST(PlatformClock, IsTheHostsWithoutATimeout) {
  engine::ManualClock host;
  PlatformClock clock(host, std::nullopt);
  clock.on_invocation(host.now() + 72h);
  EXPECT_EQ(clock.now(), host.now());
}

TEST(PlatformClock, StopsWithTheHost) {
  engine::ManualClock host;
  PlatformClock clock(host, 1s);
  EXPECT_FALSE(clock.is_stopped());
  host.is_told_to_stop = true;
  EXPECT_TRUE(clock.is_stopped());
}

core::Result<std::optional<core::Seconds>> timeout_of(const std::string& text) {
  return timeout_from_environment(core::Environment({{"SNAPFERRY_TIMEOUT_SECONDS", text}}));
}

TEST(Timeout, IsReadFromTheEnvironment) {
  EXPECT_EQ(**timeout_of("300"), 300s);
  EXPECT_EQ(*timeout_of(""), std::nullopt);
  for (const char* text : {"0", "-1", "5401", "300s", "x", " 3", "99999999999999999999"}) {
    const auto timeout = timeout_of(text);
    ASSERT_FALSE(timeout.has_value()) << text;
    EXPECT_NE(timeout.error().message.find(text), std::string::npos);
  }
}

}  // namespace
}  // namespace snapferry::lambda
