// What a tick is measured by.
// SPDX-License-Identifier: Apache-2.0
#include "lambda/metrics.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace snapferry::lambda {
namespace {

using namespace std::chrono_literals;

class Metrics : public testing::Test {
 protected:
  Metrics() {
    policy.source_region = core::Region("eu-west-1");
    policy.database = core::DatabaseId("orders");
    policy.targets.resize(2);
    policy.targets[0].region = core::Region("eu-central-1");
    policy.targets[1].region = core::Region("us-east-1");
    status.places.resize(3);
    status.places[0] = {.region = core::Region("eu-west-1"), .age = 1min};
    status.places[0].quota = core::SnapshotQuota{.used = 90, .max = 100};
    for (size_t i = 0; i < 2; ++i) {
      core::PlaceReport& place = status.places[i + 1];
      place.region = policy.targets[i].region;
      place.is_target = true;
      place.age = 1h * (i + 1);
      place.in_progress_count = 1;
      place.quota = core::SnapshotQuota{.used = 25, .max = 100};
    }
  }

  std::vector<boost::json::object> documents(bool is_seen = true) {
    return metric_documents({.policy = policy,
                             .now = core::Instant(1'700'000'000'000ms),
                             .status = is_seen ? &status : nullptr,
                             .receipt = is_seen ? &receipt : nullptr,
                             .troubles = troubles,
                             .is_failed = !is_seen});
  }

  core::Policy policy;
  core::StatusReport status;
  engine::Receipt receipt;
  std::vector<core::Trouble> troubles;
};

TEST_F(Metrics, OfATargetAreOneDocumentAsCloudWatchReadsIt) {
  const auto all = documents();
  ASSERT_EQ(all.size(), 3);
  EXPECT_EQ(
      boost::json::serialize(all[0]),
      R"({"_aws":{"Timestamp":1700000000000,"CloudWatchMetrics":[{"Namespace":"Snapferry",)"
      R"("Dimensions":[["Policy","Database","Target"]],"Metrics":[)"
      R"({"Name":"RecoveryPointAge","Unit":"Seconds"},{"Name":"CopiesInFlight","Unit":"Count"},)"
      R"({"Name":"Failures","Unit":"Count"},{"Name":"QuotaUsed","Unit":"Percent"}]}]},)"
      R"("Policy":"default","Database":"orders","Target":"eu-central-1",)"
      R"("RecoveryPointAge":3.6E3,"CopiesInFlight":1,"Failures":0,"QuotaUsed":2.5E1})");
}

TEST_F(Metrics, TotalsTakeTheWorst) {
  const auto total = documents().back();
  EXPECT_FALSE(total.contains("Target"));
  EXPECT_EQ(total.at("RecoveryPointAge").as_double(), 7200);
  EXPECT_EQ(total.at("CopiesInFlight").as_int64(), 2);
  EXPECT_EQ(total.at("QuotaUsed").as_double(), 90);
}

TEST_F(Metrics, OfAFleetTheTotalCountsTheMissedAndStandsUnderItsName) {
  status.places[1].is_rpo_met = status.places[2].is_rpo_met = true;
  core::StatusReport late = status;
  late.places[2].is_rpo_met = false;
  late.places[2].newest = core::Snapshot();
  const core::Instant now(1'700'000'000'000ms);
  const std::vector<TickNumbers> databases = {
      {.policy = policy, .now = now, .status = &status, .receipt = &receipt, .troubles = troubles},
      {.policy = policy, .now = now, .status = &late, .receipt = &receipt, .troubles = troubles}};
  const auto all = fleet_metric_documents("stack", databases, 0, now);
  ASSERT_EQ(all.size(), 5);
  EXPECT_FALSE(all[0].contains("RecoveryPointsMissed"));
  EXPECT_EQ(all.back().at("Policy").as_string(), "stack");
  EXPECT_EQ(all.back().at("RecoveryPointsMissed").as_int64(), 1);
  EXPECT_EQ(all.back().at("CopiesInFlight").as_int64(), 4);
  const auto blind = fleet_metric_documents("stack", databases, 1, now).back();
  EXPECT_FALSE(blind.contains("RecoveryPointsMissed")) << "a region could not be read";
  EXPECT_FALSE(blind.contains("RecoveryPointAge"));
  EXPECT_EQ(blind.at("Failures").as_int64(), 1);
}

TEST_F(Metrics, AnUnknownAgeIsLeftOutAndOfTheTotalToo) {
  status.places[2].age.reset();
  const auto all = documents();
  EXPECT_TRUE(all[0].contains("RecoveryPointAge"));
  EXPECT_FALSE(all[1].contains("RecoveryPointAge"));
  EXPECT_FALSE(all[2].contains("RecoveryPointAge"));
}

TEST_F(Metrics, APlaceThatCouldNotBeReadTellsItsFailuresAlone) {
  status.places[1].error = core::Error{};
  troubles.push_back({.kind = core::StepKind::wait, .region = core::Region("eu-central-1")});
  const auto all = documents();
  EXPECT_EQ(all[0].at("Failures").as_int64(), 1);
  EXPECT_FALSE(all[0].contains("RecoveryPointAge"));
  EXPECT_FALSE(all[0].contains("CopiesInFlight"));
  EXPECT_EQ(all[1].at("Failures").as_int64(), 0);
  EXPECT_EQ(all[2].at("Failures").as_int64(), 1);
}

TEST_F(Metrics, TroubleAtTheSourceIsEveryTargetsAndCountsOnce) {
  troubles.push_back({.kind = core::StepKind::create, .region = core::Region("eu-west-1")});
  const auto all = documents();
  EXPECT_EQ(all[0].at("Failures").as_int64(), 1);
  EXPECT_EQ(all[1].at("Failures").as_int64(), 1);
  EXPECT_EQ(all[2].at("Failures").as_int64(), 1);
}

TEST_F(Metrics, ATickThatSawNothingStillCounts) {
  const auto all = documents(false);
  ASSERT_EQ(all.size(), 3);
  for (const auto& document : all) {
    EXPECT_EQ(document.at("Failures").as_int64(), 1);
    EXPECT_FALSE(document.contains("RecoveryPointAge"));
  }
}

TEST_F(Metrics, CountCopiesThatThisTickStarted) {
  engine::Outcome outcome;
  outcome.step.kind = core::StepKind::copy;
  outcome.step.region = core::Region("us-east-1");
  outcome.kind = engine::OutcomeKind::started;
  receipt.outcomes = {outcome};
  EXPECT_EQ(documents()[1].at("CopiesInFlight").as_int64(), 2);
}

}  // namespace
}  // namespace snapferry::lambda
