// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/quota_forecast.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/rules/lineage.h"

namespace snapferry::core {
namespace {

// Ours: four weeks hold each day of a week equally often, whatever a cron says of them.
constexpr auto kLook = std::chrono::days(28);

double slots_per_day(const Schedule& schedule, Instant now) {
  if (schedule.period > Milliseconds(0)) {
    return double(Milliseconds(std::chrono::days(1)).count()) / double(schedule.period.count());
  }
  long count = 0;
  for (Instant slot = next_slot(schedule, {}, now); slot <= now + kLook;
       slot = next_slot(schedule, {}, slot)) {
    ++count;
  }
  return double(count) / double(std::chrono::days(kLook).count());
}

// How many the rules hold at most: each rule alone, for they may all mean others.
std::optional<long> held_at_most(const Retention& keep, double made_per_day) {
  if (keep.keeps_everything()) return std::nullopt;
  const auto or_none = [](const std::optional<int>& count) { return long(count.value_or(0)); };
  long held = or_none(keep.last) + or_none(keep.hourly) + or_none(keep.daily) +
              or_none(keep.weekly) + or_none(keep.monthly) + or_none(keep.yearly);
  // One more than the days are long: the oldest stays until the newest is there.
  if (keep.days) held += long(std::ceil(double(*keep.days) * made_per_day)) + 1;
  return std::max<long>(held, keep.min);
}

struct Growth {
  double made_per_day = 0;
  long standing = 0;             // ours, by name of their database
  std::optional<long> held = 0;  // none: without end

  void add(double made, std::optional<long> at_most, size_t now_there) {
    made_per_day += made;
    standing += long(now_there);
    held = held && at_most ? std::optional(*held + std::max(*at_most, 0L)) : std::nullopt;
  }
};

QuotaForecast forecast(const Place& place, const SnapshotQuota& quota, const Growth& growth) {
  QuotaForecast result{.place = place, .quota = quota, .made_per_day = growth.made_per_day};
  const long others = std::max(0L, quota.used - growth.standing);
  if (growth.held) result.settles_at = std::max(quota.used, others + *growth.held);
  const bool ends = result.settles_at && *result.settles_at <= quota.max;
  if (!ends && growth.made_per_day > 0) {
    const double days = double(std::max(0L, quota.max - quota.used)) / growth.made_per_day;
    // Ours: past ten years a number of days says no more than that they are many.
    result.days_left = int(std::min(days, 3650.0));
  }
  return result;
}

// The clusters of which RDS copies no snapshot, by their region.
std::set<std::pair<Region, DatabaseId>> uncopyable_clusters(std::span<const Policy* const> policies,
                                                            const Survey& survey) {
  std::set<Region> regions;
  for (const Policy* policy : policies) regions.insert(policy->source_region);
  std::set<std::pair<Region, DatabaseId>> clusters;
  for (const Region& region : regions) {
    for (const Database& cluster : seen_at(survey, {region, DatabaseKind::cluster}).databases) {
      if (!is_copyable(DatabaseKind::cluster, cluster.engine)) clusters.emplace(region, cluster.id);
    }
  }
  return clusters;
}

}  // namespace

std::vector<QuotaForecast> forecast_quotas(std::span<const Policy* const> policies,
                                           const Survey& survey, Instant now) {
  const auto uncopyable = uncopyable_clusters(policies, survey);
  std::map<Place, Growth> growth;
  std::map<std::string, double> per_day;           // by schedule
  std::set<std::pair<Place, DatabaseId>> counted;  // two policies may mean one database
  for (const Policy* policy : policies) {
    const DatabaseKind kind = policy->database.kind();
    const auto [known, is_new] = per_day.emplace(policy->schedule.text, 0);
    if (is_new) known->second = slots_per_day(policy->schedule, now);
    const auto add = [&](const Region& region, const Retention& keep, bool grows) {
      const Place place{region, kind};
      const bool is_first = counted.emplace(place, policy->database).second;
      const size_t standing =
          is_first ? seen_at(survey, place).snapshots.marked_count_of(policy->database) : 0;
      // Of an orphan nothing new comes, and what stands may stay.
      const double made = grows && !policy->orphans ? known->second : 0;
      growth[place].add(made, made > 0 ? held_at_most(keep, made) : std::optional(long(standing)),
                        standing);
    };
    add(policy->source_region, policy->keep, policy->copy_source == CopySource::create);
    const bool is_copied = !uncopyable.contains({policy->source_region, policy->database});
    for (const Target& target : policy->targets) add(target.region, target.keep, is_copied);
  }
  std::vector<QuotaForecast> forecasts;
  for (const auto& [place, grown] : growth) {
    const PlaceSurvey& seen = seen_at(survey, place);
    if (seen.quota) forecasts.push_back(forecast(place, *seen.quota, grown));
  }
  return forecasts;
}

}  // namespace snapferry::core
