// The key of the destination: made once, found again, never deleted, and CloudFormation always
// told.
// SPDX-License-Identifier: Apache-2.0
#include "lambda/key_resource.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "aws/scripted_transport.h"

namespace snapferry::lambda {
namespace {

namespace json = boost::json;

constexpr const char* kArn = "arn:aws:kms:eu-central-1:123456789012:key/k-1";

std::string key_metadata(const std::string& state = "Enabled", const std::string& id = "k-1") {
  return R"({"KeyMetadata":{"KeyId":")" + id +
         R"(","Arn":"arn:aws:kms:eu-central-1:123456789012:key/)" + id + R"(","KeyState":")" +
         state + R"(","KeyManager":"CUSTOMER","KeySpec":"SYMMETRIC_DEFAULT"}})";
}

class KeyResource : public testing::Test {
 protected:
  // Answers come from one script, in the order of the calls, CloudFormation's last.
  Reply handle(const std::string& type, json::object properties = {}) {
    json::object all{{"Region", "eu-central-1"},
                     {"AliasName", "alias/snapferry-s"},
                     {"RoleArn", "arn:aws:iam::123456789012:role/tick"},
                     {"StackName", "s"},
                     {"ServiceToken", "arn:aws:lambda:eu-west-1:123456789012:function:key"}};
    for (auto& [name, value] : properties) all[name] = value;
    json::object event{{"RequestType", type},
                       {"ResponseURL", "https://bucket.test/response?signature=secret"},
                       {"StackId", "stack"},
                       {"RequestId", "request"},
                       {"LogicalResourceId", "DestinationKey"},
                       {"ResourceProperties", all}};
    if (type != "Create") event["PhysicalResourceId"] = kArn;
    return handler.handle({.event = json::serialize(event)});
  }

  void answer(std::string body) { transport.answer(200, std::move(body)); }
  void refuse(const std::string& code) {
    transport.answer(400, R"({"__type":")" + code + R"(","message":"m"})");
  }

  std::vector<std::string> operations() {
    std::vector<std::string> names;
    for (size_t i = 0; i < transport.requests.size(); ++i) {
      const std::string target = transport.header(i, "X-Amz-Target");
      names.push_back(target.empty() ? transport.requests[i].method
                                     : target.substr(target.find('.') + 1));
    }
    return names;
  }
  json::object response() { return json::parse(transport.requests.back().body).as_object(); }

  aws::ScriptedTransport transport;
  aws::HandedCredentials credentials;
  aws::StandingClock clock;
  aws::Settings settings;
  aws::ServiceClient client{transport, &credentials, settings, clock};
  std::vector<std::string> lines;
  LogLines log{clock, Level::trace, [this](std::string_view line) { lines.emplace_back(line); }};
  KeyHandler handler{
      {.kms_in = [this](const core::Region& region) { return aws::KmsApi(client, region); },
       .transport = transport,
       .clock = clock,
       .log = log}};
};

using Names = std::vector<std::string>;

TEST_F(KeyResource, IsMadeWhenThereIsNone) {
  refuse("NotFoundException");
  answer(key_metadata());
  answer("");
  answer("");
  answer("");
  ASSERT_TRUE(handle("Create").has_value());
  EXPECT_EQ(operations(),
            (Names{"DescribeKey", "CreateKey", "CreateAlias", "EnableKeyRotation", "PUT"}));
  EXPECT_EQ(response().at("Status"), "SUCCESS");
  EXPECT_EQ(response().at("PhysicalResourceId"), kArn);
  EXPECT_EQ(response().at("Data").at("KeyArn"), kArn);
  EXPECT_EQ(response().at("Data").at("AliasName"), "alias/snapferry-s");
  const json::value made = json::parse(transport.requests[1].body);
  EXPECT_EQ(made.at("Tags").at(0).at("TagKey"), "snapferry:stack");
  const json::value policy = json::parse(made.at("Policy").as_string());
  EXPECT_EQ(policy.at("Statement").at(0).at("Principal").at("AWS"),
            "arn:aws:iam::123456789012:root");
  EXPECT_EQ(policy.at("Statement").at(2).at("Condition").at("StringEquals").at("kms:ViaService"),
            "rds.eu-central-1.amazonaws.com");
  EXPECT_EQ(policy.at("Statement").at(2).at("Condition").at("Bool").at("kms:GrantIsForAWSResource"),
            "true");
}

TEST_F(KeyResource, IsFoundAgainAndBroughtUpToDate) {
  answer(key_metadata());
  answer("");
  answer(R"({"KeyRotationEnabled":false})");
  answer("");
  answer("");
  ASSERT_TRUE(handle("Create").has_value());
  EXPECT_EQ(operations(), (Names{"DescribeKey", "PutKeyPolicy", "GetKeyRotationStatus",
                                 "EnableKeyRotation", "PUT"}));
  EXPECT_EQ(response().at("PhysicalResourceId"), kArn);
}

TEST_F(KeyResource, OfARaceIsTheOthers) {
  refuse("NotFoundException");
  answer(key_metadata("Enabled", "k-2"));
  refuse("AlreadyExistsException");
  answer(key_metadata());
  answer("");
  answer(R"({"KeyRotationEnabled":true})");
  answer("");
  ASSERT_TRUE(handle("Create").has_value());
  EXPECT_EQ(operations(), (Names{"DescribeKey", "CreateKey", "CreateAlias", "DescribeKey",
                                 "PutKeyPolicy", "GetKeyRotationStatus", "PUT"}));
  EXPECT_EQ(response().at("PhysicalResourceId"), kArn);
}

TEST_F(KeyResource, IsKeptWhenTheStackIsDeleted) {
  answer("");
  ASSERT_TRUE(handle("Delete", {{"Region", "nowhere"}}).has_value());
  EXPECT_EQ(operations(), (Names{"PUT"}));
  EXPECT_EQ(response().at("Status"), "SUCCESS");
  EXPECT_EQ(response().at("PhysicalResourceId"), kArn);
}

TEST_F(KeyResource, PendingDeletionFailsWithTheWayOut) {
  answer(key_metadata("PendingDeletion"));
  answer("");
  ASSERT_TRUE(handle("Create").has_value());
  EXPECT_EQ(response().at("Status"), "FAILED");
  EXPECT_NE(response().at("Reason").as_string().find("cancel-key-deletion"), std::string::npos);
  EXPECT_FALSE(response().at("PhysicalResourceId").as_string().empty());
}

TEST_F(KeyResource, DeniedMakesNoSecondKey) {
  refuse("AccessDeniedException");
  answer("");
  ASSERT_TRUE(handle("Create").has_value());
  EXPECT_EQ(operations(), (Names{"DescribeKey", "PUT"}));
  EXPECT_EQ(response().at("Status"), "FAILED");
}

TEST_F(KeyResource, AnUnansweredCreationIsNotRepeated) {
  refuse("NotFoundException");
  transport.fail(core::ErrorKind::unknown, "cut off");
  answer("");
  ASSERT_TRUE(handle("Create").has_value());
  EXPECT_EQ(operations(), (Names{"DescribeKey", "CreateKey", "PUT"}));
  EXPECT_EQ(response().at("Status"), "FAILED");
}

TEST_F(KeyResource, WaitsUntilKmsKnowsTheRole) {
  refuse("NotFoundException");
  refuse("MalformedPolicyDocumentException");
  answer(key_metadata());
  answer("");
  answer("");
  answer("");
  ASSERT_TRUE(handle("Create").has_value());
  EXPECT_EQ(response().at("Status"), "SUCCESS");
}

TEST_F(KeyResource, TellsCloudFormationAgainUntilItTakesIt) {
  transport.answer(503, "secret");
  transport.fail(core::ErrorKind::transient, "refused https://bucket.test/?signature=secret");
  answer("");
  ASSERT_TRUE(handle("Delete").has_value());
  EXPECT_EQ(operations(), (Names{"PUT", "PUT", "PUT"}));
  EXPECT_EQ(transport.header(0, "Content-Type"), "");
  EXPECT_EQ(transport.header(0, "Authorization"), "");
}

TEST_F(KeyResource, FailsWhenCloudFormationCannotBeTold) {
  for (int i = 0; i < 5; ++i) transport.answer(403, "signature=secret");
  const Reply reply = handle("Delete");
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().type, "Snapferry.ResponseNotDelivered");
  EXPECT_EQ(reply.error().message.find("secret"), std::string::npos);
  for (const std::string& line : lines) EXPECT_EQ(line.find("secret"), std::string::npos) << line;
}

TEST_F(KeyResource, BadPropertiesAreToldAndNothingIsAsked) {
  for (const json::object& bad :
       {json::object{{"Region", "mars"}}, json::object{{"AliasName", "alias/aws/rds"}},
        json::object{{"AliasName", "key"}}, json::object{{"RoleArn", "arn:aws:iam::1:user/x"}},
        json::object{{"StackName", ""}}}) {
    transport.requests.clear();
    answer("");
    ASSERT_TRUE(handle("Update", bad).has_value());
    EXPECT_EQ(operations(), (Names{"PUT"})) << json::serialize(bad);
    EXPECT_EQ(response().at("Status"), "FAILED");
    EXPECT_EQ(response().at("PhysicalResourceId"), kArn);
  }
}

TEST_F(KeyResource, AnEventOfNobodyDoesNothing) {
  for (const char* event : {"", "[]", "{}", R"({"ResponseURL":"ftp://x"})"}) {
    const Reply reply = handler.handle({.event = event});
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error().type, "Snapferry.BadEvent");
  }
  EXPECT_TRUE(transport.requests.empty());
}

}  // namespace
}  // namespace snapferry::lambda
