// SPDX-License-Identifier: Apache-2.0
#include "emulator/sts/sts_service.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/door/auth.h"
#include "emulator/query/query_answer.h"
#include "emulator/query/xml_writer.h"
#include "emulator/sts/role_sessions.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

// Source: botocore 1.43 sts service-2.json, 2026-08; role chaining: IAM User Guide, 2023.
constexpr long kDurationMin = 900;
constexpr long kRoleDurationMax = 43200;
constexpr long kSessionTokenDurationMax = 129600;
constexpr long kChainedDurationMax = 3600;

std::unexpected<ServiceError> invalid(std::string_view value, std::string_view member,
                                      std::string_view constraint) {
  return refuse(400, "ValidationError",
                fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy "
                            "constraint: {}",
                            value, member, constraint));
}

ServiceResult<std::string> read_role(QueryParameters& parameters) {
  std::string text = TRY(parameters.required("RoleArn"));
  if (text.size() < 20) {
    return invalid(text, "roleArn", "Member must have length greater than or equal to 20");
  }
  const auto arn = core::parse_arn(text);
  const bool is_role = arn && arn->service == "iam" && arn->region.empty() &&
                       is_account_id(arn->account.str()) && arn->resource.starts_with("role/") &&
                       !arn->resource.ends_with('/');
  if (!is_role) return refuse(400, "ValidationError", fmt::format("{} is invalid", text));
  return text;
}

ServiceResult<std::string> read_session_name(QueryParameters& parameters) {
  std::string name = TRY(parameters.required("RoleSessionName"));
  if (name.size() > 64) {
    return invalid(name, "roleSessionName", "Member must have length less than or equal to 64");
  }
  if (name.size() < 2) {
    return invalid(name, "roleSessionName", "Member must have length greater than or equal to 2");
  }
  const bool is_plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_+=,.@-").find(c) != std::string_view::npos;
  });
  if (!is_plain) {
    return invalid(name, "roleSessionName",
                   "Member must satisfy regular expression pattern: [\\w+=,.@-]*");
  }
  return name;
}

ServiceResult<core::Seconds> read_duration(QueryParameters& parameters, long otherwise, long most) {
  const long seconds = TRY(parameters.integer("DurationSeconds")).value_or(otherwise);
  if (seconds < kDurationMin) {
    return invalid(std::to_string(seconds), "durationSeconds",
                   fmt::format("Member must have value greater than or equal to {}", kDurationMin));
  }
  if (seconds > most) {
    return invalid(std::to_string(seconds), "durationSeconds",
                   fmt::format("Member must have value less than or equal to {}", most));
  }
  return core::Seconds(seconds);
}

// Session policies narrow what a session may do, and session tags are what conditions may ask
// about. The emulator keeps neither; a session that could do more than was asked for is worse than
// none.
ServiceResult<void> refuse_narrowing(QueryParameters& parameters) {
  for (const char* name : {"Policy", "PolicyArns", "Tags", "TransitiveTagKeys"}) {
    if (!parameters.has(name)) continue;
    return refuse(501, "NotImplemented",
                  fmt::format("The emulator has no session policies and tags: {}", name));
  }
  return {};
}

void write_credentials(XmlWriter& xml, const StsSession& session) {
  xml.open("Credentials")
      .element("AccessKeyId", session.access_key_id)
      .element("SecretAccessKey", session.secret_access_key)
      .element("SessionToken", session.session_token)
      .element("Expiration",
               core::format_instant(std::chrono::floor<core::Seconds>(session.expiration)))
      .close();
}

void write_assumed_role(XmlWriter& xml, const StsSession& session) {
  xml.open("AssumedRoleUser")
      .element("AssumedRoleId", session.user_id)
      .element("Arn", session.principal_arn)
      .close();
}

ServiceResult<std::string> get_caller_identity(const Caller& caller, QueryParameters& parameters) {
  TRY(parameters.refuse_unread());
  XmlWriter xml;
  xml.element("Arn", caller.principal_arn)
      .element("UserId", caller.user_id)
      .element("Account", caller.account.str());
  return xml.text();
}

// What a caller says beside the role, for conditions of its trust policy.
AssumeRequest read_request(QueryParameters& parameters, std::string role,
                           const std::string& session_name, core::Seconds duration) {
  AssumeRequest request{.role_arn = std::move(role), .duration = duration};
  request.context["sts:RoleSessionName"] = {session_name};
  const auto external_id = parameters.text("ExternalId");
  if (external_id) request.context["sts:ExternalId"] = {*external_id};
  const auto source_identity = parameters.text("SourceIdentity");
  if (source_identity) request.context["sts:SourceIdentity"] = {*source_identity};
  return request;
}

ServiceResult<std::string> assume_role(World& world, core::Instant now, const Caller& caller,
                                       QueryParameters& parameters) {
  const std::string role = TRY(read_role(parameters));
  const std::string name = TRY(read_session_name(parameters));
  const core::Seconds duration = TRY(read_duration(parameters, 3600, kRoleDurationMax));
  TRY(refuse_narrowing(parameters));
  const std::string source_identity = parameters.text("SourceIdentity").value_or("");
  const AssumeRequest request = read_request(parameters, role, name, duration);
  for (const char* ignored : {"SerialNumber", "TokenCode"}) {
    (void)parameters.text(ignored);
  }
  TRY(parameters.refuse_unread());
  const bool is_session = caller.principal_arn.find(":assumed-role/") != std::string::npos;
  if (is_session && duration.count() > kChainedDurationMax) {
    return refuse(
        400, "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
        "by role chaining");
  }
  TRY(check_assume_role(world, caller, request));
  const StsSession session = issue_role_session(world, role, name, now + duration);
  XmlWriter xml;
  if (!source_identity.empty()) xml.element("SourceIdentity", source_identity);
  write_assumed_role(xml, session);
  write_credentials(xml, session);
  return xml.text();
}

ServiceResult<std::string> read_web_identity(QueryParameters& parameters, core::Instant now) {
  const std::string token = TRY(parameters.required("WebIdentityToken"));
  constexpr std::string_view kPrefix = "emulator:";
  const auto bad = [] {
    return refuse(
        400, "InvalidIdentityToken",
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an "
        "Access Token)");
  };
  if (!token.starts_with(kPrefix)) return bad();
  const std::string rest = token.substr(kPrefix.size());
  const auto colon = rest.find(':');
  std::string subject = rest.substr(0, colon);
  if (subject.size() < 6 || subject.size() > 255) return bad();
  if (colon != std::string::npos) {
    const auto expiry = core::parse_instant(rest.substr(colon + 1));
    if (!expiry) return bad();
    if (now >= *expiry) {
      return refuse(400, "ExpiredTokenException",
                    fmt::format("Token expired: current date/time {} must be before the expiration "
                                "date/time {}",
                                now.time_since_epoch().count() / 1000,
                                expiry->time_since_epoch().count() / 1000));
    }
  }
  return subject;
}

ServiceResult<std::string> assume_role_with_web_identity(World& world, core::Instant now,
                                                         QueryParameters& parameters) {
  const std::string role = TRY(read_role(parameters));
  const std::string name = TRY(read_session_name(parameters));
  const core::Seconds duration = TRY(read_duration(parameters, 3600, kRoleDurationMax));
  const std::string subject = TRY(read_web_identity(parameters, now));
  TRY(refuse_narrowing(parameters));
  (void)parameters.text("ProviderId");
  TRY(parameters.refuse_unread());
  TRY(check_web_identity(world, {.role_arn = role, .duration = duration}, subject));
  const StsSession session = issue_role_session(world, role, name, now + duration);
  XmlWriter xml;
  xml.element("SubjectFromWebIdentityToken", subject)
      .element("Audience", "sts.amazonaws.com")
      .element("Provider", "emulator");
  write_assumed_role(xml, session);
  write_credentials(xml, session);
  return xml.text();
}

ServiceResult<std::string> get_session_token(StsModel& sts, core::Instant now, const Caller& caller,
                                             QueryParameters& parameters) {
  // Source: AWS STS API, GetSessionToken, 2023: root is held to an hour, others default to twelve.
  const bool is_root = caller.principal_arn.ends_with(":root");
  const core::Seconds asked =
      TRY(read_duration(parameters, is_root ? 3600 : kRoleDurationMax, kSessionTokenDurationMax));
  (void)parameters.text("SerialNumber");
  (void)parameters.text("TokenCode");
  TRY(parameters.refuse_unread());
  if (!is_root) {
    return refuse(403, "AccessDenied", "Cannot call GetSessionToken with session credentials");
  }
  const core::Seconds duration = std::min(asked, core::Seconds(3600));
  XmlWriter xml;
  write_credentials(
      xml, sts.issue(caller.account, caller.principal_arn, caller.user_id, now + duration));
  return xml.text();
}

}  // namespace

ServiceResult<std::string> serve_sts(World& world, core::Instant now, const Caller& caller,
                                     QueryParameters& parameters, const std::string& request_id) {
  const std::string action = parameters.text("Action").value_or("");
  const std::string version = parameters.text("Version").value_or("");
  ServiceResult<std::string> inner =
      refuse(400, "InvalidAction",
             fmt::format("Could not find operation {} for version {}", action, version));
  if (version == kStsVersion) {
    if (action == "GetCallerIdentity") inner = get_caller_identity(caller, parameters);
    if (action == "AssumeRole") inner = assume_role(world, now, caller, parameters);
    if (action == "AssumeRoleWithWebIdentity") {
      inner = assume_role_with_web_identity(world, now, parameters);
    }
    if (action == "GetSessionToken") inner = get_session_token(world.sts, now, caller, parameters);
  }
  const std::string xml = TRY(inner);
  return query_answer(action, kStsXmlns, xml, request_id);
}

}  // namespace snapferry::emulator
