// EventBridge's cron expressions: six fields in UTC, read once, then asked for fire times.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/time.h"

namespace snapferry::core {

/// The years that EventBridge takes.
inline constexpr int kCronYearMin = 1970;
inline constexpr int kCronYearMax = 2199;

/// What counts as a day to fire on. Exactly one of both day fields of an expression is "?".
enum class CronDays {
  of_month,         ///< days 1 to 31 of `days`
  last_of_month,    ///< L
  last_weekday,     ///< LW: the last Monday to Friday of the month
  nearest_weekday,  ///< 15W: the Monday to Friday nearest to day `number`, within the month
  of_week,          ///< days 1 (Sunday) to 7 of `days`
  last_of_week,     ///< 6L: the last day `number` of the week in the month
  nth_of_week,      ///< 3#2: the `nth` day `number` of the week in the month
};

/// Sets of values are bits: bit 5 of `minutes` is minute 5.
struct Cron {
  std::uint64_t minutes = 0;
  std::uint64_t hours = 0;
  std::uint64_t months = 0;
  std::bitset<kCronYearMax - kCronYearMin + 1> years;  ///< bit 0 is kCronYearMin
  CronDays kind = CronDays::of_month;
  std::uint64_t days = 0;
  int number = 0;
  int nth = 0;
  bool is_every_year = false;  ///< the year field is "*"
};

/// Reads "cron(<minutes> <hours> <day-of-month> <month> <day-of-week> <year>)".
/// Errors:   invalid, in EventBridge's words, with what is wrong in the hint: another number of
///           fields, a value out of range, a range that runs backwards, both day fields or none of
///           them "?", or a date that never comes (31 February).
/// Source:   EventBridge User Guide, "Cron expressions", 2026-11: , - * / in every field but /
///           in day-of-week, ? L W in day-of-month, ? L # in day-of-week.
Result<Cron> parse_cron(std::string_view text);

/// Returns the latest fire time at or before `now`; nothing when there is none since 1970.
std::optional<Instant> latest_fire(const Cron& cron, Instant now);

/// Returns the first fire time after `now`; nothing when there is none until 2199.
std::optional<Instant> next_fire(const Cron& cron, Instant now);

}  // namespace snapferry::core
