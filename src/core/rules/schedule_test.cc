// SPDX-License-Identifier: Apache-2.0
#include "core/rules/schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace snapferry::core {
namespace {

using namespace std::chrono_literals;  // NOLINT

Instant at(const char* text) {
  return *parse_instant(text);
}

TEST(Schedule, ReadsRates) {
  EXPECT_EQ(parse_schedule("rate(1 day)")->period, 24h);
  EXPECT_EQ(parse_schedule("rate(6 hours)")->period, 6h);
  EXPECT_EQ(parse_schedule("rate(30 minutes)")->period, 30min);
  for (const char* text :
       {"", "daily", "rate()", "rate(0 days)", "rate(1 days)", "rate(2 day)", "rate(-1 day)",
        "rate(1day)", "rate(400 days)", "rate(1 week)", "rate(1 day", "cron(0 2 * * ? 2027)",
        "cron(0 2 * * * *)", "rate(99999999999999999999 days)"}) {
    const auto schedule = parse_schedule(text);
    ASSERT_FALSE(schedule) << text;
    EXPECT_FALSE(schedule.error().hint.empty()) << text;
  }
}

TEST(Slot, IsTheLatestOnTheGridAtOrBeforeNow) {
  const Schedule daily = *parse_schedule("rate(1 day)");
  EXPECT_EQ(slot_at(daily, 0ms, at("2026-11-22T12:00:00Z")), at("2026-11-22T00:00:00Z"));
  EXPECT_EQ(slot_at(daily, 0ms, at("2026-11-22T00:00:00Z")), at("2026-11-22T00:00:00Z"));
  EXPECT_EQ(slot_at(daily, 23min, at("2026-11-22T00:22:59Z")), at("2026-11-21T00:23:00Z"));
  EXPECT_EQ(slot_at(daily, 23min, at("2026-11-22T00:23:00Z")), at("2026-11-22T00:23:00Z"));
  EXPECT_EQ(next_slot(daily, 23min, at("2026-11-22T00:23:00Z")), at("2026-11-23T00:23:00Z"));
  const Schedule six_hours = *parse_schedule("rate(6 hours)");
  EXPECT_EQ(slot_at(six_hours, 0ms, at("2026-11-22T17:59:59.999Z")), at("2026-11-22T12:00:00Z"));
}

TEST(Slot, OfACronIsItsFireTimeWithoutSpread) {
  const Schedule schedule = *parse_schedule("cron(0 2 * * ? *)");
  EXPECT_EQ(spread_offset(AccountId("123456789012"), Region("eu-west-1"), DatabaseId("orders"),
                          schedule, 1h),
            0ms);
  EXPECT_EQ(slot_at(schedule, 0ms, at("2026-11-22T12:00:00Z")), at("2026-11-22T02:00:00Z"));
  EXPECT_EQ(slot_at(schedule, 0ms, at("2026-11-22T01:00:00Z")), at("2026-11-21T02:00:00Z"));
  EXPECT_EQ(next_slot(schedule, 0ms, at("2026-11-22T12:00:00Z")), at("2026-11-23T02:00:00Z"));
}

TEST(Slot, OfARateLiesWhereItsAnchorSays) {
  const auto slot_of = [](const char* rate, const char* anchor, const char* now) {
    Schedule schedule = *parse_schedule(rate);
    schedule.anchor = *parse_anchor(anchor, schedule);
    return format_instant(slot_at(schedule, Milliseconds(0), *parse_instant(now)));
  };
  EXPECT_EQ(slot_of("rate(1 day)", "02:00", "2026-11-22T01:59:59Z"), "2026-11-21T02:00:00Z");
  EXPECT_EQ(slot_of("rate(1 day)", "02:00", "2026-11-22T02:00:00Z"), "2026-11-22T02:00:00Z");
  EXPECT_EQ(slot_of("rate(6 hours)", "02:00", "2026-11-22T13:00:00Z"), "2026-11-22T08:00:00Z");
  EXPECT_EQ(slot_of("rate(7 days)", "2026-01-05T02:00:00Z", "2026-11-25T00:00:00Z"),
            "2026-11-23T02:00:00Z");
}

TEST(Schedule, RefusesAnAnchorThatIsNone) {
  EXPECT_FALSE(parse_anchor("two", *parse_schedule("rate(1 day)")));
  EXPECT_FALSE(parse_anchor("24:00", *parse_schedule("rate(1 day)")));
  EXPECT_FALSE(parse_anchor("02:00", *parse_schedule("cron(0 2 * * ? *)")));
}

TEST(Spread, IsFixedForGood) {
  const Schedule daily = *parse_schedule("rate(1 day)");
  const auto offset = [&](const char* database) {
    return spread_offset(AccountId("123456789012"), Region("eu-west-1"), DatabaseId(database),
                         daily, 1h);
  };
  // These values name snapshots that stand in AWS: they must never change.
  EXPECT_EQ(offset("orders"), Seconds(144));
  EXPECT_EQ(offset("gtp-paul-mysql-lab-db"), Seconds(2403));
  EXPECT_NE(offset("orders"), offset("invoices"));
}

TEST(Spread, ZeroTurnsItOff) {
  EXPECT_EQ(spread_offset(AccountId("1"), Region("eu-west-1"), DatabaseId("orders"),
                          *parse_schedule("rate(1 day)"), 0ms),
            0ms);
}

RC_GTEST_PROP(Spread, StaysBelowSpreadAndPeriod, (const std::string& database)) {
  const Schedule often = *parse_schedule("rate(5 minutes)");
  const auto offset = spread_offset(AccountId("123456789012"), Region("eu-west-1"),
                                    DatabaseId(database), often, 1h);
  RC_ASSERT(offset >= 0ms);
  RC_ASSERT(offset < 5min);
}

RC_GTEST_PROP(Slot, HoldsNowBetweenItselfAndTheNext, ()) {
  const Schedule schedule = *parse_schedule(
      *rc::gen::element<std::string>("rate(1 day)", "rate(6 hours)", "rate(7 days)"));
  const Milliseconds offset = Seconds(*rc::gen::inRange(0, 3600));
  const Instant now{Milliseconds(*rc::gen::inRange<long>(1'600'000'000'000, 4'000'000'000'000))};
  const Instant slot = slot_at(schedule, offset, now);
  RC_ASSERT(slot <= now);
  RC_ASSERT(next_slot(schedule, offset, now) > now);
  RC_ASSERT(slot_at(schedule, offset, slot) == slot);
}

}  // namespace
}  // namespace snapferry::core
