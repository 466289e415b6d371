// SPDX-License-Identifier: Apache-2.0
#include "lambda/policy_source.h"

#include <fmt/format.h>

#include "aws/api/ssm_api.h"
#include "policy_file/policy_file.h"
#include "session/policy_from_environment.h"

namespace snapferry::lambda {
namespace {

constexpr std::string_view kParameter = "ssm:";

}  // namespace

bool is_policy_parameter(const core::Environment& environment) {
  const auto source = environment.get("SNAPFERRY_POLICY");
  return source && source->starts_with(kParameter);
}

core::Result<PolicySource> read_policy(const core::Environment& environment,
                                       aws::ServiceClient& client,
                                       const std::optional<core::Region>& region) {
  const auto source = environment.get("SNAPFERRY_POLICY");
  if (!source) return TRY(session::policy_from_environment(environment, region));
  std::string text = *source;
  std::string place = "SNAPFERRY_POLICY";
  if (source->starts_with(kParameter)) {
    place = *source;
    auto read = aws::get_parameter(client, region.value_or(core::Region()),
                                   source->substr(kParameter.size()));
    if (!read) {
      return std::unexpected(
          core::with_context(std::move(read).error(), fmt::format("SNAPFERRY_POLICY {}", place)));
    }
    text = std::move(*read);
  }
  auto policies = policy_file::read_policy_file(text);
  if (!policies) {
    return core::fail(core::ErrorKind::invalid,
                      "the policy file is wrong: " + policy_file::describe(policies.error(), place),
                      "Mend it, and look at it with: snapferry policy check FILE");
  }
  for (const core::FleetPolicy& policy : *policies) {
    // The function's role may tell the stack's topic and no other.
    if (policy.alert_topic.empty()) continue;
    if (policy.alert_topic == environment.get("SNAPFERRY_ALERT_TOPIC")) continue;
    return core::fail(core::ErrorKind::invalid,
                      fmt::format("{}: policy {} names the alert topic {}, which the function does "
                                  "not tell",
                                  place, policy.name, policy.alert_topic),
                      "Leave alerts out, or name the topic of SNAPFERRY_ALERT_TOPIC.");
  }
  return Fleet{.name = environment.get("SNAPFERRY_POLICY_NAME").value_or("default"),
               .policies = std::move(*policies)};
}

}  // namespace snapferry::lambda
