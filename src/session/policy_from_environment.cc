// SPDX-License-Identifier: Apache-2.0
#include "session/policy_from_environment.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "core/alert.h"
#include "core/nearest_name.h"
#include "core/policy_text.h"

namespace snapferry::session {
namespace {

using core::ErrorKind;

constexpr const char* kPrefix = "SNAPFERRY_";
constexpr const char* kAlertTopic = "SNAPFERRY_ALERT_TOPIC";

core::NamedText read(const core::Environment& environment, const char* name) {
  return {.name = name, .text = environment.get(name).value_or("")};
}

// "k=v,k2=v2": tags hold no commas, so a comma always divides. Source: RDS API Reference, Tag.
std::vector<std::string> divide(const std::string& text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

core::PolicyText policy_text(const core::Environment& environment) {
  const auto text = [&](const char* name) { return read(environment, name); };
  core::PolicyText policy;
  policy.policy_name = text("SNAPFERRY_POLICY_NAME");
  policy.database = text("SNAPFERRY_DATABASE");
  policy.source_region = text("SNAPFERRY_SOURCE_REGION");
  policy.target_region = text("SNAPFERRY_TARGET_REGION");
  policy.kms_key = text("SNAPFERRY_KMS_KEY");
  policy.snapshot_name = text("SNAPFERRY_SNAPSHOT_NAME");
  policy.copy_name = text("SNAPFERRY_COPY_NAME");
  policy.schedule = text("SNAPFERRY_SCHEDULE");
  policy.spread = text("SNAPFERRY_SPREAD");
  policy.rpo = text("SNAPFERRY_RPO");
  policy.keep_days = text("SNAPFERRY_KEEP_DAYS");
  policy.copy_keep_days = text("SNAPFERRY_COPY_KEEP_DAYS");
  policy.option_group = text("SNAPFERRY_OPTION_GROUP");
  policy.tags_name = "SNAPFERRY_TAGS";
  policy.tags = divide(environment.get("SNAPFERRY_TAGS").value_or(""));
  return policy;
}

const std::vector<std::string>& known_names() {
  static const std::vector<std::string> names = {
      "SNAPFERRY_POLICY_NAME",     "SNAPFERRY_DATABASE",
      "SNAPFERRY_SOURCE_REGION",   "SNAPFERRY_TARGET_REGION",
      "SNAPFERRY_KMS_KEY",         "SNAPFERRY_SNAPSHOT_NAME",
      "SNAPFERRY_COPY_NAME",       "SNAPFERRY_SCHEDULE",
      "SNAPFERRY_SPREAD",          "SNAPFERRY_RPO",
      "SNAPFERRY_KEEP_DAYS",       "SNAPFERRY_COPY_KEEP_DAYS",
      "SNAPFERRY_OPTION_GROUP",    "SNAPFERRY_TAGS",
      "SNAPFERRY_POLICY",          kAlertTopic,
      "SNAPFERRY_TIMEOUT_SECONDS", "SNAPFERRY_STACK"};
  return names;
}

std::vector<core::Error> unknown_variables(const core::Environment& environment) {
  std::vector<core::Error> problems;
  for (const auto& [name, value] : environment.values()) {
    if (!name.starts_with(kPrefix) || std::ranges::find(known_names(), name) != known_names().end())
      continue;
    const std::string nearest = core::nearest_name(name, known_names());
    problems.push_back(core::fail(ErrorKind::invalid, fmt::format("there is no setting {}", name),
                                  nearest.empty()
                                      ? fmt::format("Remove {}: nothing reads it.", name)
                                      : fmt::format("Did you mean {}?", nearest))
                           .error());
  }
  return problems;
}

}  // namespace

core::Result<core::Policy> policy_from_environment(
    const core::Environment& environment, const std::optional<core::Region>& region_default) {
  core::PolicyText text = policy_text(environment);
  if (text.source_region.text.empty() && region_default) {
    text.source_region.text = region_default->str();
  }
  core::JudgedPolicy judged = core::judge_policy(text);
  std::vector<core::Error> problems = unknown_variables(environment);
  std::ranges::move(judged.problems, std::back_inserter(problems));
  if (auto topic = alert_topic_from_environment(environment); !topic) {
    problems.push_back(std::move(topic).error());
  }
  if (!problems.empty()) return std::unexpected(core::one_error_of(std::move(problems)));
  return std::move(judged.policy);
}

core::Result<std::optional<core::Arn>> alert_topic_from_environment(
    const core::Environment& environment) {
  const auto text = environment.get(kAlertTopic);
  if (!text) return std::optional<core::Arn>();
  return std::optional(TRY(core::parse_topic(*text, kAlertTopic)));
}

}  // namespace snapferry::session
