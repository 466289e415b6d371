// Option groups: made, found, in use, gone.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

class EveningClock : public core::Clock {
 public:
  core::Instant now() override { return core::parse_instant("2026-11-22T20:00:00Z").value(); }
  bool sleep(core::Milliseconds) override { return true; }
};

class RdsOptionGroupsTest : public testing::Test {
 protected:
  ServiceResult<OptionGroup> make(const std::string& name, const std::string& engine = "mysql") {
    return world.rds.create_option_group(
        caller, {.name = name, .engine = engine, .major_version = "8.0", .description = "ours"});
  }

  std::vector<std::string> names(const DescribeOptionGroupsInput& input) {
    std::vector<std::string> result;
    const auto page = world.rds.describe_option_groups(caller, input);
    if (!page) return {page.error().code};
    for (const OptionGroup& group : page->items) result.push_back(group.name);
    return result;
  }

  EveningClock host;
  EmulatorClock clock{host, 0};
  World world{clock, 1};
  Caller caller{core::AccountId("123456789012"), core::Region("eu-west-1"), "aws", "root"};
};

using Names = std::vector<std::string>;

TEST_F(RdsOptionGroupsTest, AreMadeOnceAndOfAnEngine) {
  ASSERT_TRUE(make("Audit").has_value());
  EXPECT_EQ(make("audit").error().code, "OptionGroupAlreadyExistsFault");
  EXPECT_EQ(make("other", "aurora-mysql").error().code, "InvalidParameterValue");
  EXPECT_EQ(make("-").error().code, "InvalidParameterValue");
  for (int i = 1; i < 20; ++i) ASSERT_TRUE(make("og-" + std::to_string(i)).has_value());
  EXPECT_EQ(make("one-more").error().code, "OptionGroupQuotaExceededFault");
}

TEST_F(RdsOptionGroupsTest, AreFoundByNameAndEngineTheDefaultOnesToo) {
  add_lab(world);
  ASSERT_TRUE(make("audit").has_value());
  ASSERT_TRUE(make("pg", "postgres").has_value());
  EXPECT_EQ(names({}), (Names{"audit", "default:mysql-8-0", "pg"}));
  EXPECT_EQ(names({.engine = "postgres"}), Names{"pg"});
  EXPECT_EQ(names({.name = "default:oracle-ee-cdb-19"}), Names{"default:oracle-ee-cdb-19"});
  EXPECT_EQ(names({.name = "audi"}), Names{"OptionGroupNotFoundFault"});
  EXPECT_EQ(names({.name = "default:mysql-x"}), Names{"OptionGroupNotFoundFault"});
  EXPECT_EQ(names({.name = "audit", .engine = "mysql"}), Names{"InvalidParameterCombination"});
  EXPECT_EQ(names({.major_version = "8.0"}), Names{"InvalidParameterCombination"});
}

TEST_F(RdsOptionGroupsTest, GoOnlyWhenNothingHasThem) {
  add_lab(world);
  ASSERT_TRUE(make("audit").has_value());
  ModifyDbInstanceInput input;
  input.id = "gtp-paul-mysql-lab-db";
  input.option_group = "audit";
  ASSERT_TRUE(world.rds.modify_db_instance(caller, input).has_value());
  EXPECT_EQ(world.rds.delete_option_group(caller, "audit").error().code,
            "InvalidOptionGroupStateFault");
  EXPECT_EQ(world.rds.delete_option_group(caller, "default:mysql-8-0").error().code,
            "InvalidOptionGroupStateFault");
  EXPECT_EQ(world.rds.delete_option_group(caller, "none").error().code, "OptionGroupNotFoundFault");
  ASSERT_TRUE(make("spare").has_value());
  EXPECT_TRUE(world.rds.delete_option_group(caller, "spare").has_value());
  EXPECT_EQ(names({.name = "spare"}), Names{"OptionGroupNotFoundFault"});
}

TEST_F(RdsOptionGroupsTest, AreSavedWithTheirTags) {
  const auto made = make("audit");
  ASSERT_TRUE(made.has_value());
  ASSERT_TRUE(world.rds.add_tags(caller, made->arn, {{"team", "data"}}).has_value());
  World again(clock, 1);
  again.rds.load(world.rds.save());
  EXPECT_EQ(again.rds.list_tags(caller, made->arn).value(), (TagMap{{"team", "data"}}));
  EXPECT_EQ(again.rds.describe_option_groups(caller, {.name = "audit"})->items.at(0).engine,
            "mysql");
}

}  // namespace
}  // namespace snapferry::emulator
