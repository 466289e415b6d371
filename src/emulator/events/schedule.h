// rate(...) and cron(...) as EventBridge rules have them, in UTC.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <optional>
#include <string_view>
#include <variant>

#include "core/time.h"

namespace snapferry::emulator {

/// Which days a cron expression means, by one of its two day fields; the other is "?".
struct CronDays {
  bool is_of_week = false;
  std::bitset<32> days;  ///< 1 to 31; of the week: 1 (Sunday) to 7
  bool is_last = false;  ///< "L" of the month, or the last such day of the week
  int weekday_near = 0;  ///< "15W": the working day nearest to that day
  int nth = 0;           ///< "3#2": the second Tuesday
};

struct CronFields {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  CronDays days;
  std::bitset<13> months;  ///< 1 to 12
  std::bitset<230> years;  ///< since 1970
};

struct Schedule {
  std::variant<core::Milliseconds, CronFields> when;

  /// Returns the next time after `from`: a period later, or what the cron fields say; nothing when
  /// these have no more.
  [[nodiscard]] std::optional<core::Instant> next_after(core::Instant from) const;
};

/// Returns: nothing for what EventBridge refuses: rate(1 days), cron with two day fields, and so
/// on. Source: EventBridge User Guide, "Setting a schedule pattern for scheduled rules", 2025.
std::optional<Schedule> parse_schedule(std::string_view expression);

}  // namespace snapferry::emulator
