// Stacks made, changed, taken back and deleted, with topics and keys for resources.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "emulator/cloudformation/stack_fixture.h"

namespace snapferry::emulator::cloudformation {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Engine : public StackTest {};

constexpr const char* kTopics = R"(
Parameters:
  Name: {Type: String, Default: Alerts}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Ref Name, KmsMasterKeyId: !Ref Key}
  Key:
    Type: AWS::KMS::Key
    Properties: {EnableKeyRotation: "true", PendingWindowInDays: 7}
Outputs:
  TopicArn: {Value: !Ref Topic}
  TopicName: {Value: !GetAtt Topic.TopicName, Export: {Name: the-topic}}
)";

TEST_F(Engine, MakesResourcesInOrderOfNeed) {
  ASSERT_TRUE(create(kTopics));
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  ASSERT_EQ(world.sns.topics.size(), 1U);
  const auto& [arn, topic] = *world.sns.topics.begin();
  EXPECT_THAT(arn, StartsWith("arn:aws:sns:eu-west-1:123456789012:demo-Topic-"));
  EXPECT_EQ(topic.attributes.at("DisplayName"), "Alerts");
  EXPECT_EQ(topic.attributes.at("KmsMasterKeyId"), stack().resources.at("Key").physical_id);
  ASSERT_EQ(stack().outputs.size(), 2U);
  EXPECT_EQ(stack().outputs[0].value, arn);
  EXPECT_EQ(stack().outputs[1].export_name, "the-topic");
  EXPECT_EQ(stack().events.back().status, "CREATE_COMPLETE");
}

TEST_F(Engine, ChangesInPlaceWhatCanBe) {
  ASSERT_TRUE(create(kTopics));
  const std::string arn = stack().resources.at("Topic").physical_id;
  ASSERT_TRUE(update(kTopics, {{"Parameters.member.1.ParameterKey", "Name"},
                               {"Parameters.member.1.ParameterValue", "Louder"}}));
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  EXPECT_EQ(stack().resources.at("Topic").physical_id, arn);
  EXPECT_EQ(world.sns.topics.at(arn).attributes.at("DisplayName"), "Louder");
}

TEST_F(Engine, ReplacesWhatCannotChange) {
  ASSERT_TRUE(create("Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: one}}}"));
  ASSERT_TRUE(update("Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: two}}}"));
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  ASSERT_EQ(world.sns.topics.size(), 1U);
  EXPECT_EQ(world.sns.topics.begin()->first, "arn:aws:sns:eu-west-1:123456789012:two");
}

TEST_F(Engine, RefusesAnUpdateThatChangesNothing) {
  ASSERT_TRUE(create(kTopics));
  EXPECT_EQ(refusal(update(kTopics)), "ValidationError: No updates are to be performed.");
}

// The alias is made last, and its name is none.
constexpr const char* kFails = R"(
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Kept: {Type: AWS::SNS::Topic, DeletionPolicy: Retain, Properties: {TopicName: kept}}
  Except: {Type: AWS::SNS::Topic, DeletionPolicy: RetainExceptOnCreate}
  Bad:
    Type: AWS::KMS::Alias
    DependsOn: [Topic, Kept, Except]
    Properties: {AliasName: alias/bad, TargetKeyId: 00000000-0000-4000-8000-000000000000}
)";

TEST_F(Engine, TakesBackACreationThatFailed) {
  ASSERT_TRUE(create(kFails));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  ASSERT_EQ(world.sns.topics.size(), 1U);
  EXPECT_THAT(world.sns.topics.begin()->first, HasSubstr(":kept"));
  const auto is_failure = [](const StackEvent& event) { return event.status == "CREATE_FAILED"; };
  const auto failure = std::ranges::find_if(stack().events, is_failure);
  ASSERT_NE(failure, stack().events.end());
  EXPECT_EQ(failure->logical_id, "Bad");
  EXPECT_THAT(failure->reason, HasSubstr("Resource handler returned message"));
  EXPECT_THAT(refusal(update(kTopics)), HasSubstr("is in ROLLBACK_COMPLETE state"));
}

TEST_F(Engine, LeavesAFailureAsItIsWhenToldSo) {
  ASSERT_TRUE(create(kFails, {{"OnFailure", "DO_NOTHING"}}));
  EXPECT_EQ(status(), "CREATE_FAILED");
  EXPECT_EQ(world.sns.topics.size(), 3U);
}

TEST_F(Engine, TakesBackAnUpdateThatFailed) {
  ASSERT_TRUE(
      create("Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: a, "
             "DisplayName: before}}}"));
  ASSERT_TRUE(update(R"(
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: a, DisplayName: after}}
  New: {Type: AWS::SNS::Topic}
  Bad:
    Type: AWS::KMS::Alias
    DependsOn: [Topic, New]
    Properties: {AliasName: alias/bad, TargetKeyId: 00000000-0000-4000-8000-000000000000}
)"));
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  ASSERT_EQ(world.sns.topics.size(), 1U);
  EXPECT_EQ(world.sns.topics.begin()->second.attributes.at("DisplayName"), "before");
  EXPECT_EQ(stack().resources.size(), 1U);
  EXPECT_THAT(stack().intent.template_text, HasSubstr("before"));
}

TEST_F(Engine, PutsBackWhatWasReplacedInAnUpdateThatFailed) {
  ASSERT_TRUE(create("Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: a}}}"));
  ASSERT_TRUE(update(R"(
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: b}}
  Bad:
    Type: AWS::KMS::Alias
    DependsOn: Topic
    Properties: {AliasName: alias/bad, TargetKeyId: 00000000-0000-4000-8000-000000000000}
)"));
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  ASSERT_EQ(world.sns.topics.size(), 1U);
  EXPECT_EQ(world.sns.topics.begin()->first, "arn:aws:sns:eu-west-1:123456789012:a");
}

TEST_F(Engine, DeletesAllButWhatIsRetained) {
  ASSERT_TRUE(create(R"(
Resources:
  Gone: {Type: AWS::SNS::Topic}
  Kept: {Type: AWS::SNS::Topic, DeletionPolicy: Retain, Properties: {TopicName: kept}}
)"));
  const std::string id = stack().id;
  ASSERT_TRUE(call("DeleteStack", {{"StackName", "demo"}}));
  EXPECT_EQ(world.cloudformation.stacks.at(id).status, "DELETE_COMPLETE");
  ASSERT_EQ(world.sns.topics.size(), 1U);
  EXPECT_EQ(world.sns.topics.begin()->first, "arn:aws:sns:eu-west-1:123456789012:kept");
  EXPECT_EQ(refusal(call("DescribeStacks", {{"StackName", "demo"}})),
            "ValidationError: Stack with id demo does not exist");
  EXPECT_THAT(*call("DescribeStacks", {{"StackName", id}}), HasSubstr("DELETE_COMPLETE"));
  EXPECT_TRUE(call("DeleteStack", {{"StackName", "demo"}}));
}

TEST_F(Engine, KeepsAnExportThatIsUsed) {
  ASSERT_TRUE(create(kTopics));
  ASSERT_TRUE(
      call("CreateStack", {{"StackName", "user"},
                           {"TemplateBody",
                            "Resources: {T: {Type: AWS::SNS::Topic, Properties: {DisplayName: "
                            "!ImportValue the-topic}}}"}}));
  EXPECT_EQ(world.cloudformation.find_stack(caller, "user")->status, "CREATE_COMPLETE");
  ASSERT_TRUE(call("DeleteStack", {{"StackName", "demo"}}));
  EXPECT_EQ(status(), "DELETE_FAILED");
  EXPECT_EQ(stack().status_reason, "Export the-topic cannot be deleted as it is in use by user");
}

TEST_F(Engine, GoesOnFromWhatWasSaved) {
  ASSERT_TRUE(create(kTopics));
  const boost::json::value saved = world.cloudformation.save();
  CloudFormationModel restored;
  restored.load(saved);
  EXPECT_EQ(restored.save(), saved);
  world.cloudformation.load(saved);
  EXPECT_EQ(refusal(update(kTopics)), "ValidationError: No updates are to be performed.");
}

TEST_F(Engine, HasFailedAtWhatItWasStoppedIn) {
  ASSERT_TRUE(create(kTopics));
  stack().status = "UPDATE_IN_PROGRESS";
  world.cloudformation.load(world.cloudformation.save());
  EXPECT_EQ(status(), "UPDATE_FAILED");
}

}  // namespace
}  // namespace snapferry::emulator::cloudformation
