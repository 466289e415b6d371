// IAM Identity Center (SSO): the token that `aws sso login` keeps, exchanged for a role's
// credentials. The token is never renewed here: that is a person's login.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <exception>
#include <string>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "aws/credentials/credentials_source.h"
#include "aws/endpoints.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using core::fail;

// A cache file holds a token, a refresh token and a client secret: below 10 KiB.
constexpr std::size_t kCacheFileMax = 1UL << 20;

struct SsoProfile {
  std::string cache_key;  ///< the session's name, or for the older form the start URL
  core::Region region;
  std::string account_id;
  std::string role_name;
};

std::string sha1_hex(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const int done =
      EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr);
  ASSERT(done == 1);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string login_hint(const std::string& profile) {
  return fmt::format("Run aws sso login --profile {}.", profile);
}

// Returns the profile's key, else the session's; that both are there and differ is an error.
core::Result<std::string> setting_of(const SourceContext& context, const std::string& profile,
                                     const Section* session, const std::string& key) {
  const auto own = context.settings.files.get(profile, key);
  std::optional<std::string> shared;
  if (session != nullptr && session->contains(key)) shared = session->at(key);
  if (own && shared && *own != *shared) {
    return fail(ErrorKind::invalid,
                fmt::format("{} of profile {} is not that of its sso-session", key, profile),
                "Keep it in the sso-session only.");
  }
  if (own) return *own;
  if (shared && !shared->empty()) return *shared;
  return fail(ErrorKind::invalid,
              fmt::format("profile {} is set up for sso but has no {}", profile, key),
              fmt::format("Run aws configure sso --profile {}.", profile));
}

core::Result<SsoProfile> read_profile(const SourceContext& context, const std::string& profile) {
  const ProfileFiles& files = context.settings.files;
  const Section* session = nullptr;
  const auto session_name = files.get(profile, "sso_session");
  if (session_name) {
    const auto found = files.sso_sessions.find(*session_name);
    if (found == files.sso_sessions.end()) {
      return fail(ErrorKind::invalid,
                  fmt::format("profile {} names the sso-session {}, which is not in {}", profile,
                              *session_name, files.config_path),
                  fmt::format("Run aws configure sso --profile {}.", profile));
    }
    session = &found->second;
  }
  SsoProfile sso;
  sso.region = core::Region(TRY(setting_of(context, profile, session, "sso_region")));
  const std::string start_url = TRY(setting_of(context, profile, session, "sso_start_url"));
  sso.cache_key = session_name ? *session_name : start_url;
  sso.account_id = TRY(setting_of(context, profile, session, "sso_account_id"));
  sso.role_name = TRY(setting_of(context, profile, session, "sso_role_name"));
  return sso;
}

struct CachedToken {
  std::string token;
  std::optional<core::Instant> expiration;
};

CachedToken parse_cache(const std::string& text) {
  CachedToken cached;
  try {
    boost::json::error_code failure;
    const boost::json::value value = boost::json::parse(text, failure);
    const boost::json::object* object = failure ? nullptr : value.if_object();
    if (object == nullptr) return cached;
    const auto* token = object->if_contains("accessToken");
    const auto* expiration = object->if_contains("expiresAt");
    if (token == nullptr || !token->is_string() || expiration == nullptr ||
        !expiration->is_string()) {
      return cached;
    }
    std::string time(expiration->get_string().c_str());
    // The first version of the aws command line wrote "2020-06-17T10:02:08UTC".
    if (time.ends_with("UTC")) time.replace(time.size() - 3, 3, "Z");
    cached.token = token->get_string().c_str();
    cached.expiration = core::parse_instant(time);
  } catch (const std::exception&) {
    return CachedToken{};
  }
  return cached;
}

core::Result<std::string> read_token(const SourceContext& context, const std::string& profile,
                                     const SsoProfile& sso) {
  const std::string home = context.settings.environment.get("HOME").value_or("");
  const std::string path = fmt::format("{}/.aws/sso/cache/{}.json", home, sha1_hex(sso.cache_key));
  const auto text = TRY(read_small_file(path, kCacheFileMax));
  if (!text) {
    return fail(ErrorKind::denied, fmt::format("profile {} is not logged in to sso", profile),
                login_hint(profile));
  }
  const CachedToken cached = parse_cache(*text);
  const bool is_header_value = cached.token.find_first_of("\r\n") == std::string::npos;
  if (cached.token.empty() || !cached.expiration || !is_header_value) {
    return fail(ErrorKind::invalid, fmt::format("{} holds no sso token", path),
                login_hint(profile));
  }
  if (*cached.expiration <= context.clock.now()) {
    return fail(ErrorKind::denied,
                fmt::format("the sso token of profile {} expired at {}", profile,
                            core::format_instant(*cached.expiration)),
                login_hint(profile));
  }
  return cached.token;
}

// Reads {"roleCredentials": {..., "expiration": <milliseconds since 1970>}}.
std::optional<Credentials> parse_role_credentials(const std::string& text) {
  try {
    const boost::json::value value = boost::json::parse(text);
    const boost::json::object& object = value.at("roleCredentials").as_object();
    Credentials credentials;
    credentials.key = {.access_key_id = object.at("accessKeyId").as_string().c_str(),
                       .secret_access_key = object.at("secretAccessKey").as_string().c_str(),
                       .session_token = object.at("sessionToken").as_string().c_str()};
    credentials.expiration =
        core::Instant(core::Milliseconds(object.at("expiration").to_number<std::int64_t>()));
    return credentials;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::unexpected<core::Error> portal_refusal(int status, const std::string& profile,
                                            const SsoProfile& sso) {
  if (status == 401) {
    return fail(ErrorKind::denied,
                fmt::format("the sso portal refused the token of profile {} (HTTP 401)", profile),
                login_hint(profile));
  }
  if (status == 429 || status >= 500) {
    return fail(ErrorKind::transient, fmt::format("the sso portal answered HTTP {}", status));
  }
  return fail(ErrorKind::denied,
              fmt::format("the sso portal gave no credentials for role {} in account {} (HTTP {})",
                          sso.role_name, sso.account_id, status),
              fmt::format("Check sso_role_name, sso_account_id and sso_region of profile {}, and "
                          "that the role is assigned to you.",
                          profile));
}

}  // namespace

core::Result<Found> from_sso(const SourceContext& context, const std::string& profile) {
  const ProfileFiles& files = context.settings.files;
  if (!files.get(profile, "sso_role_name") && !files.get(profile, "sso_account_id")) {
    return Found{.credentials = {}, .note = "sso: not set"};
  }
  const SsoProfile sso = TRY(read_profile(context, profile));
  const std::string token = TRY(read_token(context, profile, sso));
  const Endpoint endpoint = TRY(resolve_endpoint(context.settings, "portal.sso", sso.region));
  // Source: botocore 1.43 model sso 2019-06-10, GetRoleCredentials, 2026-08.
  HttpRequest request;
  request.method = "GET";
  request.url = fmt::format("{}federation/credentials?role_name={}&account_id={}", endpoint.url,
                            uri_encode(sso.role_name), uri_encode(sso.account_id));
  request.headers = {{"x-amz-sso_bearer_token", token}, {"Accept", "application/json"}};
  auto response = context.transport.send(request);
  if (!response) {
    auto error = core::with_context(std::move(response).error(), "sso portal");
    // It only reads: asking again does no harm.
    if (error.kind == ErrorKind::unknown) error.kind = ErrorKind::transient;
    return std::unexpected(std::move(error));
  }
  if (response->status != 200) return portal_refusal(response->status, profile, sso);
  auto credentials = parse_role_credentials(response->body);
  if (!credentials) {
    // A proxy's hiccup, most likely; asking again does no harm here either.
    return fail(ErrorKind::transient, "the sso portal's answer holds no credentials",
                "Check sso_region and AWS_ENDPOINT_URL_SSO.");
  }
  credentials->source = fmt::format("sso role {} of profile {}", sso.role_name, profile);
  return Found{.credentials = std::move(credentials), .note = {}};
}

}  // namespace snapferry::aws
