// What wakes the function, and what must not.
// SPDX-License-Identifier: Apache-2.0
#include "lambda/event.h"

#include <gtest/gtest.h>

namespace snapferry::lambda {
namespace {

struct GoodRow {
  std::string name;
  std::string text;
  Action action;
  bool is_alert_wanted;
  std::string origin;
};

class GoodEvent : public testing::TestWithParam<GoodRow> {};

TEST_P(GoodEvent, IsUnderstood) {
  const auto event = parse_event(GetParam().text);
  ASSERT_TRUE(event.has_value()) << core::describe(event.error());
  EXPECT_EQ(event->action, GetParam().action);
  EXPECT_EQ(event->is_alert_wanted, GetParam().is_alert_wanted);
  EXPECT_EQ(event->origin, GetParam().origin);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, GoodEvent,
    testing::Values(
        GoodRow{"Plan", R"({"action":"plan"})", Action::plan, false, "request"},
        GoodRow{"Apply", R"({"action":"apply"})", Action::apply, false, "request"},
        GoodRow{"ApplyWithAlert", R"({"action":"apply","alert":true})", Action::apply, true,
                "request"},
        GoodRow{"Status", R"({"action":"status"})", Action::status, false, "request"},
        GoodRow{"Schedule",
                R"({"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events",)"
                R"("account":"123456789012","time":"2026-01-01T00:00:00Z","region":"eu-west-1",)"
                R"("resources":["arn:aws:events:eu-west-1:123456789012:rule/r"],"detail":{}})",
                Action::apply, false, "schedule"},
        GoodRow{"Snapshot",
                R"({"version":"0","detail-type":"RDS DB Snapshot Event","source":"aws.rds",)"
                R"("detail":{"EventID":"RDS-EVENT-0042","SourceIdentifier":"s"}})",
                Action::apply, false, "RDS-EVENT-0042"},
        GoodRow{"ClusterSnapshot",
                R"({"detail-type":"RDS DB Cluster Snapshot Event","source":"aws.rds",)"
                R"("detail":{"EventID":"RDS-EVENT-0075"}})",
                Action::apply, false, "RDS-EVENT-0075"}),
    [](const auto& row) { return row.param.name; });

class BadEvent : public testing::TestWithParam<std::string> {};

TEST_P(BadEvent, IsRefusedWithTheWayOut) {
  const auto event = parse_event(GetParam());
  ASSERT_FALSE(event.has_value());
  EXPECT_EQ(event.error().kind, core::ErrorKind::invalid);
  EXPECT_NE(event.error().hint.find("\"action\": \"apply\""), std::string::npos);
  for (char c : event.error().message) EXPECT_TRUE(c >= ' ' && c <= '~');
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BadEvent,
    testing::Values("", "null", "[]", "{}", "\"apply\"", "{\"action\":", R"({"action":"delete"})",
                    R"({"action":"Apply"})", R"({"action":7})",
                    R"({"action":"apply","alert":"yes"})", R"({"action":"plan","alert":true})",
                    R"({"action":"apply","force":true})", "{\"action\":\"\x01\xff\"}",
                    R"({"source":"aws.rds","detail-type":"RDS DB Instance Event"})",
                    R"({"source":"aws.rds","detail-type":"RDS DB Snapshot Event"})",
                    R"({"source":"aws.ec2","detail-type":"Scheduled Event"})",
                    R"({"Records":[{"eventSource":"aws:sqs"}]})", std::string(10'000, '[')));

}  // namespace
}  // namespace snapferry::lambda
