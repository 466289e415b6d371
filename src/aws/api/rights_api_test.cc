// What IAM, KMS and RDS answer to doctor's questions, read.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/api/iam_api.h"
#include "aws/api/key_policy_json.h"
#include "aws/api/option_groups.h"

namespace snapferry::aws {
namespace {

using core::AccessDecision;
using testing::ElementsAre;

std::string simulated(const std::string& members, const std::string& end = {}) {
  return "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">"
         "<SimulatePrincipalPolicyResult><EvaluationResults>" +
         members + "</EvaluationResults>" + end +
         "</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>";
}

TEST(IamApiTest, ReadsADecisionForEachResource) {
  const auto page = parse_simulate_principal_policy(simulated(
      "<member><EvalActionName>rds:CopyDBSnapshot</EvalActionName>"
      "<EvalDecision>implicitDeny</EvalDecision><ResourceSpecificResults>"
      "<member><EvalResourceName>r1</EvalResourceName>"
      "<EvalResourceDecision>allowed</EvalResourceDecision></member>"
      "<member><EvalResourceName>r2</EvalResourceName>"
      "<EvalResourceDecision>implicitDeny</EvalResourceDecision>"
      "<MissingContextValues><member>aws:SourceVpc</member></MissingContextValues></member>"
      "</ResourceSpecificResults></member>",
      "<IsTruncated>true</IsTruncated><Marker>m</Marker>"));
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->answers.size(), 2U);
  EXPECT_EQ(page->answers[0].action, "rds:CopyDBSnapshot");
  EXPECT_EQ(page->answers[0].resource, "r1");
  EXPECT_EQ(page->answers[0].decision, AccessDecision::allowed);
  EXPECT_EQ(page->answers[1].decision, AccessDecision::implicit_deny);
  EXPECT_THAT(page->answers[1].missing_context, ElementsAre("aws:SourceVpc"));
  EXPECT_EQ(page->next, "m");
}

TEST(IamApiTest, ReadsADecisionWithoutResources) {
  const auto page = parse_simulate_principal_policy(
      simulated("<member><EvalActionName>rds:X</EvalActionName><EvalResourceName>*"
                "</EvalResourceName><EvalDecision>explicitDeny</EvalDecision></member>",
                "<IsTruncated>false</IsTruncated>"));
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->answers.size(), 1U);
  EXPECT_EQ(page->answers[0].resource, "*");
  EXPECT_EQ(page->answers[0].decision, AccessDecision::explicit_deny);
  EXPECT_EQ(page->next, "");
}

TEST(IamApiTest, WhatTheOrganisationForbidsIsForbidden) {
  const std::string no =
      "<OrganizationsDecisionDetail><AllowedByOrganizations>false"
      "</AllowedByOrganizations></OrganizationsDecisionDetail>";
  const auto page = parse_simulate_principal_policy(
      simulated("<member><EvalActionName>rds:X</EvalActionName><EvalResourceName>r"
                "</EvalResourceName><EvalDecision>allowed</EvalDecision>" +
                no + "</member>"));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->answers[0].decision, AccessDecision::explicit_deny);
}

TEST(IamApiTest, WhatIsNoAnswerIsAnError) {
  EXPECT_FALSE(parse_simulate_principal_policy("<html></html>"));
  EXPECT_FALSE(parse_simulate_principal_policy("no"));
  EXPECT_FALSE(parse_get_role("<GetRoleResponse/>"));
  EXPECT_EQ(parse_get_role("<GetRoleResponse><GetRoleResult><Role><Arn>a</Arn></Role>"
                           "</GetRoleResult></GetRoleResponse>"),
            "a");
}

TEST(KeyPolicyJsonTest, ReadsOneOrMany) {
  const auto policy = parse_get_key_policy(
      R"({"Policy":"{\"Statement\":[{\"Sid\":\"root\",\"Effect\":\"Allow\",\"Principal\":)"
      R"({\"AWS\":\"arn:aws:iam::1:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"},)"
      R"({\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":[\"kms:a\",\"kms:b\"],)"
      R"(\"Condition\":{\"Bool\":{\"aws:SecureTransport\":false}}},)"
      R"({\"Effect\":\"Allow\",\"NotPrincipal\":{\"AWS\":\"x\"},\"Action\":\"kms:*\"}]}"})");
  ASSERT_TRUE(policy.has_value());
  ASSERT_EQ(policy->statements.size(), 3U);
  EXPECT_EQ(policy->statements[0].sid, "root");
  EXPECT_TRUE(policy->statements[0].is_allow);
  EXPECT_THAT(policy->statements[0].principals, ElementsAre("arn:aws:iam::1:root"));
  EXPECT_THAT(policy->statements[0].actions, ElementsAre("kms:*"));
  EXPECT_FALSE(policy->statements[1].is_allow);
  EXPECT_THAT(policy->statements[1].principals, ElementsAre("*"));
  ASSERT_EQ(policy->statements[1].conditions.size(), 1U);
  EXPECT_THAT(policy->statements[1].conditions[0].values, ElementsAre("false"));
  EXPECT_FALSE(policy->statements[2].is_plain);
  const auto single = parse_get_key_policy(
      R"({"Policy":"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"kms:*\"}}"})");
  ASSERT_TRUE(single.has_value());
  EXPECT_EQ(single->statements.size(), 1U);
}

TEST(KeyPolicyJsonTest, WhatIsNoPolicyIsAnError) {
  EXPECT_FALSE(parse_get_key_policy("{"));
  EXPECT_FALSE(parse_get_key_policy("[]"));
  EXPECT_FALSE(parse_get_key_policy("{}"));
  EXPECT_FALSE(parse_get_key_policy(R"({"Policy":"no"})"));
}

TEST(OptionGroupsTest, KeepsTheOptionsThatLast) {
  const auto page = parse_describe_option_groups(
      "<DescribeOptionGroupsResponse><DescribeOptionGroupsResult><OptionGroupsList><OptionGroup>"
      "<OptionGroupName>og</OptionGroupName><EngineName>oracle-ee</EngineName>"
      "<MajorEngineVersion>19</MajorEngineVersion><Options>"
      "<Option><OptionName>Timezone</OptionName><Persistent>true</Persistent></Option>"
      "<Option><OptionName>OLS</OptionName><Permanent>true</Permanent></Option>"
      "<Option><OptionName>STATSPACK</OptionName><Persistent>false</Persistent></Option>"
      "</Options></OptionGroup></OptionGroupsList><Marker>m</Marker>"
      "</DescribeOptionGroupsResult></DescribeOptionGroupsResponse>");
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->items[0].name, "og");
  EXPECT_EQ(page->items[0].engine_version, "19");
  EXPECT_THAT(page->items[0].lasting_options, ElementsAre("Timezone", "OLS"));
  EXPECT_EQ(page->next, "m");
  EXPECT_FALSE(parse_describe_option_groups("<html/>"));
}

}  // namespace
}  // namespace snapferry::aws
