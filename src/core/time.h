// Points in time and lengths of time, as the whole program writes and reads them. The current time
// is read in one place only (engine/system_clock.h); everything else is handed an Instant.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace snapferry::core {

/// UTC, to the millisecond: the finest that RDS reports.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// Returns RFC 3339 in UTC: "2026-11-22T00:23:17Z", with ".120" only when the milliseconds are not
/// 0.
std::string format_instant(Instant instant);

/// Reads RFC 3339 / ISO 8601 in UTC ("Z" or "+00:00"), with or without a fraction of any length.
/// Returns: nothing for any other text, and for dates outside the years 1970 to 9999.
std::optional<Instant> parse_instant(std::string_view text);

/// Returns YYYYMMDDHHMMSS, the form of snapshot names. Fractions are cut.
std::string format_compact(Instant instant);

/// Reads YYYYMMDDHHMMSS.
std::optional<Instant> parse_compact(std::string_view text);

/// Returns a length for people: "45s", "3m20s", "26h05m", "3d04h"; a leading "-" when negative.
std::string format_duration(Milliseconds duration);

/// Reads a length: one or more of "<n>ms|s|m|h|d" from large to small, as in "26h", "1d12h", "90m";
/// "0" alone is zero.
/// Errors:   invalid, with a hint that shows the form. Lengths past 100 years are refused.
Result<Milliseconds> parse_duration(std::string_view text);

}  // namespace snapferry::core
