// What the Query door refuses of clusters, and the XML it writes of them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "emulator/door/auth.h"
#include "emulator/rds/rds_wire.h"

namespace snapferry::emulator {
namespace {

class MorningClock : public core::Clock {
 public:
  core::Instant now() override { return core::parse_instant("2026-11-22T08:00:00Z").value(); }
  bool sleep(core::Milliseconds) override { return true; }
};

class RdsWireClustersTest : public testing::Test {
 protected:
  RdsWireClustersTest() { add_fleet(world, 12); }

  ServiceResult<std::string> send(const std::string& form) {
    const Caller caller = root_of(core::AccountId("123456789012"), core::Region("eu-west-1"));
    QueryParameters parameters(parse_form("Version=2014-10-31&Action=" + form).value());
    return serve_rds(world, caller, parameters, "request-1");
  }

  MorningClock host;
  EmulatorClock clock{host, 0};
  World world{clock, 1};
};

TEST_F(RdsWireClustersTest, RefusesByName) {
  struct Case {
    const char* name;
    const char* form;
    const char* code;
  };
  const Case cases[] = {
      {"copy with an option group",
       "CopyDBClusterSnapshot&SourceDBClusterSnapshotIdentifier=a"
       "&TargetDBClusterSnapshotIdentifier=b&OptionGroupName=og",
       "InvalidQueryParameter"},
      {"copy without a target", "CopyDBClusterSnapshot&SourceDBClusterSnapshotIdentifier=a",
       "MissingParameter"},
      {"snapshot without a cluster", "CreateDBClusterSnapshot&DBClusterSnapshotIdentifier=a",
       "MissingParameter"},
      {"instance's parameter",
       "CreateDBClusterSnapshot&DBClusterSnapshotIdentifier=a&DBInstanceIdentifier=prod-0012",
       "MissingParameter"},
      {"filter of instances",
       "DescribeDBClusterSnapshots&Filters.Filter.1.Name=db-instance-id"
       "&Filters.Filter.1.Values.Value.1=y",
       "InvalidParameterValue"},
      {"type that clusters have not", "DescribeDBClusterSnapshots&SnapshotType=awsbackup",
       "InvalidParameterValue"},
      {"MaxRecords too small", "DescribeDBClusterSnapshots&MaxRecords=19", "InvalidParameterValue"},
      {"clusters by an unknown filter",
       "DescribeDBClusters&Filters.Filter.1.Name=x&Filters.Filter.1.Values.Value.1=y",
       "InvalidParameterValue"},
      {"clusters by an empty filter", "DescribeDBClusters&Filters.Filter.1.Name=engine",
       "InvalidParameterValue"},
      {"unknown cluster", "DescribeDBClusters&DBClusterIdentifier=x", "DBClusterNotFoundFault"},
      {"cluster without a master", "CreateDBCluster&DBClusterIdentifier=a&Engine=aurora-mysql",
       "MissingParameter"},
      {"cluster of an engine of instances alone",
       "CreateDBCluster&DBClusterIdentifier=a&Engine=mariadb&MasterUsername=m"
       "&MasterUserPassword=not-a-secret-1",
       "InvalidParameterValue"},
      {"Multi-AZ without a class",
       "CreateDBCluster&DBClusterIdentifier=a&Engine=mysql&MasterUsername=m"
       "&MasterUserPassword=not-a-secret-1&AllocatedStorage=100",
       "InvalidParameterCombination"},
      {"Aurora with a size",
       "CreateDBCluster&DBClusterIdentifier=a&Engine=aurora-mysql&MasterUsername=m"
       "&MasterUserPassword=not-a-secret-1&AllocatedStorage=100",
       "InvalidParameterCombination"},
      {"serverless",
       "CreateDBCluster&DBClusterIdentifier=a&Engine=aurora-mysql&MasterUsername=m"
       "&MasterUserPassword=not-a-secret-1&EngineMode=serverless",
       "InvalidParameterValue"},
      {"replica of another cluster",
       "CreateDBCluster&DBClusterIdentifier=a&Engine=aurora-mysql&MasterUsername=m"
       "&MasterUserPassword=not-a-secret-1&ReplicationSourceIdentifier=b",
       "InvalidQueryParameter"},
      {"member with what is the cluster's",
       "CreateDBInstance&DBInstanceIdentifier=a&DBInstanceClass=db.r6g.large"
       "&Engine=aurora-postgresql&DBClusterIdentifier=aurora-0012&BackupRetentionPeriod=7",
       "InvalidParameterCombination"},
      {"tags of a cluster snapshot that is not there",
       "ListTagsForResource&ResourceName=arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:x",
       "DBClusterSnapshotNotFoundFault"},
  };
  const size_t before = world.rds.clusters.size();
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    const auto answer = send(row.form);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, row.code) << answer.error().message;
  }
  EXPECT_TRUE(world.rds.snapshots.empty());
  EXPECT_EQ(world.rds.clusters.size(), before);
}

TEST_F(RdsWireClustersTest, WritesWhatTheModelHasAndNothingElse) {
  const auto cluster = send("DescribeDBClusters&DBClusterIdentifier=AURORA-0012");
  ASSERT_TRUE(cluster.has_value()) << cluster.error().message;
  for (const char* part :
       {"<DBClusters><DBCluster><AllocatedStorage>1</AllocatedStorage>",
        "<DBClusterMembers><DBClusterMember><DBInstanceIdentifier>prod-0012</DBInstanceIdentifier>"
        "<IsClusterWriter>true</IsClusterWriter>",
        "<DBInstanceIdentifier>prod-0012-reader</DBInstanceIdentifier>"
        "<IsClusterWriter>false</IsClusterWriter>",
        "<DbClusterResourceId>cluster-",
        "<TagList><Tag><Key>backup</Key><Value>daily</Value></Tag></TagList>"}) {
    EXPECT_NE(cluster->find(part), std::string::npos) << part << "\n" << *cluster;
  }
  const auto taken = send(
      "CreateDBClusterSnapshot&DBClusterSnapshotIdentifier=First&DBClusterIdentifier=aurora-0012");
  ASSERT_TRUE(taken.has_value()) << taken.error().message;
  for (const char* part :
       {"<CreateDBClusterSnapshotResult><DBClusterSnapshot><AvailabilityZones>",
        "<DBClusterSnapshotIdentifier>first</DBClusterSnapshotIdentifier>",
        "<SnapshotCreateTime>2026-11-22T08:00:00", "<Status>creating</Status>",
        "<AllocatedStorage>0</AllocatedStorage>", "<StorageEncrypted>true</StorageEncrypted>"}) {
    EXPECT_NE(taken->find(part), std::string::npos) << part << "\n" << *taken;
  }
  // Members of DB snapshots that DB cluster snapshots have not.
  for (const char* part : {"OriginalSnapshotCreateTime", "SnapshotDatabaseTime", "OptionGroupName",
                           "<Encrypted>", "DBSnapshotIdentifier", "SourceRegion"}) {
    EXPECT_EQ(taken->find(part), std::string::npos) << part;
  }
}

TEST_F(RdsWireClustersTest, OneInTwentyFourIsOfAnotherEngine) {
  World larger(clock, 1);
  add_fleet(larger, 60);
  std::map<std::string, int> engines;
  for (const auto& [arn, cluster] : larger.rds.clusters) {
    ++engines[cluster.facts.engine];
    EXPECT_EQ(cluster.status, "available") << cluster.id;
    EXPECT_TRUE(cluster.facts.is_encrypted) << cluster.id;
    EXPECT_EQ(cluster.tags.at("backup"), "daily");
    for (const std::string& member : cluster.members) {
      const auto& instance =
          larger.rds.instances.at("arn:aws:rds:eu-west-1:123456789012:db:" + member);
      EXPECT_EQ(instance.cluster_id, cluster.id);
      EXPECT_EQ(instance.tags, cluster.tags);
      EXPECT_EQ(instance.status, "available");
    }
  }
  EXPECT_EQ(engines, (std::map<std::string, int>{
                         {"aurora-postgresql", 5}, {"neptune", 2}, {"docdb", 1}, {"postgres", 1}}));
}

}  // namespace
}  // namespace snapferry::emulator
