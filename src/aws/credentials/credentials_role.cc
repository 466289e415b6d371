// Roles: assumed with other credentials, or with an identity provider's token.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "aws/credentials/credentials_source.h"
#include "aws/credentials/sts_api.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using core::fail;

// Source: botocore 1.43 model sts AssumeRole, 2026-08.
constexpr long kDurationMin = 900;
constexpr long kDurationMax = 43200;
constexpr std::size_t kWebIdentityTokenMax = 20000;

bool is_session_name(const std::string& name) {
  return name.size() >= 2 && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("_+=,.@-").find(char(c)) != std::string::npos;
         });
}

core::Result<AssumeRoleRequest> role_request(const SourceContext& context, std::string role_arn,
                                             std::optional<std::string> session_name,
                                             const std::string& where) {
  AssumeRoleRequest request;
  request.role_arn = std::move(role_arn);
  if (!core::parse_arn(request.role_arn)) {
    return fail(ErrorKind::invalid, fmt::format("the role of {} is no ARN", where),
                "Write it like arn:aws:iam::123456789012:role/name.");
  }
  request.session_name = session_name ? *session_name : default_session_name(context.clock);
  if (!is_session_name(request.session_name)) {
    return fail(ErrorKind::invalid, fmt::format("the role session name of {} is none", where),
                "Use 2 to 64 letters, digits and _+=,.@-");
  }
  return request;
}

// Follows source_profile from one profile to the next. Every profile is visited once, save that the
// last may name itself for its own static keys.
class RoleChain {
 public:
  explicit RoleChain(const SourceContext& context) : context_(context) {}

  core::Result<Credentials> assume(const std::string& profile) {
    visited_.push_back(profile);
    const auto request = TRY(request_of(profile));
    const Credentials base = TRY(base_of(profile));
    const StsClient client{context_.transport, context_.settings, context_.clock};
    auto credentials =
        assume_role(client, sts_region(context_.settings, request.role_arn), base, request);
    if (!credentials) {
      auto error = core::with_context(std::move(credentials).error(),
                                      fmt::format("role {} of profile {} with credentials from {}",
                                                  request.role_arn, profile, base.source));
      return std::unexpected(std::move(error));
    }
    credentials->source = fmt::format("role {} of profile {}", request.role_arn, profile);
    return credentials;
  }

 private:
  core::Result<AssumeRoleRequest> request_of(const std::string& profile) const {
    const ProfileFiles& files = context_.settings.files;
    if (files.get(profile, "mfa_serial")) {
      return fail(
          ErrorKind::invalid,
          fmt::format("profile {} wants a code of an mfa device, which is not asked for here",
                      profile),
          "Get session credentials with aws sts get-session-token or aws sso login and use "
          "those, or name a credential_process that asks for the code.");
    }
    auto request = TRY(role_request(context_, files.get(profile, "role_arn").value_or(""),
                                    files.get(profile, "role_session_name"),
                                    fmt::format("profile {}", profile)));
    request.external_id = files.get(profile, "external_id").value_or("");
    if (const auto text = files.get(profile, "duration_seconds")) {
      const auto [end, error] =
          std::from_chars(text->data(), text->data() + text->size(), request.duration_seconds);
      if (error != std::errc() || end != text->data() + text->size() ||
          request.duration_seconds < kDurationMin || request.duration_seconds > kDurationMax) {
        return fail(ErrorKind::invalid,
                    fmt::format("duration_seconds of profile {} is no number from {} to {}",
                                profile, kDurationMin, kDurationMax),
                    "A role assumed with another role's credentials is good for 3600 at most.");
      }
    }
    return request;
  }

  core::Result<Credentials> base_of(const std::string& profile) {
    const ProfileFiles& files = context_.settings.files;
    const auto source_profile = files.get(profile, "source_profile");
    const auto credential_source = files.get(profile, "credential_source");
    if (source_profile.has_value() == credential_source.has_value()) {
      return fail(
          ErrorKind::invalid,
          fmt::format("profile {} has role_arn with {} source_profile {} credential_source",
                      profile, source_profile ? "both" : "neither", source_profile ? "and" : "nor"),
          "Name exactly one of them.");
    }
    if (credential_source) return base_from_source(profile, *credential_source);
    return base_from_profile(profile, *source_profile);
  }

  core::Result<Credentials> base_from_source(const std::string& profile,
                                             const std::string& source) {
    Found found;
    if (source == "Environment") {
      found = TRY(from_environment(context_));
    } else if (source == "EcsContainer") {
      found = TRY(from_container(context_));
    } else if (source == "Ec2InstanceMetadata") {
      found = TRY(from_instance_metadata(context_));
    } else {
      return fail(ErrorKind::invalid,
                  fmt::format("credential_source of profile {} is none that is known", profile),
                  "Use Environment, EcsContainer or Ec2InstanceMetadata.");
    }
    if (found.credentials) return *found.credentials;
    return fail(ErrorKind::denied,
                fmt::format("profile {} takes its credentials from {}, which has none ({})",
                            profile, source, found.note),
                "Run where that source is, or name another.");
  }

  core::Result<Credentials> base_from_profile(const std::string& profile,
                                              const std::string& source) {
    const ProfileFiles& files = context_.settings.files;
    if (!files.profiles.contains(source)) {
      return std::unexpected(core::with_context(unknown_profile(files, source),
                                                fmt::format("source_profile of {}", profile)));
    }
    const bool has_keys = has_static_keys(files, source);
    const bool is_seen = std::ranges::find(visited_, source) != visited_.end();
    if (is_seen && (source != profile || !has_keys)) {
      std::string path;
      for (const auto& name : visited_) path += name + " -> ";
      return fail(ErrorKind::invalid,
                  fmt::format("source_profile runs in a circle: {}{}", path, source),
                  "Let the last of them hold access keys, SSO settings or a credential_process.");
    }
    const bool is_role =
        files.get(source, "role_arn") && !files.get(source, "web_identity_token_file");
    if (is_role && !has_keys) return assume(source);
    std::vector<std::string> notes;
    Found found = TRY(from_profile(context_, source, false, notes));
    if (found.credentials) return *found.credentials;
    return fail(
        ErrorKind::denied,
        fmt::format("profile {}, source_profile of {}, holds no credentials", source, profile),
        fmt::format("Run aws configure --profile {}.", source));
  }

  const SourceContext& context_;
  std::vector<std::string> visited_;
};

}  // namespace

std::string default_session_name(core::Clock& clock) {
  const auto since = std::chrono::floor<core::Seconds>(clock.now()).time_since_epoch();
  return fmt::format("snapferry-{}", since.count());
}

core::Result<Found> from_assume_role(const SourceContext& context, const std::string& profile) {
  const ProfileFiles& files = context.settings.files;
  if (!files.get(profile, "role_arn") || files.get(profile, "web_identity_token_file")) {
    return Found{.credentials = {}, .note = "role: no role_arn"};
  }
  return Found{.credentials = TRY(RoleChain(context).assume(profile)), .note = {}};
}

core::Result<Found> from_web_identity(const SourceContext& context, const std::string& profile,
                                      bool use_environment) {
  const auto setting = [&](const char* variable, const char* key) {
    auto value = use_environment ? context.settings.environment.get(variable) : std::nullopt;
    return value ? value : context.settings.files.get(profile, key);
  };
  const auto token_file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
  if (!token_file) return Found{.credentials = {}, .note = "web identity: not set"};
  const auto role_arn = setting("AWS_ROLE_ARN", "role_arn");
  if (!role_arn) {
    return fail(ErrorKind::invalid,
                "a web identity token file is set, but no role to assume with it",
                "Set AWS_ROLE_ARN, or role_arn in the profile.");
  }
  const auto request =
      TRY(role_request(context, *role_arn, setting("AWS_ROLE_SESSION_NAME", "role_session_name"),
                       "the web identity"));
  auto token = TRY(read_small_file(*token_file, kWebIdentityTokenMax));
  // An editor's or echo's line end is no part of a token, and STS would call it one.
  while (token && token->ends_with('\n')) token->pop_back();
  if (!token || token->empty()) {
    return fail(ErrorKind::denied,
                fmt::format("the web identity token file {} is {}", *token_file,
                            token ? "empty" : "not there"),
                "Check AWS_WEB_IDENTITY_TOKEN_FILE (web_identity_token_file) and who writes it.");
  }
  const StsClient client{context.transport, context.settings, context.clock};
  auto credentials = assume_role_with_web_identity(client, sts_region(context.settings, *role_arn),
                                                   *token, request);
  if (!credentials) {
    auto error = core::with_context(
        std::move(credentials).error(),
        fmt::format("role {} with the web identity of {}", *role_arn, *token_file));
    return std::unexpected(std::move(error));
  }
  credentials->source = fmt::format("role {} with web identity", *role_arn);
  return Found{.credentials = std::move(*credentials), .note = {}};
}

}  // namespace snapferry::aws
