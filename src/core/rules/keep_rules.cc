// SPDX-License-Identifier: Apache-2.0
#include "core/rules/keep_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snapferry::core {
namespace {

long hour_of(Instant slot) {
  return std::chrono::floor<std::chrono::hours>(slot).time_since_epoch().count();
}

long day_of(Instant slot) {
  return std::chrono::floor<std::chrono::days>(slot).time_since_epoch().count();
}

// 1970-01-01 was a Thursday: the week that it belongs to had begun three days before.
long week_of(Instant slot) {
  return day_of(slot + std::chrono::days(3)) / 7;
}

long month_of(Instant slot) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(slot));
  return long(int(date.year())) * 12 + long(unsigned(date.month()));
}

long year_of(Instant slot) {
  return int(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(slot)).year());
}

struct Calendar {
  KeepRule rule;
  std::optional<int> Retention::* count;
  long (*period_of)(Instant slot);
};
constexpr std::array kCalendars = {
    Calendar{KeepRule::hourly, &Retention::hourly, hour_of},
    Calendar{KeepRule::daily, &Retention::daily, day_of},
    Calendar{KeepRule::weekly, &Retention::weekly, week_of},
    Calendar{KeepRule::monthly, &Retention::monthly, month_of},
    Calendar{KeepRule::yearly, &Retention::yearly, year_of},
};

KeptBy one_of(KeepRule rule, size_t position, int count) {
  return {.rule = rule, .text = fmt::format("{} {} of {}", to_string(rule), position, count)};
}

}  // namespace

std::vector<std::vector<KeptBy>> keep_by_rules(const Retention& retention,
                                               const std::vector<Aged>& snapshots, Instant now) {
  ASSERT(!retention.keeps_everything());
  std::vector<std::vector<KeptBy>> kept(snapshots.size());
  std::vector<size_t> newest_first(snapshots.size());
  std::iota(newest_first.begin(), newest_first.end(), size_t(0));
  std::ranges::sort(newest_first, std::ranges::greater{}, [&](size_t i) {
    return std::tuple(snapshots[i].data_time, snapshots[i].slot);
  });
  for (size_t rank = 0; rank < newest_first.size(); ++rank) {
    const size_t i = newest_first[rank];
    if (retention.days && now - snapshots[i].data_time <= std::chrono::days(*retention.days)) {
      kept[i].push_back({.rule = KeepRule::days, .text = fmt::format("days {}", *retention.days)});
    }
    if (retention.last && rank < size_t(*retention.last)) {
      kept[i].push_back(one_of(KeepRule::last, rank + 1, *retention.last));
    }
  }
  for (const Calendar& calendar : kCalendars) {
    const std::optional<int>& count = retention.*calendar.count;
    if (!count) continue;
    std::map<long, size_t, std::greater<>> newest_of;  // the latest period first
    for (const size_t i : newest_first) newest_of.emplace(calendar.period_of(snapshots[i].slot), i);
    size_t position = 0;
    for (const auto& [period, i] : newest_of) {
      if (++position > size_t(*count)) break;
      kept[i].push_back(one_of(calendar.rule, position, *count));
    }
  }
  for (size_t rank = 0; rank < std::min(newest_first.size(), size_t(retention.min)); ++rank) {
    auto& rules = kept[newest_first[rank]];
    if (rules.empty()) rules.push_back(one_of(KeepRule::min, rank + 1, retention.min));
  }
  return kept;
}

std::string describe(const Retention& retention) {
  std::vector<std::string> rules;
  const auto add = [&](KeepRule rule, const std::optional<int>& count) {
    if (count) rules.push_back(fmt::format("{} {}", to_string(rule), *count));
  };
  add(KeepRule::days, retention.days);
  add(KeepRule::last, retention.last);
  for (const Calendar& calendar : kCalendars) add(calendar.rule, retention.*calendar.count);
  if (retention.min > 1) add(KeepRule::min, retention.min);
  return fmt::format("{}", fmt::join(rules, ", "));
}

std::string_view to_string(KeepRule rule) {
  switch (rule) {
    case KeepRule::no_retention:
      return "no_retention";
    case KeepRule::days:
      return "days";
    case KeepRule::last:
      return "last";
    case KeepRule::hourly:
      return "hourly";
    case KeepRule::daily:
      return "daily";
    case KeepRule::weekly:
      return "weekly";
    case KeepRule::monthly:
      return "monthly";
    case KeepRule::yearly:
      return "yearly";
    case KeepRule::min:
      return "min";
    case KeepRule::hold:
      return "hold";
    case KeepRule::guard:
      return "guard";
    case KeepRule::database_gone:
      return "database_gone";
    case KeepRule::no_create_time:
      return "no_create_time";
    case KeepRule::not_available:
      return "not_available";
    case KeepRule::slot_in_future:
      return "slot_in_future";
    case KeepRule::too_many_deletes:
      return "too_many_deletes";
  }
  ASSERT(false);
}

}  // namespace snapferry::core
