// SPDX-License-Identifier: Apache-2.0
#include "core/rules/retention.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "core/inventory.h"
#include "core/policy.h"
#include "core/rules/deletion_guard.h"
#include "core/rules/ownership.h"

namespace snapferry::core {
namespace {

struct Judged {
  const Snapshot* snapshot;
  Instant slot;
  bool is_in_future;
  std::vector<KeptBy> rules = {};  // that keep it

  [[nodiscard]] bool has_age() const {
    return !is_in_future && snapshot->state() == SnapshotState::available &&
           snapshot->original_create_time;
  }
};

const NameTemplate& template_in(const Policy& policy, const Region& region) {
  for (const Target& target : policy.targets) {
    if (target.region == region) return target.copy_name;
  }
  return policy.snapshot_name;
}

// The verdict on one snapshot; no rule means that it may go.
struct Verdict {
  std::optional<KeepRule> rule;
  std::string text;
};

Verdict keep(KeepRule rule, std::string text) {
  return {.rule = rule, .text = std::move(text)};
}

Verdict judge(const Policy& policy, const Inventory& inventory, const Region& region,
              const Judged& judged, Instant now) {
  const Retention& retention = retention_of(policy, region);
  const Snapshot& snapshot = *judged.snapshot;
  if (const auto hold = snapshot.tags.find(std::string(kHoldTag)); hold != snapshot.tags.end()) {
    return keep(KeepRule::hold, fmt::format("held by the tag {}={}", kHoldTag, hold->second));
  }
  if (judged.is_in_future) {
    return keep(KeepRule::slot_in_future,
                fmt::format("its slot {} is in the future", format_instant(judged.slot)));
  }
  if (snapshot.state() != SnapshotState::available) {
    return keep(KeepRule::not_available, fmt::format("it is {}", snapshot.status));
  }
  if (retention.keeps_everything()) {
    return keep(KeepRule::no_retention, "no rule is named for its place, so nothing is deleted");
  }
  if (policy.orphans ? *policy.orphans == Orphans::keep || inventory.database.has_value()
                     : !inventory.database) {
    return keep(KeepRule::database_gone,
                policy.orphans && inventory.database
                    ? "its policy means the database no longer, and what is left of it stays"
                    : "its database is gone, and what is left of it stays until somebody decides");
  }
  if (!snapshot.original_create_time) {
    return keep(KeepRule::no_create_time,
                "AWS tells no time of its data (OriginalSnapshotCreateTime), so it has no age");
  }
  const std::string age = format_duration(now - *snapshot.original_create_time) + " old";
  if (!judged.rules.empty()) {
    std::string rules;
    for (const KeptBy& by : judged.rules) rules += (rules.empty() ? "" : ", ") + by.text;
    return keep(judged.rules.front().rule, fmt::format("{}; kept: {}", age, rules));
  }
  std::string text = fmt::format("{}; no rule keeps it ({})", age, describe(retention));
  if (auto refusal = refuse_delete(policy, inventory, region, snapshot, now)) {
    return keep(KeepRule::guard, fmt::format("{}; {}", text, *refusal));
  }
  return {.rule = std::nullopt, .text = std::move(text)};
}

void apply_rules(const Retention& retention, std::vector<Judged>& ours, Instant now) {
  if (retention.keeps_everything()) return;
  // A database that was made anew under the same name holds other data: each has its own count.
  std::map<std::string_view, std::vector<Judged*>> databases;
  for (Judged& judged : ours) {
    if (judged.has_age()) databases[judged.snapshot->resource_id].push_back(&judged);
  }
  for (const auto& [resource_id, with_age] : databases) {
    std::vector<Aged> aged;
    aged.reserve(with_age.size());
    for (const Judged* judged : with_age) {
      aged.push_back({.slot = judged->slot, .data_time = *judged->snapshot->original_create_time});
    }
    auto rules = keep_by_rules(retention, aged, now);
    for (size_t i = 0; i < with_age.size(); ++i) with_age[i]->rules = std::move(rules[i]);
  }
}

}  // namespace

Result<int> parse_retention_days(std::string_view text) {
  int days = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), days);
  const bool is_whole = status == std::errc() && end == text.data() + text.size();
  if (is_whole && days == 0) {
    return fail(ErrorKind::invalid, "0 days would keep nothing",
                "Keep at least 1 day, or name no days to keep everything.");
  }
  if (is_whole && days > 0 && days <= kRetentionDaysMax) return days;
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is no number of days", text),
              fmt::format("Write a whole number from 1 to {}.", kRetentionDaysMax));
}

const Retention& retention_of(const Policy& policy, const Region& region) {
  for (const Target& target : policy.targets) {
    if (target.region == region) return target.keep;
  }
  ASSERT(region == policy.source_region);
  return policy.keep;
}

RetentionVerdict judge_retention(const Policy& policy, const Inventory& inventory,
                                 const Region& region, Instant now) {
  const NameTemplate& name = template_in(policy, region);
  std::vector<Judged> ours;
  for (const Snapshot& snapshot : inventory.regions.at(region).snapshots) {
    const auto slot = owned_slot(snapshot, policy.owner(), name);
    if (slot) ours.push_back({&snapshot, *slot, *slot > now + kClockSkewMax});
  }
  std::ranges::sort(ours, std::ranges::greater{}, &Judged::slot);
  apply_rules(retention_of(policy, region), ours, now);
  RetentionVerdict verdict;
  for (const Judged& judged : ours) {
    Verdict one = judge(policy, inventory, region, judged, now);
    if (one.rule) {
      verdict.kept.push_back(
          {region, judged.snapshot->id, judged.slot, *one.rule, std::move(one.text)});
    } else {
      verdict.expired.push_back({region, judged.snapshot->id, judged.slot, std::move(one.text)});
    }
  }
  std::ranges::reverse(verdict.expired);
  return verdict;
}

int deletes_allowed(int managed_count, std::optional<int> deletes_max) {
  constexpr int kAlways = 10;
  constexpr int kShare = 5;  // one in five: 20 %
  return deletes_max.value_or(std::max(kAlways, managed_count / kShare));
}

}  // namespace snapferry::core
