// Publish and GetParameter, both ways.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "aws/api/sns_api.h"
#include "aws/api/ssm_api.h"
#include "aws/scripted_transport.h"

namespace snapferry::aws {
namespace {

TEST(SnsApi, WritesAttributesInOrder) {
  const QueryForm form = publish_form(
      "arn:t", {.subject = "", .text = "hello", .attributes = {{"b", "2"}, {"a", "1"}}});
  EXPECT_EQ(form.body(),
            "Action=Publish&Version=2010-03-31&TopicArn=arn%3At&Message=hello"
            "&MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Value.DataType=String"
            "&MessageAttributes.entry.1.Value.StringValue=1"
            "&MessageAttributes.entry.2.Name=b&MessageAttributes.entry.2.Value.DataType=String"
            "&MessageAttributes.entry.2.Value.StringValue=2");
}

TEST(SnsApi, ReadsAnAnswer) {
  EXPECT_TRUE(
      parse_publish("<PublishResponse><PublishResult><MessageId>m</MessageId>"
                    "</PublishResult></PublishResponse>"));
  EXPECT_FALSE(parse_publish("<PublishResponse/>"));
  EXPECT_FALSE(parse_publish("{}"));
}

TEST(SsmApi, ReadsAParameterDecrypted) {
  ScriptedTransport transport;
  HandedCredentials credentials;
  StandingClock clock;
  const Settings settings;
  ServiceClient client(transport, &credentials, settings, clock);
  transport.answer(200, R"({"Parameter":{"Name":"/p","Type":"SecureString","Value":"a: 1\n"}})");
  const auto value = get_parameter(client, core::Region("eu-west-1"), "/p");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value, "a: 1\n");
  EXPECT_EQ(transport.requests.at(0).body, R"({"Name": "/p", "WithDecryption": true})");
  EXPECT_EQ(transport.header(0, "X-Amz-Target"), "AmazonSSM.GetParameter");
}

TEST(SsmApi, NoErrorHoldsTheAnswer) {
  for (const char* odd : {"", "secret-value", R"({"Parameter":{"Value":["secret-value"]}})",
                          R"({"Parameter":"secret-value"})", R"(["secret-value"])"}) {
    const auto value = parse_get_parameter(odd);
    ASSERT_FALSE(value.has_value()) << odd;
    EXPECT_EQ(core::describe(value.error()).find("secret-value"), std::string::npos);
  }
}

TEST(SsmApi, SaysThatAParameterIsMissing) {
  ScriptedTransport transport;
  HandedCredentials credentials;
  StandingClock clock;
  const Settings settings;
  ServiceClient client(transport, &credentials, settings, clock);
  transport.answer(400, R"({"__type":"ParameterNotFound"})");
  const auto value = get_parameter(client, core::Region("eu-west-1"), "/p");
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().kind, core::ErrorKind::missing);
  EXPECT_EQ(value.error().aws_code, "ParameterNotFound");
}

}  // namespace
}  // namespace snapferry::aws
