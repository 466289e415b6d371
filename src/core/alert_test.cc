// SPDX-License-Identifier: Apache-2.0
#include "core/alert.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

std::optional<Message> alert_of(const Scenario& world, std::vector<Trouble> troubles = {}) {
  const StatusReport status = make_status(world.policy, world.inventory, world.now);
  return make_alert({.policy = world.policy, .status = &status, .troubles = std::move(troubles)});
}

Trouble key_trouble() {
  return {.kind = StepKind::copy,
          .region = Region("eu-central-1"),
          .snapshot = SnapshotId("rds-auto-copy-20261122000000"),
          .text = "the key alias/dr is disabled",
          .hint = "Enable it."};
}

bool is_said(const Message& message, const std::string& words) {
  return message.text.find(words) != std::string::npos;
}

TEST(Alert, IsSilentWhenAllIsWell) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  world.copy("2026-11-22T00:00:00Z", "available");
  EXPECT_FALSE(alert_of(world));
}

TEST(Alert, IsSilentWhileTheFirstCopyIsOnItsWay) {
  Scenario world;
  EXPECT_FALSE(alert_of(world)) << "nothing stands yet";
  world.snapshot("2026-11-22T00:00:00Z", "available");
  EXPECT_FALSE(alert_of(world));
  world.snapshot("2026-11-21T00:00:00Z", "available");
  EXPECT_TRUE(alert_of(world)) << "the first snapshot is older than the RPO and was never copied";
}

TEST(Alert, TellsFailuresWithTheWayOut) {
  Scenario world;
  world.snapshot("2026-11-22T00:00:00Z", "available");
  world.copy("2026-11-21T23:00:00Z", "available");
  const auto message = alert_of(world, {key_trouble()});
  ASSERT_TRUE(message);
  EXPECT_EQ(message->subject, "snapferry: orders: 1 failure");
  EXPECT_TRUE(is_said(*message, "copy in eu-central-1 of rds-auto-copy-20261122000000: the key"));
  EXPECT_TRUE(is_said(*message, "What to do: Enable it."));
  EXPECT_TRUE(is_said(*message, "RPO met"));
  EXPECT_EQ(message->attributes.at("kind"), "failure");
  EXPECT_EQ(message->attributes.at("rpo"), "met");
  EXPECT_EQ(message->attributes.at("database"), "orders");
}

TEST(Alert, TellsARecoveryPointThatIsTooOld) {
  Scenario world;
  world.copy("2026-11-19T00:00:00Z", "available");
  const auto message = alert_of(world);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->subject, "snapferry: orders: RPO missed");
  EXPECT_EQ(message->attributes.at("kind"), "rpo_missed");
  EXPECT_EQ(message->attributes.at("rpo"), "missed");
  EXPECT_TRUE(is_said(*message, "3d11h old, RPO NOT MET"));
}

TEST(Alert, TellsARunThatCouldNotGoOn) {
  const Scenario world;
  const auto message =
      make_alert({.policy = world.policy,
                  .error = Error{.kind = ErrorKind::denied, .message = "not allowed"}});
  ASSERT_TRUE(message);
  EXPECT_TRUE(is_said(*message, "The run could not go on: not allowed"));
  EXPECT_EQ(message->attributes.at("rpo"), "unknown");
}

TEST(Alert, FitsWhatSnsTakes) {
  Scenario world;
  world.policy.database = DatabaseId(std::string(63, 'x') + "\n" + std::string(63, 'y'));
  const auto message = alert_of(world, std::vector<Trouble>(500, key_trouble()));
  ASSERT_TRUE(message);
  EXPECT_LE(message->subject.size(), kSubjectLengthMax);
  EXPECT_TRUE(std::ranges::all_of(message->subject, [](char c) { return c >= ' ' && c <= '~'; }));
  EXPECT_LT(message->text.size(), 16'384U);
  EXPECT_TRUE(is_said(*message, "and 480 more"));
  for (const auto& [name, value] : message->attributes) EXPECT_NE(value, "") << name;
}

TEST(Topic, IsAnArnOfAStandardTopic) {
  EXPECT_TRUE(parse_topic("arn:aws:sns:eu-west-1:123456789012:alerts", "--alert"));
  for (const char* text : {"", "alerts", "arn:aws:sqs:eu-west-1:123456789012:alerts",
                           "arn:aws:sns:eu-west-1:123456789012:alerts.fifo",
                           "arn:aws:sns:eu-west-1:123456789012:alerts:0000-subscription"}) {
    const auto topic = parse_topic(text, "--alert");
    ASSERT_FALSE(topic) << text;
    EXPECT_NE(topic.error().message.find("--alert"), std::string::npos);
    EXPECT_FALSE(topic.error().hint.empty());
  }
}

}  // namespace
}  // namespace snapferry::core
