// The domain's calls against a scripted server: what goes out, what an odd answer means.
// SPDX-License-Identifier: Apache-2.0
#include "aws/aws_cloud.h"

#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "aws/scripted_transport.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;

std::string snapshot_answer(const std::string& operation) {
  return fmt::format(
      "<{0}Response><{0}Result><DBSnapshot><DBSnapshotIdentifier>s</DBSnapshotIdentifier>"
      "<Status>creating</Status></DBSnapshot></{0}Result></{0}Response>",
      operation);
}

class AwsCloudTest : public testing::Test {
 protected:
  core::Cloud& cloud(const std::string& region = "eu-west-1") {
    return clouds_.in(core::Region(region));
  }
  [[nodiscard]] std::string last_body() const { return transport_.requests.back().body; }

  static core::CopySnapshotRequest copy_from(const std::string& arn) {
    return {core::parse_arn(arn).value(), core::SnapshotId("Copy-1"), "alias/dr", "", {}};
  }

  ScriptedTransport transport_;
  HandedCredentials credentials_;
  Settings settings_;
  StandingClock clock_;
  AwsClouds clouds_{transport_, credentials_, settings_, clock_};
};

TEST_F(AwsCloudTest, OneCloudForEachRegion) {
  EXPECT_EQ(&cloud("eu-west-1"), &cloud("eu-west-1"));
  EXPECT_NE(&cloud("eu-west-1"), &cloud("eu-central-1"));
  EXPECT_EQ(cloud("eu-central-1").region().str(), "eu-central-1");
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(AwsCloudTest, ManyThreadsMayAskForRegions) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, i] {
      for (int j = 0; j < 100; ++j) (void)cloud("eu-west-" + std::to_string((i + j) % 10));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(AwsCloudTest, WritesNamesInLowerCase) {
  transport_.answer(200, snapshot_answer("CreateDBSnapshot"));
  auto snapshot = cloud().create_snapshot(
      {core::SnapshotId("Snap-1"), core::DatabaseId("Orders"), {{"aws:x", "1"}, {"y", "2"}}});
  ASSERT_TRUE(snapshot.has_value());
  EXPECT_EQ(snapshot->id.str(), "s");
  EXPECT_EQ(last_body(),
            "Action=CreateDBSnapshot&Version=2014-10-31&DBInstanceIdentifier=orders&"
            "DBSnapshotIdentifier=snap-1&Tags.Tag.1.Key=y&Tags.Tag.1.Value=2");
}

TEST_F(AwsCloudTest, PresignsOnlyBetweenGovCloudRegions) {
  struct Row {
    std::string source;
    std::string target;
    bool is_presigned;
  };
  for (const Row& row :
       {Row{"arn:aws:rds:eu-west-1:123456789012:snapshot:s", "eu-central-1", false},
        Row{"arn:aws-cn:rds:cn-north-1:123456789012:snapshot:s", "cn-northwest-1", false},
        Row{"arn:aws-us-gov:rds:us-gov-west-1:123456789012:snapshot:s", "us-gov-west-1", false},
        Row{"arn:aws-us-gov:rds:us-gov-west-1:123456789012:snapshot:s", "us-gov-east-1", true}}) {
    transport_.answer(200, snapshot_answer("CopyDBSnapshot"));
    ASSERT_TRUE(cloud(row.target).copy_snapshot(copy_from(row.source)).has_value());
    EXPECT_EQ(last_body().find("PreSignedUrl=") != std::string::npos, row.is_presigned)
        << row.source << " to " << row.target;
    EXPECT_EQ(last_body().find("CopyTags"), std::string::npos);
    EXPECT_EQ(last_body().find("SourceRegion"), std::string::npos);
  }
}

TEST_F(AwsCloudTest, AnUnreadableAnswerToAWriteIsUnknown) {
  for (const char* body : {"", "<html>Sign in</html>", "<CopyDBSnapshotResponse><CopyDB"}) {
    transport_.answer(200, body);
    auto snapshot =
        cloud("eu-central-1").copy_snapshot(copy_from("arn:aws:rds:eu-west-1:1:snapshot:s"));
    ASSERT_FALSE(snapshot.has_value()) << body;
    EXPECT_EQ(snapshot.error().kind, ErrorKind::unknown) << body;
    EXPECT_EQ(snapshot.error().hint, "The answer was not AWS's: check the endpoint and any proxy.");
  }
}

TEST_F(AwsCloudTest, AnUnreadableAnswerToAReadIsTransient) {
  for (const char* body : {"", "<DescribeDBSnapshotsResponse><DescribeDB", "<html>Sign in</html>",
                           "OK", "{}", "\x7f\x45\x4c\x46", "<DescribeDBSnapshotsResponse/>"}) {
    SCOPED_TRACE(body);
    transport_.answer(200, body);
    auto page = cloud().list_snapshots({});
    transport_.answer(200, body);
    auto identity = cloud().identify();
    transport_.answer(200, body);
    auto key = cloud().describe_key(core::KeyRef("alias/dr"));
    ASSERT_FALSE(page.has_value() || identity.has_value() || key.has_value());
    for (const core::Error& error : {page.error(), identity.error(), key.error()}) {
      EXPECT_EQ(error.kind, ErrorKind::transient);
      EXPECT_EQ(error.hint, "The answer was not AWS's: check the endpoint and any proxy.");
    }
    EXPECT_TRUE(core::describe(page.error()).starts_with("rds DescribeDBSnapshots in eu-west-1: "));
  }
}

TEST_F(AwsCloudTest, DeletingTellsWhatIsGone) {
  transport_.answer(200, snapshot_answer("DeleteDBSnapshot"));
  EXPECT_TRUE(cloud().delete_snapshot(core::SnapshotId("s")).has_value());
  transport_.answer(404,
                    "<ErrorResponse><Error><Code>DBSnapshotNotFound</Code><Message>DBSnapshot not "
                    "found: s</Message></Error></ErrorResponse>");
  auto again = cloud().delete_snapshot(core::SnapshotId("s"));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().kind, ErrorKind::missing);
  EXPECT_EQ(again.error().message,
            "rds DeleteDBSnapshot in eu-west-1: DBSnapshotNotFound: DBSnapshot not found: s");
}

TEST_F(AwsCloudTest, TagsThatMayNotBeSentSendNothing) {
  auto arn = core::parse_arn("arn:aws:rds:eu-west-1:123456789012:snapshot:s").value();
  EXPECT_TRUE(cloud().add_tags(arn, {}).has_value());
  EXPECT_TRUE(cloud().add_tags(arn, {{"aws:x", "1"}}).has_value());
  EXPECT_TRUE(transport_.requests.empty());
  transport_.answer(200, "<AddTagsToResourceResponse/>");
  EXPECT_TRUE(cloud().add_tags(arn, {{"x", "1"}}).has_value());
}

TEST_F(AwsCloudTest, TellsWhoTheCallerIs) {
  transport_.answer(
      200,
      "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
      "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn><UserId>AID</UserId>"
      "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
  auto identity = cloud().identify();
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(identity->account.str(), "123456789012");
  EXPECT_EQ(identity->arn, "arn:aws:iam::123456789012:user/u");
  EXPECT_EQ(transport_.requests[0].url, "https://sts.eu-west-1.amazonaws.com/");
}

TEST_F(AwsCloudTest, AsksKmsForAKey) {
  transport_.answer(
      400,
      R"({"__type":"NotFoundException","message":"Alias arn:aws:kms:eu-west-1:1:alias/dr is not found."})");
  auto key = cloud().describe_key(core::KeyRef("alias/dr"));
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(key.error().kind, ErrorKind::missing);
  EXPECT_FALSE(key.error().hint.empty());
  EXPECT_EQ(transport_.header(0, "X-Amz-Target"), "TrentService.DescribeKey");
  EXPECT_EQ(transport_.header(0, "Content-Type"), "application/x-amz-json-1.1");
}

}  // namespace
}  // namespace snapferry::aws
