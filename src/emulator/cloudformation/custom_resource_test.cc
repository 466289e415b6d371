// Custom resources: the function is asked, and its answer is read from the bucket it was told.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "emulator/cloudformation/stack_fixture.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr const char* kCustom = R"(
Resources:
  Thing:
    Type: Custom::Thing
    Properties:
      ServiceToken: arn:aws:lambda:eu-west-1:123456789012:function:maker
      Number: 14
      Yes: true
Outputs:
  Made: {Value: !GetAtt Thing.Name}
)";

class CustomResource : public StackTest {
 protected:
  CustomResource() {
    world.endpoint_url = "http://127.0.0.1:4566";
    world.functions = &functions;
    functions.play = [this](const json::object& payload) { return succeed(payload); };
  }

  // Puts the answer where a PUT to the URL would put it.
  InvocationResult answer(const json::object& payload, json::object response) {
    for (const char* name : {"StackId", "RequestId", "LogicalResourceId"}) {
      response[name] = payload.at(name);
    }
    const std::string url(payload.at("ResponseURL").as_string());
    const std::string start = "http://127.0.0.1:4566/";
    const std::string path = url.substr(start.size(), url.find('?') - start.size());
    const auto slash = path.find('/');
    const std::scoped_lock lock(world.mutex);
    world.s3.put_object(path.substr(0, slash), path.substr(slash + 1), json::serialize(response));
    return {};
  }

  InvocationResult succeed(const json::object& payload) {
    requests.push_back(payload);
    return answer(payload, {{"Status", "SUCCESS"},
                            {"PhysicalResourceId", physical_id},
                            {"Data", json::object{{"Name", "made"}}}});
  }

  std::string physical_id = "thing-1";
  std::vector<json::object> requests;
};

TEST_F(CustomResource, IsMadeByItsFunction) {
  ASSERT_TRUE(create(kCustom));
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  EXPECT_EQ(stack().resources.at("Thing").physical_id, "thing-1");
  EXPECT_EQ(stack().outputs.at(0).value, "made");
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].at("RequestType"), "Create");
  EXPECT_EQ(requests[0].at("ResourceType"), "Custom::Thing");
  EXPECT_EQ(requests[0].at("LogicalResourceId"), "Thing");
  EXPECT_FALSE(requests[0].contains("PhysicalResourceId"));
  const json::object& properties = requests[0].at("ResourceProperties").as_object();
  EXPECT_EQ(properties.at("Number"), "14");
  EXPECT_EQ(properties.at("Yes"), "true");
}

TEST_F(CustomResource, IsToldOfItsOldProperties) {
  ASSERT_TRUE(create(kCustom));
  std::string changed = kCustom;
  changed.replace(changed.find("14"), 2, "15");
  ASSERT_TRUE(update(changed));
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[1].at("RequestType"), "Update");
  EXPECT_EQ(requests[1].at("PhysicalResourceId"), "thing-1");
  EXPECT_EQ(requests[1].at("OldResourceProperties").as_object().at("Number"), "14");
}

TEST_F(CustomResource, IsReplacedWhenItsIdChanges) {
  ASSERT_TRUE(create(kCustom));
  std::string changed = kCustom;
  changed.replace(changed.find("14"), 2, "15");
  physical_id = "thing-2";
  ASSERT_TRUE(update(changed));
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[2].at("RequestType"), "Delete");
  EXPECT_EQ(requests[2].at("PhysicalResourceId"), "thing-1");
  EXPECT_EQ(stack().resources.at("Thing").physical_id, "thing-2");
}

TEST_F(CustomResource, IsDeletedByItsFunction) {
  ASSERT_TRUE(create(kCustom));
  ASSERT_TRUE(call("DeleteStack", {{"StackName", "demo"}}));
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[1].at("RequestType"), "Delete");
}

TEST_F(CustomResource, FailsWithTheReasonOfItsFunction) {
  functions.play = [this](const json::object& payload) {
    return answer(
        payload, {{"Status", "FAILED"}, {"PhysicalResourceId", "x"}, {"Reason", "no such region"}});
  };
  ASSERT_TRUE(create(kCustom));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(stack().resources.at("Thing").status, "DELETE_COMPLETE");
  const auto failure = std::ranges::find(stack().events, "CREATE_FAILED", &StackEvent::status);
  EXPECT_THAT(failure->reason, HasSubstr("Message returned: no such region"));
}

TEST_F(CustomResource, FailsWhenNobodyAnswers) {
  functions.play = [](const json::object&) { return InvocationResult{}; };
  ASSERT_TRUE(create(kCustom));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
}

TEST_F(CustomResource, FailsWhenItsFunctionDoes) {
  functions.play = [](const json::object&) {
    return InvocationResult{.payload = R"({"errorMessage":"broken"})",
                            .function_error = "Unhandled"};
  };
  ASSERT_TRUE(create(kCustom));
  const auto failure = std::ranges::find(stack().events, "CREATE_FAILED", &StackEvent::status);
  ASSERT_NE(failure, stack().events.end());
  EXPECT_THAT(failure->reason, HasSubstr("broken"));
}

TEST_F(CustomResource, FailsWhenTheAnswerIsAboutSomethingElse) {
  functions.play = [this](const json::object& payload) {
    json::object other = payload;
    other["RequestId"] = "another";
    return answer(other, {{"Status", "SUCCESS"}, {"PhysicalResourceId", "x"}});
  };
  ASSERT_TRUE(create(kCustom));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
}

}  // namespace
}  // namespace snapferry::emulator::cloudformation
