// The rules of retention on the calendar, case by case.
// SPDX-License-Identifier: Apache-2.0
#include "core/rules/keep_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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

constexpr std::array kCountedRules = {&Retention::last,  &Retention::days,   &Retention::hourly,
                                      &Retention::daily, &Retention::weekly, &Retention::monthly,
                                      &Retention::yearly};

// Clusters of hours, days, weeks and years apart; now and then data that does not follow the slot.
std::vector<Aged> arbitrary_snapshots() {
  const Instant now = *parse_instant("2026-11-22T12:00:00Z");
  std::vector<Aged> snapshots;
  std::chrono::minutes age{0};
  const int count = *rc::gen::inRange(0, 9);
  for (int i = 0; i < count; ++i) {
    const int step = *rc::gen::inRange(0, 180);
    constexpr std::array kUnits = {1, 60, 24 * 60, 24 * 60 * 20};
    age += std::chrono::minutes(7 + step / 4 * kUnits[size_t(step) % 4]);
    const Instant slot = now - age;
    const bool is_in_order = step % 5 != 0;
    snapshots.push_back(
        {.slot = slot, .data_time = is_in_order ? slot : now - std::chrono::hours(step / 20)});
  }
  return snapshots;
}

Retention arbitrary_retention() {
  Retention retention;
  for (const auto rule : kCountedRules) {
    if (const int count = *rc::gen::inRange(-4, 5); count > 0) retention.*rule = count;
  }
  if (retention.keeps_everything()) retention.last = 1;
  retention.min = *rc::gen::inRange(1, 4);
  return retention;
}

using KeptByAll = std::vector<std::vector<KeptBy>>;

void expect_a_larger_keep_keeps_no_less(const std::vector<Aged>& snapshots, Retention retention,
                                        const KeptByAll& kept, Instant now) {
  const size_t grown = *rc::gen::inRange<size_t>(0, kCountedRules.size() + 1);
  if (grown == kCountedRules.size()) {
    ++retention.min;
  } else {
    auto& count = retention.*kCountedRules[grown];
    count = count.value_or(0) + *rc::gen::inRange(1, 4);
  }
  const auto kept_then = keep_by_rules(retention, snapshots, now);
  for (size_t i = 0; i < snapshots.size(); ++i) RC_ASSERT(kept[i].empty() || !kept_then[i].empty());
}

// Told apart by the calendar as text shows it: "2026-11-22T10".
void expect_newest_of_latest_periods(const std::vector<Aged>& snapshots, const Retention& retention,
                                     const KeptByAll& kept) {
  const auto is_kept_by = [&](size_t i, KeepRule rule) {
    return std::ranges::find(kept[i], rule, &KeptBy::rule) != kept[i].end();
  };
  struct Period {
    KeepRule rule;
    std::optional<int> Retention::* count;
    size_t length;
  };
  for (const auto& [rule, count, length] : {Period{KeepRule::hourly, &Retention::hourly, 13},
                                            Period{KeepRule::daily, &Retention::daily, 10},
                                            Period{KeepRule::monthly, &Retention::monthly, 7},
                                            Period{KeepRule::yearly, &Retention::yearly, 4}}) {
    std::map<std::string, Instant, std::greater<>> newest_of;
    for (const Aged& one : snapshots) {
      Instant& newest = newest_of[format_instant(one.slot).substr(0, length)];
      newest = std::max(newest, one.data_time);
    }
    std::set<std::string> periods;
    for (size_t i = 0; i < snapshots.size(); ++i) {
      if (!is_kept_by(i, rule)) continue;
      const std::string period = format_instant(snapshots[i].slot).substr(0, length);
      RC_ASSERT(periods.insert(period).second);
      RC_ASSERT(snapshots[i].data_time == newest_of.at(period));
      const auto rank = std::distance(newest_of.begin(), newest_of.find(period));
      RC_ASSERT(rank < (retention.*count).value_or(0));
    }
    const size_t most = size_t((retention.*count).value_or(0));
    RC_ASSERT(periods.size() == std::min(most, newest_of.size()));
  }
}

RC_GTEST_PROP(KeepRulesProperty, EveryKeep, ()) {
  const Instant now = *parse_instant("2026-11-22T12:00:00Z");
  const auto snapshots = arbitrary_snapshots();
  const Retention retention = arbitrary_retention();
  const auto kept = keep_by_rules(retention, snapshots, now);
  expect_newest_of_latest_periods(snapshots, retention, kept);
  expect_a_larger_keep_keeps_no_less(snapshots, retention, kept, now);
}

}  // namespace
}  // namespace snapferry::core
