// How long a plan of many databases takes, and what it needs of memory, without any AWS: a survey
// in memory, half of the snapshots at the source and half of them copies, and make_fleet_plan.
//
//   fleet_plan DATABASES SNAPSHOTS_EACH
//
// Prints one line of JSON: how many, milliseconds of the survey's making and of the plan, peak
// memory after each.
// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/fleet_plan.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>

#include <fmt/format.h>

#include "core/rules/ownership.h"

namespace {

using namespace snapferry::core;

const Region kHome("eu-west-1");
const Region kAway("eu-central-1");
const Instant kNow = *parse_instant("2026-11-22T12:00:00Z");
constexpr const char* kKeyArn =
    "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";

FleetPolicy policy_of_all() {
  FleetPolicy policy;
  policy.name = "production";
  policy.source_regions = {kHome};
  policy.databases.push_back({.id = {}, .id_like = "*", .tags = {}, .engines = {}});
  policy.schedule = *parse_schedule("rate(1 day)");
  policy.spread = std::chrono::hours(1);
  policy.snapshot_name = "rds-auto-snapshot-{db}-{time}";
  policy.keep.days = 30;
  FleetTarget target;
  target.region = kAway;
  target.default_key = "alias/dr";
  target.copy_name = "rds-auto-copy-{db}-{time}";
  target.keep.days = 30;
  policy.targets.push_back(target);
  policy.rpo = std::chrono::hours(26);
  return policy;
}

Database database_of(int number) {
  Database database;
  database.id = DatabaseId(fmt::format("prod-{:05}", number));
  database.arn = *parse_arn("arn:aws:rds:eu-west-1:123456789012:db:" + database.id.str());
  database.resource_id = fmt::format("db-ABCDEFGHIJKLMNOPQRST{:06}", number);
  database.engine = "postgres";
  database.engine_version = "16.4";
  database.status = "available";
  database.is_encrypted = true;
  database.kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/source";
  database.allocated_storage_gib = 100;
  database.tags = {{"backup", "daily"}, {"team", "data"}};
  return database;
}

Snapshot snapshot_of(const Database& database, const Region& region, const NameTemplate& name,
                     Instant slot) {
  Snapshot snapshot;
  snapshot.id = name.render(database.id, slot);
  snapshot.arn = database.arn;
  snapshot.arn.region = region;
  snapshot.arn.resource = "snapshot:" + snapshot.id.str();
  snapshot.database = database.id;
  snapshot.resource_id = database.resource_id;
  snapshot.type = "manual";
  snapshot.status = "available";
  snapshot.progress_percent = 100;
  snapshot.engine = database.engine;
  snapshot.engine_version = database.engine_version;
  snapshot.allocated_storage_gib = database.allocated_storage_gib;
  snapshot.is_encrypted = true;
  snapshot.kms_key_arn = region == kHome ? database.kms_key_arn : kKeyArn;
  snapshot.option_group = "default:postgres-16";
  snapshot.original_create_time = slot + std::chrono::minutes(2);
  snapshot.database_time = snapshot.original_create_time;
  snapshot.source_region = kHome.str();
  snapshot.tags = ownership_tags(
      {.owner = {.policy = "production", .source_region = kHome, .database = database.id},
       .slot = slot});
  snapshot.tags.insert(database.tags.begin(), database.tags.end());
  return snapshot;
}

Survey survey_of(const FleetPolicy& policy, int databases, int snapshots_each) {
  Survey seen;
  PlaceSurvey& home = seen[kHome];
  PlaceSurvey& away = seen[kAway];
  home.quota = away.quota = SnapshotQuota{.used = 0, .max = 1'000'000};
  away.keys.emplace("alias/dr", Key{.arn = kKeyArn,
                                    .key_id = "11111111-2222-3333-4444-555555555555",
                                    .state = "Enabled",
                                    .is_customer_managed = true,
                                    .is_symmetric_encryption = true});
  for (int number = 1; number <= databases; ++number) {
    const Database database = database_of(number);
    home.databases.push_back(database);
    const auto name = *NameTemplate::parse(policy.snapshot_name, database.id, "");
    const auto copy_name = *NameTemplate::parse(policy.targets[0].copy_name, database.id, "");
    const Milliseconds offset =
        spread_offset(database.arn.account, kHome, database.id, policy.schedule, policy.spread);
    // The slot of now stands for every second database; the others want a snapshot and a copy.
    Instant slot = slot_at(policy.schedule, offset, kNow);
    if (number % 2 == 0) slot -= std::chrono::days(1);
    for (int i = 0; i < snapshots_each / 2; ++i, slot -= std::chrono::days(1)) {
      const Snapshot snapshot = snapshot_of(database, kHome, name, slot);
      Snapshot copy = snapshot_of(database, kAway, copy_name, slot);
      copy.source_snapshot_arn = snapshot.arn.str();
      home.snapshots.add(snapshot);
      away.snapshots.add(copy);
    }
  }
  home.snapshots.seal();
  away.snapshots.seal();
  return seen;
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_maxrss) / 1024;
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: fleet_plan DATABASES SNAPSHOTS_EACH\n", stderr);
    return 2;
  }
  const int databases = std::atoi(argv[1]);
  const int snapshots_each = std::atoi(argv[2]);
  const FleetPolicy policy = policy_of_all();
  auto start = std::chrono::steady_clock::now();
  const Survey seen = survey_of(policy, databases, snapshots_each);
  const double survey_ms = milliseconds_since(start);
  const double survey_mib = peak_mib();
  start = std::chrono::steady_clock::now();
  const FleetPlan plan = make_fleet_plan({&policy, 1}, seen, kNow, {.is_kept_told = false});
  const double plan_ms = milliseconds_since(start);
  size_t steps = 0;
  for (const FleetItem& item : plan.items) steps += item.plan.steps.size();
  std::puts(
      fmt::format("{{\"databases\": {}, \"snapshots\": {}, \"steps\": {}, \"survey_ms\": {:.0f}, "
                  "\"survey_mib\": {:.0f}, \"plan_ms\": {:.0f}, \"peak_mib\": {:.0f}}}",
                  databases, databases * (snapshots_each / 2) * 2, steps, survey_ms, survey_mib,
                  plan_ms, peak_mib())
          .c_str());
}
