// SPDX-License-Identifier: Apache-2.0
#include "policy_file/policy_file.h"

#include <fstream>
#include <iterator>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace snapferry::policy_file {
namespace {

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// A file of one policy that is right; each case below breaks one thing of it.
constexpr const char* kGood = R"(version: 1
policies:
  - name: production
    source: {region: eu-west-1}
    databases:
      - id: orders
    targets:
      - region: eu-central-1
        keys: {default: alias/dr}
)";

std::string problems_of(std::string_view text) {
  const auto read = read_policy_file(text);
  return read ? "" : describe(read.error(), "f.yaml");
}

std::string broken(std::string_view what, std::string_view with) {
  std::string text = kGood;
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(PolicyFile, ReadsTheExampleWhole) {
  const auto read = read_policy_file(text_of_file("examples/fleet.yaml"));
  ASSERT_TRUE(read) << describe(read.error(), "examples/fleet.yaml");
  ASSERT_EQ(read->size(), 2U);
  const core::FleetPolicy& production = read->front();
  EXPECT_EQ(production.name, "production");
  EXPECT_EQ(production.source_regions, std::vector{core::Region("eu-west-1")});
  ASSERT_EQ(production.databases.size(), 3U);
  EXPECT_EQ(production.databases[0].id, core::DatabaseId("gtp-paul-mysql-lab-db"));
  EXPECT_EQ(production.databases[1].tags, (core::Tags{{"backup", "daily"}}));
  EXPECT_EQ(production.databases[1].engines.size(), 3U);
  EXPECT_EQ(production.databases[2].id_like, "prod-*");
  EXPECT_EQ(production.except.front().tags, (core::Tags{{"env", "scratch"}}));
  EXPECT_EQ(production.schedule.text, "rate(1 day)");
  EXPECT_EQ(production.keep, (core::Retention{.last = 3, .days = 7}));
  EXPECT_EQ(production.tags, (core::Tags{{"team", "data"}}));
  const core::FleetTarget& target = production.targets.front();
  EXPECT_EQ(target.region, core::Region("eu-central-1"));
  EXPECT_EQ(target.default_key, "alias/dr");
  EXPECT_EQ(target.keep,
            (core::Retention{.last = 2, .daily = 30, .weekly = 8, .monthly = 12, .yearly = 7}));
  EXPECT_EQ(target.option_groups.at("og-timezone"), "og-timezone-dr");
  EXPECT_EQ(production.rpo, std::chrono::hours(26));
}

TEST(PolicyFile, TakesJsonAsTheSubsetThatItIs) {
  const auto read = read_policy_file(
      R"({"version": 1, "policies": [{"name": "p", "source": {"regions": ["eu-west-1", "eu-west-2"]},
          "databases": [{"id_like": "*"}], "snapshot": {"name": "a-{db}-{time}"},
          "targets": [{"region": "eu-central-1", "name": "c-{db}-{time}"}]}]})");
  ASSERT_TRUE(read) << describe(read.error(), "f.json");
  EXPECT_EQ(read->front().source_regions.size(), 2U);
}

TEST(PolicyFile, NamesThePlaceAndTheWayOut) {
  struct Case {
    std::string text;
    std::string told;  // part of what is told
  };
  const std::vector<Case> cases = {
      {"version: [1", "this is no YAML"},
      {broken("version: 1", "version: 2"), "f.yaml:1:10: version is 1, and here stands \"2\""},
      {broken("version: 1\n", ""), "the file needs \"version\""},
      {broken("databases:", "databasse:"),
       "has no member \"databasse\"\n  hint: Did you mean databases?"},
      {broken("name: production", "name: production\n    name: twice"),
       "f.yaml:4:5: the key name stands here twice"},
      {broken("{region: eu-west-1}", "eu-west-1"),
       "source is a map, and here stands \"eu-west-1\""},
      {broken("{region: eu-west-1}", "{region: eu-wset-1}"), "hint: Did you mean eu-west-1?"},
      {broken("{region: eu-west-1}", "{}"), "source needs one of \"region\" and \"regions\""},
      {broken("- id: orders", "- id: or--ders"), "f.yaml:6:13: id \"or--ders\" is no identifier"},
      {broken("- id: orders", "- id: prod-*"), "hint: For patterns there is id_like."},
      {broken("- id: orders", "- {}"), "would match every database"},
      {broken("- id: orders", "- {id_like: \"\"}"), "would match every database"},
      {broken("- id: orders", "- {tag: {}, engine: []}"), "would match every database"},
      {broken("\n      - id: orders", " []"), "f.yaml:5:5: databases is empty"},
      {broken("{region: eu-west-1}", "{regions: []}"), "f.yaml:4:14: regions is empty"},
      {"version: 1\npolicies: []", "f.yaml:2:1: policies is empty"},
      {broken("- id: orders", "- id_like: \"*\""), "has no {db}, so all the databases would claim"},
      {broken("- region: eu-central-1", "- region: eu-west-1"),
       "is a source region of this policy"},
      {broken("- region: eu-central-1", "- region: us-gov-west-1"), "different AWS partitions"},
      {broken("alias/dr", "\"arn:aws:kms:eu-west-1:123456789012:key/k\""),
       "is of eu-west-1 and the copies go to eu-central-1"},
      {broken("    targets:", "    rpo: 2h\n    targets:"), "so it would never be met"},
      {broken("    targets:", "    schedule: daily\n    targets:"), "f.yaml:7:15:"},
      {broken("    targets:", "    orphans: delete\n    targets:"), "orphans is keep or expire"},
      {broken("    targets:", "    snapshot: {keep: {days: 0}}\n    targets:"),
       "days is a whole number from 1 to 36500, and here stands \"0\""},
      {broken("    targets:", "    snapshot: {keep: {days: \"7\"}}\n    targets:"),
       "days is a whole number"},
      {broken("    targets:", "    snapshot: {keep: {min: 3}}\n    targets:"),
       "keep names no rule"},
      {broken("    targets:", "    snapshot: {tags: {\"aws:x\": y}}\n    targets:"),
       "tag \"aws:x\""},
      {broken("    targets:", "    alerts: {topic: mail}\n    targets:"),
       "topic \"mail\" is no ARN of an SNS topic"},
      {broken("    targets:",
              "    alerts: {topic: \"arn:aws:sns:eu-west-1:123456789012:a.fifo\"}\n    targets:"),
       "is a FIFO topic"},
      {broken("{default: alias/dr}", "*anchor"), "an alias (*name) stands here"},
      {broken("name: production", "name: !x production"), "a tag (!name) stands here"},
      {std::string(kGood) + std::string(kGood).substr(std::string(kGood).find("  - name")),
       "two policies are named production"},
  };
  for (const Case& c : cases) {
    const std::string told = problems_of(c.text);
    EXPECT_NE(told.find(c.told), std::string::npos) << "wanted: " << c.told << "\ntold: " << told;
  }
}

TEST(PolicyFile, TellsAllProblemsAtOnceInTheOrderOfTheFile) {
  const std::string told = problems_of(R"(version: 3
policies:
  - nmae: production
    source: {region: mars-north-1}
    databases: orders
    targets: []
)");
  const std::vector<std::string> wanted = {"f.yaml:1:10:", "f.yaml:3:5:", "f.yaml:4:22:",
                                           "f.yaml:5:16:", "f.yaml:6:5: targets is empty"};
  size_t at = 0;
  for (const std::string& place : wanted) {
    at = told.find(place, at);
    ASSERT_NE(at, std::string::npos) << place << " in\n" << told;
  }
}

TEST(PolicyFile, RefusesPoliciesThatClaimTheSameNames) {
  std::string second = std::string(kGood).substr(std::string(kGood).find("  - name"));
  second.replace(second.find("production"), 10, "other");
  EXPECT_NE(problems_of(kGood + second).find("would both name its snapshots"), std::string::npos);
  std::string other_database = second;
  other_database.replace(other_database.find("orders"), 6, "ledger");
  EXPECT_EQ(problems_of(kGood + other_database), "");
  std::string other_region = second;
  other_region.replace(other_region.find("eu-west-1"), 9, "eu-west-3");
  EXPECT_EQ(problems_of(kGood + other_region), "");
}

TEST(PolicyFile, RefusesMoreTagsThanFit) {
  const auto with = [](int count) {
    std::string tags;
    for (int i = 0; i < count; ++i) tags += (i == 0 ? "k" : ", k") + std::to_string(i) + ": v";
    return problems_of(
        broken("    targets:", "    snapshot: {tags: {" + tags + "}}\n    targets:"));
  };
  EXPECT_EQ(with(45), "");
  EXPECT_NE(with(46).find("46 tags are more than RDS takes beside our 5"), std::string::npos);
}

TEST(PolicyFile, ReadsWhereCopiesComeFromAndWhatBecomesOfOrphans) {
  const auto with = [](const std::string& line) {
    return read_policy_file(broken("    targets:", "    " + line + "\n    targets:")).value()[0];
  };
  EXPECT_EQ(with("rpo: 26h").copy_source, core::CopySource::create);
  EXPECT_EQ(with("rpo: 26h").orphans, core::Orphans::keep);
  EXPECT_EQ(with("source_of_copy: latest-automated").copy_source,
            core::CopySource::latest_automated);
  EXPECT_EQ(with("orphans: expire").orphans, core::Orphans::expire);
}

TEST(PolicyFile, AnchorsARate) {
  const auto with = [](const std::string& lines) {
    return broken("    targets:", "    " + lines + "\n    targets:");
  };
  const auto read = read_policy_file(with("schedule: rate(1 day)\n    anchor: \"02:00\""));
  ASSERT_TRUE(read) << describe(read.error(), "f.yaml");
  EXPECT_EQ(read->front().schedule.anchor, std::chrono::hours(2));
  EXPECT_NE(problems_of(with("schedule: cron(0 2 * * ? *)\n    anchor: \"02:00\""))
                .find("f.yaml:8:14: cron(0 2 * * ? *) names its times itself"),
            std::string::npos);
}

TEST(PolicyFile, ReadsTheLimitsOfATargetAndTheKeyNone) {
  const auto read = read_policy_file(broken(
      "{default: alias/dr}",
      "{default: alias/dr, Ledger: none}\n        in_flight: {copies: 3, cluster_copies: 2}"));
  ASSERT_TRUE(read) << describe(read.error(), "f.yaml");
  const core::FleetTarget& target = read->front().targets.front();
  EXPECT_EQ(target.copies_in_flight_max, 3);
  EXPECT_EQ(target.cluster_copies_in_flight_max, 2);
  EXPECT_EQ(target.default_key, "alias/dr");
  EXPECT_EQ(target.keys, (std::map<std::string, std::string>{{"ledger", ""}}));
}

TEST(PolicyFile, HasLimits) {
  EXPECT_NE(problems_of(std::string(2 * 1024 * 1024, ' ')).find("more than a policy file"),
            std::string::npos);
  EXPECT_NE(
      problems_of("version: " + std::string(40, '[') + std::string(40, ']')).find("nested deeper"),
      std::string::npos);
}

// The schema that editors use names exactly the members that the reader takes.
TEST(PolicyFile, AgreesWithItsSchema) {
  const auto schema = boost::json::parse(text_of_file("docs/policy.schema.json"));
  const auto& definitions = schema.at("$defs").as_object();
  EXPECT_EQ(definitions.size(), all_members().size());
  for (const MapMembers& map : all_members()) {
    const auto& definition = definitions.at(map.map).as_object();
    EXPECT_FALSE(definition.at("additionalProperties").as_bool()) << map.map;
    const auto& properties = definition.at("properties").as_object();
    EXPECT_EQ(properties.size(), map.members.size()) << map.map;
    for (const std::string_view member : map.members) {
      EXPECT_TRUE(properties.contains(member)) << map.map << "." << member;
    }
  }
}

TEST(Selector, MatchesPatterns) {
  EXPECT_TRUE(core::matches_pattern("prod-*", "prod-orders"));
  EXPECT_TRUE(core::matches_pattern("*", ""));
  EXPECT_TRUE(core::matches_pattern("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(core::matches_pattern("db-?", "db-1"));
  EXPECT_FALSE(core::matches_pattern("prod-*", "preprod-orders"));
  EXPECT_FALSE(core::matches_pattern("db-?", "db-12"));
  EXPECT_FALSE(core::matches_pattern("", "x"));
}

TEST(Selector, WantsAllOfAnEntryAndNoneOfTheExcepted) {
  core::FleetPolicy policy;
  policy.databases = {{.tags = {{"backup", "daily"}}, .engines = {"mysql"}}, {.id_like = "prod-*"}};
  policy.except = {{.tags = {{"env", "scratch"}}}};
  core::Database database{.id = core::DatabaseId("orders"), .engine = "mysql"};
  EXPECT_FALSE(core::matches(policy, database));
  database.tags = {{"backup", "daily"}};
  EXPECT_TRUE(core::matches(policy, database));
  database.engine = "postgres";
  EXPECT_FALSE(core::matches(policy, database));
  database.id = core::DatabaseId("prod-orders");
  EXPECT_TRUE(core::matches(policy, database));
  database.tags["env"] = "scratch";
  EXPECT_FALSE(core::matches(policy, database));
}

}  // namespace
}  // namespace snapferry::policy_file
