// The small rules, each with a table: tags, ownership, encryption, lineage, quotas.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/rules/encryption.h"
#include "core/rules/lineage.h"
#include "core/rules/quotas.h"
#include "core/rules/recovery_point.h"
#include "core/rules/tags.h"
#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

TEST(Tags, OursBeatTheUsersBeatTheInherited) {
  const auto composed = compose_tags({{"a", "ours"}}, {{"a", "user"}, {"b", "user"}},
                                     {{"b", "source"}, {"c", "source"}});
  EXPECT_EQ(composed.tags, (Tags{{"a", "ours"}, {"b", "user"}, {"c", "source"}}));
  EXPECT_TRUE(composed.dropped.empty());
}

TEST(Tags, ReservedOnesAreDroppedAndNamed) {
  const auto composed = compose_tags({}, {},
                                     {{"aws:cloudformation:stack-name", "x"},
                                      {"RDS:x", "y"},
                                      {"snapferry:slot", "z"},
                                      {"k", "v"}});
  EXPECT_EQ(composed.tags, (Tags{{"k", "v"}}));
  EXPECT_EQ(composed.dropped, (std::vector<std::string>{"RDS:x", "aws:cloudformation:stack-name"}));
}

TEST(Tags, FiftyAreTheMost) {
  Tags inherited;
  for (int i = 0; i < 60; ++i) inherited["k" + std::to_string(i)] = "v";
  const auto composed = compose_tags({{"ours", "1"}}, {{"user", "1"}}, inherited);
  EXPECT_EQ(composed.tags.size(), kTagCountMax);
  EXPECT_EQ(composed.dropped.size(), 12U);
  EXPECT_TRUE(composed.tags.contains("ours"));
}

TEST(Tags, ProblemsAreNamed) {
  EXPECT_FALSE(problem_of_tag("team", "daten ü+-=._:/@"));
  for (const auto& [key, value] : Tags{{"", "v"},
                                       {"aws:x", "v"},
                                       {"snapferry:policy", "v"},
                                       {std::string(129, 'k'), "v"},
                                       {"k", std::string(257, 'v')},
                                       {"k!", "v"},
                                       {"bytes", "\xff"},
                                       {"cut", "\xc3"}}) {
    EXPECT_TRUE(problem_of_tag(key, value)) << key;
  }
}

TEST(Ownership, NeedsTagsAndNameToAgree) {
  Scenario world;
  const Snapshot ours = world.snapshot("2026-11-22T00:00:00Z", "available");
  const auto slot_of = [&](const Snapshot& snapshot) {
    return owned_slot(snapshot, world.policy.owner(), world.policy.snapshot_name);
  };
  EXPECT_EQ(slot_of(ours), parse_instant("2026-11-22T00:00:00Z"));
  for (const char* tag :
       {"snapferry:policy", "snapferry:source-region", "snapferry:database", "snapferry:slot"}) {
    Snapshot other = ours;
    other.tags.erase(tag);
    EXPECT_FALSE(slot_of(other)) << "without " << tag;
    other.tags[tag] = "another";
    EXPECT_FALSE(slot_of(other)) << "another " << tag;
  }
  Snapshot renamed = ours;
  renamed.id = SnapshotId("before-the-migration");
  EXPECT_FALSE(slot_of(renamed));
  Snapshot shifted = ours;
  shifted.id = SnapshotId("rds-auto-snapshot-20261121000000");
  EXPECT_FALSE(slot_of(shifted)) << "the name's slot is not the tag's";
  Snapshot of_another_region = ours;
  of_another_region.source_snapshot_arn = "arn:aws:rds:us-east-1:123456789012:snapshot:x";
  EXPECT_FALSE(slot_of(of_another_region)) << "AWS says where it came from";
  Snapshot automated = ours;
  automated.type = "automated";
  EXPECT_FALSE(slot_of(automated));
}

struct EncryptionRow {
  const char* name;
  bool source_is_encrypted;
  std::string key_name;
  Result<Key> key;
  std::optional<ReasonCode> blocked;
  std::string sent_key;
  StepKind kind = StepKind::blocked;
};

TEST(Encryption, Matrix) {
  const Key good = Scenario().key();
  Key disabled = good;
  disabled.state = "Disabled";
  Key asymmetric = good;
  asymmetric.is_symmetric_encryption = false;
  const Result<Key> missing = fail(ErrorKind::missing, "no such key");
  const Result<Key> denied = fail(ErrorKind::denied, "not allowed", "Allow kms:DescribeKey.");
  const Result<Key> throttled = fail(ErrorKind::transient, "Rate exceeded");
  const std::string elsewhere = "arn:aws:kms:eu-west-1:123456789012:key/1";
  const std::vector<EncryptionRow> rows = {
      {"plain source, no key: plain copy", false, "", good, {}, ""},
      {"plain source, key: encrypted by it", false, "alias/dr", good, {}, good.arn},
      {"encrypted source, key: encrypted by it", true, "alias/dr", good, {}, good.arn},
      {"encrypted source, no key", true, "", good, ReasonCode::key_not_named, ""},
      {"key of another region", true, elsewhere, good, ReasonCode::key_of_other_region, ""},
      {"key not found", true, "alias/dr", missing, ReasonCode::key_not_found, ""},
      {"key not readable", true, "alias/dr", denied, ReasonCode::key_unreadable, ""},
      {"key throttled: it passes", true, "alias/dr", throttled, ReasonCode::key_unreadable, "",
       StepKind::wait},
      {"key disabled", true, "alias/dr", disabled, ReasonCode::key_not_enabled, ""},
      {"key asymmetric", true, "alias/dr", asymmetric, ReasonCode::key_unsuitable, ""},
  };
  for (const auto& row : rows) {
    const auto decided = decide_copy_encryption(SnapshotId("snap"), row.source_is_encrypted,
                                                Region("eu-central-1"), row.key_name, &row.key);
    EXPECT_EQ(decided.kms_key, row.sent_key) << row.name;
    ASSERT_EQ(decided.obstacle.has_value(), row.blocked.has_value()) << row.name;
    if (!row.blocked) continue;
    EXPECT_EQ(decided.obstacle->reason.code, *row.blocked) << row.name;
    EXPECT_EQ(decided.obstacle->kind, row.kind) << row.name;
    EXPECT_FALSE(decided.obstacle->reason.hint.empty()) << row.name;
  }
}

TEST(Encryption, AClusterIsNotEncryptedOnTheWay) {
  const SnapshotId snapshot("snap", DatabaseKind::cluster);
  const Region target("eu-central-1");
  const Result<Key> key = Scenario().key();
  const auto refused = decide_copy_encryption(snapshot, false, target, "alias/dr", &key);
  ASSERT_TRUE(refused.obstacle.has_value());
  EXPECT_EQ(refused.obstacle->reason.code, ReasonCode::key_forbidden);
  EXPECT_FALSE(decide_copy_encryption(snapshot, false, target, "", nullptr).obstacle);
  EXPECT_EQ(decide_copy_encryption(snapshot, true, target, "alias/dr", &key).kms_key,
            Scenario::kKeyArn);
  EXPECT_EQ(
      decide_copy_encryption(snapshot, true, target, "", nullptr).obstacle.value().reason.code,
      ReasonCode::key_not_named);
}

TEST(Encryption, TheMatrixOfTheUserGuide) {
  using enum KeyNeed;
  struct Row {
    DatabaseKind kind;
    SourceKey source;
    std::array<KeyNeed, 3> needs;  // same region, other region, other account
  };
  for (const Row& row :
       {Row{DatabaseKind::instance, SourceKey::none, {optional, optional, optional}},
        Row{DatabaseKind::instance, SourceKey::customer_managed, {optional, required, required}},
        Row{DatabaseKind::instance, SourceKey::aws_managed, {optional, required, impossible}},
        Row{DatabaseKind::cluster, SourceKey::none, {forbidden, forbidden, forbidden}},
        Row{DatabaseKind::cluster, SourceKey::customer_managed, {optional, required, required}},
        Row{DatabaseKind::cluster, SourceKey::aws_managed, {optional, required, impossible}}}) {
    EXPECT_EQ(key_need(row.kind, row.source, CopyDistance::same_region), row.needs[0]);
    EXPECT_EQ(key_need(row.kind, row.source, CopyDistance::other_region), row.needs[1]);
    EXPECT_EQ(key_need(row.kind, row.source, CopyDistance::other_account), row.needs[2]);
  }
}

TEST(Lineage, SaysFullAndWhy) {
  Scenario world;
  const Snapshot source = world.snapshot("2026-11-22T00:00:00Z", "available");
  const Region target("eu-central-1");
  const auto foretell = [&] {
    return foretell_lineage(source, world.target().snapshots, target, Scenario::kKeyArn);
  };
  EXPECT_FALSE(foretell().is_incremental);
  EXPECT_NE(foretell().why.find("first copy"), std::string::npos);

  world.copy("2026-11-20T00:00:00Z", "available");
  world.copy("2026-11-21T00:00:00Z", "copying");
  EXPECT_TRUE(foretell().is_incremental) << foretell().why;
  EXPECT_NE(foretell().why.find("20261120000000"), std::string::npos)
      << "a copy in progress is no base";

  world.copy("2026-11-21T12:00:00Z", "available").kms_key_arn = "arn:other";
  EXPECT_FALSE(foretell().is_incremental) << "the newest is under another key";
  EXPECT_NE(foretell().why.find("arn:other"), std::string::npos);

  world.target().snapshots.clear();
  world.copy("2026-11-21T00:00:00Z", "available").resource_id = "db-EARLIER";
  EXPECT_FALSE(foretell().is_incremental);
  EXPECT_NE(foretell().why.find("made anew"), std::string::npos);

  world.target().snapshots.clear();
  world.copy("2026-11-21T00:00:00Z", "available").source_snapshot_arn =
      "arn:aws:rds:eu-central-1:123456789012:snapshot:x";
  EXPECT_FALSE(foretell().is_incremental) << "a local copy is no base";
}

TEST(Quota, HandsOutRoomUntilItIsGone) {
  Scenario world;
  world.target().quota = SnapshotQuota{.used = 97, .max = 100};
  world.copy("2026-11-20T00:00:00Z", "copying");
  world.copy("2026-11-21T00:00:00Z", "pending");
  Room room(Region("eu-central-1"), DatabaseKind::instance, world.target(), 4);
  EXPECT_EQ(room.copies_in_flight(), 2);
  EXPECT_FALSE(room.take_copy());
  EXPECT_FALSE(room.take_copy());
  const auto in_flight = room.take_copy();
  ASSERT_TRUE(in_flight);
  EXPECT_EQ(in_flight->code, ReasonCode::copies_in_flight_full);
  EXPECT_FALSE(room.take_snapshot());
  const auto manual = room.take_snapshot();
  ASSERT_TRUE(manual);
  EXPECT_EQ(manual->code, ReasonCode::manual_quota_full);
  EXPECT_NE(manual->text.find("97 of 100 manual snapshots, and this plan makes 3 more"),
            std::string::npos)
      << manual->text;
}

TEST(Quota, UnknownQuotaLeavesItToAws) {
  RegionView view;
  Room room(Region("eu-central-1"), DatabaseKind::instance, view, 1);
  EXPECT_FALSE(room.take_snapshot());
  EXPECT_FALSE(room.take_copy());
  EXPECT_TRUE(room.take_copy());
}

TEST(RecoveryPoint, AgeIsTheAgeOfTheData) {
  Scenario world;
  Snapshot& copy = world.copy("2026-11-22T00:00:00Z", "available");
  copy.database_time = *parse_instant("2026-11-21T23:59:00Z");
  const auto report = make_status(world.policy, world.inventory, world.now);
  ASSERT_EQ(report.places.size(), 2U);
  EXPECT_EQ(*report.places[1].age, std::chrono::minutes(12 * 60 + 1));
  EXPECT_TRUE(report.is_met());
}

TEST(RecoveryPoint, TooOldOrAbsentIsNotMet) {
  Scenario world;
  EXPECT_FALSE(make_status(world.policy, world.inventory, world.now).is_met()) << "no copy at all";
  world.snapshot("2026-11-22T00:00:00Z", "available");
  EXPECT_FALSE(make_status(world.policy, world.inventory, world.now).is_met())
      << "a source snapshot proves nothing";
  world.copy("2026-11-21T00:00:00Z", "available");
  EXPECT_FALSE(make_status(world.policy, world.inventory, world.now).is_met()) << "36 hours old";
  world.copy("2026-11-22T00:00:00Z", "copying");
  EXPECT_FALSE(make_status(world.policy, world.inventory, world.now).is_met()) << "not there yet";
  world.copy("2026-11-22T00:00:00Z", "available");
  EXPECT_TRUE(make_status(world.policy, world.inventory, world.now).is_met());
  world.target().error = Error{};
  EXPECT_FALSE(make_status(world.policy, world.inventory, world.now).is_met()) << "not readable";
}

TEST(RecoveryPoint, DataOfTheFutureProvesNothing) {
  Scenario world;
  world.copy("2026-11-22T13:00:00Z", "available");
  EXPECT_FALSE(make_status(world.policy, world.inventory, world.now).is_met());
}

TEST(RecoveryPoint, ForeignSnapshotsDoNotCount) {
  Scenario world;
  world.copy("2026-11-22T00:00:00Z", "available").tags.clear();
  const auto report = make_status(world.policy, world.inventory, world.now);
  EXPECT_EQ(report.places[1].good_count, 0);
  EXPECT_FALSE(report.is_met());
}

TEST(RecoveryPoint, SlotTagStandsInWhereAwsTellsNoTime) {
  Scenario world;
  Snapshot& copy = world.copy("2026-11-22T00:00:00Z", "available");
  copy.original_create_time.reset();
  EXPECT_EQ(data_time(copy), parse_instant("2026-11-22T00:00:00Z"));
}

}  // namespace
}  // namespace snapferry::core
