// ~/.aws/config and ~/.aws/credentials, as parsed text. What the keys mean is settings' and the
// credential providers' business.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "core/environment.h"
#include "core/result.h"

namespace snapferry::aws {

/// One section: keys to values. A nested value ("rds =" followed by indented lines) is kept as
/// "rds.endpoint_url".
using Section = std::map<std::string, std::string>;

struct ProfileFiles {
  std::map<std::string, Section> profiles;      ///< both files merged; the credentials file wins
  std::map<std::string, Section> sso_sessions;  ///< [sso-session name]
  std::map<std::string, Section> services;      ///< [services name]
  std::string config_path;
  std::string credentials_path;
};

/// Parses one file's text. `is_config` tells "[profile x]" (config) from "[x]" (credentials).
/// Errors:   invalid, naming path:line and what is wrong with it; values are never shown.
core::Result<void> parse_profile_file(const std::string& text, const std::string& path,
                                      bool is_config, ProfileFiles& into);

/// Reads AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, or the two in $HOME/.aws. A file that is
/// not there is an empty one.
core::Result<ProfileFiles> load_profile_files(const core::Environment& environment);

}  // namespace snapferry::aws
