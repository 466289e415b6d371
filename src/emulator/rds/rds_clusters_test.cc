// What DB clusters and their snapshots have of their own: codes, quotas, lives, events. What they
// share with instances is rds_model_test.cc's.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/time.h"
#include "emulator/events/rds_bus_event.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class MidnightClock : public core::Clock {
 public:
  core::Instant now() override { return core::parse_instant("2026-11-22T00:00:00Z").value(); }
  bool sleep(core::Milliseconds) override { return true; }
};

Caller owner_in(const char* region, const char* account = "123456789012") {
  const core::Region name(region);
  return {core::AccountId(account), name, std::string(core::partition_of(name).value()),
          "arn:aws:iam::" + std::string(account) + ":root"};
}

template <class T>
std::string code_of(const ServiceResult<T>& answer) {
  return answer ? "" : answer.error().code;
}

class RdsClustersTest : public testing::Test {
 protected:
  void add_cluster(const std::string& id, const std::string& engine = "aurora-mysql",
                   bool is_encrypted = false, const TagList& tags = {}) {
    CreateDbClusterInput input;
    input.id = id;
    input.facts.engine = engine;
    input.facts.engine_version = "8.0";
    input.facts.is_encrypted = is_encrypted;
    input.is_copying_tags_to_snapshot = !tags.empty();
    input.tags = tags;
    if (input.facts.has_engine_of_instances()) input.instance_class = "db.m5d.large";
    const auto made = world.rds.create_db_cluster(home, input);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    world.rds.finish_cluster(home, id);
  }

  ServiceResult<DbInstance> join(const std::string& id, const std::string& cluster,
                                 const std::string& engine = "aurora-mysql") {
    CreateDbInstanceInput input;
    input.id = id;
    input.cluster_id = cluster;
    input.instance_class = "db.r6g.large";
    input.facts.engine = engine;
    return world.rds.create_db_instance(home, input);
  }

  ServiceResult<DbSnapshot> take(const std::string& id, const std::string& cluster = "shop",
                                 const TagList& tags = {}) {
    return world.rds.create_db_cluster_snapshot(home, {id, cluster, tags});
  }

  // A snapshot of shop that is available.
  DbSnapshot taken(const std::string& id) {
    EXPECT_TRUE(take(id).has_value());
    clock.advance(hours(1));
    return find(home, id);
  }

  ServiceResult<DbSnapshot> copy(const DbSnapshot& from, const std::string& id,
                                 const std::string& key = {}) {
    CopyDbSnapshotInput input;
    input.source = from.arn;
    input.target_id = id;
    input.kms_key = key;
    return world.rds.copy_db_cluster_snapshot(away, input);
  }

  DbSnapshot find(const Caller& caller, const std::string& id) {
    DescribeDbSnapshotsInput input;
    input.id = id;
    auto page = world.rds.describe_db_cluster_snapshots(caller, input);
    EXPECT_TRUE(page.has_value()) << id;
    return page ? page->items.at(0) : DbSnapshot();
  }

  DbCluster cluster(const std::string& id) {
    return world.rds.describe_db_clusters(home, {.id = id}).value().items.at(0);
  }

  std::vector<std::string> event_ids(const std::string& source_type) {
    std::vector<std::string> result;
    for (const RdsEvent& event : world.rds.events) {
      if (event.source_type == source_type) result.push_back(event.event_id);
    }
    return result;
  }

  MidnightClock host;
  EmulatorClock clock{host, 0};
  World world{clock, 1};
  Caller home = owner_in("eu-west-1");
  Caller away = owner_in("eu-central-1");
};

TEST_F(RdsClustersTest, TheirSnapshotsAreANameSpaceOfTheirOwn) {
  add_cluster("shop");
  CreateDbInstanceInput instance;
  instance.id = "shop";
  instance.instance_class = "db.t3.micro";
  instance.facts.engine = "mysql";
  ASSERT_TRUE(world.rds.create_db_instance(home, instance).has_value());
  world.rds.finish_instance(home, "shop");
  ASSERT_TRUE(take("s1").has_value());
  EXPECT_TRUE(world.rds.create_db_snapshot(home, {"s1", "shop", {}}).has_value());
  clock.advance(hours(1));
  EXPECT_EQ(find(home, "s1").arn, "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:s1");
  EXPECT_EQ(world.rds.describe_db_snapshots(home, {})->items.size(), 1U);
  EXPECT_EQ(world.rds.describe_db_cluster_snapshots(home, {})->items.size(), 1U);
  ASSERT_TRUE(world.rds.delete_db_snapshot(home, "s1").has_value());
  EXPECT_EQ(find(home, "s1").status, "available");
}

TEST_F(RdsClustersTest, RefuseWithCodesThatEndInFault) {
  add_cluster("shop");
  const DbSnapshot source = taken("s1");
  EXPECT_EQ(code_of(take("s1")), "DBClusterSnapshotAlreadyExistsFault");
  EXPECT_EQ(code_of(take("s2", "nobody")), "DBClusterNotFoundFault");
  EXPECT_EQ(code_of(take(std::string(64, 's'))), "InvalidParameterValue");
  EXPECT_EQ(code_of(copy(source, std::string(64, 'c'))), "InvalidParameterValue");
  EXPECT_EQ(code_of(world.rds.delete_db_cluster_snapshot(home, "nothing")),
            "DBClusterSnapshotNotFoundFault");
  ASSERT_TRUE(take("s2").has_value());
  EXPECT_EQ(code_of(take("s3")), "InvalidDBClusterStateFault");
  EXPECT_EQ(code_of(world.rds.delete_db_cluster_snapshot(home, "s2")),
            "InvalidDBClusterSnapshotStateFault");
  EXPECT_EQ(code_of(copy(find(home, "s2"), "c2")), "InvalidDBClusterSnapshotStateFault");
  DbSnapshot of_instance = source;
  of_instance.arn = "arn:aws:rds:eu-west-1:123456789012:snapshot:s1";
  EXPECT_EQ(code_of(copy(of_instance, "c1")), "InvalidParameterValue");
  DescribeDbSnapshotsInput both;
  both.instance = "shop";
  both.id = "s1";
  EXPECT_EQ(code_of(world.rds.describe_db_cluster_snapshots(home, both)),
            "InvalidParameterCombination");
}

TEST_F(RdsClustersTest, HaveTheirTimeAtOnceAndNoOther) {
  add_cluster("shop", "aurora-mysql", false, {{"team", "data"}});
  const auto begun = take("s1", "shop", {{"slot", "1"}});
  ASSERT_TRUE(begun.has_value());
  EXPECT_EQ(begun->status, "creating");
  EXPECT_EQ(begun->create_time, clock.now());
  EXPECT_EQ(begun->tags, (TagMap{{"team", "data"}, {"slot", "1"}}));
  EXPECT_EQ(cluster("shop").status, "backing-up");
  clock.advance(hours(1));
  EXPECT_EQ(cluster("shop").status, "available");
  EXPECT_EQ(find(home, "s1").progress_percent, 100);
  const auto copied = copy(find(home, "s1"), "c1");
  ASSERT_TRUE(copied.has_value());
  EXPECT_EQ(copied->status, "copying");
  EXPECT_EQ(copied->create_time, clock.now());
  clock.advance(minutes(1));
  EXPECT_EQ(find(away, "c1").status, "copying");
  clock.advance(hours(1));
  EXPECT_EQ(find(away, "c1").status, "available");
  EXPECT_EQ(find(away, "c1").transfer, Transfer::full);
}

TEST_F(RdsClustersTest, TellOfSnapshotsTakenAndOfNoCopy) {
  add_cluster("shop");
  ASSERT_TRUE(copy(taken("s1"), "c1").has_value());
  clock.advance(hours(1));
  ASSERT_TRUE(world.rds.delete_db_cluster_snapshot(away, "c1").has_value());
  clock.advance(hours(1));
  EXPECT_EQ(event_ids("db-cluster-snapshot"),
            (std::vector<std::string>{"RDS-EVENT-0074", "RDS-EVENT-0075"}));
  EXPECT_EQ(event_ids("db-snapshot"), std::vector<std::string>());
}

TEST_F(RdsClustersTest, TellTheBusInWordsOfTheirOwn) {
  add_cluster("shop");
  taken("s1");
  const auto* const event = [&]() -> const RdsEvent* {
    for (const RdsEvent& one : world.rds.events) {
      if (one.event_id == "RDS-EVENT-0075") return &one;
    }
    return nullptr;
  }();
  ASSERT_NE(event, nullptr);
  const BusEvent told = bus_event_of(*event);
  EXPECT_EQ(told.detail_type, "RDS DB Cluster Snapshot Event");
  EXPECT_EQ(told.detail.at("SourceType"), "CLUSTER_SNAPSHOT");
  EXPECT_EQ(told.detail.at("EventCategories"), boost::json::array{"backup"});
  EXPECT_EQ(told.resources.at(0), find(home, "s1").arn);
  EXPECT_EQ(bus_event_of(world.rds.events.front()).detail_type, "RDS DB Cluster Event");
}

TEST_F(RdsClustersTest, AFailedCopyKeepsItsNameAndMakesRoom) {
  add_cluster("shop");
  const DbSnapshot s1 = taken("s1");
  const DbSnapshot s2 = taken("s2");
  world.rds.quotas(away.region).cluster_copies_in_flight = 2;
  world.faults.add({.kind = FaultKind::fail_copy, .operation = "CopyDBClusterSnapshot"});
  ASSERT_TRUE(copy(s1, "c1").has_value());
  ASSERT_TRUE(copy(s2, "c2").has_value());
  clock.advance(minutes(30));
  EXPECT_EQ(find(away, "c1").status, "failed");
  EXPECT_EQ(find(away, "c2").status, "available");
  EXPECT_EQ(code_of(copy(s1, "c1")), "DBClusterSnapshotAlreadyExistsFault");
  ASSERT_TRUE(world.rds.delete_db_cluster_snapshot(away, "c1").has_value());
  clock.advance(minutes(30));
  EXPECT_TRUE(copy(s1, "c1").has_value());
}

TEST_F(RdsClustersTest, ADeletedSourceFailsTheCopiesOfIt) {
  add_cluster("shop");
  const DbSnapshot s1 = taken("s1");
  const DbSnapshot s2 = taken("s2");
  ASSERT_TRUE(copy(s1, "c1").has_value());
  ASSERT_TRUE(copy(s2, "c2").has_value());
  ASSERT_TRUE(copy(s1, "c3").has_value());
  ASSERT_TRUE(world.rds.delete_db_cluster_snapshot(home, "s1").has_value());
  clock.advance(hours(1));
  EXPECT_EQ(find(away, "c1").status, "failed");
  EXPECT_EQ(find(away, "c2").status, "available");
  EXPECT_EQ(find(away, "c3").status, "failed");
}

TEST_F(RdsClustersTest, EncryptAsTheMatrixSays) {
  add_cluster("shop");
  const std::string key = world.kms.create_key(away, clock.now()).arn;
  const DbSnapshot plain = taken("s1");
  EXPECT_EQ(code_of(copy(plain, "c1", key)), "InvalidParameterCombination");
  EXPECT_TRUE(copy(plain, "c1").has_value());
  add_cluster("vault", "aurora-postgresql", true);
  ASSERT_TRUE(take("v1", "vault").has_value());
  clock.advance(hours(1));
  const DbSnapshot secret = find(home, "v1");
  EXPECT_EQ(code_of(copy(secret, "vc1")), "InvalidParameterValue");
  EXPECT_EQ(code_of(copy(secret, "vc1", "alias/nothing")), "KMSKeyNotAccessibleFault");
  EXPECT_TRUE(copy(secret, "vc1", key).has_value());
}

TEST_F(RdsClustersTest, CountTheirOwnQuotas) {
  add_cluster("shop");
  add_cluster("stock", "neptune");
  RdsQuotas& quota = world.rds.quotas(away.region);
  quota.cluster_copies_in_flight = 1;
  const DbSnapshot s1 = taken("s1");
  ASSERT_TRUE(take("t1", "stock").has_value());
  clock.advance(hours(1));
  ASSERT_TRUE(copy(s1, "c1").has_value());
  const auto second = copy(find(home, "t1"), "c2");
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, "SnapshotQuotaExceeded");
  EXPECT_EQ(second.error().message, "Cannot copy more than 1 snapshots across regions");
  clock.advance(hours(1));
  quota.manual_cluster_snapshots = 1;
  quota.manual_snapshots = 0;
  const auto third = copy(find(home, "t1"), "c2");
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().message, "Cannot create more than 1 manual snapshots");
  const auto attributes = world.rds.describe_account_attributes(away);
  ASSERT_TRUE(attributes.has_value());
  for (const AccountQuota& one : *attributes) {
    if (one.name != "ManualClusterSnapshots") continue;
    EXPECT_EQ(one.used, 1);
    EXPECT_EQ(one.max, 1);
  }
}

TEST_F(RdsClustersTest, AMultiAzClusterHasThreeMembersAndItsSnapshotsStay) {
  add_cluster("wide", "postgres");
  EXPECT_EQ(cluster("wide").members,
            (std::vector<std::string>{"wide-instance-1", "wide-instance-2", "wide-instance-3"}));
  ASSERT_TRUE(take("w1", "wide").has_value());
  clock.advance(hours(1));
  EXPECT_EQ(code_of(copy(find(home, "w1"), "c1")), "InvalidDBClusterSnapshotStateFault");
  EXPECT_EQ(code_of(world.rds.stop_db_cluster(home, "wide")), "InvalidDBClusterStateFault");
  EXPECT_EQ(code_of(world.rds.delete_db_instance(home, {"wide-instance-1", true, "", false})),
            "InvalidParameterCombination");
  ASSERT_TRUE(world.rds.delete_db_cluster(home, {"wide", true, "", false}).has_value());
  clock.advance(hours(1));
  world.rds.settle();
  EXPECT_TRUE(world.rds.instances.empty());
  EXPECT_TRUE(world.rds.clusters.empty());
  EXPECT_EQ(find(home, "w1").status, "available");
}

TEST_F(RdsClustersTest, MembersAreOfTheirCluster) {
  add_cluster("shop", "aurora-mysql", true);
  EXPECT_EQ(code_of(join("a", "nobody")), "DBClusterNotFoundFault");
  EXPECT_EQ(code_of(join("a", "shop", "aurora-postgresql")), "InvalidParameterCombination");
  EXPECT_EQ(code_of(join("alone", "")), "InvalidParameterCombination");
  ASSERT_TRUE(join("a", "shop").has_value());
  const auto second = join("b", "SHOP");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->facts.kms_key_arn, cluster("shop").facts.kms_key_arn);
  EXPECT_EQ(second->cluster_id, "shop");
  EXPECT_EQ(cluster("shop").members, (std::vector<std::string>{"a", "b"}));
  clock.advance(hours(1));
  EXPECT_EQ(code_of(world.rds.stop_db_instance(home, "a", "")), "InvalidDBClusterStateFault");
  EXPECT_EQ(code_of(world.rds.delete_db_cluster(home, {"shop", true, "", false})),
            "InvalidDBClusterStateFault");
  EXPECT_EQ(code_of(world.rds.delete_db_instance(home, {"a", false, "last", false})),
            "InvalidParameterCombination");
  ASSERT_TRUE(world.rds.delete_db_instance(home, {"a", true, "", false}).has_value());
  clock.advance(hours(1));
  EXPECT_EQ(cluster("shop").members, std::vector<std::string>{"b"});
}

TEST_F(RdsClustersTest, StopAndStartAsAWhole) {
  add_cluster("shop");
  ASSERT_TRUE(join("a", "shop").has_value());
  clock.advance(hours(1));
  ASSERT_TRUE(world.rds.stop_db_cluster(home, "shop").has_value());
  EXPECT_EQ(cluster("shop").status, "stopping");
  clock.advance(hours(1));
  EXPECT_EQ(cluster("shop").status, "stopped");
  EXPECT_EQ(world.rds.describe_db_instances(home, {.id = "a"})->items.at(0).status, "stopped");
  EXPECT_EQ(code_of(take("s1")), "InvalidDBClusterStateFault");
  EXPECT_EQ(code_of(join("b", "shop")), "InvalidDBClusterStateFault");
  EXPECT_EQ(code_of(world.rds.start_db_instance(home, "a")), "InvalidDBClusterStateFault");
  ASSERT_TRUE(world.rds.start_db_cluster(home, "shop").has_value());
  clock.advance(hours(1));
  EXPECT_EQ(cluster("shop").status, "available");
  EXPECT_EQ(event_ids("db-cluster"),
            (std::vector<std::string>{"RDS-EVENT-0170", "RDS-EVENT-0150", "RDS-EVENT-0151"}));
}

TEST_F(RdsClustersTest, ALastSnapshotOutlivesItsCluster) {
  add_cluster("shop");
  EXPECT_EQ(code_of(world.rds.delete_db_cluster(home, {"shop", false, "", false})),
            "InvalidParameterCombination");
  EXPECT_EQ(code_of(world.rds.delete_db_cluster(home, {"shop", true, "last", false})),
            "InvalidParameterCombination");
  ASSERT_TRUE(
      world.rds.take_automated_snapshot(home, "shop", core::DatabaseKind::cluster).has_value());
  ASSERT_TRUE(world.rds.delete_db_cluster(home, {"shop", false, "last", false}).has_value());
  clock.advance(hours(1));
  world.rds.settle();
  EXPECT_TRUE(world.rds.clusters.empty());
  const auto left = world.rds.describe_db_cluster_snapshots(home, {.instance = "shop"});
  ASSERT_EQ(left->items.size(), 1U);
  EXPECT_EQ(left->items.at(0).id, "last");
}

TEST_F(RdsClustersTest, AProtectedOneGoesOnlyOnceItIsNot) {
  add_cluster("shop");
  ModifyDbClusterInput change;
  change.id = "shop";
  change.is_protected = true;
  ASSERT_TRUE(world.rds.modify_db_cluster(home, change).has_value());
  EXPECT_EQ(code_of(world.rds.modify_db_cluster(home, change)), "InvalidDBClusterStateFault");
  clock.advance(hours(1));
  EXPECT_EQ(code_of(world.rds.delete_db_cluster(home, {"shop", true, "", false})),
            "InvalidParameterCombination");
  change.is_protected = false;
  change.backup_retention_days = 0;
  EXPECT_EQ(code_of(world.rds.modify_db_cluster(home, change)), "InvalidParameterValue");
  change.backup_retention_days = 7;
  ASSERT_TRUE(world.rds.modify_db_cluster(home, change).has_value());
  EXPECT_TRUE(world.rds.delete_db_cluster(home, {"shop", true, "", false}).has_value());
}

TEST_F(RdsClustersTest, AreRestoredFromACopyWhereItIs) {
  add_cluster("shop", "aurora-mysql", true);
  const std::string key = world.kms.create_key(away, clock.now()).arn;
  const DbSnapshot s1 = taken("s1");
  ASSERT_TRUE(copy(s1, "c1", key).has_value());
  RestoreDbClusterInput input;
  input.id = "again";
  input.snapshot = "c1";
  input.engine = "aurora-mysql";
  EXPECT_EQ(code_of(world.rds.restore_db_cluster(away, input)),
            "InvalidDBClusterSnapshotStateFault");
  clock.advance(hours(1));
  input.engine = "aurora-postgresql";
  EXPECT_EQ(code_of(world.rds.restore_db_cluster(away, input)), "InvalidRestoreFault");
  input.engine = "aurora-mysql";
  input.snapshot = s1.arn;
  EXPECT_EQ(code_of(world.rds.restore_db_cluster(away, input)), "InvalidParameterValue");
  input.snapshot = "c1";
  const auto restored = world.rds.restore_db_cluster(away, input);
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(restored->facts.kms_key_arn, key);
  EXPECT_NE(restored->facts.resource_id, s1.facts.resource_id);
  EXPECT_EQ(code_of(world.rds.restore_db_cluster(away, input)), "DBClusterAlreadyExistsFault");
}

TEST_F(RdsClustersTest, WhatOthersTookIsNotOursToDeleteOrShare) {
  add_cluster("shop");
  const auto automated =
      world.rds.take_automated_snapshot(home, "shop", core::DatabaseKind::cluster);
  ASSERT_TRUE(automated.has_value());
  EXPECT_EQ(automated->id, "rds:shop-2026-11-22-00-00");
  const auto backup = world.rds.add_snapshot(
      home, {.kind = core::DatabaseKind::cluster, .type = "awsbackup", .database = "shop"});
  ASSERT_TRUE(backup.has_value());
  EXPECT_TRUE(backup->id.starts_with("awsbackup:job-"));
  for (const std::string& id : {automated->id, backup->id}) {
    EXPECT_EQ(code_of(world.rds.delete_db_cluster_snapshot(home, id)),
              "InvalidDBClusterSnapshotStateFault");
    EXPECT_EQ(code_of(world.rds.modify_db_cluster_snapshot_attribute(
                  home, {id, "restore", {"999999999999"}, {}})),
              "InvalidParameterValue");
    EXPECT_EQ(find(home, id).status, "available");
  }
  const auto listed = world.rds.describe_db_cluster_snapshots(home, {});
  ASSERT_EQ(listed->items.size(), 1U);
  EXPECT_EQ(listed->items.at(0).type, "automated");
  EXPECT_TRUE(copy(*automated, "c1").has_value());
  CopyDbSnapshotInput with_tags;
  with_tags.source = backup->arn;
  with_tags.target_id = "c2";
  with_tags.is_copying_tags = true;
  EXPECT_EQ(code_of(world.rds.copy_db_cluster_snapshot(away, with_tags)), "InvalidParameterValue");
  with_tags.tags = TagList();
  EXPECT_TRUE(world.rds.copy_db_cluster_snapshot(away, with_tags).has_value());
}

TEST_F(RdsClustersTest, ShareAndTagBothKindsAlike) {
  add_cluster("shop");
  const DbSnapshot s1 = taken("s1");
  const Caller other = owner_in("eu-west-1", "999999999999");
  EXPECT_EQ(code_of(world.rds.list_tags(home, "arn:aws:rds:eu-west-1:123456789012:cluster:none")),
            "DBClusterNotFoundFault");
  ASSERT_TRUE(world.rds.add_tags(home, s1.arn, {{"a", "1"}}).has_value());
  ASSERT_TRUE(world.rds.add_tags(home, cluster("shop").arn, {{"b", "2"}}).has_value());
  EXPECT_EQ(find(home, "s1").tags, (TagMap{{"a", "1"}}));
  EXPECT_EQ(world.rds.list_tags(home, cluster("shop").arn).value(), (TagMap{{"b", "2"}}));
  ASSERT_TRUE(
      world.rds.modify_db_cluster_snapshot_attribute(home, {"s1", "restore", {"999999999999"}, {}})
          .has_value());
  DescribeDbSnapshotsInput shared;
  shared.type = "shared";
  const auto seen = world.rds.describe_db_cluster_snapshots(other, shared);
  ASSERT_EQ(seen->items.size(), 1U);
  EXPECT_TRUE(seen->items.at(0).tags.empty());
  EXPECT_TRUE(world.rds.describe_db_snapshots(other, shared)->items.empty());
}

TEST_F(RdsClustersTest, AreSavedAndGoOn) {
  add_cluster("shop");
  ASSERT_TRUE(join("a", "shop").has_value());
  const DbSnapshot s1 = taken("s1");
  ASSERT_TRUE(copy(s1, "c1").has_value());
  world.rds.quotas(away.region).cluster_copies_in_flight = 1;
  const boost::json::value saved = world.rds.save();
  World again(clock, 1);
  again.rds.load(saved);
  EXPECT_EQ(again.rds.save(), saved);
  CopyDbSnapshotInput more;
  more.source = s1.arn;
  more.target_id = "c2";
  EXPECT_EQ(code_of(again.rds.copy_db_cluster_snapshot(away, more)), "SnapshotQuotaExceeded");
  clock.advance(hours(1));
  EXPECT_EQ(again.rds.describe_db_cluster_snapshots(away, {.id = "c1"})->items.at(0).status,
            "available");
  EXPECT_EQ(again.rds.describe_db_clusters(home, {})->items.at(0).members,
            std::vector<std::string>{"a"});

  boost::json::value broken = saved;
  broken.at("clusters").at(0).at("members") = boost::json::array{"nobody"};
  EXPECT_THROW(World(clock, 1).rds.load(broken), std::exception);
}

TEST_F(RdsClustersTest, AreSeenInTheirOwnRegionAlone) {
  add_cluster("shop");
  const DbSnapshot s1 = taken("s1");
  EXPECT_EQ(code_of(world.rds.describe_db_cluster_snapshots(away, {.id = s1.arn})),
            "DBClusterSnapshotNotFoundFault");
  EXPECT_EQ(code_of(world.rds.describe_db_snapshots(home, {.id = s1.arn})), "DBSnapshotNotFound");
  EXPECT_EQ(code_of(world.rds.describe_db_clusters(away, {.id = cluster("shop").arn})),
            "DBClusterNotFoundFault");
  EXPECT_EQ(world.rds.describe_db_cluster_snapshots(home, {.id = s1.arn})->items.size(), 1U);
}

TEST_F(RdsClustersTest, PagesGoOnWhereTheyEnded) {
  world.rds.quotas(home.region).clusters = 100;
  for (int i = 0; i < 45; ++i) add_cluster("c" + std::to_string(100 + i));
  std::vector<std::string> seen;
  RdsPaging paging{.marker = "", .max_records = 20};
  do {
    const auto page =
        world.rds.describe_db_clusters(home, {.id = "", .filters = {}, .paging = paging});
    ASSERT_TRUE(page.has_value());
    for (const DbCluster& one : page->items) seen.push_back(one.id);
    paging.marker = page->marker;
    // What goes and comes between two pages leaves the rest where it is.
    if (!seen.empty() && seen.size() == 20) {
      ASSERT_TRUE(world.rds.delete_db_cluster(home, {"c119", true, "", false}).has_value());
      clock.advance(hours(1));
    }
  } while (!paging.marker.empty());
  EXPECT_EQ(seen.size(), 45U);
  EXPECT_EQ(seen.front(), "c100");
  EXPECT_EQ(seen.back(), "c144");
}

}  // namespace
}  // namespace snapferry::emulator
