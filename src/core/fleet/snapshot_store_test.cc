// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/snapshot_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// All fields, for comparing; one line for each.
std::string text_of(const Snapshot& s) {
  std::string text = fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", s.id.str(),
      to_string(s.id.kind()), s.arn.empty() ? "" : s.arn.str(), s.database.str(),
      to_string(s.database.kind()), s.resource_id, s.type, s.status, s.progress_percent, s.engine,
      s.engine_version, s.allocated_storage_gib, s.is_encrypted, s.kms_key_arn, s.option_group,
      s.original_create_time ? format_instant(*s.original_create_time) : "none",
      s.database_time ? format_instant(*s.database_time) : "none", s.source_snapshot_arn,
      s.source_region);
  for (const auto& [key, value] : s.tags) text += fmt::format(" {}={}", key, value);
  return text;
}

Snapshot whole() {
  Scenario world;
  Snapshot snapshot = world.snapshot("2026-11-21T00:00:00Z", "available");
  snapshot.engine_version = "8.0.39";
  snapshot.option_group = "default:mysql-8-0";
  snapshot.progress_percent = 100;
  snapshot.kms_key_arn = Scenario::kKeyArn;
  snapshot.database_time = snapshot.original_create_time;
  snapshot.source_region = "eu-west-1";
  snapshot.tags.emplace("team", "data");
  return snapshot;
}

TEST(SnapshotStore, GivesBackWhatItWasGiven) {
  std::vector<Snapshot> given = {whole(), Snapshot{}};
  given.push_back(Scenario().copy("2026-11-21T00:00:00Z", "copying"));
  Snapshot odd = whole();
  odd.id = SnapshotId("rds:orders-2026-11-21-03-00");
  odd.arn = *parse_arn("arn:aws:rds:eu-west-1:123456789012:snapshot:another-name");
  odd.tags[std::string(kSlotTag)] = "2026-11-21T00:00:00.000Z";  // not as we write it
  odd.original_create_time.reset();
  given.push_back(odd);
  Snapshot numbers = whole();
  numbers.id = SnapshotId("a-00000000000001-20261121000000");
  numbers.source_snapshot_arn = "arn:aws:rds:eu-west-1:123456789012:snapshot:b-99999999999999";
  given.push_back(numbers);
  Snapshot cluster = whole();
  cluster.id = SnapshotId("auto-20261121000000", DatabaseKind::cluster);
  cluster.database = DatabaseId("orders", DatabaseKind::cluster);
  given.push_back(cluster);

  SnapshotStore store;
  for (const Snapshot& snapshot : given) store.add(snapshot);
  store.seal();
  EXPECT_EQ(store.size(), given.size());
  for (const Snapshot& snapshot : given) {
    const auto found = store.find(snapshot.id);
    ASSERT_TRUE(found.has_value()) << snapshot.id.str();
    EXPECT_EQ(text_of(*found), text_of(snapshot));
  }
}

TEST(SnapshotStore, FindsByDatabaseAndByName) {
  Scenario world;
  const Snapshot old = world.snapshot("2026-11-20T00:00:00Z", "available");
  const Snapshot running = world.snapshot("2026-11-22T00:00:00Z", "creating");
  Snapshot other = world.snapshot("2026-11-21T00:00:00Z", "available");
  other.database = DatabaseId("users");
  SnapshotStore store;
  for (const Snapshot& snapshot : {running, old, other}) store.add(snapshot);
  store.seal();
  ASSERT_THAT(store.of(DatabaseId("orders")), SizeIs(2));
  EXPECT_EQ(store.of(DatabaseId("orders"))[0].id, running.id);
  EXPECT_THAT(store.of(DatabaseId("orders", DatabaseKind::cluster)), IsEmpty());
  EXPECT_THAT(store.of(DatabaseId("nobody")), IsEmpty());
  EXPECT_EQ(store.find(other.id)->database, DatabaseId("users"));
  EXPECT_FALSE(store.find(SnapshotId("rds-auto-snapshot-20261123000000")));
  EXPECT_FALSE(store.find(SnapshotId("")));
  ASSERT_THAT(store.in_progress(), SizeIs(1));
  EXPECT_EQ(store.in_progress()[0].id, running.id);
  EXPECT_THAT(store.databases(), SizeIs(2));
}

TEST(SnapshotStore, TellsTheNewestThatSatisfies) {
  Scenario world;
  SnapshotStore store;
  store.add(world.snapshot("2026-11-20T00:00:00Z", "available"));
  store.add(world.snapshot("2026-11-22T00:00:00Z", "creating"));
  store.add(world.snapshot("2026-11-21T00:00:00Z", "available"));
  store.seal();
  std::vector<std::string> asked;
  const auto newest = store.newest_of(DatabaseId("orders"), [&](const Snapshot& snapshot) {
    asked.push_back(snapshot.status);
    return snapshot.state() == SnapshotState::available;
  });
  ASSERT_TRUE(newest.has_value());
  EXPECT_EQ(newest->id.str(), "rds-auto-snapshot-20261121000000");
  EXPECT_THAT(asked, ElementsAre("creating", "available"));
  EXPECT_FALSE(store.newest_of(DatabaseId("orders"), [](const Snapshot&) { return false; }));
}

}  // namespace
}  // namespace snapferry::core
