// SPDX-License-Identifier: Apache-2.0
#include "session/policy_from_environment.h"

#include <gtest/gtest.h>

namespace snapferry::session {
namespace {

using Variables = std::map<std::string, std::string>;

core::Result<core::Policy> read(Variables variables) {
  return policy_from_environment(core::Environment(std::move(variables)),
                                 core::Region("eu-west-1"));
}

Variables enough() {
  return {{"SNAPFERRY_DATABASE", "Orders"}, {"SNAPFERRY_TARGET_REGION", "eu-central-1"}};
}

TEST(PolicyFromEnvironment, TwoVariablesAreEnough) {
  const auto policy = read(enough());
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->name, "default");
  EXPECT_EQ(policy->database, core::DatabaseId("orders"));
  EXPECT_EQ(policy->source_region, core::Region("eu-west-1"));
  ASSERT_EQ(policy->targets.size(), 1U);
  EXPECT_EQ(policy->targets[0].region, core::Region("eu-central-1"));
  EXPECT_EQ(policy->snapshot_name.text(), "rds-auto-snapshot-{time}");
  EXPECT_EQ(policy->schedule.text, "rate(1 day)");
  EXPECT_EQ(policy->rpo, std::chrono::hours(26));
  EXPECT_FALSE(policy->keep.days);
  EXPECT_FALSE(policy->targets[0].keep.days);
}

TEST(PolicyFromEnvironment, ReadsEveryVariable) {
  Variables all = enough();
  all.merge(Variables{{"AWS_REGION", "us-east-1"},
                      {"SNAPFERRY_POLICY_NAME", "production"},
                      {"SNAPFERRY_SOURCE_REGION", "eu-west-2"},
                      {"SNAPFERRY_KMS_KEY", "alias/dr"},
                      {"SNAPFERRY_SNAPSHOT_NAME", "s-{db}-{time}"},
                      {"SNAPFERRY_COPY_NAME", "c-{db}-{time}"},
                      {"SNAPFERRY_SCHEDULE", "rate(6 hours)"},
                      {"SNAPFERRY_SPREAD", "0"},
                      {"SNAPFERRY_RPO", "8h"},
                      {"SNAPFERRY_KEEP_DAYS", "3"},
                      {"SNAPFERRY_COPY_KEEP_DAYS", "30"},
                      {"SNAPFERRY_OPTION_GROUP", "og"},
                      {"SNAPFERRY_TAGS", "team=data,env=prod,empty="},
                      {"SNAPFERRY_ALERT_TOPIC", "arn:aws:sns:eu-west-1:123456789012:alerts"},
                      {"SNAPFERRY_STACK", "s"},
                      {"SNAPFERRY_TIMEOUT_SECONDS", "900"}});
  const auto policy = read(all);
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->name, "production");
  EXPECT_EQ(policy->source_region, core::Region("eu-west-2"));
  EXPECT_EQ(policy->targets[0].kms_key, "alias/dr");
  EXPECT_EQ(policy->targets[0].copy_name.text(), "c-{db}-{time}");
  EXPECT_EQ(policy->schedule.text, "rate(6 hours)");
  EXPECT_EQ(policy->spread, core::Milliseconds(0));
  EXPECT_EQ(policy->keep.days, 3);
  EXPECT_EQ(policy->targets[0].keep.days, 30);
  EXPECT_EQ(policy->targets[0].option_group, "og");
  EXPECT_EQ(policy->tags, (core::Tags{{"team", "data"}, {"env", "prod"}, {"empty", ""}}));
  EXPECT_EQ((*alert_topic_from_environment(core::Environment(all)))->resource, "alerts");
}

TEST(PolicyFromEnvironment, EmptyIsNotSet) {
  Variables variables = enough();
  for (const char* name : {"SNAPFERRY_KEEP_DAYS", "SNAPFERRY_TAGS", "SNAPFERRY_SCHEDULE",
                           "SNAPFERRY_ALERT_TOPIC", "SNAPFERRY_KMS_KEY"}) {
    variables[name] = "";
  }
  EXPECT_TRUE(read(variables));
}

TEST(PolicyFromEnvironment, TellsEveryProblemAtOnce) {
  const auto policy = read({{"SNAPFERRY_TARGET_REGION", "eu-west-9x"},
                            {"SNAPFERRY_KEEP_DAYS", "0"},
                            {"SNAPFERRY_RPO", "soon"},
                            {"SNAPFERRY_KMS_KY", "alias/dr"},
                            {"SNAPFERRY_ALERT_TOPIC", "alerts"}});
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().kind, core::ErrorKind::invalid);
  for (const char* word : {"SNAPFERRY_DATABASE is not given", "SNAPFERRY_TARGET_REGION",
                           "SNAPFERRY_KEEP_DAYS: 0 days", "SNAPFERRY_RPO: \"soon\"",
                           "SNAPFERRY_KMS_KY", "SNAPFERRY_ALERT_TOPIC \"alerts\"", "6 problems"}) {
    EXPECT_NE(policy.error().message.find(word), std::string::npos)
        << word << " in " << policy.error().message;
  }
  EXPECT_NE(policy.error().hint.find("Did you mean SNAPFERRY_KMS_KEY?"), std::string::npos);
}

struct Refused {
  const char* name;
  const char* text;
  const char* told;
};

TEST(PolicyFromEnvironment, RefusesWhatAwsWould) {
  for (const Refused& row : std::initializer_list<Refused>{
           {"SNAPFERRY_POLICY_NAME", "a,b", "no policy's name"},
           {"SNAPFERRY_TARGET_REGION", "eu-west-1", "the region of the database itself"},
           {"SNAPFERRY_TARGET_REGION", "us-gov-west-1", "different AWS partitions"},
           {"SNAPFERRY_KMS_KEY", "arn:aws:kms:us-east-1:123456789012:key/1", "is of us-east-1"},
           {"SNAPFERRY_KMS_KEY", "arn:aws:rds:us-east-1:123456789012:db:1", "is no KMS key"},
           {"SNAPFERRY_COPY_NAME", "copy", "no {time}"},
           {"SNAPFERRY_SCHEDULE", "daily", "not a schedule"},
           {"SNAPFERRY_KEEP_DAYS", "-1", "no number of days"},
           {"SNAPFERRY_KEEP_DAYS", "7d", "no number of days"},
           {"SNAPFERRY_TAGS", "team", "has no ="},
           {"SNAPFERRY_TAGS", "aws:x=y", "AWS's own"},
           {"SNAPFERRY_ALERT_TOPIC", "arn:aws:sns:eu-west-1:123456789012:a.fifo", "FIFO"}}) {
    Variables variables = enough();
    variables[row.name] = row.text;
    const auto policy = read(variables);
    ASSERT_FALSE(policy) << row.name << "=" << row.text;
    EXPECT_NE(policy.error().message.find(row.told), std::string::npos) << policy.error().message;
    EXPECT_NE(core::describe(policy.error()).find(row.name), std::string::npos)
        << core::describe(policy.error());
    EXPECT_FALSE(policy.error().hint.empty());
  }
}

}  // namespace
}  // namespace snapferry::session
