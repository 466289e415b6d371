// A small world for tests of the rules: one policy, one database, snapshots and copies said in one
// line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/fleet/survey.h"
#include "core/inventory.h"
#include "core/planner.h"
#include "core/policy.h"
#include "core/rules/ownership.h"

namespace snapferry::core {

struct Scenario {
  static constexpr const char* kAccount = "123456789012";
  static constexpr const char* kKeyArn =
      "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";

  Policy policy;
  Inventory inventory;
  Instant now = *parse_instant("2026-11-22T12:00:00Z");

  Scenario() {
    const DatabaseId db("orders");
    policy.database = db;
    policy.source_region = Region("eu-west-1");
    policy.schedule = *parse_schedule("rate(1 day)");
    policy.snapshot_name = *NameTemplate::parse("rds-auto-snapshot-{time}", db, "--snapshot-name");
    policy.targets.push_back(
        {.region = Region("eu-central-1"),
         .kms_key = "alias/dr",
         .copy_name = *NameTemplate::parse("rds-auto-copy-{time}", db, "--copy-name"),
         .option_group = {}});
    policy.rpo = std::chrono::hours(26);
    Database database;
    database.id = db;
    database.arn = *parse_arn("arn:aws:rds:eu-west-1:123456789012:db:orders");
    database.resource_id = "db-ORDERS";
    database.engine = "mysql";
    database.status = "available";
    database.is_encrypted = true;
    database.allocated_storage_gib = 20;
    inventory.database = database;
    source().quota = SnapshotQuota{.used = 5, .max = 100};
    target().quota = SnapshotQuota{.used = 5, .max = 100};
    target().keys.emplace("alias/dr", Key{.arn = kKeyArn,
                                          .key_id = "11111111-2222-3333-4444-555555555555",
                                          .state = "Enabled",
                                          .is_customer_managed = true,
                                          .is_symmetric_encryption = true});
  }

  RegionView& source() { return inventory.regions[policy.source_region]; }
  RegionView& target() { return inventory.regions[policy.targets.front().region]; }
  Key& key() { return *target().keys.at("alias/dr"); }

  /// Adds a snapshot of ours for a slot ("2026-11-22T00:00:00Z") to the source region.
  Snapshot& snapshot(const std::string& slot, const std::string& status) {
    const Instant time = *parse_instant(slot);
    source().snapshots.push_back(make(
        policy.source_region, policy.snapshot_name.render(policy.database, time), time, status));
    return source().snapshots.back();
  }

  /// Adds our copy of the snapshot of a slot to the target region.
  Snapshot& copy(const std::string& slot, const std::string& status) {
    const Instant time = *parse_instant(slot);
    const Target& place = policy.targets.front();
    target().snapshots.push_back(
        make(place.region, place.copy_name.render(policy.database, time), time, status));
    Snapshot& made = target().snapshots.back();
    made.source_snapshot_arn =
        arn_of(policy.source_region, policy.snapshot_name.render(policy.database, time)).str();
    made.source_region = policy.source_region.str();
    made.kms_key_arn = kKeyArn;
    return made;
  }

  static Arn arn_of(const Region& region, const SnapshotId& id) {
    return {.partition = "aws",
            .service = "rds",
            .region = region,
            .account = AccountId(kAccount),
            .resource = "snapshot:" + id.str()};
  }

 private:
  Snapshot make(const Region& region, const SnapshotId& id, Instant slot,
                const std::string& status) const {
    Snapshot snapshot;
    snapshot.id = id;
    snapshot.arn = arn_of(region, id);
    snapshot.database = policy.database;
    snapshot.resource_id = "db-ORDERS";
    snapshot.type = "manual";
    snapshot.status = status;
    snapshot.progress_percent = status == "available" ? 100 : 40;
    snapshot.engine = "mysql";
    snapshot.allocated_storage_gib = 20;
    snapshot.is_encrypted = true;
    snapshot.original_create_time = slot + std::chrono::minutes(1);
    snapshot.tags = ownership_tags({.owner = policy.owner(), .slot = slot});
    return snapshot;
  }
};

using Lines = std::vector<std::string>;

/// One line a step: "create eu-west-1 rds-auto-snapshot-20261122000000 slot_due".
inline Lines lines(const Plan& plan) {
  Lines lines;
  for (const Step& step : plan.steps) {
    lines.push_back(fmt::format("{} {} {} {}", to_string(step.kind), step.region.str(),
                                step.snapshot.str(), to_string(step.reason.code)));
  }
  return lines;
}

inline Lines plan_of(const Scenario& world) {
  return lines(make_plan(world.policy, world.inventory, world.now));
}

/// A place with its snapshots spelled out, so that a test may change them.
struct PlainPlace {
  std::vector<Database> databases = {};
  std::optional<Error> databases_error = {};
  RegionView view = {};
};
using PlainSurvey = std::map<Place, PlainPlace>;

inline Survey pack(const PlainSurvey& plain) {
  Survey survey;
  for (const auto& [place, seen] : plain) {
    PlaceSurvey& packed = survey[place];
    packed.databases = seen.databases;
    packed.databases_error = seen.databases_error;
    packed.quota = seen.view.quota;
    packed.keys = seen.view.keys;
    packed.error = seen.view.error;
    for (const Snapshot& snapshot : seen.view.snapshots) packed.snapshots.add(snapshot);
    packed.snapshots.seal();
  }
  return survey;
}

}  // namespace snapferry::core
