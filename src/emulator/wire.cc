// SPDX-License-Identifier: Apache-2.0
#include "emulator/wire.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::unexpected<ServiceError> refuse(int http_status, std::string_view code, std::string message) {
  return std::unexpected(ServiceError{http_status, std::string(code), std::move(message)});
}

bool is_same_header(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

std::string http_date(core::Instant instant) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays.at(std::chrono::weekday(day).c_encoding()), unsigned(date.day()),
                     kMonths.at(unsigned(date.month()) - 1), int(date.year()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

std::string_view WireRequest::header(std::string_view name) const {
  for (const auto& [field_name, value] : headers) {
    if (is_same_header(field_name, name)) return value;
  }
  return {};
}

}  // namespace snapferry::emulator
