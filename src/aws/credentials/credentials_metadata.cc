// The EC2 instance metadata service: version 2 (with a session token), else version 1. Off EC2
// nobody answers there, so it must give up fast and is never an error.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "aws/credentials/credentials_source.h"
#include "aws/http/url.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;

// Source: botocore 1.43 utils.py IMDSFetcher, 2026-08.
constexpr const char* kTokenSeconds = "21600";
constexpr const char* kTokenPath = "latest/api/token";
constexpr const char* kRolePath = "latest/meta-data/iam/security-credentials/";

Found none(const std::string& why) {
  return Found{.credentials = {}, .note = "instance metadata: " + why};
}

bool is_true(const std::optional<std::string>& value) {
  return value && lower_ascii(*value) == "true";
}

// A whole number of seconds or tries in 1 to `max`; anything else counts as 1, botocore's default.
int number_of(const std::optional<std::string>& text, int max) {
  int number = 1;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return std::clamp(number, 1, max);
}

struct Service {
  std::string url;  ///< ends in "/"
  core::Milliseconds timeout{1000};
  int tries = 1;
  bool has_version_1 = true;
};

Service service_of(const Settings& settings) {
  Service service;
  const auto mode =
      settings.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
  service.url =
      mode && lower_ascii(*mode) == "ipv6" ? "http://[fd00:ec2::254]/" : "http://169.254.169.254/";
  const auto custom =
      settings.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
  if (custom) service.url = custom->ends_with('/') ? *custom : *custom + "/";
  // A minute and ten tries bound what a typing error can cost.
  service.timeout = core::Seconds(
      number_of(settings.get("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout"), 60));
  service.tries = number_of(
      settings.get("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"), 10);
  service.has_version_1 =
      !is_true(settings.get("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"));
  return service;
}

core::Result<HttpResponse> ask(const SourceContext& context, const Service& service,
                               const char* method, const std::string& path, Fields headers) {
  HttpRequest request;
  request.method = method;
  request.url = service.url + path;
  request.headers = std::move(headers);
  request.connect_timeout = service.timeout;
  request.read_timeout = service.timeout;
  request.use_proxy = false;
  for (int tried = 1;; ++tried) {
    auto response = context.transport.send(request);
    const bool is_done = response && response->status < 500;
    if (is_done || tried >= service.tries) return response;
  }
}

struct Session {
  bool is_there = false;
  std::string token{};  ///< empty: version 1
  std::string why{};    ///< why it is not there
};

// Only a service that speaks version 1 alone refuses the token's path in these ways; one that took
// the request and did not answer is behind a hop too many, where version 1 still gets through.
Session open_session(const SourceContext& context, const Service& service) {
  auto response = ask(context, service, "PUT", kTokenPath,
                      {{"x-aws-ec2-metadata-token-ttl-seconds", kTokenSeconds}});
  if (!response && response.error().kind != ErrorKind::unknown) return {.why = "not reachable"};
  const int status = response ? response->status : 0;
  if (status == 200) {
    std::string token = response->body;
    if (token.empty() || token.find_first_of("\r\n") != std::string::npos) {
      return {.why = "gave no session token"};
    }
    return {.is_there = true, .token = std::move(token)};
  }
  const bool is_old = status == 0 || status == 403 || status == 404 || status == 405;
  if (!is_old) return {.why = fmt::format("refused a session (HTTP {})", status)};
  if (!service.has_version_1) return {.why = "gave no session token, and version 1 is disabled"};
  return {.is_there = true};
}

// The role's name becomes part of a path. Source: IAM's rule for role names, [\w+=,.@-]{1,64}.
bool is_role_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("_+=,.@-").find(char(c)) != std::string::npos;
  });
}

// {"Code": "AssumeRoleUnauthorizedAccess", "Message": ...} comes with status 200.
std::string refusal_of(const std::string& text) {
  boost::json::error_code failure;
  const boost::json::value value = boost::json::parse(text, failure);
  const boost::json::object* object = failure ? nullptr : value.if_object();
  const boost::json::value* code = object == nullptr ? nullptr : object->if_contains("Code");
  if (code == nullptr || !code->is_string()) return {};
  const std::string word = code->get_string().c_str();
  return word == "Success" || !is_role_name(word) ? std::string() : word;
}

}  // namespace

core::Result<Found> from_instance_metadata(const SourceContext& context) {
  if (is_true(context.settings.environment.get("AWS_EC2_METADATA_DISABLED"))) {
    return none("disabled by AWS_EC2_METADATA_DISABLED");
  }
  const Service service = service_of(context.settings);
  if (!parse_url(service.url)) return none("its endpoint is no http(s) URL");
  const Session session = open_session(context, service);
  if (!session.is_there) return none(session.why);
  Fields headers;
  if (!session.token.empty()) headers.emplace_back("x-aws-ec2-metadata-token", session.token);

  auto role = ask(context, service, "GET", kRolePath, headers);
  if (!role) return none("not reachable");
  if (role->status == 404) return none("the instance has no role");
  const std::string name = role->body.substr(0, role->body.find_first_of("\r\n"));
  if (role->status != 200 || !is_role_name(name)) {
    return none(fmt::format("gave no role (HTTP {})", role->status));
  }
  auto reply = ask(context, service, "GET", kRolePath + name, headers);
  if (!reply) return none("not reachable");
  if (reply->status != 200) {
    return none(fmt::format("gave no credentials for role {} (HTTP {})", name, reply->status));
  }
  if (const std::string code = refusal_of(reply->body); !code.empty()) {
    return none(fmt::format("refused role {} ({})", name, code));
  }
  auto credentials =
      parse_json_credentials(reply->body, {.token = "Token", .is_expiration_wanted = true}, "it");
  if (!credentials) return none(credentials.error().message);
  credentials->source = fmt::format("instance role {}", name);
  credentials->is_kept_when_stale = true;
  return Found{.credentials = std::move(*credentials), .note = {}};
}

}  // namespace snapferry::aws
