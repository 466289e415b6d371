// What mends: refusals read, statements merged and written, keys' policies judged.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/doctor/check.h"
#include "core/doctor/key_policy.h"
#include "core/doctor/refusal.h"
#include "core/doctor/statement.h"

namespace snapferry::core {
namespace {

TEST(RefusalTest, TellsActionResourceAndWhoRefused) {
  struct Row {
    const char* name;
    const char* message;
    const char* action;
    const char* resource;
    RefusedBy by;
  };
  const std::string user = "User: arn:aws:sts::123456789012:assumed-role/backup/me is not ";
  const Row rows[] = {
      {"identity",
       "authorized to perform: rds:DescribeDBInstances on resource: "
       "arn:aws:rds:eu-west-1:123456789012:db:* because no identity-based policy allows the "
       "rds:DescribeDBInstances action",
       "rds:DescribeDBInstances", "arn:aws:rds:eu-west-1:123456789012:db:*", RefusedBy::identity},
      {"key's policy",
       "authorized to perform: kms:DescribeKey on resource: arn:aws:kms:eu-central-1:1:key/k "
       "because no resource-based policy allows the kms:DescribeKey action",
       "kms:DescribeKey", "arn:aws:kms:eu-central-1:1:key/k", RefusedBy::resource},
      {"deny",
       "authorized to perform: rds:CopyDBSnapshot on resource: arn:x with an explicit deny in a "
       "service control policy",
       "rds:CopyDBSnapshot", "arn:x", RefusedBy::explicit_deny},
      {"boundary",
       "authorized to perform: rds:CopyDBSnapshot on resource: arn:x because no permissions "
       "boundary allows the rds:CopyDBSnapshot action",
       "rds:CopyDBSnapshot", "arn:x", RefusedBy::other},
      {"no reason, no resource", "authorized to perform: rds:DescribeAccountAttributes.",
       "rds:DescribeAccountAttributes", "*", RefusedBy::identity},
      {"s3's quotes", "authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\"",
       "s3:GetObject", "arn:aws:s3:::b/k", RefusedBy::identity},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto refusal = read_refusal(user + row.message);
    ASSERT_TRUE(refusal.has_value());
    EXPECT_EQ(refusal->action, row.action);
    EXPECT_EQ(refusal->resource, row.resource);
    EXPECT_EQ(refusal->by, row.by);
  }
  EXPECT_FALSE(read_refusal("The security token included in the request is invalid"));
  EXPECT_FALSE(read_refusal("is not authorized to perform: nothing"));
}

TEST(StatementTest, MergesActionsThenResources) {
  const auto merged_ones = merged({
      {.principal = {}, .actions = {"rds:A"}, .resources = {"r1"}, .conditions = {}},
      {.principal = {}, .actions = {"rds:B"}, .resources = {"r1"}, .conditions = {}},
      {.principal = {}, .actions = {"rds:A", "rds:B"}, .resources = {"r2"}, .conditions = {}},
      {.principal = {}, .actions = {"rds:C"}, .resources = {"r1"}, .conditions = {{"Bool", {}}}},
      {.principal = {}, .actions = {"rds:D"}, .resources = {"r3"}, .conditions = {}},
  });
  ASSERT_EQ(merged_ones.size(), 3U);
  // No more is granted than was asked for: D is not on r1, nor C without its condition.
  const auto granted = [&](const std::string& action, const std::string& resource) {
    return std::ranges::count_if(merged_ones, [&](const Statement& one) {
      return one.actions.contains(action) && one.resources.contains(resource) &&
             one.conditions.empty();
    });
  };
  EXPECT_EQ(granted("rds:A", "r1") + granted("rds:B", "r1"), 2);
  EXPECT_EQ(granted("rds:A", "r2") + granted("rds:B", "r2"), 2);
  EXPECT_EQ(granted("rds:D", "r3"), 1);
  EXPECT_EQ(granted("rds:D", "r1") + granted("rds:C", "r1") + granted("rds:A", "r3"), 0);
}

TEST(StatementTest, IsJsonThatPeopleCanPaste) {
  const Statement statement{.principal = "arn:aws:iam::1:role/b",
                            .actions = {"kms:Decrypt", "kms:Encrypt"},
                            .resources = {"*"},
                            .conditions = {{"StringEquals", {{"aws:RequestTag/a\"b", {"x"}}}}}};
  EXPECT_EQ(to_json(statement), R"({
  "Effect": "Allow",
  "Principal": {"AWS": "arn:aws:iam::1:role/b"},
  "Action": [
    "kms:Decrypt",
    "kms:Encrypt"
  ],
  "Resource": "*",
  "Condition": {
    "StringEquals": {
      "aws:RequestTag/a\"b": "x"
    }
  }
})");
  const std::string document = policy_json({{.principal = {},
                                             .actions = {"rds:CopyDBSnapshot"},
                                             .resources = {"arn:x"},
                                             .conditions = {}}});
  EXPECT_THAT(document, testing::HasSubstr(R"("Version": "2012-10-17")"));
  EXPECT_THAT(document, testing::HasSubstr("\n      \"Action\": \"rds:CopyDBSnapshot\""));
}

TEST(CheckTest, ARefusedCallIsMendedWhereItWasRefused) {
  const Region region("eu-west-1");
  const std::string who = "User: arn:aws:sts::1:assumed-role/b/me is not authorized to perform: ";
  const auto check = [&](const std::string& rest) {
    return check_of_error(CheckId::describe_key, region, "alias/dr",
                          fail(ErrorKind::denied, "kms DescribeKey: " + who + rest).error(),
                          "arn:aws:iam::1:role/b");
  };
  const Check by_iam = check(
      "kms:DescribeKey on resource: arn:k because no identity-based policy allows the action");
  EXPECT_EQ(by_iam.state, CheckState::fail);
  ASSERT_TRUE(by_iam.mending);
  EXPECT_EQ(by_iam.mending->key_arn, "");
  EXPECT_THAT(by_iam.mending->statement.resources, testing::ElementsAre("arn:k"));
  const Check by_key = check(
      "kms:DescribeKey on resource: arn:k because no resource-based policy allows the action");
  ASSERT_TRUE(by_key.mending);
  EXPECT_EQ(by_key.mending->key_arn, "arn:k");
  EXPECT_EQ(by_key.mending->statement.principal, "arn:aws:iam::1:role/b");
  EXPECT_THAT(by_key.mending->statement.resources, testing::ElementsAre("*"));
  const Check denied =
      check("kms:DescribeKey on resource: arn:k with an explicit deny in an identity-based policy");
  EXPECT_EQ(denied.state, CheckState::fail);
  EXPECT_FALSE(denied.mending);
  EXPECT_THAT(denied.hint, testing::HasSubstr("Deny"));
  // What passes by itself is no verdict.
  const Check throttled = check_of_error(CheckId::list_snapshots, region, "",
                                         fail(ErrorKind::transient, "Rate exceeded").error(), "");
  EXPECT_EQ(throttled.state, CheckState::not_checked);
}

TEST(KeyPolicyTest, TellsDelegationNamesAndDenies) {
  const std::string role = "arn:aws:iam::123456789012:role/backup";
  const std::string root = "arn:aws:iam::123456789012:root";
  const KeyUse use{.action = "kms:CreateGrant",
                   .account = AccountId("123456789012"),
                   .principal = role,
                   .context = {{.key = "kms:ViaService", .values = {"rds.eu-west-1.amazonaws.com"}},
                               {.key = "kms:GrantIsForAWSResource", .values = {"true"}}}};
  const auto allow = [](std::string principal, std::vector<std::string> actions,
                        std::vector<PolicyCondition> conditions = {}) {
    return KeyStatement{.sid = "s",
                        .is_allow = true,
                        .principals = {std::move(principal)},
                        .actions = std::move(actions),
                        .conditions = std::move(conditions)};
  };
  const auto judge_one = [&](const KeyStatement& statement) {
    return judge_key_policy({.statements = {statement}}, use);
  };
  EXPECT_EQ(judge_one(allow(root, {"kms:*"})).is_delegated, Likely::yes);
  EXPECT_EQ(judge_one(allow(root, {"kms:*"})).is_named, Likely::no);
  EXPECT_EQ(judge_one(allow("123456789012", {"kms:create*"})).is_delegated, Likely::yes);
  EXPECT_EQ(judge_one(allow("arn:aws:iam::999999999999:root", {"kms:*"})).is_delegated, Likely::no);
  EXPECT_EQ(judge_one(allow(role, {"kms:CreateGrant"})).is_named, Likely::yes);
  EXPECT_EQ(judge_one(allow(role, {"kms:Decrypt"})).is_named, Likely::no);
  const auto via = [](const char* comparison, const char* service) {
    return std::vector<PolicyCondition>{
        {.comparison = comparison, .key = "kms:ViaService", .values = {service}}};
  };
  EXPECT_EQ(judge_one(allow(role, {"kms:*"}, via("StringEquals", "rds.eu-west-1.amazonaws.com")))
                .is_named,
            Likely::yes);
  EXPECT_EQ(judge_one(allow(role, {"kms:*"}, via("StringLike", "rds.*.amazonaws.com"))).is_named,
            Likely::yes);
  EXPECT_EQ(judge_one(allow(role, {"kms:*"}, via("StringEquals", "ec2.eu-west-1.amazonaws.com")))
                .is_named,
            Likely::no);
  EXPECT_EQ(judge_one(allow(role, {"kms:*"}, via("StringNotEquals", "x"))).is_named,
            Likely::unknown);
  EXPECT_EQ(
      judge_one(allow(role, {"kms:*"},
                      {{.comparison = "StringEquals", .key = "aws:SourceVpc", .values = {"v"}}}))
          .is_named,
      Likely::unknown);
  KeyStatement deny = allow("*", {"kms:*"});
  deny.is_allow = false;
  EXPECT_EQ(judge_one(deny).is_denied, Likely::yes);
  EXPECT_EQ(judge_one(deny).sid, "s");
  KeyStatement others = allow("x", {});
  others.is_plain = false;
  EXPECT_EQ(judge_one(others).is_named, Likely::unknown);
}

}  // namespace
}  // namespace snapferry::core
