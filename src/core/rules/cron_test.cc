// SPDX-License-Identifier: Apache-2.0
#include "core/rules/cron.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/property_for_test.h"

namespace snapferry::core {
namespace {

struct Row {
  const char* expression;
  const char* now;
  const char* latest;  ///< empty: none
  const char* next;
};

std::string told(const std::optional<Instant>& time) {
  return time ? format_instant(*time) : "";
}

TEST(Cron, FiresWhenEventBridgeDoes) {
  for (const Row& row : std::initializer_list<Row>{
           {"cron(0 2 * * ? *)", "2026-11-22T12:00:00Z", "2026-11-22T02:00:00Z",
            "2026-11-23T02:00:00Z"},
           {"cron(0 2 * * ? *)", "2026-11-22T02:00:00Z", "2026-11-22T02:00:00Z",
            "2026-11-23T02:00:00Z"},
           {"cron(0 2 * * ? *)", "2026-11-22T01:59:59.999Z", "2026-11-21T02:00:00Z",
            "2026-11-22T02:00:00Z"},
           {"cron(0 2 * * ? *)", "2026-01-01T00:00:00Z", "2025-12-31T02:00:00Z",
            "2026-01-01T02:00:00Z"},
           {"cron(*/15 * * * ? *)", "2026-11-22T12:14:59Z", "2026-11-22T12:00:00Z",
            "2026-11-22T12:15:00Z"},
           {"cron(5/20 8-10,22 * * ? *)", "2026-11-22T10:46:00Z", "2026-11-22T10:45:00Z",
            "2026-11-22T22:05:00Z"},
           {"cron(0/5 8-17 ? * MON-FRI *)", "2026-11-22T12:00:00Z", "2026-11-20T17:55:00Z",
            "2026-11-23T08:00:00Z"},
           {"cron(15 10 ? * 6L 2019-2022)", "2026-11-22T12:00:00Z", "2022-12-30T10:15:00Z", ""},
           {"cron(15 10 ? * 6L 2027-2030)", "2026-11-22T12:00:00Z", "", "2027-01-29T10:15:00Z"},
           {"cron(0 10 L * ? *)", "2026-11-22T12:00:00Z", "2026-10-31T10:00:00Z",
            "2026-11-30T10:00:00Z"},
           {"cron(0 10 L 2 ? *)", "2028-02-29T09:00:00Z", "2027-02-28T10:00:00Z",
            "2028-02-29T10:00:00Z"},
           {"cron(0 0 29 FEB ? *)", "2026-11-22T12:00:00Z", "2024-02-29T00:00:00Z",
            "2028-02-29T00:00:00Z"},
           {"cron(0 0 29 2 ? *)", "2097-01-01T00:00:00Z", "2096-02-29T00:00:00Z",
            "2104-02-29T00:00:00Z"},
           {"cron(0 0 31 * ? *)", "2026-11-22T12:00:00Z", "2026-10-31T00:00:00Z",
            "2026-12-31T00:00:00Z"},
           // 1 August 2026 is a Saturday: its nearest weekday within the month is the 3rd.
           {"cron(0 8 1W 8 ? *)", "2026-08-02T00:00:00Z", "2025-08-01T08:00:00Z",
            "2026-08-03T08:00:00Z"},
           {"cron(0 8 15W * ? *)", "2026-11-14T00:00:00Z", "2026-10-15T08:00:00Z",
            "2026-11-16T08:00:00Z"},
           {"cron(0 8 14W 11 ? *)", "2026-11-13T08:00:00Z", "2026-11-13T08:00:00Z",
            "2027-11-15T08:00:00Z"},
           // 31 May 2026 is a Sunday: back to the Friday, not into June.
           {"cron(0 8 31W 5 ? *)", "2026-05-30T00:00:00Z", "2026-05-29T08:00:00Z",
            "2027-05-31T08:00:00Z"},
           {"cron(0 8 LW * ? *)", "2026-05-30T00:00:00Z", "2026-05-29T08:00:00Z",
            "2026-06-30T08:00:00Z"},
           {"cron(0 8 ? * 3#2 *)", "2026-11-22T12:00:00Z", "2026-11-10T08:00:00Z",
            "2026-12-08T08:00:00Z"},
           {"cron(0 8 ? * MON#5 *)", "2026-11-22T12:00:00Z", "2026-08-31T08:00:00Z",
            "2026-11-30T08:00:00Z"},
           {"cron(0 8 ? * FRIL *)", "2026-11-22T12:00:00Z", "2026-10-30T08:00:00Z",
            "2026-11-27T08:00:00Z"},
           {"cron(0 8 ? * L *)", "2026-11-22T12:00:00Z", "2026-11-21T08:00:00Z",
            "2026-11-28T08:00:00Z"},
           {"cron(0 8 ? * 1,sat *)", "2026-11-22T07:00:00Z", "2026-11-21T08:00:00Z",
            "2026-11-22T08:00:00Z"},
           {"cron(30 4 1,15 jan-mar/2 ? *)", "2026-11-22T12:00:00Z", "2026-03-15T04:30:00Z",
            "2027-01-01T04:30:00Z"},
           {"cron(59 23 31 12 ? 2199)", "2199-12-31T23:58:00Z", "", "2199-12-31T23:59:00Z"},
           {"cron(0 0 1 1 ? 1970)", "2026-11-22T12:00:00Z", "1970-01-01T00:00:00Z", ""},
           {"cron(0  2 * * ?  *)", "2026-11-22T12:00:00Z", "2026-11-22T02:00:00Z",
            "2026-11-23T02:00:00Z"}}) {
    const auto cron = parse_cron(row.expression);
    ASSERT_TRUE(cron) << row.expression << ": " << cron.error().hint;
    const Instant now = *parse_instant(row.now);
    EXPECT_EQ(told(latest_fire(*cron, now)), row.latest) << row.expression << " at " << row.now;
    EXPECT_EQ(told(next_fire(*cron, now)), row.next) << row.expression << " at " << row.now;
  }
}

struct Refused {
  const char* expression;
  const char* hint;
};

TEST(Cron, RefusesWhatEventBridgeDoes) {
  for (const Refused& row : std::initializer_list<Refused>{
           {"cron()", "six fields"},
           {"cron(0 2 * * ?)", "six fields"},
           {"cron(0 2 * * ? * *)", "six fields"},
           {"cron 0 2 * * ? *", "write it as"},
           {"cron(0 2 * * * *)", "exactly one of day-of-month and day-of-week is ?"},
           {"cron(0 2 ? * ? *)", "exactly one of day-of-month and day-of-week is ?"},
           {"cron(60 2 * * ? *)", "minutes takes 0 to 59"},
           {"cron(0 24 * * ? *)", "hours takes 0 to 23"},
           {"cron(0 2 0 * ? *)", "day-of-month takes 1 to 31"},
           {"cron(0 2 * 13 ? *)", "month takes 1 to 12 or names"},
           {"cron(0 2 ? * 0 *)", "day-of-week takes 1 to 7 or names"},
           {"cron(0 2 ? * 8 *)", "day-of-week takes 1 to 7"},
           {"cron(0 2 ? * MON/2 *)", "takes no /"},
           {"cron(0 2 ? * 3#6 *)", "1 to 5"},
           {"cron(0 2 ? * 3#1,6#3 *)", "nothing else"},
           {"cron(0 2 * * ? 1969)", "year takes 1970 to 2199"},
           {"cron(0 2 * * ? 2200)", "year takes"},
           {"cron(0/0 2 * * ? *)", "no step"},
           {"cron(0 22-2 * * ? *)", "runs backwards"},
           {"cron(0 2,, * * ? *)", "hours takes"},
           {"cron(0 -1 * * ? *)", "hours takes"},
           {"cron(0 2 1,L * ? *)", "day-of-month takes"},
           {"cron(? 2 * * ? *)", "minutes takes"},
           {"cron(0 2 30 2 ? *)", "no such date"},
           {"cron(0 2 31 4,6,9,11 ? *)", "no such date"},
           {"cron(0 2 29 2 ? 2027)", "no such date"}}) {
    const auto cron = parse_cron(row.expression);
    ASSERT_FALSE(cron) << row.expression;
    EXPECT_NE(cron.error().message.find("Parameter ScheduleExpression is not valid"),
              std::string::npos);
    std::string hint = cron.error().hint;
    hint.front() = char(tolower(hint.front()));
    EXPECT_NE(hint.find(row.hint), std::string::npos) << row.expression << ": " << hint;
  }
}

void expect_latest_and_next_enclose_now() {
  const Cron cron = *parse_cron(*rc::gen::element<std::string>(
      "cron(0 2 * * ? *)", "cron(*/7 3,9-12 L * ? *)", "cron(59 23 ? * 2#1 *)",
      "cron(0 0 29 2 ? *)", "cron(30 12 15W 1-6 ? *)", "cron(10 10 LW * ? *)"));
  const Instant now{Milliseconds(*rc::gen::inRange<long>(1'600'000'000'000, 4'000'000'000'000))};
  const auto latest = latest_fire(cron, now);
  const auto next = next_fire(cron, now);
  RC_ASSERT(latest && next);
  RC_ASSERT(*latest <= now && now < *next);
  RC_ASSERT(latest_fire(cron, *latest) == latest);
  RC_ASSERT(latest_fire(cron, *next) == next);
  RC_ASSERT(latest_fire(cron, *next - Milliseconds(1)) == latest);
  RC_ASSERT(next_fire(cron, *latest) == next);
}

// Some of these fire once in years, and are looked for day by day.
TEST(CronProperty, LatestAndNextEncloseNow) {
  check_less_often(10, expect_latest_and_next_enclose_now);
}

}  // namespace
}  // namespace snapferry::core
