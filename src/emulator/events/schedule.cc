// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/schedule.h"

#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace snapferry::emulator {
namespace {

using core::Instant;
using core::Milliseconds;
using std::chrono::days;

constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2199;

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char divider) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(divider);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

struct Range {
  int least;
  int most;
  std::vector<std::string_view> names = {};  // of `least` and those after it
};

std::optional<int> value_of(std::string_view text, const Range& range) {
  for (size_t i = 0; i < range.names.size(); ++i) {
    if (range.names[i] == text) return range.least + static_cast<int>(i);
  }
  const auto number = number_of(text);
  if (!number || *number < range.least || *number > range.most) return std::nullopt;
  return number;
}

// Reads "*", "5", "1-5", "0/15", "MON-FRI", and lists of these.
template <size_t N>
bool read_field(std::string_view text, const Range& range, std::bitset<N>& set, int shift = 0) {
  for (std::string_view part : split(text, ',')) {
    int step = 1;
    const size_t slash = part.find('/');
    if (slash != std::string_view::npos) {
      const auto number = number_of(part.substr(slash + 1));
      if (!number || *number < 1) return false;
      step = *number;
      part = part.substr(0, slash);
    }
    int first = range.least;
    int last = range.most;
    if (part != "*") {
      const size_t dash = part.find('-');
      const auto from = value_of(part.substr(0, dash), range);
      const auto to =
          dash == std::string_view::npos ? from : value_of(part.substr(dash + 1), range);
      if (!from || !to || *to < *from) return false;
      first = *from;
      last = slash != std::string_view::npos && dash == std::string_view::npos ? range.most : *to;
    }
    for (int value = first; value <= last; value += step)
      set.set(static_cast<size_t>(value - shift));
  }
  return true;
}

bool read_days_of_month(std::string_view text, CronDays& result) {
  if (text == "L") return result.is_last = true;
  if (text.ends_with('W')) {
    const auto day = number_of(text.substr(0, text.size() - 1));
    if (!day || *day < 1 || *day > 31) return false;
    result.weekday_near = *day;
    return true;
  }
  return read_field(text, {1, 31}, result.days);
}

bool read_days_of_week(std::string_view text, CronDays& result) {
  const Range range = {1, 7, {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}};
  result.is_of_week = true;
  if (text == "L") {  // alone it is the week's last day
    result.days.set(7);
    return true;
  }
  std::string_view day = text;
  if (text.ends_with('L')) {
    result.is_last = true;
    day = text.substr(0, text.size() - 1);
  } else if (const size_t hash = text.find('#'); hash != std::string_view::npos) {
    const auto nth = number_of(text.substr(hash + 1));
    if (!nth || *nth < 1 || *nth > 5) return false;
    result.nth = *nth;
    day = text.substr(0, hash);
  } else {
    return read_field(text, range, result.days);
  }
  const auto value = value_of(day, range);
  if (!value) return false;
  result.days.set(static_cast<size_t>(*value));
  return true;
}

std::optional<CronFields> parse_cron(std::string_view text) {
  std::vector<std::string_view> fields;
  for (const std::string_view part : split(text, ' ')) {
    if (!part.empty()) fields.push_back(part);
  }
  if (fields.size() != 6) return std::nullopt;
  // "If you specify a value or a * in one of the fields, you must use a ? in the other."
  if ((fields[2] == "?") == (fields[4] == "?")) return std::nullopt;
  CronFields cron;
  const Range months = {
      1, 12, {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}};
  const bool is_read = read_field(fields[0], {0, 59}, cron.minutes) &&
                       read_field(fields[1], {0, 23}, cron.hours) &&
                       (fields[2] == "?" ? read_days_of_week(fields[4], cron.days)
                                         : read_days_of_month(fields[2], cron.days)) &&
                       read_field(fields[3], months, cron.months) &&
                       read_field(fields[5], {kFirstYear, kLastYear}, cron.years, kFirstYear);
  if (!is_read) return std::nullopt;
  return cron;
}

std::optional<Milliseconds> parse_rate(std::string_view text) {
  const size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto value = number_of(text.substr(0, blank));
  std::string unit(text.substr(blank + 1));
  if (!value || *value < 1) return std::nullopt;
  // "If the value is equal to 1, then the unit must be singular", and else plural.
  const bool is_plural = unit.ends_with('s');
  if (is_plural == (*value == 1)) return std::nullopt;
  if (is_plural) unit.pop_back();
  if (unit == "minute") return std::chrono::minutes(*value);
  if (unit == "hour") return std::chrono::hours(*value);
  if (unit == "day") return days(*value);
  return std::nullopt;
}

bool is_day_meant(const CronDays& meant, std::chrono::sys_days day) {
  using std::chrono::last;
  const std::chrono::year_month_day date(day);
  const auto of_month = unsigned(date.day());
  const unsigned length = unsigned((date.year() / date.month() / last).day());
  const unsigned of_week = std::chrono::weekday(day).c_encoding() + 1;
  if (meant.is_of_week) {
    if (!meant.days.test(of_week)) return false;
    if (meant.is_last) return of_month + 7 > length;
    return meant.nth == 0 || (of_month - 1) / 7 + 1 == static_cast<unsigned>(meant.nth);
  }
  if (meant.is_last) return of_month == length;
  if (meant.weekday_near == 0) return meant.days.test(of_month);
  const auto wanted = static_cast<unsigned>(meant.weekday_near);
  if (wanted > length) return false;
  std::chrono::sys_days nearest = date.year() / date.month() / std::chrono::day(wanted);
  const unsigned its_weekday = std::chrono::weekday(nearest).c_encoding();
  // Never into another month: the 1st on a Saturday is moved to the 3rd.
  if (its_weekday == 6) nearest += wanted == 1 ? days(2) : days(-1);
  if (its_weekday == 0) nearest += wanted == length ? days(-2) : days(1);
  return nearest == day;
}

std::optional<Instant> next_of(const CronFields& cron, Instant from) {
  using std::chrono::hours;
  using std::chrono::minutes;
  const auto start = std::chrono::floor<minutes>(from) + minutes(1);
  auto day = std::chrono::floor<days>(start);
  auto in_day = start - day;
  for (;; day += days(1), in_day = minutes(0)) {
    const std::chrono::year_month_day date(day);
    const int year = int(date.year());
    if (year > kLastYear) return std::nullopt;
    // A year or month that is not meant has none of its days looked at.
    if (year < kFirstYear || !cron.years.test(static_cast<size_t>(year - kFirstYear)) ||
        !cron.months.test(unsigned(date.month())) || !is_day_meant(cron.days, day)) {
      continue;
    }
    for (; in_day < days(1); in_day += minutes(1)) {
      const auto hour = std::chrono::floor<hours>(in_day);
      if (!cron.hours.test(static_cast<size_t>(hour.count()))) {
        in_day = hour + hours(1) - minutes(1);
        continue;
      }
      if (cron.minutes.test(static_cast<size_t>((in_day - hour).count()))) return day + in_day;
    }
  }
}

}  // namespace

std::optional<Schedule> parse_schedule(std::string_view expression) {
  const auto inside = [&](std::string_view name) -> std::optional<std::string_view> {
    if (!expression.starts_with(name) || !expression.ends_with(')')) return std::nullopt;
    return expression.substr(name.size(), expression.size() - name.size() - 1);
  };
  if (const auto text = inside("rate(")) {
    if (const auto period = parse_rate(*text)) return Schedule{*period};
  } else if (const auto fields = inside("cron(")) {
    if (const auto cron = parse_cron(*fields)) return Schedule{*cron};
  }
  return std::nullopt;
}

std::optional<Instant> Schedule::next_after(Instant from) const {
  if (const auto* period = std::get_if<Milliseconds>(&when)) return from + *period;
  return next_of(std::get<CronFields>(when), from);
}

}  // namespace snapferry::emulator
