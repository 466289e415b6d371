// SPDX-License-Identifier: Apache-2.0
#include "aws/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/nearest_name.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using core::fail;

// Services whose endpoint prefix is not their service id, by which endpoint settings are named.
// Source: botocore 1.43 service models (serviceId), 2026-08.
struct ServiceId {
  std::string_view prefix;
  std::string_view id;
};
constexpr std::array kServiceIds = {
    ServiceId{"portal.sso", "sso"},
    ServiceId{"events", "eventbridge"},
    ServiceId{"monitoring", "cloudwatch"},
    ServiceId{"logs", "cloudwatch_logs"},
    ServiceId{"states", "sfn"},
    ServiceId{"servicequotas", "service_quotas"},
};

std::string service_id(const std::string& service) {
  const auto* found = std::ranges::find(kServiceIds, service, &ServiceId::prefix);
  return found == kServiceIds.end() ? service : std::string(found->id);
}

std::string changed_case(std::string text, char from, char to) {
  for (char& c : text) {
    if (c >= from && c <= from + ('z' - 'a')) c = char(c - from + to);
  }
  return text;
}

core::Result<bool> read_switch(const Settings& settings, const std::string& variable,
                               const std::string& key) {
  const auto value = settings.get(variable, key);
  if (!value) return false;
  const std::string word = changed_case(*value, 'A', 'a');
  if (word == "true") return true;
  if (word == "false") return false;
  const bool is_variable = settings.environment.get(variable).has_value();
  return fail(
      ErrorKind::invalid,
      fmt::format("{} is neither true nor false",
                  is_variable ? variable : fmt::format("{} of profile {}", key, settings.profile)),
      "Write true or false.");
}

core::Result<int> read_attempts(const Settings& settings) {
  constexpr int kDefault = 3;  // Source: botocore 1.43 retry mode "standard", 2026-08
  constexpr int kMax = 1000;   // past this a tick would sit on one call for days
  const auto value = settings.get("AWS_MAX_ATTEMPTS", "max_attempts");
  if (!value) return kDefault;
  int attempts = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), attempts);
  if (error != std::errc() || end != value->data() + value->size() || attempts < 1 ||
      attempts > kMax) {
    return fail(ErrorKind::invalid,
                fmt::format("AWS_MAX_ATTEMPTS (max_attempts) is no number from 1 to {}", kMax),
                "Write how often a call is tried in all, for example 3.");
  }
  return attempts;
}

bool are_urls_ignored(const Settings& settings) {
  const auto ignored =
      settings.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
  return ignored && changed_case(*ignored, 'A', 'a') == "true";
}

// Passed over, a mistyped name would send to AWS what was meant for another endpoint.
core::Result<void> check_services(const Settings& settings) {
  const auto name = settings.files.get(settings.profile, "services");
  if (!name || are_urls_ignored(settings) || settings.files.services.contains(*name)) return {};
  std::vector<std::string> names;
  names.reserve(settings.files.services.size());
  for (const auto& [known, section] : settings.files.services) names.push_back(known);
  const std::string nearest = core::nearest_name(*name, names);
  return fail(ErrorKind::invalid,
              fmt::format("the profile '{}' names services = {}, and {} has no [services {}]",
                          settings.profile, *name, settings.files.config_path, *name),
              nearest.empty()
                  ? fmt::format("Write a section [services {}], or leave services out.", *name)
                  : fmt::format("Did you mean {}?", nearest));
}

core::Result<void> check_endpoints(const Settings& settings) {
  if (!settings.use_fips && !settings.use_dualstack) return {};
  for (const char* service : {"rds", "kms", "sts", "sns"}) {
    if (!settings.endpoint_override(service)) continue;
    return fail(ErrorKind::invalid,
                fmt::format("a custom {} endpoint cannot be used together with {} endpoints",
                            service, settings.use_fips ? "fips" : "dual-stack"),
                "Unset the endpoint URL, or AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT.");
  }
  return {};
}

}  // namespace

std::optional<std::string> Settings::get(const std::string& variable,
                                         const std::string& key) const {
  if (auto value = environment.get(variable)) return value;
  return files.get(profile, key);
}

std::optional<std::string> Settings::endpoint_override(const std::string& service) const {
  if (are_urls_ignored(*this)) return std::nullopt;
  const std::string id = service_id(service);
  if (auto url = environment.get("AWS_ENDPOINT_URL_" + changed_case(id, 'a', 'A'))) return url;
  if (auto url = environment.get("AWS_ENDPOINT_URL")) return url;
  if (const auto name = files.get(profile, "services")) {
    const auto section = files.services.find(*name);
    if (section != files.services.end()) {
      const auto url = section->second.find(id + ".endpoint_url");
      if (url != section->second.end() && !url->second.empty()) return url->second;
    }
  }
  return files.get(profile, "endpoint_url");
}

core::Result<Settings> load_settings(const core::Environment& environment,
                                     const std::string& profile_flag) {
  Settings settings;
  settings.environment = environment;
  settings.files = TRY(load_profile_files(environment));
  settings.is_profile_chosen = !profile_flag.empty();
  if (settings.is_profile_chosen) {
    settings.profile = profile_flag;
  } else if (auto profile = environment.get("AWS_PROFILE")) {
    settings.profile = *profile;
  } else if (auto legacy = environment.get("AWS_DEFAULT_PROFILE")) {
    settings.profile = *legacy;
  }
  // Nobody need have a [default]; a profile that was asked for by name must be there.
  if (settings.profile != "default" && !settings.files.profiles.contains(settings.profile)) {
    return std::unexpected(unknown_profile(settings.files, settings.profile));
  }
  auto region = environment.get("AWS_REGION");
  if (!region) region = settings.get("AWS_DEFAULT_REGION", "region");
  if (region) settings.region = core::Region(*region);
  settings.ca_bundle =
      expand_path(settings.get("AWS_CA_BUNDLE", "ca_bundle").value_or(""), environment);
  settings.use_fips = TRY(read_switch(settings, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
  settings.use_dualstack =
      TRY(read_switch(settings, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"));
  settings.attempts_max = TRY(read_attempts(settings));
  TRY(check_services(settings));
  TRY(check_endpoints(settings));
  return settings;
}

core::Error unknown_profile(const ProfileFiles& files, const std::string& profile) {
  std::vector<std::string> names;
  names.reserve(files.profiles.size());
  for (const auto& [name, section] : files.profiles) names.push_back(name);
  const std::string nearest = core::nearest_name(profile, names);
  core::Error error;
  error.kind = ErrorKind::invalid;
  error.message =
      fmt::format("the profile '{}' is neither in {} nor in {}", profile,
                  files.config_path.empty() ? "~/.aws/config" : files.config_path,
                  files.credentials_path.empty() ? "~/.aws/credentials" : files.credentials_path);
  error.hint = nearest.empty()
                   ? fmt::format("Run aws configure --profile {} or name another.", profile)
                   : fmt::format("Did you mean {}?", nearest);
  return error;
}

}  // namespace snapferry::aws
