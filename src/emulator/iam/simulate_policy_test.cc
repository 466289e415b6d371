// Simulations through the door: what a role's policies would say, told what the caller tells and no
// more.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/simulate_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/iam/access_fixture.h"

namespace snapferry::emulator {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSimulatedRole = "arn:aws:iam::123456789012:role/backup";
constexpr const char* kOurSnapshot = "arn:aws:rds:eu-west-1:123456789012:snapshot:ours-1";
constexpr const char* kTheirSnapshot = "arn:aws:rds:eu-west-1:123456789012:snapshot:theirs-1";

class SimulateTest : public AccessTest {
 protected:
  // `fields` beside the role: "&ActionNames.member.1=...".
  WireResponse simulate(const std::string& fields, const Signer& signer = {}) {
    return query("iam",
                 std::string("Action=SimulatePrincipalPolicy&PolicySourceArn=") +
                     encoded(kSimulatedRole) + fields + kIamVersionField,
                 signer, "us-east-1");
  }
  static std::string action(const std::string& name, int at = 1) {
    return fmt::format("&ActionNames.member.{}={}", at, name);
  }
  static std::string resource(const std::string& arn, int at = 1) {
    return fmt::format("&ResourceArns.member.{}={}", at, encoded(arn));
  }
  static std::string context(const std::string& key, const std::string& value,
                             const std::string& type = "string", int at = 1) {
    const std::string entry = fmt::format("&ContextEntries.member.{}.", at);
    return entry + "ContextKeyName=" + encoded(key) + entry + "ContextKeyType=" + type + entry +
           "ContextKeyValues.member.1=" + encoded(value);
  }
};

TEST_F(SimulateTest, SaysOfEachResourceWhatThePoliciesSay) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:DeleteDBSnapshot","Resource":)"
        R"("arn:aws:rds:*:123456789012:snapshot:ours-*"})");
  const WireResponse answer = simulate(action("rds:DeleteDBSnapshot") + resource(kOurSnapshot) +
                                       resource(kTheirSnapshot, 2));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body,
              HasSubstr(std::string("<member><EvalResourceName>") + kOurSnapshot +
                        "</EvalResourceName><EvalResourceDecision>allowed</EvalResourceDecision>"));
  EXPECT_THAT(
      answer.body,
      HasSubstr(std::string("<member><EvalResourceName>") + kTheirSnapshot +
                "</EvalResourceName><EvalResourceDecision>implicitDeny</EvalResourceDecision>"));
  EXPECT_EQ(element(answer.body, "EvalDecision"), "implicitDeny");
  EXPECT_EQ(element(answer.body, "IsTruncated"), "false");
}

TEST_F(SimulateTest, WithoutResourcesAsksAboutAllOfThem) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:Describe*","Resource":"*"})");
  const WireResponse answer = simulate(action("rds:DescribeDBSnapshots"));
  EXPECT_EQ(element(answer.body, "EvalDecision"), "allowed");
  EXPECT_EQ(element(answer.body, "EvalResourceName"), "*");
  EXPECT_THAT(answer.body, Not(HasSubstr("ResourceSpecificResults")));
}

TEST_F(SimulateTest, AnExplicitDenyIsTold) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:*","Resource":"*"},)"
        R"({"Effect":"Deny","Action":"rds:DeleteDBSnapshot","Resource":"*"})");
  EXPECT_EQ(element(simulate(action("rds:DeleteDBSnapshot")).body, "EvalDecision"), "explicitDeny");
}

TEST_F(SimulateTest, KnowsOnlyTheContextItIsTold) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:DeleteDBSnapshot","Resource":"*","Condition":)"
        R"({"StringEquals":{"aws:ResourceTag/snapferry:policy":"default"}}})");
  const std::string asked = action("rds:DeleteDBSnapshot") + resource(kOurSnapshot);
  const WireResponse unknown = simulate(asked);
  EXPECT_EQ(element(unknown.body, "EvalResourceDecision"), "implicitDeny");
  EXPECT_THAT(unknown.body, HasSubstr("<MissingContextValues><member>aws:ResourceTag/"
                                      "snapferry:policy</member></MissingContextValues>"));
  const std::string key = "aws:ResourceTag/snapferry:policy";
  const WireResponse told = simulate(asked + context(key, "default"));
  EXPECT_EQ(element(told.body, "EvalResourceDecision"), "allowed");
  EXPECT_THAT(told.body, HasSubstr("<MissingContextValues></MissingContextValues>"));
  EXPECT_EQ(element(simulate(asked + context(key, "other")).body, "EvalResourceDecision"),
            "implicitDeny");
}

TEST_F(SimulateTest, TellsItsResultsInPages) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:CopyDBSnapshot","Resource":"*"})");
  const std::string asked =
      action("rds:CopyDBSnapshot") + action("rds:CreateDBSnapshot", 2) + "&MaxItems=1";
  const WireResponse first = simulate(asked);
  EXPECT_EQ(element(first.body, "EvalActionName"), "rds:CopyDBSnapshot");
  EXPECT_EQ(element(first.body, "IsTruncated"), "true");
  const WireResponse second = simulate(asked + "&Marker=" + element(first.body, "Marker"));
  EXPECT_EQ(element(second.body, "EvalActionName"), "rds:CreateDBSnapshot");
  EXPECT_EQ(element(second.body, "EvalDecision"), "implicitDeny");
  EXPECT_EQ(element(second.body, "IsTruncated"), "false");
}

TEST_F(SimulateTest, ARoleNeedsTheRightToSimulateItself) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:*","Resource":"*"})");
  expect_refused(simulate(action("rds:CopyDBSnapshot"), session), 403, "AccessDenied",
                 std::string("iam:SimulatePrincipalPolicy on resource: ") + kSimulatedRole);
  allow(std::string(R"({"Effect":"Allow","Action":["rds:*","iam:SimulatePrincipalPolicy"],)") +
        R"("Resource":"*"})");
  EXPECT_EQ(simulate(action("rds:CopyDBSnapshot"), session).status, 200);
}

TEST_F(SimulateTest, RefusesWhatIamRefuses) {
  make_role();
  const auto ask = [&](const std::string& fields) {
    return iam("Action=SimulatePrincipalPolicy" + fields);
  };
  const std::string an_action = action("rds:CopyDBSnapshot");
  const auto source = [](const std::string& arn) { return "&PolicySourceArn=" + encoded(arn); };
  expect_refused(ask(an_action), 400, "ValidationError", "policySourceArn");
  expect_refused(ask(source(kSimulatedRole)), 400, "ValidationError", "actionNames");
  expect_refused(ask(source("arn:aws:sts::123456789012:assumed-role/backup/me") + an_action), 400,
                 "InvalidInput",
                 "Invalid Entity Arn: arn:aws:sts::123456789012:assumed-role/backup/me does not "
                 "clearly define entity type and name.");
  expect_refused(ask(source("arn:aws:iam::123456789012:root") + an_action), 400, "InvalidInput",
                 "does not clearly define");
  expect_refused(ask(source("arn:aws:iam::123456789012:role/other") + an_action), 404,
                 "NoSuchEntity", "role/other");
  expect_refused(ask(source("arn:aws:iam::123456789012:user/me") + an_action), 404, "NoSuchEntity",
                 "user/me");
  expect_refused(ask(source(kSimulatedRole) + action("CopyDBSnapshot")), 400, "InvalidInput",
                 "CopyDBSnapshot");
  expect_refused(ask(source(kSimulatedRole) + action("rds:*")), 400, "InvalidInput", "rds:*");
  expect_refused(ask(source(kSimulatedRole) + an_action + "&ResourceArns.member.1=ours-1"), 400,
                 "InvalidInput", "ours-1");
  expect_refused(ask(source(kSimulatedRole) + an_action + context("aws:TagKeys", "a", "text")), 400,
                 "InvalidInput", "text");
  expect_refused(ask(source(kSimulatedRole) + an_action +
                     context("kms:GrantIsForAWSResource", "yes", "boolean")),
                 400, "InvalidInput", "kms:GrantIsForAWSResource");
  expect_refused(ask(source(kSimulatedRole) + an_action + "&CallerArn=x"), 400,
                 "InvalidQueryParameter", "CallerArn");
}

}  // namespace
}  // namespace snapferry::emulator
