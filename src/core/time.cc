// SPDX-License-Identifier: Apache-2.0
#include "core/time.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace snapferry::core {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only

// Reads exactly `count` digits off the front.
std::optional<int> take_digits(std::string_view& text, size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Instant> make_instant(int year, int month, int day, int hour, int minute,
                                    int second) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(unsigned(month)),
                                         std::chrono::day(unsigned(day))};
  if (!date.ok() || year < 1970 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return Instant(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

struct Fields {
  int year, month, day, hour, minute, second, millisecond;
};

Fields fields_of(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(instant - day);
  return {int(date.year()),
          int(unsigned(date.month())),
          int(unsigned(date.day())),
          int(clock.hours().count()),
          int(clock.minutes().count()),
          int(clock.seconds().count()),
          int(clock.subseconds().count())};
}

// Writes a number of that many digits over the text. A plan over a fleet writes a million of them:
// fmt would be most of its time.
void put_digits(std::string& text, size_t at, size_t count, int number) {
  for (size_t i = at + count; i > at; number /= 10) text[--i] = char('0' + number % 10);
}

struct Unit {
  std::string_view name;
  Milliseconds length;
};
// From large to small, the order in which parse_duration takes them; "ms" before "m" to read.
constexpr std::array kUnits = {Unit{"d", 24h}, Unit{"h", 1h}, Unit{"m", 1min}, Unit{"s", 1s},
                               Unit{"ms", 1ms}};
// Ours: 100 years is past every retention law we know of, and far from overflowing milliseconds.
constexpr Milliseconds kDurationMax = 24h * 36525;

}  // namespace

std::string format_instant(Instant instant) {
  const Fields f = fields_of(instant);
  std::string text = "0000-00-00T00:00:00";
  put_digits(text, 0, 4, f.year);
  put_digits(text, 5, 2, f.month);
  put_digits(text, 8, 2, f.day);
  put_digits(text, 11, 2, f.hour);
  put_digits(text, 14, 2, f.minute);
  put_digits(text, 17, 2, f.second);
  if (f.millisecond != 0) {
    text += ".000";
    put_digits(text, 20, 3, f.millisecond);
  }
  return text += 'Z';
}

std::optional<Instant> parse_instant(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second) return std::nullopt;
  int millisecond = 0;
  if (take(text, '.')) {
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      if (digits < 3) millisecond = millisecond * 10 + (text.front() - '0');
      ++digits;
      text.remove_prefix(1);
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 3; ++digits) millisecond *= 10;
  }
  if (text != "Z" && text != "+00:00" && text != "+0000") return std::nullopt;
  auto instant = make_instant(*year, *month, *day, *hour, *minute, *second);
  if (!instant) return std::nullopt;
  return *instant + Milliseconds(millisecond);
}

std::string format_compact(Instant instant) {
  const Fields f = fields_of(instant);
  std::string text = "00000000000000";
  put_digits(text, 0, 4, f.year);
  put_digits(text, 4, 2, f.month);
  put_digits(text, 6, 2, f.day);
  put_digits(text, 8, 2, f.hour);
  put_digits(text, 10, 2, f.minute);
  put_digits(text, 12, 2, f.second);
  return text;
}

std::optional<Instant> parse_compact(std::string_view text) {
  if (text.size() != 14) return std::nullopt;
  const auto year = take_digits(text, 4);
  const auto month = take_digits(text, 2);
  const auto day = take_digits(text, 2);
  const auto hour = take_digits(text, 2);
  const auto minute = take_digits(text, 2);
  const auto second = take_digits(text, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  return make_instant(*year, *month, *day, *hour, *minute, *second);
}

std::string format_duration(Milliseconds duration) {
  if (duration < 0ms) return "-" + format_duration(-duration);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  // Hours up to two days: recovery points are spoken of as 26 h, not as a day and two hours.
  if (seconds < 2 * 86400L) return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{}d{:02}h", seconds / 86400, seconds / 3600 % 24);
}

Result<Milliseconds> parse_duration(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is not a length of time", text),
                "Write it as a number and a unit, for example 45s, 90m, 26h or 7d.");
  };
  if (text == "0") return 0ms;
  Milliseconds total = 0ms;
  std::string_view rest = text;
  size_t unit_next = 0;
  do {
    long value = 0;
    const auto [end, status] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (status != std::errc() || value < 0) return refuse();
    rest.remove_prefix(size_t(end - rest.data()));
    size_t unit_end = 0;
    while (unit_end < rest.size() && (rest[unit_end] < '0' || rest[unit_end] > '9')) ++unit_end;
    const std::string_view name = rest.substr(0, unit_end);
    while (unit_next < kUnits.size() && kUnits[unit_next].name != name) ++unit_next;
    if (unit_next == kUnits.size()) return refuse();
    if (value > kDurationMax / kUnits[unit_next].length) return refuse();
    total += kUnits[unit_next].length * value;
    if (total > kDurationMax) return refuse();
    rest.remove_prefix(unit_end);
    ++unit_next;
  } while (!rest.empty());
  return total;
}

}  // namespace snapferry::core
