// SPDX-License-Identifier: Apache-2.0
#include "core/rules/schedule.h"

#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace snapferry::core {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only

// Ours: a slot less than once a year is no schedule for recovery.
constexpr Milliseconds kPeriodMax = 24h * 366;

// FNV-1a, 64 bit: short, fixed for good and the same on every machine, which is all that an offset
// that names snapshots needs. Changing it would move every slot: never change it.
uint64_t fnv1a(std::string_view text) {
  uint64_t hash = 14695981039346656037ULL;
  for (unsigned char c : text) {
    hash ^= c;
    hash *= 1099511628211ULL;
  }
  return hash;
}

std::optional<Milliseconds> unit_length(std::string_view unit, bool is_one) {
  if (unit == (is_one ? "minute" : "minutes")) return 1min;
  if (unit == (is_one ? "hour" : "hours")) return 1h;
  if (unit == (is_one ? "day" : "days")) return 24h;
  return std::nullopt;
}

Result<Schedule> parse_cron_schedule(std::string_view text) {
  const Cron cron = TRY(parse_cron(text));
  if (!cron.is_every_year) {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" does not go on for ever", text),
                "Write * for the year: recovery has no last day.");
  }
  return Schedule{.text = std::string(text), .cron = cron};
}

}  // namespace

Result<Schedule> parse_schedule(std::string_view text) {
  const auto refuse = [&](std::string hint) {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is not a schedule", text), std::move(hint));
  };
  const std::string form =
      "Write rate(1 day), rate(6 hours) or rate(30 minutes), where 1 goes with the singular, or "
      "cron(0 2 * * ? *), as in EventBridge.";
  if (text.starts_with("cron(")) return parse_cron_schedule(text);
  if (!text.starts_with("rate(") || !text.ends_with(")")) return refuse(form);
  const std::string_view inner = text.substr(5, text.size() - 6);
  long count = 0;
  const auto [end, status] = std::from_chars(inner.data(), inner.data() + inner.size(), count);
  if (status != std::errc() || count < 1) return refuse(form);
  std::string_view unit = inner.substr(size_t(end - inner.data()));
  if (!unit.starts_with(' ')) return refuse(form);
  unit.remove_prefix(1);
  const auto length = unit_length(unit, count == 1);
  if (!length) return refuse(form);
  if (count > kPeriodMax / *length) return refuse("A schedule's period is at most 366 days.");
  return Schedule{.text = std::string(text), .period = *length * count};
}

Result<Milliseconds> parse_anchor(std::string_view text, const Schedule& schedule) {
  if (schedule.cron) {
    return fail(ErrorKind::invalid, fmt::format("{} names its times itself", schedule.text),
                "Leave the anchor out, or write a rate.");
  }
  auto instant = parse_instant(text);
  if (!instant) instant = parse_instant(fmt::format("1970-01-01T{}:00Z", text));
  if (!instant) {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is no time of day and no instant", text),
                "Write 02:00, or 2026-01-05T02:00:00Z for a slot on a Monday, in UTC.");
  }
  return instant->time_since_epoch() % schedule.period;
}

Milliseconds spread_offset(const AccountId& account, const Region& region,
                           const DatabaseId& database, const Schedule& schedule,
                           Milliseconds spread) {
  const auto below = std::chrono::floor<Seconds>(std::min(spread, schedule.period)).count();
  if (below <= 0) return 0ms;
  const uint64_t hash = fnv1a(account.str() + "/" + region.str() + "/" + database.str());
  return Seconds(int64_t(hash % uint64_t(below)));
}

Instant slot_at(const Schedule& schedule, Milliseconds offset, Instant now) {
  // A cron of every year fires at least every eight years (29 February, around 2100), so only the
  // first years after 1970 lack a slot.
  if (schedule.cron) return latest_fire(*schedule.cron, now).value_or(Instant());
  offset += schedule.anchor;
  const auto since_epoch = now.time_since_epoch() - offset;
  const auto count = std::chrono::floor<Milliseconds>(since_epoch) / schedule.period;
  return Instant(schedule.period * count + offset);
}

Instant next_slot(const Schedule& schedule, Milliseconds offset, Instant now) {
  if (schedule.cron) return next_fire(*schedule.cron, now).value_or(Instant::max());
  return slot_at(schedule, offset, now) + schedule.period;
}

}  // namespace snapferry::core
