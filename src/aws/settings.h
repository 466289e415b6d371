// What a user sets for every AWS tool: profile, region, endpoints, proxies, certificates, retries.
// Read from the environment and the two files of ~/.aws, once, into one value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "aws/profile_files.h"
#include "core/environment.h"
#include "core/ids.h"
#include "core/result.h"

namespace snapferry::aws {

struct Settings {
  core::Environment environment;
  ProfileFiles files;
  std::string profile = "default";  ///< a flag, AWS_PROFILE, AWS_DEFAULT_PROFILE, or "default"
  /// The profile was named by a flag, so the environment's keys do not count. AWS_PROFILE does not
  /// do that: with it, access keys in the environment still come first, as in every AWS tool.
  bool is_profile_chosen = false;
  std::optional<core::Region> region;
  std::string ca_bundle;  ///< a path; empty: the machine's own
  bool use_fips = false;
  bool use_dualstack = false;
  int attempts_max = 3;  ///< AWS_MAX_ATTEMPTS, max_attempts

  /// Returns the endpoint the user set for a service ("rds", "kms", "sts", "sns", "ssm"), if any.
  [[nodiscard]] std::optional<std::string> endpoint_override(const std::string& service) const;

  /// Returns a setting: the environment's variable, else the profile's key.
  [[nodiscard]] std::optional<std::string> get(const std::string& variable,
                                               const std::string& key) const;
};

/// Returns the settings.
/// Errors:   invalid: a file that cannot be parsed (file:line), a profile that does not exist (with
///           the nearest name), a switch that is neither true nor false, a number of attempts that
///           is none, a custom endpoint together with FIPS or dual-stack.
/// Source:   rds-facts 8.2, 8.3 (botocore 1.43 configprovider.py), 2026-08.
core::Result<Settings> load_settings(const core::Environment& environment,
                                     const std::string& profile_flag);

/// Returns the error for a profile that is in neither file, with the nearest name that is.
core::Error unknown_profile(const ProfileFiles& files, const std::string& profile);

}  // namespace snapferry::aws
