// The rules of retention on the calendar, case by case.
// SPDX-License-Identifier: Apache-2.0
#include "core/rules/keep_rules.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace snapferry::core {
namespace {

// "days 3, weekly 1 of 8" for each slot, in the order given; the data is a minute younger.
std::vector<std::string> kept_of(const Retention& retention,
                                 const std::vector<const char*>& slots) {
  const Instant now = *parse_instant("2026-11-22T12:00:00Z");
  std::vector<Aged> snapshots;
  for (const char* slot : slots) {
    const Instant time = *parse_instant(slot);
    snapshots.push_back({.slot = time, .data_time = time + std::chrono::minutes(1)});
  }
  std::vector<std::string> texts;
  for (const auto& rules : keep_by_rules(retention, snapshots, now)) {
    std::string text;
    for (const KeptBy& rule : rules) text += (text.empty() ? "" : ", ") + rule.text;
    texts.push_back(text);
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(KeepRules, LastAndDaysAndTheMinimum) {
  const std::vector<const char*> slots = {"2026-11-20T12:00:00Z", "2026-11-22T00:00:00Z",
                                          "2026-11-19T00:00:00Z", "2026-11-18T00:00:00Z"};
  EXPECT_EQ(kept_of({.last = 1}, slots), (Texts{"", "last 1 of 1", "", ""}));
  EXPECT_EQ(kept_of({.days = 2}, slots), (Texts{"days 2", "days 2", "", ""}));
  EXPECT_EQ(kept_of({.last = 1, .min = 3}, slots),
            (Texts{"min 2 of 3", "last 1 of 1", "min 3 of 3", ""}));
  EXPECT_EQ(kept_of({.last = 9}, {}), Texts{});
}

TEST(KeepRules, TheMinimumIsNamedOnlyWhereNoRuleKeeps) {
  EXPECT_EQ(kept_of({.days = 1}, {"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"}),
            (Texts{"", "min 1 of 1"}));
  EXPECT_EQ(kept_of({.yearly = 1}, {"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"}),
            (Texts{"", "yearly 1 of 1"}));
}

TEST(KeepRules, HoursEndOnTheHour) {
  EXPECT_EQ(kept_of({.hourly = 2}, {"2026-11-22T10:00:00Z", "2026-11-22T10:59:59Z",
                                    "2026-11-22T09:30:00Z", "2026-11-22T08:59:00Z"}),
            (Texts{"", "hourly 1 of 2", "hourly 2 of 2", ""}));
}

TEST(KeepRules, PeriodsWithoutSnapshotsDoNotCount) {
  EXPECT_EQ(kept_of({.daily = 2}, {"2026-11-22T00:00:00Z", "2026-11-22T11:00:00Z",
                                   "2026-10-01T00:00:00Z", "2026-09-30T00:00:00Z"}),
            (Texts{"", "daily 1 of 2", "daily 2 of 2", ""}));
}

TEST(KeepRules, WeeksBeginOnMondaysAlsoOverTheTurnOfTheYear) {
  // 2026-12-28 is a Monday; its week is the 53rd of 2026 and ends on 2027-01-03.
  EXPECT_EQ(kept_of({.weekly = 2}, {"2026-12-27T00:00:00Z", "2026-12-28T00:00:00Z",
                                    "2027-01-03T00:00:00Z", "2027-01-04T00:00:00Z"}),
            (Texts{"", "", "weekly 2 of 2", "weekly 1 of 2"}));
}

TEST(KeepRules, MonthsAndYearsAreThoseOfUtc) {
  const std::vector<const char*> slots = {"2024-02-29T00:00:00Z", "2025-12-31T23:59:59Z",
                                          "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z"};
  EXPECT_EQ(kept_of({.monthly = 2}, slots), (Texts{"", "monthly 2 of 2", "", "monthly 1 of 2"}));
  EXPECT_EQ(kept_of({.yearly = 3}, slots),
            (Texts{"yearly 3 of 3", "yearly 2 of 3", "", "yearly 1 of 3"}));
}

TEST(KeepRules, OfAPeriodTheNewestDataCounts) {
  const Instant day = *parse_instant("2026-11-22T00:00:00Z");
  const std::vector<Aged> snapshots = {
      {.slot = day + std::chrono::hours(6), .data_time = day + std::chrono::hours(9)},
      {.slot = day + std::chrono::hours(8), .data_time = day + std::chrono::hours(8)}};
  const auto kept = keep_by_rules({.daily = 1}, snapshots, day + std::chrono::hours(12));
  EXPECT_EQ(kept[0].size(), 1U);
  EXPECT_TRUE(kept[1].empty());
}

TEST(KeepRules, NamesAreOfTheRules) {
  EXPECT_TRUE(Retention{.min = 3}.keeps_everything());
  EXPECT_FALSE(Retention{.yearly = 1}.keeps_everything());
  EXPECT_EQ(describe({.last = 3,
                      .days = 7,
                      .hourly = 1,
                      .daily = 2,
                      .weekly = 8,
                      .monthly = 12,
                      .yearly = 7,
                      .min = 2}),
            "days 7, last 3, hourly 1, daily 2, weekly 8, monthly 12, yearly 7, min 2");
  EXPECT_EQ(describe({.weekly = 8}), "weekly 8");
}

}  // namespace
}  // namespace snapferry::core
