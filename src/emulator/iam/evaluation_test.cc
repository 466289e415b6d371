// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/evaluation.h"

#include <gtest/gtest.h>

namespace snapferry::emulator {
namespace {

constexpr const char* kRole = "arn:aws:iam::123456789012:role/ops/backup";
constexpr const char* kSession = "arn:aws:sts::123456789012:assumed-role/backup/me";
constexpr const char* kSnapshot = "arn:aws:rds:eu-west-1:123456789012:snapshot:rds-auto-1";

using Context = std::map<std::string, std::vector<std::string>>;

PolicyRequest request_with(Context context) {
  return {
      .action = "rds:DeleteDBSnapshot",
      .resource = kSnapshot,
      .principal = {.account = "123456789012", .arn = kSession, .role_arn = kRole, .service = {}},
      .context = std::move(context)};
}

PolicyDocument parsed(const std::string& text, PolicyKind kind) {
  auto document = parse_policy(text, kind);
  EXPECT_TRUE(document.has_value()) << text << ": " << document.error();
  return document ? std::move(*document) : PolicyDocument();
}

std::string word(const Verdict& verdict) {
  if (verdict.is_denied) return "deny";
  if (verdict.is_allowed) return "allow";
  return verdict.is_delegated ? "account" : "none";
}

struct Row {
  const char* name;
  const char* statements;  // of an identity policy
  const char* wanted;
};

TEST(EvaluationTest, ActionsAndResources) {
  const Row rows[] = {
      {"plain", R"({"Effect":"Allow","Action":"rds:DeleteDBSnapshot","Resource":"*"})", "allow"},
      {"list", R"({"Effect":"Allow","Action":["s3:*","rds:DeleteDBSnapshot"],"Resource":"*"})",
       "allow"},
      {"other action", R"({"Effect":"Allow","Action":"rds:CopyDBSnapshot","Resource":"*"})",
       "none"},
      {"other service", R"({"Effect":"Allow","Action":"kms:*","Resource":"*"})", "none"},
      {"action without case",
       R"({"Effect":"Allow","Action":"RDS:deletedbsnapshot","Resource":"*"})", "allow"},
      {"star", R"({"Effect":"Allow","Action":"*","Resource":"*"})", "allow"},
      {"star inside", R"({"Effect":"Allow","Action":"rds:Delete*Snapshot","Resource":"*"})",
       "allow"},
      {"two stars", R"({"Effect":"Allow","Action":"rds:*DB*","Resource":"*"})", "allow"},
      {"question mark", R"({"Effect":"Allow","Action":"rds:DeleteD?Snapshot","Resource":"*"})",
       "allow"},
      {"question mark is one",
       R"({"Effect":"Allow","Action":"rds:Delete?Snapshot","Resource":"*"})", "none"},
      {"prefix is not enough", R"({"Effect":"Allow","Action":"rds:Delete","Resource":"*"})",
       "none"},
      {"not action", R"({"Effect":"Allow","NotAction":"rds:Copy*","Resource":"*"})", "allow"},
      {"not action hit", R"({"Effect":"Allow","NotAction":"rds:Delete*","Resource":"*"})", "none"},
      {"deny beats allow",
       R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"rds:Delete*","Resource":"*"})",
       "deny"},
      {"deny before allow",
       R"({"Effect":"Deny","Action":"rds:Delete*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"})",
       "deny"},
      {"deny of another",
       R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"rds:Copy*","Resource":"*"})",
       "allow"},
      {"resource",
       R"({"Effect":"Allow","Action":"rds:*","Resource":"arn:aws:rds:eu-west-1:123456789012:snapshot:rds-auto-*"})",
       "allow"},
      {"resource in any region",
       R"({"Effect":"Allow","Action":"rds:*","Resource":"arn:aws:rds:*:123456789012:snapshot:rds-auto-*"})",
       "allow"},
      {"other prefix",
       R"({"Effect":"Allow","Action":"rds:*","Resource":"arn:aws:rds:*:123456789012:snapshot:rds-copy-*"})",
       "none"},
      {"other region",
       R"({"Effect":"Allow","Action":"rds:*","Resource":"arn:aws:rds:eu-central-1:123456789012:snapshot:*"})",
       "none"},
      {"other account",
       R"({"Effect":"Allow","Action":"rds:*","Resource":"arn:aws:rds:eu-west-1:210987654321:snapshot:*"})",
       "none"},
      {"other kind",
       R"({"Effect":"Allow","Action":"rds:*","Resource":"arn:aws:rds:eu-west-1:123456789012:db:*"})",
       "none"},
      {"resource with case",
       R"({"Effect":"Allow","Action":"rds:*","Resource":"arn:aws:rds:eu-west-1:123456789012:snapshot:RDS-auto-1"})",
       "none"},
      {"a star stays in its part",
       R"({"Effect":"Allow","Action":"rds:*","Resource":"arn:aws:rds:*:snapshot:rds-auto-1:x"})",
       "none"},
      {"not resource",
       R"({"Effect":"Allow","Action":"rds:*","NotResource":"arn:aws:rds:*:*:db:*"})", "allow"},
      {"not resource hit",
       R"({"Effect":"Allow","Action":"rds:*","NotResource":["arn:aws:rds:*:*:snapshot:*"]})",
       "none"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const PolicyDocument document =
        parsed(std::string(R"({"Version":"2012-10-17","Statement":[)") + row.statements + "]}",
               PolicyKind::identity);
    EXPECT_EQ(word(judge(document, request_with({}))), row.wanted);
  }
}

TEST(EvaluationTest, AllOfAKindIsNotSomeOfIt) {
  PolicyRequest request = request_with({});
  const auto verdict_on = [&](const char* resource) {
    const PolicyDocument document = parsed(
        std::string(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*",)") +
            R"("Resource":")" + resource + "\"}}",
        PolicyKind::identity);
    return word(judge(document, request));
  };
  request.resource = "arn:aws:rds:eu-west-1:123456789012:snapshot:*";
  EXPECT_EQ(verdict_on("arn:aws:rds:*:*:snapshot:rds-auto-*"), "none");
  EXPECT_EQ(verdict_on("arn:aws:rds:*:*:snapshot:*"), "allow");
  request.resource = "*";
  EXPECT_EQ(verdict_on("arn:aws:rds:*:*:*"), "none");
  EXPECT_EQ(verdict_on("*"), "allow");
}

struct ConditionRow {
  const char* name;
  const char* condition;
  Context context;
  bool is_wanted;
};

void expect_conditions(const std::vector<ConditionRow>& rows) {
  for (const ConditionRow& row : rows) {
    SCOPED_TRACE(row.name);
    const PolicyDocument document = parsed(
        std::string(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*",)") +
            R"("Resource":"*","Condition":)" + row.condition + "}}",
        PolicyKind::identity);
    EXPECT_EQ(judge(document, request_with(row.context)).is_allowed, row.is_wanted);
  }
}

TEST(EvaluationTest, StringConditions) {
  expect_conditions({
      {"equals", R"({"StringEquals":{"k:a":"x"}})", {{"k:a", {"x"}}}, true},
      {"differs", R"({"StringEquals":{"k:a":"x"}})", {{"k:a", {"X"}}}, false},
      {"one of", R"({"StringEquals":{"k:a":["y","x"]}})", {{"k:a", {"x"}}}, true},
      {"missing", R"({"StringEquals":{"k:a":"x"}})", {}, false},
      {"key without case", R"({"StringEquals":{"K:A":"x"}})", {{"k:a", {"x"}}}, true},
      {"equals knows no star", R"({"StringEquals":{"k:a":"x*"}})", {{"k:a", {"xy"}}}, false},
      {"not equals", R"({"StringNotEquals":{"k:a":"x"}})", {{"k:a", {"y"}}}, true},
      {"not equals hit", R"({"StringNotEquals":{"k:a":["x","y"]}})", {{"k:a", {"y"}}}, false},
      {"not equals missing", R"({"StringNotEquals":{"k:a":"x"}})", {}, true},
      {"ignore case", R"({"StringEqualsIgnoreCase":{"k:a":"xY"}})", {{"k:a", {"Xy"}}}, true},
      {"not ignore case",
       R"({"StringNotEqualsIgnoreCase":{"k:a":"xY"}})",
       {{"k:a", {"Xy"}}},
       false},
      {"like",
       R"({"StringLike":{"k:a":"rds.*.amazonaws.com"}})",
       {{"k:a", {"rds.eu-west-1.amazonaws.com"}}},
       true},
      {"like without stars", R"({"StringLike":{"k:a":"x"}})", {{"k:a", {"xy"}}}, false},
      {"like question mark", R"({"StringLike":{"k:a":"x?z"}})", {{"k:a", {"xyz"}}}, true},
      {"not like", R"({"StringNotLike":{"k:a":"x*"}})", {{"k:a", {"xy"}}}, false},
      {"not like missing", R"({"StringNotLike":{"k:a":"x*"}})", {}, true},
      {"if exists missing", R"({"StringEqualsIfExists":{"k:a":"x"}})", {}, true},
      {"if exists there", R"({"StringEqualsIfExists":{"k:a":"x"}})", {{"k:a", {"y"}}}, false},
      {"both keys", R"({"StringEquals":{"k:a":"x","k:b":"y"}})", {{"k:a", {"x"}}}, false},
      {"both operators",
       R"({"StringEquals":{"k:a":"x"},"StringLike":{"k:b":"y*"}})",
       {{"k:a", {"x"}}, {"k:b", {"yz"}}},
       true},
      {"tag",
       R"({"StringEquals":{"aws:ResourceTag/snapferry:policy":"default"}})",
       {{"aws:ResourceTag/snapferry:policy", {"default"}}},
       true},
  });
}

TEST(EvaluationTest, OtherConditions) {
  expect_conditions({
      {"bool", R"({"Bool":{"k:a":"true"}})", {{"k:a", {"true"}}}, true},
      {"bool as json", R"({"Bool":{"k:a":true}})", {{"k:a", {"true"}}}, true},
      {"bool differs", R"({"Bool":{"k:a":"true"}})", {{"k:a", {"false"}}}, false},
      {"bool missing", R"({"Bool":{"k:a":"false"}})", {}, false},
      {"bool if exists", R"({"BoolIfExists":{"k:a":"false"}})", {}, true},
      {"null true", R"({"Null":{"k:a":"true"}})", {}, true},
      {"null true, there", R"({"Null":{"k:a":"true"}})", {{"k:a", {"x"}}}, false},
      {"null false", R"({"Null":{"k:a":"false"}})", {{"k:a", {"x"}}}, true},
      {"null false, missing", R"({"Null":{"k:a":false}})", {}, false},
      {"number", R"({"NumericEquals":{"k:a":"7"}})", {{"k:a", {"7.0"}}}, true},
      {"number as json", R"({"NumericLessThanEquals":{"k:a":7}})", {{"k:a", {"7"}}}, true},
      {"number less", R"({"NumericLessThan":{"k:a":"10"}})", {{"k:a", {"9"}}}, true},
      {"number not less", R"({"NumericLessThan":{"k:a":"10"}})", {{"k:a", {"10"}}}, false},
      {"number greater", R"({"NumericGreaterThan":{"k:a":"10"}})", {{"k:a", {"9"}}}, false},
      {"number at least", R"({"NumericGreaterThanEquals":{"k:a":"9"}})", {{"k:a", {"9"}}}, true},
      {"number not equal", R"({"NumericNotEquals":{"k:a":"9"}})", {{"k:a", {"9"}}}, false},
      {"no number", R"({"NumericLessThan":{"k:a":"10"}})", {{"k:a", {"x"}}}, false},
      {"date",
       R"({"DateLessThan":{"k:a":"2026-11-23T00:00:00Z"}})",
       {{"k:a", {"2026-11-22T00:00:00Z"}}},
       true},
      {"date past",
       R"({"DateLessThan":{"k:a":"2026-11-22T00:00:00Z"}})",
       {{"k:a", {"2026-11-22T00:00:00Z"}}},
       false},
      {"date as epoch",
       R"({"DateGreaterThanEquals":{"k:a":"0"}})",
       {{"k:a", {"2026-11-22T00:00:00Z"}}},
       true},
      {"arn", R"({"ArnLike":{"k:a":"arn:aws:iam::*:role/ops/*"}})", {{"k:a", {kRole}}}, true},
      {"arn equals has stars too",
       R"({"ArnEquals":{"k:a":"arn:aws:iam::*:role/*"}})",
       {{"k:a", {kRole}}},
       true},
      {"arn differs", R"({"ArnLike":{"k:a":"arn:aws:iam::*:role/x*"}})", {{"k:a", {kRole}}}, false},
      {"arn by parts", R"({"ArnLike":{"k:a":"arn:aws:*:role/*:*:*"}})", {{"k:a", {kRole}}}, false},
      {"arn not like",
       R"({"ArnNotLike":{"k:a":"arn:aws:iam::*:role/*"}})",
       {{"k:a", {kRole}}},
       false},
      {"arn not like missing", R"({"ArnNotEquals":{"k:a":"arn:aws:iam::*:role/*"}})", {}, true},
  });
}

TEST(EvaluationTest, ManyValues) {
  const Context tags = {{"aws:TagKeys", {"team", "env"}}};
  expect_conditions({
      {"all of them", R"({"ForAllValues:StringEquals":{"aws:TagKeys":["env","team","x"]}})", tags,
       true},
      {"one too many", R"({"ForAllValues:StringEquals":{"aws:TagKeys":["env"]}})", tags, false},
      {"all of none", R"({"ForAllValues:StringEquals":{"aws:TagKeys":["env"]}})", {}, true},
      {"all of an empty set",
       R"({"ForAllValues:StringEquals":{"aws:TagKeys":["env"]}})",
       {{"aws:TagKeys", {}}},
       true},
      {"all like", R"({"ForAllValues:StringLike":{"aws:TagKeys":["t*","e*"]}})", tags, true},
      {"all unlike", R"({"ForAllValues:StringNotLike":{"aws:TagKeys":["t*"]}})", tags, false},
      {"all unlike holds", R"({"ForAllValues:StringNotEquals":{"aws:TagKeys":["x"]}})", tags, true},
      {"any", R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"env"}})", tags, true},
      {"any of none", R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"env"}})", {}, false},
      {"any misses", R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"x"}})", tags, false},
      {"any unlike", R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":"env"}})", tags, true},
      {"any unlike of none", R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":"env"}})", {}, false},
      {"any if exists", R"({"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"env"}})", {}, true},
      {"none of many", R"({"StringNotEquals":{"aws:TagKeys":"env"}})", tags, false},
  });
}

TEST(EvaluationTest, Variables) {
  const Context context = {{"aws:PrincipalAccount", {"123456789012"}},
                           {"aws:PrincipalTag/team", {"data*"}},
                           {"k:a", {"123456789012"}},
                           {"k:b", {"data*"}},
                           {"k:c", {"data lake"}},
                           {"k:star", {"*"}}};
  expect_conditions({
      {"value", R"({"StringEquals":{"k:a":"${aws:PrincipalAccount}"}})", context, true},
      {"name without case", R"({"StringEquals":{"k:a":"${AWS:principalaccount}"}})", context, true},
      {"its star is a letter", R"({"StringLike":{"k:b":"${aws:PrincipalTag/team}"}})", context,
       true},
      {"and no wildcard", R"({"StringLike":{"k:c":"${aws:PrincipalTag/team}"}})", context, false},
      {"of nothing", R"({"StringLike":{"k:a":"${aws:Nothing}*"}})", context, false},
      {"with a default", R"({"StringEquals":{"k:a":"${aws:Nothing, '123456789012'}"}})", context,
       true},
      {"a star by name", R"({"StringLike":{"k:star":"${*}"}})", context, true},
      {"a star by name only", R"({"StringLike":{"k:a":"${*}"}})", context, false},
  });
  const PolicyDocument old = parsed(
      R"({"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*",
          "Condition":{"StringEquals":{"k:a":"${aws:PrincipalAccount}"}}}})",
      PolicyKind::identity);
  EXPECT_FALSE(judge(old, request_with(context)).is_allowed) << "no variables in 2008-10-17";
  const PolicyDocument in_resource = parsed(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*",
          "Resource":"arn:aws:rds:*:${aws:PrincipalAccount}:snapshot:*"}})",
      PolicyKind::identity);
  EXPECT_TRUE(judge(in_resource, request_with(context)).is_allowed);
}

TEST(EvaluationTest, Principals) {
  const Row rows[] = {
      {"anyone", R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"})", "allow"},
      {"any AWS", R"({"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"})",
       "allow"},
      {"root",
       R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},)"
       R"("Action":"*","Resource":"*"})",
       "account"},
      {"account id",
       R"({"Effect":"Allow","Principal":{"AWS":["123456789012"]},"Action":"*",)"
       R"("Resource":"*"})",
       "account"},
      {"other account",
       R"({"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"*",)"
       R"("Resource":"*"})",
       "none"},
      {"role",
       R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/ops/backup"},)"
       R"("Action":"*","Resource":"*"})",
       "allow"},
      {"other role",
       R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/x"},)"
       R"("Action":"*","Resource":"*"})",
       "none"},
      {"session",
       R"({"Effect":"Allow","Principal":{"AWS":)"
       R"("arn:aws:sts::123456789012:assumed-role/backup/me"},"Action":"*","Resource":"*"})",
       "allow"},
      {"service",
       R"({"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},)"
       R"("Action":"*","Resource":"*"})",
       "none"},
      {"not the role denies others",
       R"({"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/x"},)"
       R"("Action":"*","Resource":"*"})",
       "deny"},
      {"account denied",
       R"({"Effect":"Deny","Principal":{"AWS":"123456789012"},"Action":"*",)"
       R"("Resource":"*"})",
       "deny"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const PolicyDocument document =
        parsed(std::string(R"({"Version":"2012-10-17","Statement":[)") + row.statements + "]}",
               PolicyKind::resource);
    EXPECT_EQ(word(judge(document, request_with({}))), row.wanted);
  }
}

TEST(PolicyDocumentTest, WhatIamRefuses) {
  struct Bad {
    const char* name;
    const char* text;
    const char* message;
    PolicyKind kind = PolicyKind::identity;
  };
  const Bad rows[] = {
      {"no json", "{", "This policy contains invalid Json"},
      {"a list", "[]", "Syntax errors in policy."},
      {"no statement", R"({"Version":"2012-10-17"})", "Syntax errors in policy."},
      {"version", R"({"Version":"2020-01-01","Statement":[]})",
       "The policy must contain a valid version string"},
      {"effect", R"({"Statement":{"Effect":"allow","Action":"*","Resource":"*"}})",
       "Syntax errors in policy."},
      {"unknown member", R"({"Statement":{"Effect":"Allow","Actions":"*","Resource":"*"}})",
       "Syntax errors in policy."},
      {"no action", R"({"Statement":{"Effect":"Allow","Resource":"*"}})",
       "Policy statement must contain actions."},
      {"no resource", R"({"Statement":{"Effect":"Allow","Action":"*"}})",
       "Policy statement must contain resources."},
      {"no vendor", R"({"Statement":{"Effect":"Allow","Action":"Copy","Resource":"*"}})",
       "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
      {"no arn", R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"snapshot:*"}})",
       "Resource snapshot:* must be in ARN format or \"*\"."},
      {"vendor with star",
       R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:*:::x"}})",
       "Resource vendor must be fully qualified and cannot contain regexes."},
      {"principal",
       R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}})",
       "Policy document should not specify a principal."},
      {"both actions",
       R"({"Statement":{"Effect":"Allow","Action":"*","NotAction":"s3:*","Resource":"*"}})",
       "Syntax errors in policy."},
      {"unknown operator",
       R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"k:a":"x"}}}})",
       "Invalid Condition type : StringIs"},
      {"not evaluated here",
       R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}})",
       "Invalid Condition type : IpAddress"},
      {"null if exists",
       R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NullIfExists":{"k:a":"true"}}}})",
       "Invalid Condition type : NullIfExists"},
      {"sid twice",
       R"({"Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"}]})",
       "Statement IDs (SID) in a single policy must be unique."},
      {"sid", R"({"Statement":{"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"}})",
       "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
       "expression [0-9A-Za-z]*"},
      {"trust with resource",
       R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}})",
       "Has prohibited field Resource", PolicyKind::trust},
      {"trust without principal", R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}})",
       "Missing required field Principal", PolicyKind::trust},
      {"trust of other actions",
       R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"rds:*"}})",
       "AssumeRole policy may only specify STS AssumeRole actions.", PolicyKind::trust},
  };
  for (const Bad& row : rows) {
    SCOPED_TRACE(row.name);
    const auto document = parse_policy(row.text, row.kind);
    ASSERT_FALSE(document.has_value());
    EXPECT_EQ(document.error(), row.message);
  }
}

}  // namespace
}  // namespace snapferry::emulator
