// Runs each of tests/golden/cases: the policy file is read, the world is surveyed, a plan is made,
// and both texts of it, for people and for scripts, are compared with what the case expects.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fleet_text.h"
#include "golden/case_file.h"
#include "golden/line_words.h"
#include "golden/pretty_json.h"
#include "golden/world_reader.h"
#include "policy_file/policy_file.h"
#include "session/fleet_documents.h"

namespace snapferry::golden {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCases = "tests/golden/cases";
// What was asked for: at least forty.
constexpr size_t kCasesMin = 40;

std::vector<fs::path> case_paths() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(kCases)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

struct Played {
  std::vector<std::string> text;
  std::vector<std::string> json;
  core::FleetPlan plan;
};

// Throws LineError. As plan --policy FILE --verbose does it; its problems, which go to stderr,
// stand before the totals.
std::expected<Played, std::string> play_or_throw(const CaseFile& file) {
  for (const char* needed : {"now", "policy", "world"}) {
    if (!file.find(needed)) return std::unexpected(std::string(needed) + ": is missing");
  }
  const auto policies = policy_file::read_policy_file(join_lines(file.find("policy")->lines));
  if (!policies) {
    return Played{.text = split_lines(policy_file::describe(policies.error(), "policy.yaml")),
                  .json = {"null"},
                  .plan = {}};
  }
  const auto survey = read_world(*policies, file.find("world")->lines);
  if (!survey) return std::unexpected(survey.error());
  const core::Instant now = instant_of(file.find("now")->value);
  std::optional<int> deletes_max;
  if (const Section* max = file.find("max-deletes")) deletes_max = number_of(max->value);

  Played played;
  played.plan = core::make_fleet_plan(*policies, *survey, now, {.deletes_max = deletes_max});
  const cli::Console console(core::Environment({{"NO_COLOR", "1"}}));
  played.text = cli::fleet_plan_lines(console, played.plan, true);
  std::ranges::copy(cli::problem_lines(console, played.plan.problems),
                    std::back_inserter(played.text));
  std::ranges::copy(cli::quota_lines(console, played.plan.quotas), std::back_inserter(played.text));
  played.text.push_back(cli::totals_text(played.plan));
  played.json = pretty_json(session::fleet_plan_json(played.plan, now));
  return played;
}

std::expected<Played, std::string> play(const CaseFile& file) {
  try {
    return play_or_throw(file);
  } catch (const LineError& error) {
    return std::unexpected(error.what());
  }
}

std::vector<std::string> lines_of(const CaseFile& file, const std::string& section) {
  const Section* found = file.find(section);
  return found ? found->lines : std::vector<std::string>();
}

class Golden : public testing::TestWithParam<fs::path> {};

TEST_P(Golden, SaysWhatTheCaseExpects) {
  auto file = parse_case(read_text(GetParam()));
  ASSERT_TRUE(file) << GetParam().string() << ": " << file.error();
  const auto played = play(*file);
  ASSERT_TRUE(played) << GetParam().string() << ": " << played.error();
  if (std::getenv("SNAPFERRY_GOLDEN_UPDATE") != nullptr) {
    file->set_lines("text", played->text);
    file->set_lines("json", played->json);
    write_text(GetParam(), file->str());
    return;
  }
  // As text, for then the difference is shown line by line.
  const std::string how =
      GetParam().string() +
      " expects another. If the new one is what a careful person wants, accept it with "
      "SNAPFERRY_GOLDEN_UPDATE=1 build/dev/tests/golden/golden_test, and read git diff.";
  EXPECT_EQ(join_lines(lines_of(*file, "text")), join_lines(played->text)) << how;
  EXPECT_EQ(join_lines(lines_of(*file, "json")), join_lines(played->json)) << how;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(case_paths()), [](const auto& info) {
  std::string name = info.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

// The words of an enumeration, from the header that has them, so that a new one is not forgotten
// here.
std::set<std::string> words_of(const std::string& header, const std::string& enumeration) {
  const std::string text = read_text(header);
  const size_t begin = text.find("enum class " + enumeration + " {");
  EXPECT_NE(begin, std::string::npos) << enumeration;
  const std::string body = text.substr(begin, text.find("};", begin) - begin);
  static const std::regex word(R"(\n  (\w+),)");
  std::set<std::string> words;
  for (std::sregex_iterator it(body.begin(), body.end(), word), end; it != end; ++it) {
    words.insert((*it)[1]);
  }
  return words;
}

TEST(GoldenCases, AreManyAndShowEachReasonAndEachRuleThatKeeps) {
  EXPECT_GE(case_paths().size(), kCasesMin);
  std::set<std::string> reasons;
  std::set<std::string> rules;
  std::set<core::StepKind> kinds;
  for (const fs::path& path : case_paths()) {
    const auto file = parse_case(read_text(path));
    ASSERT_TRUE(file) << path;
    const auto played = play(*file);
    ASSERT_TRUE(played) << path << ": " << played.error();
    for (const core::FleetItem& item : played->plan.items) {
      for (const core::Step& step : item.plan.steps) {
        kinds.insert(step.kind);
        reasons.emplace(to_string(step.reason.code));
      }
      for (const core::Kept& kept : item.plan.kept) rules.emplace(to_string(kept.rule));
    }
  }
  EXPECT_EQ(kinds.size(), 5U);
  // A policy file that would give it is refused: a-key-of-another-region-is-refused-at-load.
  reasons.insert("key_of_other_region");
  EXPECT_THAT(reasons, testing::ContainerEq(words_of("src/core/plan.h", "ReasonCode")));
  EXPECT_THAT(rules, testing::ContainerEq(words_of("src/core/rules/keep_rules.h", "KeepRule")));
}

TEST(GoldenCases, ASlipOfThePenInAWorldIsTold) {
  core::FleetPolicy policy;
  policy.name = "p";
  policy.source_regions = {core::Region("eu-west-1")};
  policy.snapshot_name = "s-{db}-{time}";
  const auto told = [&](const std::string& line) {
    const auto world = read_world(std::span(&policy, 1), {line});
    return world ? "fine" : world.error();
  };
  EXPECT_EQ(told("database eu-west-1 orders mysql size=5GiB"), "fine");
  EXPECT_THAT(told("database eu-west-1 orders mysql stauts=stopped"),
              testing::HasSubstr("unknown word: stauts=stopped"));
  EXPECT_THAT(told("database eu-west-2 orders mysql"), testing::HasSubstr("no region of a policy"));
  EXPECT_THAT(told("snapshot eu-west-1 orders yesterday available"),
              testing::HasSubstr("no time: yesterday"));
  EXPECT_THAT(told("snapshot eu-west-1 orders 2026-11-21T02:00Z"),
              testing::HasSubstr("the status is missing"));
  EXPECT_THAT(told("copy eu-central-1 orders 2026-11-21T02:00Z available"),
              testing::HasSubstr("no target of policy p"));
  EXPECT_THAT(told("datbase eu-west-1"), testing::HasSubstr("unknown word: datbase"));
}

}  // namespace
}  // namespace snapferry::golden
