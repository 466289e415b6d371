// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/room.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace snapferry::core {
namespace {

// Ours: two slots an hour over a year. More would be counted for seconds, for a number that is an
// estimate anyway.
constexpr size_t kSlotsMax = 17'520;

constexpr Milliseconds kInstantTick{1};

// How far back a rule can reach.
Milliseconds reach_of(const Retention& retention, double per_day) {
  using std::chrono::days;
  // The longest that each period of the calendar can be, and one more for the one that runs.
  const auto spans = [](const std::optional<int>& count, Milliseconds longest) {
    return count ? longest * (*count + 1) : Milliseconds(0);
  };
  const Milliseconds between = std::chrono::duration_cast<Milliseconds>(
      std::chrono::duration<double, days::period>(1 / per_day));
  return std::max({spans(retention.days, days(1)), spans(retention.last, between),
                   spans(std::optional(retention.min), between),
                   spans(retention.hourly, std::max<Milliseconds>(std::chrono::hours(1), between)),
                   spans(retention.daily, std::max<Milliseconds>(days(1), between)),
                   spans(retention.weekly, std::max<Milliseconds>(days(7), between)),
                   spans(retention.monthly, std::max<Milliseconds>(days(31), between)),
                   spans(retention.yearly, std::max<Milliseconds>(days(366), between))});
}

// What the rules keep at most when none keeps what another does.
long sum_of(const Retention& retention, double per_day) {
  long sum = long(std::ceil(double(retention.days.value_or(0)) * per_day));
  for (const auto& count : {retention.last, retention.hourly, retention.daily, retention.weekly,
                            retention.monthly, retention.yearly}) {
    sum += count.value_or(0);
  }
  return std::max(sum, long(retention.min));
}

}  // namespace

double slots_per_day(const Schedule& schedule, Instant now) {
  constexpr int kDays = 30;
  const Instant start = now - std::chrono::days(kDays);
  int count = 0;
  // Ours: a slot each minute is the densest schedule.
  for (Instant slot = slot_at(schedule, Milliseconds(0), now);
       slot > start && count < kDays * 24 * 60;
       slot = slot_at(schedule, Milliseconds(0), slot - kInstantTick)) {
    ++count;
  }
  if (count > 1) return double(count) / kDays;
  const Instant last = slot_at(schedule, Milliseconds(0), now);
  const Instant before = slot_at(schedule, Milliseconds(0), last - kInstantTick);
  return std::chrono::duration<double>(std::chrono::days(1)) /
         std::chrono::duration<double>(std::max(last - before, kInstantTick));
}

std::optional<long> kept_in_the_long_run(const Retention& retention, const Schedule& schedule,
                                         Instant now) {
  if (retention.keeps_everything()) return std::nullopt;
  const double per_day = slots_per_day(schedule, now);
  const Instant start = now - reach_of(retention, per_day);
  std::vector<Aged> all;
  for (Instant slot = slot_at(schedule, Milliseconds(0), now); slot >= start;
       slot = slot_at(schedule, Milliseconds(0), slot - kInstantTick)) {
    if (all.size() == kSlotsMax) return sum_of(retention, per_day);
    all.push_back({.slot = slot, .data_time = slot});
  }
  const auto kept = keep_by_rules(retention, all, now);
  return std::ranges::count_if(kept, [](const auto& rules) { return !rules.empty(); });
}

}  // namespace snapferry::core
