// SPDX-License-Identifier: Apache-2.0
#include "emulator/ssm/ssm_service.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"
#include "emulator/door/door_http.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

class SsmServiceTest : public testing::Test {
 protected:
  json::object ssm(const std::string& operation, const std::string& body) {
    Signer signer;
    signer.service = "ssm";
    const WireResponse response =
        door.answer(sign({.method = "POST",
                          .target = "/",
                          .headers = {{"Content-Type", "application/x-amz-json-1.1"},
                                      {"X-Amz-Target", "AmazonSSM." + operation}},
                          .body = body},
                         signer, host.now()))
            .response;
    return response.body.empty() ? json::object() : json::parse(response.body).as_object();
  }
  std::string code(const std::string& operation, const std::string& body) {
    const json::object answer = ssm(operation, body);
    return answer.contains("__type") ? json::value_to<std::string>(answer.at("__type")) : "";
  }

  HandClock host;
  EmulatorClock clock{host, 1};
  World world{clock, 1};
  DoorHttp door{world, 1};
};

TEST_F(SsmServiceTest, PutGetDelete) {
  EXPECT_EQ(
      ssm("PutParameter", R"({"Name":"/a/policy","Value":"v1","Type":"String"})").at("Version"), 1);
  EXPECT_EQ(code("PutParameter", R"({"Name":"/a/policy","Value":"v2","Type":"String"})"),
            "ParameterAlreadyExists");
  EXPECT_EQ(
      ssm("PutParameter", R"({"Name":"/a/policy","Value":"v2","Overwrite":true})").at("Version"),
      2);
  const json::object got = ssm("GetParameter", R"({"Name":"/a/policy"})");
  EXPECT_EQ(got.at("Parameter").at("Value"), "v2");
  EXPECT_EQ(got.at("Parameter").at("ARN"), "arn:aws:ssm:eu-west-1:123456789012:parameter/a/policy");
  EXPECT_EQ(code("GetParameter", R"({"Name":"/a/policy:2"})"), "");
  EXPECT_EQ(code("GetParameter", R"({"Name":"/a/policy:1"})"), "ParameterVersionNotFound");
  EXPECT_EQ(
      code("GetParameter", R"({"Name":"arn:aws:ssm:eu-west-1:123456789012:parameter/a/policy"})"),
      "");
  EXPECT_EQ(ssm("GetParametersByPath", R"({"Path":"/a"})").at("Parameters").as_array().size(), 1);
  EXPECT_EQ(ssm("GetParameters", R"({"Names":["/a/policy","none"]})").at("InvalidParameters"),
            json::array({"none"}));
  EXPECT_EQ(code("DeleteParameter", R"({"Name":"/a/policy"})"), "");
  EXPECT_EQ(code("DeleteParameter", R"({"Name":"/a/policy"})"), "ParameterNotFound");
  EXPECT_EQ(code("GetParameter", R"({"Name":"/a/policy"})"), "ParameterNotFound");
}

TEST_F(SsmServiceTest, Refusals) {
  EXPECT_EQ(code("PutParameter", R"({"Name":"a","Value":"v"})"), "ValidationException");
  EXPECT_EQ(code("PutParameter", R"({"Name":"aws-a","Value":"v","Type":"String"})"),
            "ValidationException");
  EXPECT_EQ(code("PutParameter", R"({"Name":"a/b","Value":"v","Type":"String"})"),
            "ValidationException");
  EXPECT_EQ(code("PutParameter", R"({"Name":"a","Value":"v","Type":"Text"})"),
            "UnsupportedParameterType");
  EXPECT_EQ(code("PutParameter", R"({"Name":"a","Value":"v","Type":"String","Policies":"x"})"),
            "ValidationException");
  EXPECT_EQ(code("PutParameter",
                 R"({"Name":"a","Value":"v","Type":"SecureString","KeyId":"alias/none"})"),
            "InvalidKeyId");
  EXPECT_EQ(code("PutParameter",
                 R"({"Name":"a","Value":"v","Type":"String","AllowedPattern":"^[0-9]$"})"),
            "ParameterPatternMismatchException");
  const std::string large(5000, 'x');
  EXPECT_EQ(code("PutParameter", R"({"Name":"a","Type":"String","Value":")" + large + "\"}"),
            "ValidationException");
  EXPECT_EQ(code("PutParameter",
                 R"({"Name":"a","Type":"String","Tier":"Advanced","Value":")" + large + "\"}"),
            "");
}

TEST_F(SsmServiceTest, SecretsAndTags) {
  ssm("PutParameter",
      R"({"Name":"a","Value":"v","Type":"SecureString","Tags":[{"Key":"k","Value":"1"}]})");
  EXPECT_NE(ssm("GetParameter", R"({"Name":"a"})").at("Parameter").at("Value"), "v");
  EXPECT_EQ(
      ssm("GetParameter", R"({"Name":"a","WithDecryption":true})").at("Parameter").at("Value"),
      "v");
  const std::string resource = R"("ResourceType":"Parameter","ResourceId":"a")";
  ssm("AddTagsToResource", "{" + resource + R"(,"Tags":[{"Key":"l","Value":"2"}]})");
  EXPECT_EQ(ssm("ListTagsForResource", "{" + resource + "}").at("TagList").as_array().size(), 2);
  EXPECT_EQ(code("AddTagsToResource", R"({"ResourceType":"Parameter","ResourceId":"b","Tags":[]})"),
            "InvalidResourceId");
  SsmModel loaded;
  loaded.load(json::parse(json::serialize(world.ssm.save())));
  EXPECT_EQ(json::serialize(loaded.save()), json::serialize(world.ssm.save()));
}

}  // namespace
}  // namespace snapferry::emulator
