// What a role may do, told through the door: a role is made, assumed, and calls with its session.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/access.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/iam/access_fixture.h"
#include "emulator/sts/role_sessions.h"

namespace snapferry::emulator {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only
using testing::HasSubstr;

constexpr const char* kDatabase = "arn:aws:rds:eu-west-1:123456789012:db:gtp-paul-mysql-lab-db";

TEST_F(AccessTest, CreateSnapshotNeedsBothItsResources) {
  make_role();
  const std::string create =
      "Action=CreateDBSnapshot&DBInstanceIdentifier=gtp-paul-mysql-lab-db&DBSnapshotIdentifier=";
  const std::string action = R"({"Effect":"Allow","Action":"rds:CreateDBSnapshot","Resource":[)";
  allow(action + "\"" + kDatabase + "\"]}");
  expect_refused(rds(create + "rds-auto-1"), 403, "AccessDenied",
                 "User: arn:aws:sts::123456789012:assumed-role/backup/me is not authorized to "
                 "perform: rds:CreateDBSnapshot on resource: "
                 "arn:aws:rds:eu-west-1:123456789012:snapshot:rds-auto-1 because no identity-based "
                 "policy allows the rds:CreateDBSnapshot action");
  const std::string both =
      action + "\"" + kDatabase + R"(","arn:aws:rds:*:123456789012:snapshot:rds-auto-*"]})";
  allow(both);
  EXPECT_EQ(rds(create + "rds-auto-1").status, 200);
  finish_work();
  expect_refused(rds(create + "other-1"), 403, "AccessDenied", "snapshot:other-1");
  const std::string tags = "&Tags.Tag.1.Key=team&Tags.Tag.1.Value=data";
  expect_refused(rds(create + "rds-auto-2" + tags), 403, "AccessDenied", "rds:AddTagsToResource");
  allow(both + R"(,{"Effect":"Allow","Action":"rds:AddTagsToResource","Resource":"*",)"
               R"("Condition":{"StringEquals":{"aws:RequestTag/team":"data"},)"
               R"("ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}})");
  EXPECT_EQ(rds(create + "rds-auto-2" + tags).status, 200);
  expect_refused(rds(create + "rds-auto-3" + tags + "&Tags.Tag.2.Key=x&Tags.Tag.2.Value=y"), 403,
                 "AccessDenied", "rds:AddTagsToResource");
  allow(both + R"(,{"Effect":"Deny","Action":"rds:Create*","Resource":"*"})");
  expect_refused(rds(create + "rds-auto-4"), 403, "AccessDenied",
                 "with an explicit deny in an identity-based policy");
}

TEST_F(AccessTest, ACopyOfAClusterSnapshotNeedsBothRegionsAndItsTags) {
  make_role();
  const std::string here = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:s1";
  ASSERT_EQ(rds_as_root("Action=CreateDBCluster&DBClusterIdentifier=shop&Engine=aurora-mysql"
                        "&MasterUsername=admin1&MasterUserPassword=not-a-secret-1")
                .status,
            200);
  finish_work();
  const std::string create =
      "Action=CreateDBClusterSnapshot&DBClusterIdentifier=shop&DBClusterSnapshotIdentifier=s1"
      "&Tags.Tag.1.Key=team&Tags.Tag.1.Value=data";
  const std::string both =
      R"({"Effect":"Allow","Action":["rds:CreateDBClusterSnapshot","rds:CopyDBClusterSnapshot"],)"
      R"("Resource":["arn:aws:rds:*:*:cluster:shop","arn:aws:rds:*:*:cluster-snapshot:*"]})";
  allow(R"({"Effect":"Allow","Action":"rds:Create*","Resource":"arn:aws:rds:*:*:cluster:*"})");
  expect_refused(rds(create), 403, "AccessDenied",
                 "rds:CreateDBClusterSnapshot on resource: " + here);
  allow(both);
  expect_refused(rds(create), 403, "AccessDenied", "rds:AddTagsToResource on resource: " + here);
  const std::string tagging =
      R"(,{"Effect":"Allow","Action":"rds:AddTagsToResource","Resource":"*"})";
  allow(both + tagging);
  EXPECT_EQ(rds(create).status, 200);
  finish_work();
  const std::string copy =
      "Action=CopyDBClusterSnapshot&TargetDBClusterSnapshotIdentifier=c1&CopyTags=true"
      "&SourceDBClusterSnapshotIdentifier=" +
      here;
  allow(both);
  expect_refused(rds(copy, "eu-central-1"), 403, "AccessDenied",
                 "rds:AddTagsToResource on resource: "
                 "arn:aws:rds:eu-central-1:123456789012:cluster-snapshot:c1");
  allow(both + tagging +
        R"(,{"Effect":"Deny","Action":"*","Resource":"*","Condition":)"
        R"({"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}})");
  expect_refused(rds(copy, "eu-central-1"), 403, "AccessDenied", "explicit deny");
  allow(both + tagging);
  EXPECT_EQ(rds(copy, "eu-central-1").status, 200);
  finish_work();
  allow(R"({"Effect":"Allow","Action":"rds:DeleteDBClusterSnapshot","Resource":"*","Condition":)"
        R"({"StringEquals":{"rds:cluster-snapshot-tag/team":"ops"}}})");
  const std::string gone = "Action=DeleteDBClusterSnapshot&DBClusterSnapshotIdentifier=c1";
  expect_refused(rds(gone, "eu-central-1"), 403, "AccessDenied", "rds:DeleteDBClusterSnapshot");
  allow(R"({"Effect":"Allow","Action":"rds:DeleteDBClusterSnapshot","Resource":"*","Condition":)"
        R"({"StringEquals":{"rds:cluster-snapshot-tag/team":"data"}}})");
  EXPECT_EQ(rds(gone, "eu-central-1").status, 200);
}

TEST_F(AccessTest, DeletesByTheTagThatTheSnapshotHas) {
  make_role();
  const std::string head =
      "Action=CreateDBSnapshot&DBInstanceIdentifier=gtp-paul-mysql-lab-db&DBSnapshotIdentifier=";
  ASSERT_EQ(rds_as_root(head + "ours&Tags.Tag.1.Key=managed-by&Tags.Tag.1.Value=snapferry").status,
            200);
  finish_work();
  ASSERT_EQ(rds_as_root(head + "theirs").status, 200);
  finish_work();
  allow(R"({"Effect":"Allow","Action":"rds:DeleteDBSnapshot","Resource":"*","Condition":)"
        R"({"StringEquals":{"aws:ResourceTag/managed-by":"snapferry"}}})");
  expect_refused(rds("Action=DeleteDBSnapshot&DBSnapshotIdentifier=theirs"), 403, "AccessDenied",
                 "rds:DeleteDBSnapshot on resource: "
                 "arn:aws:rds:eu-west-1:123456789012:snapshot:theirs");
  EXPECT_EQ(rds("Action=DeleteDBSnapshot&DBSnapshotIdentifier=ours").status, 200);
}

TEST_F(AccessTest, PoliciesOfResourcesCanDeny) {
  make_role();
  allow(R"({"Effect":"Allow","Action":["sns:*","sqs:*","s3:*"],"Resource":"*"})");
  const auto publish = [&] {
    return query("sns",
                 "Action=Publish&Version=2010-03-31&Message=m"
                 "&TopicArn=arn:aws:sns:eu-west-1:123456789012:t",
                 session);
  };
  ASSERT_EQ(query("sns", "Action=CreateTopic&Version=2010-03-31&Name=t", session).status, 200);
  EXPECT_EQ(publish().status, 200);
  const std::string deny =
      R"({"Statement":[{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:role/backup"},)"
      R"("Action":"*","Resource":"*"}]})";
  world.sns.topics.begin()->second.attributes["Policy"] = deny;
  expect_refused(publish(), 403, "AuthorizationError",
                 "with an explicit deny in a resource-based policy");

  const Caller caller{.account = core::AccountId("123456789012"),
                      .region = core::Region("eu-west-1"),
                      .partition = "aws",
                      .principal_arn = "arn:aws:sts::123456789012:assumed-role/backup/me"};
  const auto may = [&](const char* action, const std::string& resource) {
    return authorize(world, caller, {.action = action, .resource = resource}).has_value();
  };
  const std::string queue = "arn:aws:sqs:eu-west-1:123456789012:q";
  world.sqs.queues[queue].arn = queue;
  EXPECT_TRUE(may("sqs:SendMessage", queue));
  world.sqs.queues[queue].attributes["Policy"] = deny;
  EXPECT_FALSE(may("sqs:SendMessage", queue));
  world.s3.put_object("b", "a/key", "bytes");
  EXPECT_TRUE(may("s3:GetObject", "arn:aws:s3:::b/a/key"));
  world.s3.find_bucket("b")->policy = deny;
  EXPECT_FALSE(may("s3:GetObject", "arn:aws:s3:::b/a/key"));
  EXPECT_FALSE(may("s3:ListBucket", "arn:aws:s3:::b"));
}

TEST_F(AccessTest, WhatWasAskedIsNoted) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:DescribeDBInstances","Resource":"*"})");
  rds("Action=DescribeDBInstances");
  rds("Action=DescribeAccountAttributes");
  kms("Encrypt", R"({"KeyId":"alias/dr","Plaintext":"AA=="})");
  const WireRequest ask{.method = "GET", .target = "/_emulator/access", .headers = {}, .body = {}};
  const boost::json::value noted = boost::json::parse(door.answer(ask).response.body);
  ASSERT_EQ(noted.as_array().size(), 3U) << noted;
  EXPECT_EQ(noted.at(0).at("role"), "arn:aws:iam::123456789012:role/backup");
  EXPECT_EQ(noted.at(0).at("action"), "rds:DescribeDBInstances");
  EXPECT_EQ(noted.at(0).at("resource"), "arn:aws:rds:eu-west-1:123456789012:db:*");
  EXPECT_EQ(noted.at(0).at("context").at("aws:RequestedRegion").at(0), "eu-west-1");
  EXPECT_EQ(noted.at(0).at("is_allowed"), true);
  EXPECT_EQ(noted.at(1).at("is_allowed"), false);
  EXPECT_EQ(noted.at(2).at("action"), "kms:Encrypt");
  EXPECT_EQ(noted.at(2).at("is_allowed"), false);
  const WireRequest forget{
      .method = "DELETE", .target = "/_emulator/access", .headers = {}, .body = {}};
  EXPECT_EQ(door.answer(forget).response.status, 200);
  EXPECT_EQ(door.answer(ask).response.body, "[]\n");
}

TEST_F(AccessTest, DescribesAreAskedAboutAll) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:Describe*",)"
        R"("Resource":"arn:aws:rds:*:*:snapshot:rds-auto-*"})");
  expect_refused(
      rds("Action=DescribeDBSnapshots"), 403, "AccessDenied",
      "rds:DescribeDBSnapshots on resource: arn:aws:rds:eu-west-1:123456789012:snapshot:*");
  expect_refused(rds("Action=DescribeDBInstances"), 403, "AccessDenied",
                 "on resource: arn:aws:rds:eu-west-1:123456789012:db:*");
  expect_refused(rds("Action=DescribeAccountAttributes"), 403, "AccessDenied", "on resource: *");
  expect_refused(rds("Action=Dance"), 403, "AccessDenied", "rds:Dance");
  allow(R"({"Effect":"Allow","Action":"rds:Describe*","Resource":"*"})");
  EXPECT_EQ(rds("Action=DescribeDBSnapshots").status, 200);
  EXPECT_EQ(rds("Action=DescribeDBInstances").status, 200);
  EXPECT_EQ(rds("Action=DescribeAccountAttributes").status, 200);
}

TEST_F(AccessTest, RolesComeAndGo) {
  // An account that never had a role has nothing to ask; its sessions may do nothing.
  EXPECT_EQ(assume("never-made").status, 200);
  make_role();
  expect_refused(assume("never-made"), 403, "AccessDenied",
                 "User: arn:aws:iam::123456789012:root is not authorized to perform: "
                 "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/never-made");
  allow(R"({"Effect":"Allow","Action":"rds:*","Resource":"*"})");
  EXPECT_EQ(rds("Action=DescribeDBInstances").status, 200);
  const std::string remove = "Action=DeleteRole&RoleName=backup";
  expect_refused(iam(remove), 409, "DeleteConflict", "must delete policies first");
  EXPECT_EQ(iam("Action=DeleteRolePolicy&RoleName=backup&PolicyName=p").status, 200);
  EXPECT_EQ(iam(remove).status, 200);
  expect_refused(iam(remove), 404, "NoSuchEntity", "The role with name backup cannot be found.");
  expect_refused(rds("Action=DescribeDBInstances"), 403, "AccessDenied", "rds:DescribeDBInstances");
  // The same name again is another role.
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:*","Resource":"*"})");
  expect_refused(rds("Action=DescribeDBInstances"), 403, "AccessDenied", "rds:DescribeDBInstances");
}

TEST_F(AccessTest, TrustDecidesWhoMayAssume) {
  make_role("function", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)"
                        R"({"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]})");
  expect_refused(assume("function"), 403, "AccessDenied", "role/function");
  const std::string arn = "arn:aws:iam::123456789012:role/function";
  const auto issued = issue_for_service(world, arn, "lambda.amazonaws.com", "f", 1h);
  ASSERT_TRUE(issued.has_value());
  EXPECT_EQ(issued->principal_arn, "arn:aws:sts::123456789012:assumed-role/function/f");
  EXPECT_EQ(issue_for_service(world, arn, "events.amazonaws.com", "f", 1h).error().code,
            "AccessDenied");
  const std::string none = "arn:aws:iam::123456789012:role/none";
  EXPECT_EQ(issue_for_service(world, none, "lambda.amazonaws.com", "f", 1h).error().message,
            "The role defined for the function cannot be assumed by Lambda.");
  // A role may take another one when the other's trust and its own policy both say so.
  make_role("first");
  make_role("second");
  allow(R"({"Effect":"Allow","Action":"rds:*","Resource":"*"})", "first");
  expect_refused(assume("second", session), 403, "AccessDenied", "role/second");
  allow(R"({"Effect":"Allow","Action":"sts:AssumeRole","Resource":)"
        R"("arn:aws:iam::123456789012:role/second"})",
        "first");
  EXPECT_EQ(assume("second", session).status, 200);
  expect_refused(assume("function", session), 403, "AccessDenied", "role/function");
}

TEST_F(AccessTest, OtherServicesInTheirOwnWords) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:*","Resource":"*"})");
  const WireResponse key = kms("ListKeys", "{}");
  EXPECT_EQ(key.status, 400);
  EXPECT_THAT(key.body, HasSubstr(R"("__type":"AccessDeniedException")"));
  EXPECT_THAT(key.body, HasSubstr("is not authorized to perform: kms:ListKeys on resource: *"));
  expect_refused(query("sns",
                       "Action=Publish&Version=2010-03-31&Message=m&TopicArn=arn:aws:sns:eu-west-1:"
                       "123456789012:t",
                       session),
                 403, "AuthorizationError",
                 "SNS:Publish on resource: arn:aws:sns:eu-west-1:123456789012:t");
  expect_refused(query("iam", "Action=GetRole&RoleName=backup&Version=2010-05-08", session), 403,
                 "AccessDenied", "iam:GetRole on resource: arn:aws:iam::123456789012:role/backup");
  EXPECT_EQ(query("sts", "Action=GetCallerIdentity&Version=2011-06-15", session).status, 200);
}

TEST_F(AccessTest, SavedAndLoaded) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:DescribeDBInstances","Resource":"*"})");
  ASSERT_EQ(iam("Action=AttachRolePolicy&RoleName=backup&PolicyArn="
                "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
                .status,
            200);
  ASSERT_EQ(iam("Action=TagRole&RoleName=backup&Tags.member.1.Key=a&Tags.member.1.Value=b").status,
            200);
  World other(clock, 1);
  other.iam.load(world.iam.save());
  EXPECT_EQ(other.iam.save(), world.iam.save());
  EXPECT_EQ(
      IamModel::policies_of(*other.iam.find(core::AccountId("123456789012"), "backup")).size(), 2U);
  EXPECT_TRUE(other.iam.is_used_by(core::AccountId("123456789012")));
}

}  // namespace
}  // namespace snapferry::emulator
