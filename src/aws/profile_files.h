// ~/.aws/config and ~/.aws/credentials, as parsed text. What the keys mean is settings' and the
// credential providers' business. No error shows a value: a credentials file is full of secrets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/environment.h"
#include "core/result.h"

namespace snapferry::aws {

/// One section: keys, in lower case, to values. A nested value ("rds =" followed by indented lines)
/// is kept as "rds.endpoint_url".
using Section = std::map<std::string, std::string>;

struct ProfileFiles {
  std::map<std::string, Section> profiles;      ///< both files merged; the credentials file wins
  std::map<std::string, Section> sso_sessions;  ///< [sso-session name]
  std::map<std::string, Section> services;      ///< [services name]
  std::string config_path;                      ///< empty: no HOME and no AWS_CONFIG_FILE
  std::string credentials_path;
  /// Profiles whose access keys stand in the credentials file: these come before
  /// credential_process, those of the config file after it.
  std::set<std::string> keyed_in_credentials;

  /// Returns the value of a profile's key; nothing when either is not there or the value is empty.
  [[nodiscard]] std::optional<std::string> get(const std::string& profile,
                                               const std::string& key) const;
};

/// Parses one file's text. `is_config` tells "[profile x]" (config) from "[x]" (credentials).
/// Errors:   invalid, naming path:line and what is wrong with it; values are never shown.
/// Source:   botocore 1.43 configloader.py (Python's RawConfigParser: keys end in "=" or ":",
/// comments
///           are whole lines of # or ;, a section or key given twice is an error), 2026-08.
core::Result<void> parse_profile_file(const std::string& text, const std::string& path,
                                      bool is_config, ProfileFiles& into);

/// Reads AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, or the two in $HOME/.aws. A file that is
/// not there, or is no regular file (/dev/null), is an empty one.
/// Errors:   invalid: a file that cannot be read, is too long, or cannot be parsed.
core::Result<ProfileFiles> load_profile_files(const core::Environment& environment);

/// Returns the path with "~/", "$NAME" and "${NAME}" replaced; what is unset stays as it is.
std::string expand_path(const std::string& path, const core::Environment& environment);

/// Reads a whole small file that a user's settings name.
/// Returns: nothing when there is no such regular file.
/// Errors:   invalid, naming the path: not readable, or longer than `bytes_max`.
core::Result<std::optional<std::string>> read_small_file(const std::string& path,
                                                         std::size_t bytes_max);

}  // namespace snapferry::aws
