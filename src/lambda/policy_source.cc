// SPDX-License-Identifier: Apache-2.0
#include "lambda/policy_source.h"

#include <string>

#include <fmt/format.h>

#include "aws/api/ssm_api.h"
#include "session/policy_from_environment.h"

namespace snapferry::lambda {
namespace {

constexpr std::string_view kParameter = "ssm:";

std::unexpected<core::Error> no_policy_files(const std::string& what) {
  return core::fail(core::ErrorKind::invalid,
                    fmt::format("{}: this version reads single-database variables only", what),
                    "Leave SNAPFERRY_POLICY empty and set SNAPFERRY_DATABASE and "
                    "SNAPFERRY_TARGET_REGION.");
}

}  // namespace

core::Result<core::Policy> read_policy(const core::Environment& environment,
                                       aws::ServiceClient& client,
                                       const std::optional<core::Region>& region) {
  const auto source = environment.get("SNAPFERRY_POLICY");
  if (!source) return session::policy_from_environment(environment, region);
  if (!source->starts_with(kParameter)) return no_policy_files("SNAPFERRY_POLICY is set");
  const std::string name = source->substr(kParameter.size());
  auto text = aws::get_parameter(client, region.value_or(core::Region()), name);
  if (!text) {
    return std::unexpected(
        core::with_context(std::move(text).error(), fmt::format("SNAPFERRY_POLICY {}", *source)));
  }
  return no_policy_files(
      fmt::format("SNAPFERRY_POLICY names the parameter {} of {} bytes", name, text->size()));
}

}  // namespace snapferry::lambda
