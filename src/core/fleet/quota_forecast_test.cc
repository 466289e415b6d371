// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/quota_forecast.h"

#include <gtest/gtest.h>

#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

// One database with a snapshot a day and a copy of each.
class QuotaForecastTest : public testing::Test {
 protected:
  QuotaForecastTest() {
    seen[policy().source_region].view.quota = SnapshotQuota{.used = 40, .max = 100};
    seen[policy().targets[0].region].view.quota = SnapshotQuota{.used = 90, .max = 100};
  }

  Policy& policy() { return world.policy; }

  QuotaForecast at(const Region& region) {
    const Policy* policies[] = {&policy()};
    for (const QuotaForecast& one : forecast_quotas(policies, pack(seen), world.now)) {
      if (one.place.region == region) return one;
    }
    ADD_FAILURE() << "no forecast for " << region.str();
    return {.place = region, .quota = {}};
  }

  Scenario world;
  PlainSurvey seen;
};

TEST_F(QuotaForecastTest, WhatIsNeverDeletedFillsTheQuota) {
  const QuotaForecast target = at(Region("eu-central-1"));
  EXPECT_EQ(target.made_per_day, 1);
  EXPECT_FALSE(target.settles_at);
  EXPECT_EQ(target.days_left, 10);
  EXPECT_EQ(at(Region("eu-west-1")).days_left, 60);
}

TEST_F(QuotaForecastTest, WhatTheRulesLetGoDoesNot) {
  policy().keep.days = 7;
  const QuotaForecast source = at(Region("eu-west-1"));
  EXPECT_EQ(source.settles_at, 40 + 8);
  EXPECT_FALSE(source.days_left);
}

TEST_F(QuotaForecastTest, RulesThatKeepMoreThanThereIsRoomForDo) {
  policy().targets[0].keep.daily = 30;
  const QuotaForecast target = at(Region("eu-central-1"));
  EXPECT_EQ(target.settles_at, 120);
  EXPECT_EQ(target.days_left, 10);
}

TEST_F(QuotaForecastTest, ACronIsCountedOverFourWeeks) {
  policy().schedule = *parse_schedule("cron(0 2 ? * MON *)");
  EXPECT_NEAR(at(Region("eu-central-1")).made_per_day, 1.0 / 7, 1e-9);
  EXPECT_EQ(at(Region("eu-central-1")).days_left, 70);
}

TEST_F(QuotaForecastTest, OfADatabaseThatIsGoneNothingComes) {
  policy().orphans = Orphans::keep;
  EXPECT_FALSE(at(Region("eu-central-1")).days_left);
  EXPECT_EQ(at(Region("eu-central-1")).settles_at, 90);
}

TEST_F(QuotaForecastTest, CopiesOfAutomatedSnapshotsTakeNoRoomAtTheSource) {
  policy().copy_source = CopySource::latest_automated;
  EXPECT_EQ(at(Region("eu-west-1")).made_per_day, 0);
  EXPECT_EQ(at(Region("eu-central-1")).days_left, 10);
}

}  // namespace
}  // namespace snapferry::core
