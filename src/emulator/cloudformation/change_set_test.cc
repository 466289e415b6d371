// Change sets: what `aws cloudformation deploy` is made of.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "emulator/cloudformation/stack_fixture.h"

namespace snapferry::emulator::cloudformation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ChangeSets : public StackTest {
 protected:
  ServiceResult<std::string> propose(const std::string& type, const std::string& text,
                                     Fields more = {}) {
    more.insert(more.end(), {{"StackName", "demo"},
                             {"ChangeSetName", "set"},
                             {"ChangeSetType", type},
                             {"TemplateBody", text}});
    return call("CreateChangeSet", std::move(more));
  }
  ServiceResult<std::string> on_set(const std::string& operation) {
    return call(operation, {{"StackName", "demo"}, {"ChangeSetName", "set"}});
  }
};

constexpr const char* kOne = "Resources: {A: {Type: AWS::SNS::Topic}}";
constexpr const char* kTwo =
    "Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: x}}, "
    "B: {Type: AWS::SNS::Topic}}";

TEST_F(ChangeSets, MakeAStackWhenExecuted) {
  ASSERT_TRUE(propose("CREATE", kOne));
  EXPECT_EQ(status(), "REVIEW_IN_PROGRESS");
  EXPECT_THAT(*on_set("DescribeChangeSet"), HasSubstr("<Status>CREATE_COMPLETE</Status>"));
  EXPECT_TRUE(world.sns.topics.empty());
  ASSERT_TRUE(on_set("ExecuteChangeSet"));
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  EXPECT_EQ(world.sns.topics.size(), 1U);
  EXPECT_EQ(on_set("ExecuteChangeSet").error().code, "InvalidChangeSetStatus");
}

TEST_F(ChangeSets, TellWhatChanges) {
  ASSERT_TRUE(create(kOne));
  ASSERT_TRUE(propose("UPDATE", kTwo));
  const std::string xml = *on_set("DescribeChangeSet");
  EXPECT_THAT(xml, HasSubstr("<Action>Add</Action><LogicalResourceId>B</LogicalResourceId>"));
  EXPECT_THAT(xml, HasSubstr("<Action>Modify</Action><LogicalResourceId>A</LogicalResourceId>"));
  EXPECT_THAT(xml, HasSubstr("<Replacement>False</Replacement>"));
  ASSERT_TRUE(on_set("ExecuteChangeSet"));
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  EXPECT_EQ(world.sns.topics.size(), 2U);
}

TEST_F(ChangeSets, FailWhenNothingChanges) {
  ASSERT_TRUE(create(kOne));
  ASSERT_TRUE(propose("UPDATE", kOne));
  const std::string xml = *on_set("DescribeChangeSet");
  EXPECT_THAT(xml, HasSubstr("<Status>FAILED</Status><StatusReason>The submitted information "
                             "didn't contain changes. Submit different information to create "
                             "a change set.</StatusReason>"));
  EXPECT_EQ(on_set("ExecuteChangeSet").error().message,
            "ChangeSet [" + world.cloudformation.change_sets.begin()->first +
                "] cannot be executed in its current status of [FAILED]");
}

TEST_F(ChangeSets, AreRefusedForStacksInTheWrongState) {
  EXPECT_EQ(refusal(propose("UPDATE", kOne)), "ValidationError: Stack [demo] does not exist");
  ASSERT_TRUE(create(kOne));
  EXPECT_THAT(refusal(propose("CREATE", kOne)),
              HasSubstr("already exists and cannot be created again"));
}

TEST_F(ChangeSets, LeaveNothingBehindWhenRefused) {
  EXPECT_THAT(refusal(propose("CREATE", R"(
Resources:
  A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref B}}
  B: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref A}}
)")),
              HasSubstr("Circular dependency between resources: [A, B]"));
  EXPECT_THAT(refusal(propose("CREATE", R"(
Resources: {K: {Type: AWS::KMS::Key, Properties: {PendingWindowInDays: soon}}}
)")),
              HasSubstr("#/PendingWindowInDays: expected type: Integer"));
  EXPECT_TRUE(world.cloudformation.stacks.empty());
  EXPECT_THAT(refusal(on_set("DescribeChangeSet")), HasSubstr("Stack [demo] does not exist"));
}

TEST_F(ChangeSets, ReadTheirTemplateFromABucketToo) {
  world.s3.put_object("code", "some/t.template", kOne);
  ASSERT_TRUE(
      call("CreateChangeSet", {{"StackName", "demo"},
                               {"ChangeSetName", "set"},
                               {"ChangeSetType", "CREATE"},
                               {"TemplateURL", "http://127.0.0.1:4566/code/some/t.template"}}));
  EXPECT_THAT(refusal(call("ValidateTemplate",
                           {{"TemplateURL", "https://code.s3.eu-west-1.amazonaws.com/none"}})),
              HasSubstr("S3 error: The specified key does not exist"));
}

TEST_F(ChangeSets, GoWithTheirStack) {
  ASSERT_TRUE(propose("CREATE", kOne));
  ASSERT_TRUE(call("DeleteStack", {{"StackName", "demo"}}));
  EXPECT_TRUE(world.cloudformation.change_sets.empty());
  EXPECT_THAT(*call("ListStacks", {{"StackStatusFilter.member.1", "DELETE_COMPLETE"}}),
              HasSubstr("<StackName>demo</StackName>"));
}

TEST_F(ChangeSets, DoNotShowWhatIsNotToBeEchoed) {
  ASSERT_TRUE(
      create("Parameters: {Word: {Type: String, NoEcho: true}}\n"
             "Resources: {A: {Type: AWS::SNS::Topic}}",
             {{"Parameters.member.1.ParameterKey", "Word"},
              {"Parameters.member.1.ParameterValue", "secret"}}));
  const std::string xml = *call("DescribeStacks", {{"StackName", "demo"}});
  EXPECT_THAT(xml, HasSubstr("<ParameterValue>****</ParameterValue>"));
  EXPECT_THAT(xml, Not(HasSubstr("secret")));
}

TEST_F(ChangeSets, TellOfWhatNobodyKnows) {
  EXPECT_EQ(refusal(call("DescribeStackEvents", {{"StackName", "none"}})),
            "ValidationError: Stack [none] does not exist");
  EXPECT_EQ(refusal(call("DriftEverything", {})),
            "InvalidAction: Could not find operation DriftEverything for version 2010-05-15");
  EXPECT_EQ(refusal(call("DescribeStacks", {{"Nonsense", "1"}})),
            "InvalidQueryParameter: The parameter Nonsense is not recognized");
}

}  // namespace
}  // namespace snapferry::emulator::cloudformation
