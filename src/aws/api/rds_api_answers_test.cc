// RDS's answers, field by field, and every cut of them.
// SPDX-License-Identifier: Apache-2.0
#include "aws/api/rds_api_answers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace snapferry::aws {
namespace {

using core::ErrorKind;

constexpr core::DatabaseKind kInstance = core::DatabaseKind::instance;
constexpr core::DatabaseKind kCluster = core::DatabaseKind::cluster;

constexpr std::string_view kSnapshot = R"(<DBSnapshot>
  <DBSnapshotIdentifier>RDS:orders-2026-01-01-00-00</DBSnapshotIdentifier>
  <DBSnapshotArn>arn:aws:rds:eu-central-1:123456789012:snapshot:rds:orders-2026-01-01-00-00</DBSnapshotArn>
  <DBInstanceIdentifier>Orders</DBInstanceIdentifier>
  <DbiResourceId>db-ABC</DbiResourceId>
  <SnapshotType>manual</SnapshotType>
  <Status>available</Status>
  <PercentProgress>100</PercentProgress>
  <Engine>mysql</Engine>
  <EngineVersion>8.0.35</EngineVersion>
  <AllocatedStorage>20</AllocatedStorage>
  <Encrypted>true</Encrypted>
  <KmsKeyId>arn:aws:kms:eu-central-1:123456789012:key/k</KmsKeyId>
  <OptionGroupName>default:mysql-8-0</OptionGroupName>
  <SnapshotCreateTime>2026-01-01T02:00:00.000Z</SnapshotCreateTime>
  <OriginalSnapshotCreateTime>2026-01-01T00:16:42.649Z</OriginalSnapshotCreateTime>
  <SnapshotDatabaseTime>2026-01-01T00:15:00Z</SnapshotDatabaseTime>
  <SourceDBSnapshotIdentifier>arn:aws:rds:eu-west-1:123456789012:snapshot:s</SourceDBSnapshotIdentifier>
  <SourceRegion>eu-west-1</SourceRegion>
  <ProcessorFeatures/>
  <TagList>
    <Tag><Key>a</Key><Value>1 &lt; 2</Value></Tag><Tag><Key>empty</Key><Value/></Tag>
    <Tag><Key>none</Key></Tag>
  </TagList>
</DBSnapshot>)";

std::string answer(std::string_view operation, std::string_view result) {
  return fmt::format(
      "<?xml version=\"1.0\"?>\n<{0}Response xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">"
      "<{0}Result>{1}</{0}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
      "</{0}Response>",
      operation, result);
}

TEST(RdsAnswers, ASnapshotFieldByField) {
  auto snapshot = parse_snapshot(answer("CopyDBSnapshot", kSnapshot), kInstance, "Copy");
  ASSERT_TRUE(snapshot.has_value()) << core::describe(snapshot.error());
  EXPECT_EQ(snapshot->id.str(), "rds:orders-2026-01-01-00-00");
  EXPECT_EQ(snapshot->arn.resource, "snapshot:rds:orders-2026-01-01-00-00");
  EXPECT_EQ(snapshot->arn.region.str(), "eu-central-1");
  EXPECT_EQ(snapshot->database.str(), "orders");
  EXPECT_EQ(snapshot->resource_id, "db-ABC");
  EXPECT_EQ(snapshot->type, "manual");
  EXPECT_EQ(snapshot->status, "available");
  EXPECT_EQ(snapshot->progress_percent, 100);
  EXPECT_EQ(snapshot->engine, "mysql");
  EXPECT_EQ(snapshot->engine_version, "8.0.35");
  EXPECT_EQ(snapshot->allocated_storage_gib, 20);
  EXPECT_TRUE(snapshot->is_encrypted);
  EXPECT_EQ(snapshot->kms_key_arn, "arn:aws:kms:eu-central-1:123456789012:key/k");
  EXPECT_EQ(snapshot->option_group, "default:mysql-8-0");
  EXPECT_EQ(core::format_instant(snapshot->original_create_time.value()),
            "2026-01-01T00:16:42.649Z");
  EXPECT_EQ(core::format_instant(snapshot->database_time.value()), "2026-01-01T00:15:00Z");
  EXPECT_EQ(snapshot->source_snapshot_arn, "arn:aws:rds:eu-west-1:123456789012:snapshot:s");
  EXPECT_EQ(snapshot->source_region, "eu-west-1");
  EXPECT_EQ(snapshot->tags, (core::Tags{{"a", "1 < 2"}, {"empty", ""}, {"none", ""}}));
}

TEST(RdsAnswers, ASnapshotJustStartedLacksMostOfIt) {
  auto snapshot = parse_snapshot(
      answer("CreateDBSnapshot",
             "<DBSnapshot><DBSnapshotIdentifier>s</DBSnapshotIdentifier><Status>creating</Status>"
             "<Encrypted>false</Encrypted><PercentProgress>0</PercentProgress></DBSnapshot>"),
      kInstance, "Create");
  ASSERT_TRUE(snapshot.has_value());
  EXPECT_FALSE(snapshot->original_create_time.has_value());
  EXPECT_FALSE(snapshot->database_time.has_value());
  EXPECT_EQ(snapshot->source_snapshot_arn, "");
  EXPECT_FALSE(snapshot->is_encrypted);
  EXPECT_EQ(snapshot->state(), core::SnapshotState::in_progress);
}

TEST(RdsAnswers, OddFieldsAreAsGoodAsAbsent) {
  auto snapshot = parse_snapshot(
      answer("CreateDBSnapshot",
             "<DBSnapshot><DBSnapshotIdentifier>s</DBSnapshotIdentifier><PercentProgress>4711"
             "</PercentProgress><AllocatedStorage>99999999999999</AllocatedStorage>"
             "<OriginalSnapshotCreateTime>soon</OriginalSnapshotCreateTime>"
             "<DBSnapshotArn>no arn</DBSnapshotArn></DBSnapshot>"),
      kInstance, "Create");
  ASSERT_TRUE(snapshot.has_value());
  EXPECT_EQ(snapshot->progress_percent, 100);
  EXPECT_EQ(snapshot->allocated_storage_gib, 0);
  EXPECT_FALSE(snapshot->original_create_time.has_value());
  EXPECT_TRUE(snapshot->arn.empty());
}

TEST(RdsAnswers, PagesOfSnapshots) {
  auto page = parse_describe_snapshots(
      answer("DescribeDBSnapshots", fmt::format("<Marker>m/+=</Marker><DBSnapshots>{0}{0}"
                                                "</DBSnapshots>",
                                                kSnapshot)),
      kInstance);
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->items.size(), 2U);
  EXPECT_EQ(page->next, "m/+=");

  auto empty = parse_describe_snapshots(answer("DescribeDBSnapshots", "<DBSnapshots/>"), kInstance);
  ASSERT_TRUE(empty.has_value());
  EXPECT_TRUE(empty->items.empty());
  EXPECT_EQ(empty->next, "");
}

TEST(RdsAnswers, ADatabaseFieldByField) {
  auto page = parse_describe_databases(answer("DescribeDBInstances", R"(<DBInstances><DBInstance>
    <DBInstanceIdentifier>Orders</DBInstanceIdentifier>
    <DBInstanceArn>arn:aws:rds:eu-west-1:123456789012:db:orders</DBInstanceArn>
    <DbiResourceId>db-ABC</DbiResourceId>
    <Engine>aurora-mysql</Engine>
    <EngineVersion>8.0</EngineVersion>
    <DBInstanceStatus>storage-optimization</DBInstanceStatus>
    <DBClusterIdentifier>Cluster-1</DBClusterIdentifier>
    <OptionGroupMemberships>
      <OptionGroupMembership><OptionGroupName>og-1</OptionGroupName></OptionGroupMembership>
      <OptionGroupMembership><OptionGroupName>og-2</OptionGroupName></OptionGroupMembership>
    </OptionGroupMemberships>
    <StorageEncrypted>true</StorageEncrypted>
    <KmsKeyId>arn:aws:kms:eu-west-1:123456789012:key/k</KmsKeyId>
    <AllocatedStorage>200</AllocatedStorage>
    <TagList><Tag><Key>team</Key><Value>db</Value></Tag></TagList>
  </DBInstance></DBInstances>)"),
                                       kInstance);
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 1U);
  const core::Database& database = page->items[0];
  EXPECT_EQ(database.id.str(), "orders");
  EXPECT_EQ(database.arn.str(), "arn:aws:rds:eu-west-1:123456789012:db:orders");
  EXPECT_EQ(database.resource_id, "db-ABC");
  EXPECT_EQ(database.engine, "aurora-mysql");
  EXPECT_EQ(database.engine_version, "8.0");
  EXPECT_EQ(database.status, "storage-optimization");
  EXPECT_EQ(database.cluster_id, "cluster-1");
  EXPECT_EQ(database.option_group, "og-1");
  EXPECT_TRUE(database.is_encrypted);
  EXPECT_EQ(database.kms_key_arn, "arn:aws:kms:eu-west-1:123456789012:key/k");
  EXPECT_EQ(database.allocated_storage_gib, 200);
  EXPECT_EQ(database.tags, (core::Tags{{"team", "db"}}));
}

TEST(RdsAnswers, TheQuotasOfManualSnapshots) {
  auto quota = parse_describe_account_attributes(answer(
      "DescribeAccountAttributes",
      "<AccountQuotas><AccountQuota><AccountQuotaName>ManualClusterSnapshots</AccountQuotaName>"
      "<Used>1</Used><Max>2</Max></AccountQuota><AccountQuota><AccountQuotaName>ManualSnapshots"
      "</AccountQuotaName><Used>97</Used><Max>100</Max></AccountQuota></AccountQuotas>"));
  ASSERT_TRUE(quota.has_value());
  EXPECT_EQ(quota->instance->used, 97);
  EXPECT_EQ(quota->instance->max, 100);
  EXPECT_EQ(quota->cluster->used, 1);
  EXPECT_EQ(quota->cluster->max, 2);
}

constexpr std::string_view kClusterSnapshot = R"(<DBClusterSnapshot>
  <DBClusterSnapshotIdentifier>Copy-1</DBClusterSnapshotIdentifier>
  <DBClusterSnapshotArn>arn:aws:rds:eu-central-1:123456789012:cluster-snapshot:copy-1</DBClusterSnapshotArn>
  <DBClusterIdentifier>Ledger</DBClusterIdentifier>
  <DbClusterResourceId>cluster-ABC</DbClusterResourceId>
  <SnapshotType>manual</SnapshotType>
  <Status>available</Status>
  <PercentProgress>100</PercentProgress>
  <Engine>aurora-postgresql</Engine>
  <AllocatedStorage>0</AllocatedStorage>
  <StorageEncrypted>true</StorageEncrypted>
  <KmsKeyId>arn:aws:kms:eu-central-1:123456789012:key/k</KmsKeyId>
  <SnapshotCreateTime>2026-01-01T05:00:00.000Z</SnapshotCreateTime>
  {}
</DBClusterSnapshot>)";

TEST(RdsAnswers, ACopyOfAClustersSnapshotTellsTheTimeOfItsDataByTagOnly) {
  const std::string source =
      "<SourceDBClusterSnapshotArn>arn:aws:rds:eu-west-1:1:cluster-snapshot:s"
      "</SourceDBClusterSnapshotArn>";
  const std::string tag =
      "<TagList><Tag><Key>snapferry:created</Key><Value>2026-01-01T00:16:42.649Z</Value></Tag>"
      "</TagList>";
  const auto parse = [](const std::string& rest) {
    return parse_snapshot(
               answer("CopyDBClusterSnapshot", fmt::format(fmt::runtime(kClusterSnapshot), rest)),
               kCluster, "Copy")
        .value();
  };
  const core::Snapshot snapshot = parse("");
  EXPECT_EQ(snapshot.id, core::SnapshotId("copy-1", kCluster));
  EXPECT_EQ(snapshot.database, core::DatabaseId("ledger", kCluster));
  EXPECT_EQ(snapshot.resource_id, "cluster-ABC");
  EXPECT_TRUE(snapshot.is_encrypted);
  EXPECT_EQ(core::format_instant(snapshot.original_create_time.value()), "2026-01-01T05:00:00Z");
  EXPECT_FALSE(parse(source).original_create_time.has_value());
  const core::Snapshot copy = parse(source + tag);
  EXPECT_EQ(copy.source_snapshot_arn, "arn:aws:rds:eu-west-1:1:cluster-snapshot:s");
  EXPECT_EQ(core::format_instant(copy.original_create_time.value()), "2026-01-01T00:16:42.649Z");
}

TEST(RdsAnswers, AClusterFieldByField) {
  auto page = parse_describe_databases(answer("DescribeDBClusters", R"(<DBClusters><DBCluster>
    <DBClusterIdentifier>Ledger</DBClusterIdentifier>
    <DBClusterArn>arn:aws:rds:eu-west-1:123456789012:cluster:ledger</DBClusterArn>
    <DbClusterResourceId>cluster-ABC</DbClusterResourceId>
    <Engine>aurora-postgresql</Engine>
    <Status>available</Status>
    <StorageEncrypted>true</StorageEncrypted>
    <KmsKeyId>arn:aws:kms:eu-west-1:123456789012:key/k</KmsKeyId>
    <TagList><Tag><Key>team</Key><Value>db</Value></Tag></TagList>
  </DBCluster></DBClusters>)"),
                                       kCluster);
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 1U);
  const core::Database& database = page->items[0];
  EXPECT_EQ(database.id, core::DatabaseId("ledger", kCluster));
  EXPECT_EQ(database.arn.resource, "cluster:ledger");
  EXPECT_EQ(database.resource_id, "cluster-ABC");
  EXPECT_EQ(database.status, "available");
  EXPECT_EQ(database.cluster_id, "");
  EXPECT_TRUE(database.is_encrypted);
  EXPECT_EQ(database.tags, (core::Tags{{"team", "db"}}));
}

struct BadAnswer {
  std::string name;
  std::string body;
  std::string message;
};

class RdsAnswerRefused : public testing::TestWithParam<BadAnswer> {};

TEST_P(RdsAnswerRefused, WithWhatItLacks) {
  auto page = parse_describe_snapshots(GetParam().body, kInstance);
  ASSERT_FALSE(page.has_value());
  EXPECT_EQ(page.error().kind, ErrorKind::invalid);
  EXPECT_NE(page.error().message.find(GetParam().message), std::string::npos)
      << page.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RdsAnswerRefused,
    testing::Values(
        BadAnswer{"Empty", "", "answer is empty"},
        BadAnswer{"Html", "<html><body>Sign in</body></html>", "is <html>, not"},
        BadAnswer{"Words", "OK", "not XML"},
        BadAnswer{"OtherCall", answer("DescribeDBInstances", ""), "not <DescribeDBSnapshots"},
        BadAnswer{"NoResult", "<DescribeDBSnapshotsResponse/>", "no DescribeDBSnapshotsResult"},
        BadAnswer{"NoName",
                  answer("DescribeDBSnapshots", "<DBSnapshots><DBSnapshot/></DBSnapshots>"),
                  "no DBSnapshotIdentifier"}),
    [](const auto& row) { return row.param.name; });

TEST(RdsAnswers, EveryCutIsAnError) {
  std::string snapshot = answer("CopyDBSnapshot", kSnapshot);
  std::string quotas = answer("DescribeAccountAttributes", "<AccountQuotas/>");
  std::string list =
      answer("DescribeDBSnapshots", fmt::format("<DBSnapshots>{}</DBSnapshots>", kSnapshot));
  for (std::size_t size = 0; size < snapshot.size(); ++size) {
    EXPECT_FALSE(parse_snapshot(snapshot.substr(0, size), kInstance, "Copy").has_value()) << size;
  }
  for (std::size_t size = 0; size < list.size(); ++size) {
    EXPECT_FALSE(parse_describe_snapshots(list.substr(0, size), kInstance).has_value()) << size;
  }
  for (std::size_t size = 0; size <= quotas.size(); ++size) {
    EXPECT_FALSE(parse_describe_account_attributes(quotas.substr(0, size)).has_value()) << size;
  }
}

TEST(RdsAnswers, AChangedByteNeverCrashes) {
  std::string list =
      answer("DescribeDBSnapshots", fmt::format("<DBSnapshots>{}</DBSnapshots>", kSnapshot));
  for (std::size_t at = 0; at < list.size(); ++at) {
    for (char byte : {'<', '>', '\0', '\xff'}) {
      std::string changed = list;
      changed[at] = byte;
      auto page = parse_describe_snapshots(changed, kInstance);
      EXPECT_TRUE(!page || page->items.size() <= 1) << at;
    }
  }
}

TEST(RdsAnswers, TaggingHasNoResult) {
  EXPECT_TRUE(parse_add_tags_to_resource(
                  "<AddTagsToResourceResponse><ResponseMetadata/></AddTagsToResourceResponse>")
                  .has_value());
  EXPECT_FALSE(parse_add_tags_to_resource("<html/>").has_value());
}

}  // namespace
}  // namespace snapferry::aws
