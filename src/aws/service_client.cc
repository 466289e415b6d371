// One call: at most one try more for a wrong clock and one more for expired credentials, since both
// are cured here and nothing was done by the refused try. Nothing else is repeated.
// SPDX-License-Identifier: Apache-2.0
#include "aws/service_client.h"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "aws/endpoints.h"
#include "aws/http/url.h"
#include "aws/refusal.h"
#include "core/version.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;

// Not signed: proxies may rewrite it. Source: rds-facts 8.3 for the form, 2026-08.
std::string user_agent() {
  return std::string("snapferry/") + core::kVersion + " ua/2.1 os/linux lang/cpp#23";
}
// AWS takes requests within 5 to 15 minutes of its own clock; below 5 a refusal has another cause.
constexpr core::Milliseconds kSkewMin = std::chrono::minutes(5);
// A page of 100 snapshots with 50 tags each is below 2 MiB.
constexpr std::size_t kAnswerMax = std::size_t{16} * 1024 * 1024;

// Source: rds-facts 4 (clock skew), 2026-08.
constexpr std::array<std::string_view, 6> kClockCodes = {
    "RequestTimeTooSkewed",      "RequestExpired",        "RequestInTheFuture",
    "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure"};

bool is_expired_token(std::string_view code) {
  return code == "ExpiredToken" || code == "ExpiredTokenException";
}

// As it is: an endpoint's path holds nothing that encoding would change.
std::string path_of(const Url& url) {
  return url.target.substr(0, url.target.find('?'));
}

// Secrets of AWS have 40 characters and more. Emulators take any word ("test"), which may be part
// of a name that must come through.
constexpr std::size_t kSecretMin = 16;

void redact(std::string& text, const SigningKey& key, std::size_t length_min) {
  for (const std::string& secret :
       {key.secret_access_key, key.session_token, uri_encode(key.secret_access_key),
        uri_encode(key.session_token)}) {
    if (secret.empty() || secret.size() < length_min) continue;
    constexpr std::string_view kShown = "***";
    for (std::size_t at = text.find(secret); at != text.npos;
         at = text.find(secret, at + kShown.size())) {
      text.replace(at, secret.size(), kShown);
    }
  }
}

std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  const char* first = text.data() + at;
  auto [end, failure] = std::from_chars(first, first + count, value);
  if (failure != std::errc() || end != first + count || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::string describe(const ServiceCall& call) {
  return fmt::format("{} {} in {}", call.service, call.operation, call.region.str());
}

struct ServiceClient::Attempt {
  HttpResponse response;
  core::Instant signed_at;
  SigningKey key;
};

ServiceClient::ServiceClient(HttpTransport& transport, CredentialsProvider* credentials,
                             const Settings& settings, core::Clock& clock)
    : transport_(transport), credentials_(credentials), settings_(settings), clock_(clock) {}

core::Instant ServiceClient::server_now() {
  return clock_.now() + core::Milliseconds(skew_ms_.load());
}

core::Result<Credentials> ServiceClient::credentials(core::Instant now) {
  ASSERT(credentials_ != nullptr);
  return credentials_->get(now);
}

core::Result<ServiceClient::Attempt> ServiceClient::attempt(const ServiceCall& call) {
  Endpoint endpoint = TRY(resolve_endpoint(settings_, call.service, call.region));
  Url url = TRY(parse_url(endpoint.url));
  Attempt attempt;
  attempt.signed_at = server_now();

  HttpRequest request;
  request.url = url.origin() + url.target;
  request.body = call.body;
  if (!call.target.empty()) request.headers.emplace_back("X-Amz-Target", call.target);
  request.headers.emplace_back("Content-Type", call.content_type);
  if (call.is_signed) {
    attempt.key = TRY(credentials(attempt.signed_at)).key;
    SignableRequest signable{request.method,  url.authority(), path_of(url), {},
                             request.headers, call.body};
    Fields added =
        sign_headers(signable, attempt.key,
                     {attempt.signed_at, endpoint.signing_region, endpoint.signing_service});
    request.headers.insert(request.headers.end(), added.begin(), added.end());
  }
  request.headers.emplace_back("User-Agent", user_agent());

  auto response = transport_.send(request);
  if (!response) {
    core::Error error = std::move(response).error();
    if (error.kind == ErrorKind::unknown && !call.is_write) error.kind = ErrorKind::transient;
    return std::unexpected(core::with_context(std::move(error), describe(call)));
  }
  attempt.response = std::move(*response);
  if (const auto server = parse_http_date(attempt.response.header("Date"))) {
    ahead_ms_ = (*server - clock_.now()).count();
  }
  return attempt;
}

std::optional<core::Milliseconds> ServiceClient::clock_ahead() const {
  const long ahead = ahead_ms_.load();
  if (ahead == kUnknown) return std::nullopt;
  return core::Milliseconds(ahead);
}

bool ServiceClient::correct_clock(std::string_view code, const HttpResponse& response,
                                  core::Instant signed_at) {
  bool is_clock_code = false;
  for (std::string_view known : kClockCodes) is_clock_code = is_clock_code || code == known;
  if (!is_clock_code) return false;
  std::optional<core::Instant> server = parse_http_date(response.header("Date"));
  if (!server) return false;
  if (std::chrono::abs(*server - signed_at) <= kSkewMin) return false;
  skew_ms_ = (*server - clock_.now()).count();
  return true;
}

core::Result<HttpResponse> ServiceClient::call(const ServiceCall& call) {
  bool may_correct_clock = call.is_signed;
  bool may_renew = call.is_signed;
  while (true) {
    Attempt tried = TRY(attempt(call));
    HttpResponse& response = tried.response;
    // Before anything cuts the text for a message: of a secret that is cut, nothing would match.
    redact(response.body, tried.key, kSecretMin);
    if (response.status >= 200 && response.status < 300) {
      if (response.body.size() <= kAnswerMax) return std::move(response);
      return core::fail(call.is_write ? ErrorKind::unknown : ErrorKind::transient,
                        fmt::format("{}: answer of {} bytes is larger than {} bytes",
                                    describe(call), response.body.size(), kAnswerMax),
                        "Check the endpoint and any proxy between here and AWS.");
    }
    core::Error error = read_error(call.service, describe(call), response, call.is_write);
    redact(error.message, tried.key, 1);
    if (may_correct_clock && correct_clock(error.aws_code, response, tried.signed_at)) {
      may_correct_clock = false;
      continue;
    }
    if (may_renew && is_expired_token(error.aws_code)) {
      may_renew = false;
      credentials_->invalidate();
      continue;
    }
    return std::unexpected(std::move(error));
  }
}

core::Result<std::string> ServiceClient::presign(const std::string& service,
                                                 const core::Region& region, const Fields& query,
                                                 core::Seconds expires) {
  Endpoint endpoint = TRY(resolve_endpoint(settings_, service, region));
  Url url = TRY(parse_url(endpoint.url));
  core::Instant now = server_now();
  SigningKey key = TRY(credentials(now)).key;
  SignableRequest signable{"GET", url.authority(), path_of(url), query, {}, {}};
  std::string presigned =
      presign_url(signable, key, {now, endpoint.signing_region, endpoint.signing_service}, expires);
  if (url.is_https) return presigned;
  // Only a custom endpoint speaks plain HTTP, and the scheme is no part of what is signed.
  return "http" + presigned.substr(std::string_view("https").size());
}

std::optional<core::Instant> parse_http_date(std::string_view text) {
  // "Sun, 06 Nov 1994 08:49:37 GMT", by position.
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT" ||
      text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  std::size_t month = kMonths.find(text.substr(8, 3));
  auto day = number_at(text, 5, 2);
  auto year = number_at(text, 12, 4);
  auto hour = number_at(text, 17, 2);
  auto minute = number_at(text, 20, 2);
  auto second = number_at(text, 23, 2);
  if (month == kMonths.npos || month % 3 != 0 || !day || !year || !hour || !minute || !second) {
    return std::nullopt;
  }
  return core::parse_instant(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", *year,
                                         month / 3 + 1, *day, *hour, *minute, *second));
}

}  // namespace snapferry::aws
