// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/schedule.h"

#include <string>

#include <gtest/gtest.h>

namespace snapferry::emulator {
namespace {

struct Row {
  const char* expression;
  const char* from;
  const char* next;
};

TEST(ScheduleTest, TellsTheNextTime) {
  const Row rows[] = {
      {"rate(1 day)", "2026-11-22T00:23:17Z", "2026-11-23T00:23:17Z"},
      {"rate(15 minutes)", "2026-11-22T00:23:17Z", "2026-11-22T00:38:17Z"},
      {"cron(0 3 * * ? *)", "2026-11-22T03:00:00Z", "2026-11-23T03:00:00Z"},
      {"cron(0/15 * * * ? *)", "2026-11-22T23:50:00Z", "2026-11-23T00:00:00Z"},
      {"cron(5,35 14 * * ? *)", "2026-11-22T14:05:59Z", "2026-11-22T14:35:00Z"},
      {"cron(0 10 ? * MON-FRI *)", "2026-11-20T10:00:00Z", "2026-11-23T10:00:00Z"},
      {"cron(0 8 1 * ? *)", "2026-11-22T00:00:00Z", "2026-12-01T08:00:00Z"},
      {"cron(0 8 L * ? *)", "2026-02-01T00:00:00Z", "2026-02-28T08:00:00Z"},
      {"cron(0 9 ? * 2#1 *)", "2026-11-22T00:00:00Z", "2026-12-07T09:00:00Z"},
      {"cron(0 9 ? * 6L *)", "2026-11-22T00:00:00Z", "2026-11-27T09:00:00Z"},
      {"cron(0 9 1W * ? *)", "2026-07-02T00:00:00Z", "2026-08-03T09:00:00Z"},
      {"cron(30 2 29 FEB ? *)", "2026-11-22T00:00:00Z", "2028-02-29T02:30:00Z"},
  };
  for (const Row& row : rows) {
    const auto schedule = parse_schedule(row.expression);
    ASSERT_TRUE(schedule) << row.expression;
    const auto next = schedule->next_after(*core::parse_instant(row.from));
    ASSERT_TRUE(next) << row.expression;
    EXPECT_EQ(core::format_instant(*next), row.next) << row.expression;
  }
}

TEST(ScheduleTest, EndsWithItsYears) {
  const auto schedule = parse_schedule("cron(0 3 * * ? 2025)");
  ASSERT_TRUE(schedule);
  EXPECT_EQ(schedule->next_after(*core::parse_instant("2026-01-01T00:00:00Z")), std::nullopt);
}

TEST(ScheduleTest, RefusesWhatEventBridgeRefuses) {
  for (const char* expression :
       {"", "rate(1 days)", "rate(2 day)", "rate(0 days)", "rate(1 week)", "rate(-1 days)",
        "rate( 1 day)", "every day", "cron(0 3 * * *)", "cron(0 3 * * * *)", "cron(0 3 ? * ? *)",
        "cron(60 3 * * ? *)", "cron(0 24 * * ? *)", "cron(0 3 0 * ? *)", "cron(0 3 ? * 8 *)",
        "cron(0 3 * 13 ? *)", "cron(0 3 * * ? 1969)", "cron(0/0 3 * * ? *)", "rate(1 day"}) {
    EXPECT_FALSE(parse_schedule(expression)) << expression;
  }
}

}  // namespace
}  // namespace snapferry::emulator
