// The sources of the credentials chain, one function each and one file for each kind. A source says
// one of three things: here they are; I am not set up here, and why; I am set up and it went wrong,
// which ends the chain, since going on would use an identity that nobody asked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/credentials/credentials.h"

namespace snapferry::aws {

/// What a source may look at. All must outlive the call.
struct SourceContext {
  const Settings& settings;
  HttpTransport& transport;
  core::Clock& clock;
};

struct Found {
  std::optional<Credentials> credentials;
  std::string note;  ///< where there are none: "environment: not set", for the list of those tried
};

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION.
/// Errors:   invalid: only some of them.
core::Result<Found> from_environment(const SourceContext& context);

/// role_arn with source_profile or credential_source, followed as far as it leads.
/// Errors:   invalid: a loop, both or neither, an unknown profile or source, mfa_serial.
core::Result<Found> from_assume_role(const SourceContext& context, const std::string& profile);

/// AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, or web_identity_token_file and role_arn.
core::Result<Found> from_web_identity(const SourceContext& context, const std::string& profile,
                                      bool use_environment);

/// sso_session or sso_start_url: the token that `aws sso login` left in ~/.aws/sso/cache.
/// Errors:   denied: no token, expired, refused.
core::Result<Found> from_sso(const SourceContext& context, const std::string& profile);

/// aws_access_key_id and its like of the credentials file, or (below) of the config file.
/// Errors:   invalid: only some of them.
core::Result<Found> from_credentials_file(const SourceContext& context, const std::string& profile);
core::Result<Found> from_config_file(const SourceContext& context, const std::string& profile);

/// The output of the command that credential_process names, run without a shell.
core::Result<Found> from_credential_process(const SourceContext& context,
                                            const std::string& profile);

/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI: ECS, EKS Pod Identity.
core::Result<Found> from_container(const SourceContext& context);

/// The instance metadata service, version 2, else 1. Never an error: on a machine that is no EC2
/// instance nothing answers.
core::Result<Found> from_instance_metadata(const SourceContext& context);

/// All of a profile's sources but its role: web identity, SSO, credentials file,
/// credential_process, config file, in this order.
core::Result<Found> from_profile(const SourceContext& context, const std::string& profile,
                                 bool use_environment, std::vector<std::string>& notes);

/// Returns whether a profile holds an access key or a secret of its own.
bool has_static_keys(const ProfileFiles& files, const std::string& profile);

/// Returns "snapferry-<seconds>", the role session name where none is set.
std::string default_session_name(core::Clock& clock);

/// The names that one kind of JSON reply uses.
struct ReplyNames {
  std::string_view token;             ///< "Token", "SessionToken"
  bool is_expiration_wanted = false;  ///< a reply without Expiration is refused
};

/// Reads {"AccessKeyId", "SecretAccessKey", token, "Expiration"}.
/// Errors:   invalid, beginning with `what` ("the container endpoint"), without any of the text.
core::Result<Credentials> parse_json_credentials(std::string_view text, const ReplyNames& names,
                                                 const std::string& what);

struct ProcessLimits {
  std::chrono::milliseconds timeout{60000};  ///< a person may have to touch a security key
  std::size_t output_max = 1UL << 20;        ///< a reply with the longest token is below 20 KiB
};

/// Runs a command, found on PATH, with that environment; its standard error is ours.
/// Returns:  what it wrote to standard output.
/// Errors:   invalid: cannot be started; denied: status other than 0, time-out, too much output.
/// The
///           messages name the program only: arguments may be secret.
core::Result<std::string> run_command(const std::vector<std::string>& words,
                                      const core::Environment& environment,
                                      const ProcessLimits& limits);

}  // namespace snapferry::aws
