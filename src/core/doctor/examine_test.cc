// Facts in, checks out: what a role lacks is named, and what mends it is no more than that.
// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/examine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/doctor/room.h"
#include "core/scenario_for_test.h"

namespace snapferry::core {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kDoctorRole = "arn:aws:iam::123456789012:role/backup";

// The facts of a policy of one database with which nothing is wrong.
struct Healthy : Scenario {
  Facts facts;

  Healthy() {
    policy.keep.days = 7;
    policy.targets.front().keep.daily = 30;
    facts.now = now;
    facts.us = {.account = AccountId(kAccount),
                .arn = "arn:aws:sts::123456789012:assumed-role/backup/me"};
    facts.principal = kDoctorRole;
    FleetPolicy fleet{.name = policy.name, .source_regions = {policy.source_region}};
    fleet.targets.push_back({.region = there(), .default_key = "alias/dr"});
    facts.fleets.push_back(std::move(fleet));
    facts.patients.push_back({.policy = policy, .database = inventory.database});
    facts.survey[policy.source_region].databases = {*inventory.database};
    facts.survey[there()];
    for (const Region& region : {policy.source_region, there()}) {
      facts.regions[region].quotas =
          SnapshotQuotas{.instance = SnapshotQuota{5, 100}, .cluster = SnapshotQuota{0, 100}};
    }
    RegionFacts& target_facts = facts.regions[there()];
    target_facts.keys.emplace("alias/dr", key());
    target_facts.key_policies.emplace(
        kKeyArn, KeyPolicy{.statements = {{.sid = "root",
                                           .is_allow = true,
                                           .principals = {"arn:aws:iam::123456789012:root"},
                                           .actions = {"kms:*"},
                                           .conditions = {}}}});
    for (RightsQuestion& question :
         rights_needed(facts.patients, keys_in_use(facts), {}, facts.us, facts.principal, now)) {
      std::vector<AccessAnswer> answers;
      for (const std::string& action : question.question.actions) {
        for (const std::string& resource : question.question.resources) {
          answers.push_back({.action = action,
                             .resource = resource,
                             .decision = AccessDecision::allowed,
                             .missing_context = {}});
        }
      }
      facts.rights.emplace_back(std::move(question), std::move(answers));
    }
  }

  [[nodiscard]] Region there() const { return policy.targets.front().region; }
  RegionFacts& target_facts() { return facts.regions[there()]; }
  // Every answer about the action.
  void answer(const std::string& action, AccessDecision decision,
              const std::vector<std::string>& missing = {}) {
    for (auto& [question, answers] : facts.rights) {
      for (AccessAnswer& one : *answers) {
        if (one.action != action) continue;
        one.decision = decision;
        one.missing_context = missing;
      }
    }
  }
};

// What is not ok: "fail eu-west-1 create_snapshot".
std::vector<std::string> troubles(const Diagnosis& diagnosis) {
  std::vector<std::string> lines;
  for (const Check& check : diagnosis.checks) {
    if (check.state == CheckState::ok) continue;
    lines.push_back(
        fmt::format("{} {} {}", to_string(check.state), check.region.str(), to_string(check.id)));
  }
  return lines;
}

const Check& check_at(const Diagnosis& diagnosis, CheckId id) {
  const auto found = std::ranges::find_if(diagnosis.checks, [&](const Check& check) {
    return check.id == id && check.state != CheckState::ok;
  });
  EXPECT_NE(found, diagnosis.checks.end());
  return *found;
}

TEST(ExamineTest, WhereNothingIsWrongAllIsOk) {
  const Diagnosis diagnosis = diagnose(Healthy().facts);
  EXPECT_THAT(troubles(diagnosis), IsEmpty());
  EXPECT_TRUE(diagnosis.is_good());
  EXPECT_GT(diagnosis.count(CheckState::ok), 15);
  EXPECT_THAT(diagnosis.mendings(CheckState::fail), IsEmpty());
}

TEST(ExamineTest, AMissingRightIsNamedWithTheLeastThatMendsIt) {
  struct Row {
    const char* action;
    std::vector<std::string> troubles;
    std::set<std::string> resources;
    const char* condition;  // a key that the statement is limited by; empty: by none
  };
  const std::string snapshots = "arn:aws:rds:eu-west-1:123456789012:snapshot:rds-auto-snapshot-*";
  const std::string copies = "arn:aws:rds:eu-central-1:123456789012:snapshot:rds-auto-copy-*";
  const std::vector<Row> rows = {
      {"rds:CreateDBSnapshot",
       {"fail eu-west-1 create_snapshot"},
       {"arn:aws:rds:eu-west-1:123456789012:db:orders", snapshots},
       ""},
      {"rds:CopyDBSnapshot",
       {"fail eu-central-1 copy_source", "fail eu-central-1 copy_snapshot",
        "fail eu-west-1 copy_source"},
       {snapshots, copies},
       ""},
      {"rds:DeleteDBSnapshot",
       {"fail eu-central-1 delete_snapshot", "fail eu-west-1 delete_snapshot"},
       {snapshots, copies},
       "aws:ResourceTag/snapferry:policy"},
      {"rds:AddTagsToResource",
       {"fail eu-central-1 tag_snapshot", "fail eu-west-1 tag_snapshot"},
       {snapshots, copies},
       "aws:RequestTag/snapferry:policy"},
      {"kms:Decrypt", {"fail eu-central-1 use_key"}, {Scenario::kKeyArn}, "kms:ViaService"},
      {"kms:CreateGrant", {"fail eu-central-1 grant_key"}, {Scenario::kKeyArn}, "kms:ViaService"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.action);
    Healthy world;
    world.answer(row.action, AccessDecision::implicit_deny);
    const Diagnosis diagnosis = diagnose(world.facts);
    EXPECT_EQ(troubles(diagnosis), row.troubles);
    const auto mendings = diagnosis.mendings(CheckState::fail);
    ASSERT_EQ(mendings.size(), 1U);
    EXPECT_THAT(mendings[0].key_arn, IsEmpty());
    EXPECT_THAT(mendings[0].statement.actions, testing::ElementsAre(row.action));
    EXPECT_EQ(mendings[0].statement.resources, row.resources);
    const auto& conditions = mendings[0].statement.conditions;
    if (std::string_view(row.condition).empty()) {
      EXPECT_THAT(conditions, IsEmpty());
    } else {
      ASSERT_TRUE(conditions.contains("StringEquals"));
      EXPECT_TRUE(conditions.at("StringEquals").contains(row.condition));
    }
  }
}

TEST(ExamineTest, ADenyIsNotMendedByAnAllow) {
  Healthy world;
  world.answer("rds:CreateDBSnapshot", AccessDecision::explicit_deny);
  const Diagnosis diagnosis = diagnose(world.facts);
  EXPECT_EQ(check_at(diagnosis, CheckId::create_snapshot).state, CheckState::fail);
  EXPECT_THAT(check_at(diagnosis, CheckId::create_snapshot).hint, HasSubstr("Deny"));
  EXPECT_THAT(diagnosis.mendings(CheckState::fail), IsEmpty());
}

TEST(ExamineTest, WhatASimulationDoesNotKnowIsNeverOk) {
  Healthy world;
  world.answer("rds:CreateDBSnapshot", AccessDecision::implicit_deny, {"aws:SourceVpc"});
  world.answer("rds:DeleteDBSnapshot", AccessDecision::allowed, {"aws:SourceIp"});
  const Diagnosis diagnosis = diagnose(world.facts);
  EXPECT_EQ(troubles(diagnosis), (std::vector<std::string>{"warn eu-central-1 delete_snapshot",
                                                           "not_checked eu-west-1 create_snapshot",
                                                           "warn eu-west-1 delete_snapshot"}));
  EXPECT_THAT(check_at(diagnosis, CheckId::create_snapshot).text, HasSubstr("aws:SourceVpc"));
  EXPECT_TRUE(diagnosis.is_good());
  Healthy silent;
  for (auto& [question, answers] : silent.facts.rights) answers->clear();
  EXPECT_EQ(diagnose(silent.facts).count(CheckState::not_checked), int(silent.facts.rights.size()));
}

TEST(ExamineTest, WithoutTheRightToSimulateNothingIsCalledOk) {
  Healthy world;
  world.facts.rights.clear();
  world.facts.simulate_error =
      fail(ErrorKind::denied,
           "User: me is not authorized to perform: iam:SimulatePrincipalPolicy on resource: "
           "arn:aws:iam::123456789012:role/backup because no identity-based policy allows it")
          .error();
  const Diagnosis diagnosis = diagnose(world.facts);
  EXPECT_EQ(check_at(diagnosis, CheckId::simulate).state, CheckState::not_checked);
  EXPECT_TRUE(diagnosis.is_good());
  EXPECT_THAT(diagnosis.mendings(CheckState::fail), IsEmpty());
  const auto looks = diagnosis.mendings(CheckState::not_checked);
  ASSERT_EQ(looks.size(), 1U);
  EXPECT_THAT(looks[0].statement.actions, testing::ElementsAre("iam:SimulatePrincipalPolicy"));
  EXPECT_THAT(looks[0].statement.resources, testing::ElementsAre(kDoctorRole));
  // The root needs none, and is told so.
  world.facts.us.arn = "arn:aws:iam::123456789012:root";
  EXPECT_EQ(diagnose(world.facts).count(CheckState::not_checked), 0);
}

TEST(ExamineTest, ManyDatabasesAreNamedByTheirPattern) {
  Healthy world;
  std::vector<Patient> patients;
  for (int i = 0; i < 200; ++i) {
    Patient patient = world.facts.patients.front();
    const DatabaseId id(fmt::format("db-{:03}", i));
    patient.policy.database = id;
    patient.policy.snapshot_name = *NameTemplate::parse("auto-{db}-{time}", id, "--snapshot-name");
    patients.push_back(std::move(patient));
  }
  const auto questions = rights_needed(patients, {}, {}, world.facts.us, kDoctorRole, world.now);
  const auto create = std::ranges::find(questions, CheckId::create_snapshot, &RightsQuestion::id);
  ASSERT_NE(create, questions.end());
  EXPECT_EQ(create->question.resources.size(), 2 * kDatabasesAskedMax);
  std::vector<AccessAnswer> answers;
  for (const std::string& resource : create->question.resources) {
    answers.push_back({.action = "rds:CreateDBSnapshot", .resource = resource});
  }
  const Check all = judge_rights(*create, answers, nullptr, world.facts.us.account);
  ASSERT_TRUE(all.mending);
  EXPECT_THAT(all.mending->statement.resources,
              testing::ElementsAre("arn:aws:rds:eu-west-1:123456789012:db:*",
                                   "arn:aws:rds:eu-west-1:123456789012:snapshot:auto-*-*"));
  // One alone is named alone.
  for (AccessAnswer& answer : answers) answer.decision = AccessDecision::allowed;
  answers[0].decision = AccessDecision::implicit_deny;
  const Check one = judge_rights(*create, answers, nullptr, world.facts.us.account);
  EXPECT_THAT(one.mending->statement.resources,
              testing::ElementsAre("arn:aws:rds:eu-west-1:123456789012:db:db-000"));
}

TEST(ExamineTest, ClustersHaveCallsAndNamesOfTheirOwn) {
  Healthy world;
  Patient& patient = world.facts.patients.front();
  patient.policy.database = DatabaseId("ledger", DatabaseKind::cluster);
  const auto questions =
      rights_needed(world.facts.patients, {}, {}, world.facts.us, kDoctorRole, world.now);
  const auto create = std::ranges::find(questions, CheckId::create_snapshot, &RightsQuestion::id);
  ASSERT_NE(create, questions.end());
  EXPECT_THAT(create->question.actions, testing::ElementsAre("rds:CreateDBClusterSnapshot"));
  EXPECT_THAT(create->question.resources,
              testing::ElementsAre("arn:aws:rds:eu-west-1:123456789012:cluster:ledger",
                                   HasSubstr(":cluster-snapshot:rds-auto-snapshot-")));
}

TEST(ExamineTest, AKeysPolicyHasItsSay) {
  Healthy world;
  auto& statement = world.target_facts().key_policies.at(Scenario::kKeyArn)->statements.front();
  statement.principals = {"arn:aws:iam::123456789012:role/admin"};
  const Diagnosis shut = diagnose(world.facts);
  EXPECT_EQ(troubles(shut),
            (std::vector<std::string>{"fail eu-central-1 use_key", "fail eu-central-1 grant_key",
                                      "fail eu-central-1 key_policy"}));
  for (const Mending& mending : shut.mendings(CheckState::fail)) {
    EXPECT_EQ(mending.key_arn, Scenario::kKeyArn);
    EXPECT_EQ(mending.statement.principal, kDoctorRole);
    EXPECT_THAT(mending.statement.resources, testing::ElementsAre("*"));
  }
  // Who is named there needs no policy of IAM.
  statement.principals = {kDoctorRole};
  world.answer("kms:CreateGrant", AccessDecision::implicit_deny);
  EXPECT_THAT(troubles(diagnose(world.facts)), IsEmpty());
}

TEST(ExamineTest, KeysThatCannotBeUsed) {
  Healthy world;
  world.target_facts().keys.at("alias/dr")->state = "Disabled";
  EXPECT_THAT(troubles(diagnose(world.facts)),
              testing::ElementsAre("fail eu-central-1 target_key"));
  world.target_facts().keys.at("alias/dr")->state = "Enabled";
  world.target_facts().keys.at("alias/dr")->is_customer_managed = false;
  EXPECT_THAT(troubles(diagnose(world.facts)),
              testing::ElementsAre("warn eu-central-1 target_key"));
  world.target_facts().keys.insert_or_assign("alias/dr", fail(ErrorKind::missing, "no such key"));
  EXPECT_THAT(troubles(diagnose(world.facts)),
              testing::ElementsAre("fail eu-central-1 target_key"));
  Healthy source;
  const std::string arn = "arn:aws:kms:eu-west-1:123456789012:key/source";
  source.facts.patients.front().database->kms_key_arn = arn;
  source.facts.regions[source.policy.source_region].keys.emplace(
      arn, Key{.arn = arn, .key_id = "source", .state = "PendingDeletion"});
  EXPECT_THAT(troubles(diagnose(source.facts)), testing::ElementsAre("fail eu-west-1 source_key"));
}

TEST(ExamineTest, ARegionThatIsNotEnabled) {
  Healthy world;
  Error error = fail(ErrorKind::denied, "refused").error();
  error.aws_code = "InvalidClientTokenId";
  world.target_facts().identity_error = error;
  const Diagnosis diagnosis = diagnose(world.facts);
  const Check& check = check_at(diagnosis, CheckId::credentials);
  EXPECT_EQ(check.state, CheckState::fail);
  EXPECT_THAT(check.hint, HasSubstr("aws account enable-region --region-name eu-central-1"));
}

TEST(ExamineTest, ClocksAccountsAndDatabases) {
  Healthy world;
  world.target_facts().clock_ahead = std::chrono::minutes(7);
  world.facts.fleets.front().alert_topic = "arn:aws:sns:eu-west-1:999999999999:t";
  world.facts.patients.front().database.reset();
  const Diagnosis diagnosis = diagnose(world.facts);
  EXPECT_THAT(check_at(diagnosis, CheckId::clock).text, HasSubstr("7m"));
  EXPECT_EQ(check_at(diagnosis, CheckId::account).state, CheckState::warn);
  EXPECT_THAT(check_at(diagnosis, CheckId::databases).text, HasSubstr("orders"));
  EXPECT_EQ(check_at(diagnosis, CheckId::databases).state, CheckState::fail);
}

TEST(ExamineTest, OptionGroupsThatCopiesNeed) {
  Healthy world;
  world.facts.patients.front().database->option_group = "og-timezone";
  RegionFacts& home = world.facts.regions[world.policy.source_region];
  home.option_groups = std::vector<OptionGroup>{
      {.name = "og-timezone", .engine = "oracle-ee", .lasting_options = {"Timezone"}}};
  world.target_facts().option_groups = std::vector<OptionGroup>();
  EXPECT_THAT(troubles(diagnose(world.facts)),
              testing::ElementsAre("fail eu-central-1 option_group"));
  world.facts.patients.front().policy.targets.front().option_group = "og-dr";
  EXPECT_THAT(check_at(diagnose(world.facts), CheckId::option_group).text,
              HasSubstr("there is no option group og-dr"));
  world.target_facts().option_groups = std::vector<OptionGroup>{{.name = "og-dr"}};
  EXPECT_THAT(check_at(diagnose(world.facts), CheckId::option_group).text,
              HasSubstr("lacks Timezone"));
  world.target_facts().option_groups =
      std::vector<OptionGroup>{{.name = "og-dr", .lasting_options = {"Timezone"}}};
  EXPECT_THAT(troubles(diagnose(world.facts)), IsEmpty());
  // Options that may go are no reason to name a group.
  home.option_groups = std::vector<OptionGroup>{{.name = "og-timezone"}};
  world.facts.patients.front().policy.targets.front().option_group.clear();
  EXPECT_THAT(troubles(diagnose(world.facts)), IsEmpty());
}

TEST(ExamineTest, QuotasAgainstWhatThePoliciesComeToHold) {
  Healthy world;
  auto& quota = *world.target_facts().quotas->instance;
  quota = {.used = 5, .max = 20};
  EXPECT_THAT(check_at(diagnose(world.facts), CheckId::snapshot_quota).hint,
              HasSubstr("--quota-code L-272F1212 --desired-value 36"));
  EXPECT_EQ(check_at(diagnose(world.facts), CheckId::snapshot_quota).state, CheckState::warn);
  quota = {.used = 20, .max = 20};
  EXPECT_EQ(check_at(diagnose(world.facts), CheckId::snapshot_quota).state, CheckState::fail);
  quota = {.used = 5, .max = 100};
  world.facts.patients.front().policy.targets.front().keep = {};
  EXPECT_THAT(check_at(diagnose(world.facts), CheckId::snapshot_quota).text,
              HasSubstr("full in 95 days"));
  for (int i = 0; i < 20; ++i) world.copy("2026-11-22T00:00:00Z", "copying");
  SnapshotStore& store = world.facts.survey[world.there()].snapshots;
  for (const Snapshot& snapshot : world.target().snapshots) store.add(snapshot);
  store.seal();
  EXPECT_EQ(check_at(diagnose(world.facts), CheckId::copies_in_flight).state, CheckState::warn);
}

TEST(RoomTest, CountsWhatTheRulesKeepInTheLongRun) {
  const Instant now = *parse_instant("2026-11-22T12:00:00Z");
  const auto kept = [&](const Retention& keep, const char* schedule) {
    return kept_in_the_long_run(keep, *parse_schedule(schedule), now);
  };
  EXPECT_EQ(kept({}, "rate(1 day)"), std::nullopt);
  EXPECT_EQ(kept({.min = 3}, "rate(1 day)"), std::nullopt);
  EXPECT_EQ(kept({.last = 3}, "rate(1 day)"), 3);
  EXPECT_EQ(kept({.last = 3, .min = 5}, "rate(1 day)"), 5);
  EXPECT_EQ(kept({.days = 7}, "rate(1 day)"), 7);
  EXPECT_EQ(kept({.days = 7}, "rate(6 hours)"), 28 + 1);
  EXPECT_EQ(kept({.days = 7}, "cron(0 2 * * ? *)"), 7);
  EXPECT_EQ(kept({.daily = 30}, "rate(6 hours)"), 30);
  EXPECT_EQ(kept({.last = 2}, "rate(100 days)"), 2);
  // The week's and the month's newest are among the days.
  EXPECT_EQ(kept({.daily = 30, .weekly = 4, .monthly = 1}, "rate(1 day)"), 30);
  EXPECT_EQ(kept({.yearly = 7}, "rate(1 day)"), 7);
  // Too many to count one by one: the sum, which is never less.
  EXPECT_EQ(kept({.last = 2, .yearly = 7}, "rate(1 minute)"), 9);
  EXPECT_NEAR(slots_per_day(*parse_schedule("rate(6 hours)"), now), 4.0, 0.1);
  EXPECT_NEAR(slots_per_day(*parse_schedule("rate(100 days)"), now), 0.01, 0.001);
}

TEST(PrincipalTest, SimulatedAreRolesAndUsers) {
  const auto principal = [](const char* arn) {
    return simulated_principal({.account = AccountId("123456789012"), .arn = arn});
  };
  EXPECT_EQ(principal("arn:aws:sts::123456789012:assumed-role/backup/me"), kDoctorRole);
  EXPECT_EQ(principal("arn:aws-cn:sts::123456789012:assumed-role/backup/me@x"),
            "arn:aws-cn:iam::123456789012:role/backup");
  EXPECT_EQ(principal("arn:aws:iam::123456789012:user/ops/me"),
            "arn:aws:iam::123456789012:user/ops/me");
  EXPECT_EQ(principal("arn:aws:iam::123456789012:root"), "");
  EXPECT_EQ(principal("arn:aws:sts::123456789012:federated-user/me"), "");
}

}  // namespace
}  // namespace snapferry::core
