// SPDX-License-Identifier: Apache-2.0
#include "core/rules/cron.h"

#include <array>
#include <bit>
#include <charconv>
#include <span>
#include <string>

#include <fmt/format.h>

namespace snapferry::core {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeek = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Field {
  std::string_view name;
  int min;
  int max;
  std::span<const std::string_view> words = {};  ///< of min and the values after it
  bool takes_steps = true;
};
constexpr Field kMinute{"minutes", 0, 59};
constexpr Field kHour{"hours", 0, 23};
constexpr Field kDayOfMonth{"day-of-month", 1, 31};
constexpr Field kMonth{"month", 1, 12, kMonths};
constexpr Field kDayOfWeek{"day-of-week", 1, 7, kWeek, false};
constexpr Field kYear{"year", kCronYearMin, kCronYearMax};

// What is wrong, for the hint.
using Problem = std::string;
template <class T>
using Read = std::expected<T, Problem>;

bool is_same_word(std::string_view text, std::string_view upper) {
  if (text.size() != upper.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'a' && text[i] <= 'z' ? char(text[i] - 'a' + 'A') : text[i];
    if (c != upper[i]) return false;
  }
  return true;
}

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

Read<int> read_value(std::string_view text, const Field& field) {
  for (size_t i = 0; i < field.words.size(); ++i) {
    if (is_same_word(text, field.words[i])) return field.min + int(i);
  }
  const auto value = number_of(text);
  if (value && *value >= field.min && *value <= field.max) return *value;
  return std::unexpected(fmt::format("{} takes {} to {}{}, and not \"{}\"", field.name, field.min,
                                     field.max, field.words.empty() ? "" : " or names", text));
}

struct Span {
  int from;
  int to;
  int step;
};

// One item of a list: *, 5, 5-9, and each of them with a step, as in 5/15.
Read<Span> read_item(std::string_view item, const Field& field) {
  const size_t slash = item.find('/');
  const std::string_view range = item.substr(0, slash);
  Span span{.from = field.min, .to = field.max, .step = 1};
  if (slash != std::string_view::npos) {
    if (!field.takes_steps) {
      return std::unexpected(fmt::format("{} takes no /", field.name));
    }
    const auto step = number_of(item.substr(slash + 1));
    if (!step || *step < 1 || *step > field.max) {
      return std::unexpected(
          fmt::format("\"{}\" in {} has no step from 1 to {}", item, field.name, field.max));
    }
    span.step = *step;
  }
  if (range == "*") return span;
  const size_t dash = range.find('-');
  span.from = TRY(read_value(range.substr(0, dash), field));
  if (dash != std::string_view::npos) {
    span.to = TRY(read_value(range.substr(dash + 1), field));
    if (span.to < span.from) {
      return std::unexpected(
          fmt::format("the range \"{}\" in {} runs backwards", range, field.name));
    }
  } else if (slash == std::string_view::npos) {
    span.to = span.from;
  }
  return span;
}

// Calls `set` for each value of the field's list.
template <class Set>
Read<void> read_list(std::string_view text, const Field& field, Set set) {
  while (true) {
    const size_t comma = text.find(',');
    const Span span = TRY(read_item(text.substr(0, comma), field));
    for (int value = span.from; value <= span.to; value += span.step) set(value);
    if (comma == std::string_view::npos) return {};
    text.remove_prefix(comma + 1);
  }
}

Read<std::uint64_t> read_bits(std::string_view text, const Field& field) {
  std::uint64_t bits = 0;
  TRY(read_list(text, field, [&](int value) { bits |= std::uint64_t{1} << value; }));
  return bits;
}

Read<void> read_day_of_month(std::string_view text, Cron& cron) {
  if (text == "L") {
    cron.kind = CronDays::last_of_month;
  } else if (text == "LW") {
    cron.kind = CronDays::last_weekday;
  } else if (text.ends_with('W')) {
    cron.kind = CronDays::nearest_weekday;
    cron.number = TRY(read_value(text.substr(0, text.size() - 1), kDayOfMonth));
  } else {
    cron.kind = CronDays::of_month;
    cron.days = TRY(read_bits(text, kDayOfMonth));
  }
  return {};
}

Read<void> read_day_of_week(std::string_view text, Cron& cron) {
  if (const size_t hash = text.find('#'); hash != std::string_view::npos) {
    cron.kind = CronDays::nth_of_week;
    cron.number = TRY(read_value(text.substr(0, hash), kDayOfWeek));
    const auto nth = number_of(text.substr(hash + 1));
    if (!nth || *nth < 1 || *nth > 5) {
      return std::unexpected("after # stands which of the month's, 1 to 5, and nothing else");
    }
    cron.nth = *nth;
  } else if (text.size() > 1 && text.ends_with('L')) {
    cron.kind = CronDays::last_of_week;
    cron.number = TRY(read_value(text.substr(0, text.size() - 1), kDayOfWeek));
  } else {
    // L alone is the last day of the week, Saturday.
    cron.kind = CronDays::of_week;
    cron.days = TRY(read_bits(text == "L" ? "7" : text, kDayOfWeek));
  }
  return {};
}

// Takes the six fields apart; nothing when there are not six.
std::optional<std::array<std::string_view, 6>> six_fields(std::string_view text) {
  std::array<std::string_view, 6> fields;
  for (size_t i = 0;; ++i) {
    const size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) {
      return i == fields.size() ? std::optional(fields) : std::nullopt;
    }
    if (i == fields.size()) return std::nullopt;
    text.remove_prefix(begin);
    fields.at(i) = text.substr(0, text.find(' '));
    text.remove_prefix(fields.at(i).size());
  }
}

Read<Cron> read_cron(std::string_view text) {
  if (!text.starts_with("cron(") || !text.ends_with(")")) {
    return std::unexpected("write it as cron(0 2 * * ? *)");
  }
  const auto fields = six_fields(text.substr(5, text.size() - 6));
  if (!fields) {
    return std::unexpected(
        "a cron expression has six fields: minutes hours day-of-month month day-of-week year");
  }
  const auto& [minutes, hours, day_of_month, month, day_of_week, year] = *fields;
  Cron cron;
  cron.minutes = TRY(read_bits(minutes, kMinute));
  cron.hours = TRY(read_bits(hours, kHour));
  cron.months = TRY(read_bits(month, kMonth));
  TRY(read_list(year, kYear, [&](int value) { cron.years.set(size_t(value - kCronYearMin)); }));
  cron.is_every_year = year == "*";
  if ((day_of_month == "?") == (day_of_week == "?")) {
    return std::unexpected("exactly one of day-of-month and day-of-week is ?");
  }
  if (day_of_week == "?") {
    TRY(read_day_of_month(day_of_month, cron));
  } else {
    TRY(read_day_of_week(day_of_week, cron));
  }
  if (!next_fire(cron, Instant(-std::chrono::minutes(1)))) {
    return std::unexpected("no such date ever comes");
  }
  return cron;
}

// The Monday to Friday nearest to a day, within its month: the Friday before a Saturday, the Monday
// after a Sunday, unless either lies in another month.
sys_days nearest_weekday(const year_month_day& date) {
  const sys_days wanted(date);
  const weekday on(wanted);
  const sys_days last(date.year() / date.month() / std::chrono::last);
  if (on == std::chrono::Saturday)
    return date.day() == day(1) ? wanted + days(2) : wanted - days(1);
  if (on == std::chrono::Sunday) return wanted == last ? wanted - days(2) : wanted + days(1);
  return wanted;
}

bool is_day(const Cron& cron, sys_days when, const year_month_day& date) {
  const unsigned day_of_month = unsigned(date.day());
  const sys_days last(date.year() / date.month() / std::chrono::last);
  const int day_of_week = int(weekday(when).c_encoding()) + 1;
  switch (cron.kind) {
    case CronDays::of_month:
      return (cron.days >> day_of_month & 1) != 0;
    case CronDays::last_of_month:
      return when == last;
    case CronDays::last_weekday:
      return when == nearest_weekday(year_month_day(last));
    case CronDays::nearest_weekday: {
      const year_month_day wanted = date.year() / date.month() / day(unsigned(cron.number));
      return wanted.ok() && when == nearest_weekday(wanted);
    }
    case CronDays::of_week:
      return (cron.days >> day_of_week & 1) != 0;
    case CronDays::last_of_week:
      return day_of_week == cron.number && when + days(7) > last;
    case CronDays::nth_of_week:
      return day_of_week == cron.number && int(day_of_month - 1) / 7 + 1 == cron.nth;
  }
  ASSERT(false);
}

bool fires_on(const Cron& cron, sys_days when) {
  const year_month_day date(when);
  const int year = int(date.year());
  if (year < kCronYearMin || year > kCronYearMax) return false;
  return cron.years.test(size_t(year - kCronYearMin)) &&
         (cron.months >> unsigned(date.month()) & 1) != 0 && is_day(cron, when, date);
}

Instant at(sys_days when, int hour, int minute) {
  return Instant(when) + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

int lowest(std::uint64_t bits) {
  return std::countr_zero(bits);
}
int highest(std::uint64_t bits) {
  return 63 - std::countl_zero(bits);
}
std::uint64_t from(int value) {
  return value > 63 ? 0 : ~std::uint64_t{0} << value;
}
std::uint64_t up_to(int value) {
  return value < 0 ? 0 : ~from(value + 1);
}

}  // namespace

Result<Cron> parse_cron(std::string_view text) {
  auto cron = read_cron(text);
  if (cron) return *cron;
  std::string hint = cron.error() + ".";
  if (hint.front() >= 'a' && hint.front() <= 'z') hint.front() = char(hint.front() - 'a' + 'A');
  return fail(
      ErrorKind::invalid,
      fmt::format("\"{}\" is not a schedule: Parameter ScheduleExpression is not valid", text),
      std::move(hint));
}

std::optional<Instant> latest_fire(const Cron& cron, Instant now) {
  const sys_days today = std::chrono::floor<days>(now);
  const int minute_of_day = int(std::chrono::floor<std::chrono::minutes>(now - today).count());
  for (sys_days when = today; when >= sys_days{}; when -= days(1)) {
    if (!fires_on(cron, when)) continue;
    if (when != today) return at(when, highest(cron.hours), highest(cron.minutes));
    const int hour = minute_of_day / 60;
    if ((cron.hours >> hour & 1) != 0) {
      const std::uint64_t minutes = cron.minutes & up_to(minute_of_day % 60);
      if (minutes != 0) return at(when, hour, highest(minutes));
    }
    const std::uint64_t hours = cron.hours & up_to(hour - 1);
    if (hours != 0) return at(when, highest(hours), highest(cron.minutes));
  }
  return std::nullopt;
}

std::optional<Instant> next_fire(const Cron& cron, Instant now) {
  // The first whole minute after now.
  const Instant first = std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes(1);
  const sys_days today = std::chrono::floor<days>(first);
  const int minute_of_day = int(std::chrono::floor<std::chrono::minutes>(first - today).count());
  const sys_days last(std::chrono::year(kCronYearMax) / 12 / 31);
  for (sys_days when = today; when <= last; when += days(1)) {
    if (!fires_on(cron, when)) continue;
    if (when != today) return at(when, lowest(cron.hours), lowest(cron.minutes));
    const int hour = minute_of_day / 60;
    if ((cron.hours >> hour & 1) != 0) {
      const std::uint64_t minutes = cron.minutes & from(minute_of_day % 60);
      if (minutes != 0) return at(when, hour, lowest(minutes));
    }
    const std::uint64_t hours = cron.hours & from(hour + 1);
    if (hours != 0) return at(when, lowest(hours), lowest(cron.minutes));
  }
  return std::nullopt;
}

}  // namespace snapferry::core
