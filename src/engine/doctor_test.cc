// What doctor asks for, and of whom: reads alone, and as the tick makes them.
// SPDX-License-Identifier: Apache-2.0
#include "engine/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/fake_clouds_for_test.h"

namespace snapferry::engine {
namespace {

using core::CheckId;
using core::CheckState;
using core::ErrorKind;
using testing::ElementsAre;

struct DoctorFixture : testing::Test {
  ManualClock clock;
  FakeClouds clouds{clock};
  EventSink events;
  World world{.clouds = clouds, .clock = clock, .events = events, .threads = 1};
  core::Policy policy;

  DoctorFixture() {
    const core::DatabaseId db("orders");
    policy.database = db;
    policy.source_region = core::Region("eu-west-1");
    policy.schedule = *core::parse_schedule("rate(1 day)");
    policy.snapshot_name = *core::NameTemplate::parse("snap-{time}", db, "x");
    policy.keep.days = 7;
    policy.targets.push_back({.region = core::Region("eu-central-1"),
                              .kms_key = "alias/dr",
                              .copy_name = *core::NameTemplate::parse("copy-{time}", db, "x"),
                              .option_group = {},
                              .keep = {.days = 7}});
  }

  core::Diagnosis diagnosis() {
    auto facts = consult(world, policy);
    EXPECT_TRUE(facts);
    return core::diagnose(*facts);
  }

  static std::vector<std::string> ids_of(const core::Diagnosis& diagnosis, CheckState state) {
    std::vector<std::string> ids;
    for (const core::Check& check : diagnosis.checks) {
      if (check.state == state) ids.emplace_back(core::to_string(check.id));
    }
    return ids;
  }
};

using Doctor = DoctorFixture;

TEST_F(Doctor, OnlyReads) {
  const core::Diagnosis seen = diagnosis();
  EXPECT_TRUE(seen.is_good());
  EXPECT_EQ(seen.count(CheckState::ok), int(seen.checks.size()));
  for (FakeCloud* cloud : {&clouds.source, &clouds.target}) {
    for (const auto& [operation, count] : cloud->calls) {
      EXPECT_TRUE(operation.starts_with("Describe") || operation.starts_with("Get") ||
                  operation == "SimulatePrincipalPolicy")
          << operation;
    }
  }
  EXPECT_GT(clouds.target.calls["SimulatePrincipalPolicy"] +
                clouds.source.calls["SimulatePrincipalPolicy"],
            5);
}

TEST_F(Doctor, ARightThatIsMissingIsFoundWhereverIamIsAsked) {
  clouds.source.denied_actions = clouds.target.denied_actions = {"rds:CreateDBSnapshot"};
  EXPECT_THAT(ids_of(diagnosis(), CheckState::fail), ElementsAre("create_snapshot"));
}

TEST_F(Doctor, ARoleWithAPathIsFoundByItsName) {
  for (FakeCloud* cloud : {&clouds.source, &clouds.target}) {
    cloud->errors["SimulatePrincipalPolicy"] = {error_of(ErrorKind::missing, "NoSuchEntity")};
  }
  EXPECT_TRUE(diagnosis().is_good());
  EXPECT_EQ(clouds.source.calls["GetRole"] + clouds.target.calls["GetRole"], 1);
}

TEST_F(Doctor, WhoMayNotAskIamIsToldSo) {
  for (FakeCloud* cloud : {&clouds.source, &clouds.target}) {
    cloud->errors["SimulatePrincipalPolicy"] = {error_of(ErrorKind::denied, "AccessDenied")};
  }
  const core::Diagnosis seen = diagnosis();
  EXPECT_THAT(ids_of(seen, CheckState::not_checked), ElementsAre("simulate"));
  EXPECT_THAT(ids_of(seen, CheckState::fail), testing::IsEmpty());
}

TEST_F(Doctor, AClosedRegionIsNotAskedAnyFurther) {
  clouds.target.errors["GetCallerIdentity"] = {error_of(ErrorKind::denied, "OptInRequired")};
  const core::Diagnosis seen = diagnosis();
  EXPECT_THAT(ids_of(seen, CheckState::fail), ElementsAre("credentials"));
  EXPECT_EQ(clouds.target.calls["DescribeAccountAttributes"], 0);
  EXPECT_EQ(clouds.target.calls["GetKeyPolicy"], 0);
}

TEST_F(Doctor, WhereNobodyKnowsUsThereIsNothingToSay) {
  for (FakeCloud* cloud : {&clouds.source, &clouds.target}) {
    cloud->errors["GetCallerIdentity"] = {error_of(ErrorKind::denied, "InvalidClientTokenId")};
  }
  const auto facts = consult(world, policy);
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().aws_code, "InvalidClientTokenId");
}

TEST_F(Doctor, ADatabaseThatIsNotThereIsMissing) {
  policy.database = core::DatabaseId("order");
  EXPECT_THAT(ids_of(diagnosis(), CheckState::fail), ElementsAre("databases"));
}

}  // namespace
}  // namespace snapferry::engine
