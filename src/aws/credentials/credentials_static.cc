// Keys that stand somewhere as they are: the environment and the two files.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "aws/credentials/credentials_source.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using core::fail;

core::Result<Found> from_file(const SourceContext& context, const std::string& profile,
                              const char* which, const std::string& path) {
  const ProfileFiles& files = context.settings.files;
  const auto id = files.get(profile, "aws_access_key_id");
  const auto secret = files.get(profile, "aws_secret_access_key");
  if (!id && !secret) return Found{.credentials = {}, .note = fmt::format("{}: no keys", which)};
  if (!id || !secret) {
    return fail(ErrorKind::invalid,
                fmt::format("profile {} has {} but no {}", profile,
                            id ? "aws_access_key_id" : "aws_secret_access_key",
                            id ? "aws_secret_access_key" : "aws_access_key_id"),
                fmt::format("Complete or remove it in {}.", path));
  }
  Credentials credentials;
  credentials.key = {.access_key_id = *id,
                     .secret_access_key = *secret,
                     .session_token = files.get(profile, "aws_session_token").value_or("")};
  credentials.source = fmt::format("profile {} of {}", profile, path);
  return Found{.credentials = std::move(credentials), .note = {}};
}

}  // namespace

core::Result<Found> from_environment(const SourceContext& context) {
  const core::Environment& environment = context.settings.environment;
  const auto id = environment.get("AWS_ACCESS_KEY_ID");
  const auto secret = environment.get("AWS_SECRET_ACCESS_KEY");
  if (!id && !secret) return Found{.credentials = {}, .note = "environment: not set"};
  if (!id || !secret) {
    return fail(
        ErrorKind::invalid,
        fmt::format("{} is set but {} is not", id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                    id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"),
        "Set both, or unset both to use a profile.");
  }
  Credentials credentials;
  auto token = environment.get("AWS_SESSION_TOKEN");
  if (!token) token = environment.get("AWS_SECURITY_TOKEN");  // its name before 2014
  credentials.key = {
      .access_key_id = *id, .secret_access_key = *secret, .session_token = token.value_or("")};
  credentials.source = "environment";
  if (const auto expiration = environment.get("AWS_CREDENTIAL_EXPIRATION")) {
    credentials.expiration = core::parse_instant(*expiration);
    if (!credentials.expiration) {
      return fail(ErrorKind::invalid, "AWS_CREDENTIAL_EXPIRATION is no RFC 3339 time in UTC",
                  "Write it like 2026-11-22T18:00:00Z, or unset it.");
    }
    // Nothing in this process can renew what was handed to it.
    if (*credentials.expiration <= context.clock.now()) {
      return fail(ErrorKind::denied,
                  fmt::format("the credentials in the environment expired at {}",
                              core::format_instant(*credentials.expiration)),
                  "Get new ones from where these came from and set them again.");
    }
  }
  return Found{.credentials = std::move(credentials), .note = {}};
}

core::Result<Found> from_credentials_file(const SourceContext& context,
                                          const std::string& profile) {
  const ProfileFiles& files = context.settings.files;
  if (!files.keyed_in_credentials.contains(profile)) {
    return Found{.credentials = {}, .note = "credentials file: no keys"};
  }
  return from_file(context, profile, "credentials file", files.credentials_path);
}

core::Result<Found> from_config_file(const SourceContext& context, const std::string& profile) {
  return from_file(context, profile, "config file", context.settings.files.config_path);
}

bool has_static_keys(const ProfileFiles& files, const std::string& profile) {
  return files.get(profile, "aws_access_key_id") || files.get(profile, "aws_secret_access_key");
}

}  // namespace snapferry::aws
