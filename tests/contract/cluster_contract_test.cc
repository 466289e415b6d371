// The cases that every Cloud must pass with DB clusters and their snapshots, whose calls, codes and
// names RDS keeps apart from those of DB instances.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "contract/cloud_contract.h"
#include "core/rules/ownership.h"

namespace snapferry::contract {
namespace {

using core::DatabaseKind;
using core::ErrorKind;
using core::SnapshotState;
using std::chrono::hours;

const core::Region kHome("eu-west-1");
const core::Region kAway("eu-central-1");
const core::DatabaseId kLedger("ledger", DatabaseKind::cluster);

struct ClusterGround {
  const char* name;
  std::unique_ptr<Ground> (*make)();
};

class ClusterContract : public testing::TestWithParam<ClusterGround> {
 protected:
  void SetUp() override {
    ground_ = GetParam().make();
    if (!ground_) GTEST_SKIP() << GetParam().name << ": SNAPFERRY_MOTO_ENDPOINT is not set";
  }

  bool can(Ability ability) { return ground_->cannot(ability).empty(); }

  core::Cloud& home() { return ground_->clouds().in(kHome); }
  core::Cloud& away() { return ground_->clouds().in(kAway); }

  void add_ledger(bool is_encrypted = false, const std::string& engine = "") {
    ground_->add_database(
        kHome, {.id = kLedger, .is_encrypted = is_encrypted, .cluster_id = {}, .engine = engine});
  }

  static core::SnapshotId name(const std::string& text) {
    return core::SnapshotId(text, DatabaseKind::cluster);
  }

  core::Snapshot snapshot(const std::string& id, core::Tags tags = {}) {
    EXPECT_TRUE(home().create_snapshot({name(id), kLedger, std::move(tags)}).has_value());
    ground_->advance(hours(1));
    return find(home(), id);
  }

  static core::Snapshot find(core::Cloud& cloud, const std::string& id) {
    auto page = cloud.list_snapshots({.database = {}, .id = name(id), .marker = {}});
    EXPECT_TRUE(page.has_value()) << core::describe(page.error());
    EXPECT_TRUE(page && page->items.size() == 1U);
    return page && !page->items.empty() ? page->items.front() : core::Snapshot();
  }

  template <class T>
  void refused(const core::Result<T>& result, ErrorKind kind, const std::string& code) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(core::to_string(result.error().kind), core::to_string(kind))
        << core::describe(result.error());
    if (can(Ability::strict_codes)) {
      EXPECT_EQ(result.error().aws_code, code);
    }
  }

  std::unique_ptr<Ground> ground_;
};

TEST_P(ClusterContract, AClusterIsListedAmongClustersAlone) {
  add_ledger();
  auto clusters = home().list_databases({.id = {}, .marker = {}, .kind = DatabaseKind::cluster});
  ASSERT_TRUE(clusters.has_value()) << core::describe(clusters.error());
  ASSERT_EQ(clusters->items.size(), 1U);
  EXPECT_EQ(clusters->items[0].id, kLedger);
  EXPECT_EQ(clusters->items[0].arn.str(), "arn:aws:rds:eu-west-1:123456789012:cluster:ledger");
  EXPECT_EQ(clusters->items[0].engine, "aurora-mysql");
  EXPECT_EQ(clusters->items[0].status, "available");
  EXPECT_FALSE(clusters->items[0].resource_id.empty());
  EXPECT_TRUE(home().list_databases({})->items.empty());
  refused(home().list_databases(
              {.id = core::DatabaseId("nothing", DatabaseKind::cluster), .marker = {}}),
          ErrorKind::missing, "DBClusterNotFoundFault");
}

TEST_P(ClusterContract, ASnapshotIsMadeTaggedListedAndDeleted) {
  add_ledger();
  const core::Snapshot made = snapshot("first", {{"team", "data"}});
  EXPECT_EQ(made.state(), SnapshotState::available);
  EXPECT_EQ(made.database, kLedger);
  EXPECT_EQ(made.type, "manual");
  EXPECT_EQ(made.arn.str(), "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:first");
  EXPECT_EQ(made.tags, (core::Tags{{"team", "data"}}));
  EXPECT_TRUE(made.original_create_time.has_value());
  ASSERT_TRUE(home().add_tags(made.arn, {{"more", "yes"}}).has_value());
  EXPECT_EQ(find(home(), "first").tags.at("more"), "yes");
  auto listed = home().list_snapshots({.database = kLedger, .id = {}, .marker = {}});
  ASSERT_TRUE(listed.has_value());
  EXPECT_EQ(listed->items.size(), 1U);
  EXPECT_TRUE(home().list_snapshots({})->items.empty());
  ASSERT_TRUE(home().delete_snapshot(name("first")).has_value());
  ground_->advance(hours(1));
  refused(home().delete_snapshot(name("first")), ErrorKind::missing,
          "DBClusterSnapshotNotFoundFault");
}

TEST_P(ClusterContract, ATakenNameIsTold) {
  add_ledger();
  snapshot("first");
  const auto again = home().create_snapshot({name("first"), kLedger, {}});
  ASSERT_FALSE(again.has_value());
  if (can(Ability::strict_codes)) {
    EXPECT_TRUE(core::is_name_taken(again.error())) << core::describe(again.error());
  }
  // The name spaces of the two kinds are apart.
  ground_->add_database(kHome, {.id = core::DatabaseId("ledger"), .cluster_id = {}, .engine = {}});
  EXPECT_TRUE(home()
                  .create_snapshot({core::SnapshotId("first"), core::DatabaseId("ledger"), {}})
                  .has_value());
}

TEST_P(ClusterContract, ACopyCarriesTheTimeOfItsDataInATag) {
  add_ledger(true);
  const std::string key = ground_->add_key(kAway, "alias/dr");
  const core::Snapshot first = snapshot("first");
  const core::Tags tags = {
      {std::string(core::kCreatedTag), core::format_instant(*first.original_create_time)}};
  auto started = away().copy_snapshot({.source = first.arn,
                                       .target_id = name("first-copy"),
                                       .kms_key = "alias/dr",
                                       .option_group = {},
                                       .tags = tags});
  ASSERT_TRUE(started.has_value()) << core::describe(started.error());
  ground_->advance(hours(2));
  const core::Snapshot copy = find(away(), "first-copy");
  EXPECT_EQ(copy.state(), SnapshotState::available);
  EXPECT_EQ(copy.arn.str(), "arn:aws:rds:eu-central-1:123456789012:cluster-snapshot:first-copy");
  EXPECT_TRUE(copy.is_encrypted);
  if (can(Ability::check_keys)) {
    EXPECT_EQ(copy.kms_key_arn, key);
  }
  if (can(Ability::tell_source)) {
    EXPECT_EQ(copy.source_snapshot_arn, first.arn.str());
    EXPECT_EQ(copy.original_create_time, first.original_create_time);
  }
}

TEST_P(ClusterContract, WhatCannotBeCopiedIsRefused) {
  if (const std::string why = ground_->cannot(Ability::refuse_cluster_copies); !why.empty()) {
    GTEST_SKIP() << why;
  }
  add_ledger(false);
  ground_->add_key(kAway, "alias/dr");
  const core::Snapshot plain = snapshot("plain");
  const auto copy = [&](const core::Snapshot& from, const std::string& key) {
    return away().copy_snapshot({.source = from.arn,
                                 .target_id = name("copy-of-" + from.id.str()),
                                 .kms_key = key,
                                 .option_group = {},
                                 .tags = {}});
  };
  refused(copy(plain, "alias/dr"), ErrorKind::invalid, "InvalidParameterCombination");
  EXPECT_TRUE(copy(plain, "").has_value());
  ground_->add_database(kHome, {.id = core::DatabaseId("multi", DatabaseKind::cluster),
                                .cluster_id = {},
                                .engine = "mysql"});
  ASSERT_TRUE(
      home()
          .create_snapshot({name("of-multi"), core::DatabaseId("multi", DatabaseKind::cluster), {}})
          .has_value());
  ground_->advance(hours(1));
  refused(copy(find(home(), "of-multi"), ""), ErrorKind::conflict,
          "InvalidDBClusterSnapshotStateFault");
}

TEST_P(ClusterContract, NamesHave63CharactersAtMost) {
  if (const std::string why = ground_->cannot(Ability::strict_names); !why.empty()) {
    GTEST_SKIP() << why;
  }
  add_ledger();
  EXPECT_FALSE(home().create_snapshot({name(std::string(64, 'a')), kLedger, {}}).has_value());
  EXPECT_TRUE(home().create_snapshot({name(std::string(63, 'a')), kLedger, {}}).has_value());
}

TEST_P(ClusterContract, QuotasAreTheirOwn) {
  if (const std::string why = ground_->cannot(Ability::quotas); !why.empty()) {
    GTEST_SKIP() << why;
  }
  add_ledger();
  snapshot("first");
  const auto quotas = home().read_snapshot_quotas();
  ASSERT_TRUE(quotas.has_value()) << core::describe(quotas.error());
  EXPECT_EQ(quotas->cluster->used, 1);
  EXPECT_EQ(quotas->cluster->max, 100);
  EXPECT_EQ(quotas->instance->used, 0);
}

constexpr auto kNameOf = [](const auto& param) { return std::string(param.param.name); };
INSTANTIATE_TEST_SUITE_P(Emulated, ClusterContract,
                         testing::Values(ClusterGround{"InProcess", make_in_process_ground},
                                         ClusterGround{"Http", make_http_ground}),
                         kNameOf);
INSTANTIATE_TEST_SUITE_P(Moto, ClusterContract,
                         testing::Values(ClusterGround{"Judge", make_moto_ground}), kNameOf);

}  // namespace
}  // namespace snapferry::contract
