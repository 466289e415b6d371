// SPDX-License-Identifier: Apache-2.0
#include "emulator/door/auth.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "aws/sigv4.h"
#include "emulator/query/query_parameters.h"

namespace snapferry::emulator {
namespace {

using std::chrono::minutes;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
// Source: AWS General Reference, "Signature Version 4", 2023: 15 minutes either way; a presigned
// URL lives at most seven days.
constexpr minutes kSkewMax{15};
constexpr long kPresignedSecondsMax = 604800;

std::unexpected<ServiceError> mismatch(std::string message) {
  return refuse(403, "SignatureDoesNotMatch", std::move(message));
}

std::unexpected<ServiceError> unknown_token() {
  return refuse(403, "InvalidClientTokenId",
                "The security token included in the request is invalid.");
}

std::string amz_date(core::Instant time) {
  const std::string compact = core::format_compact(time);
  return compact.substr(0, 8) + "T" + compact.substr(8) + "Z";
}

std::optional<core::Instant> parse_amz_date(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return core::parse_compact(std::string(text.substr(0, 8)) + std::string(text.substr(9, 6)));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string field(const Fields& fields, std::string_view name) {
  for (const auto& [field_name, value] : fields) {
    if (field_name == name) return value;
  }
  return {};
}

// What a request says of its own signature, wherever it says so.
struct Claim {
  std::string credential;
  std::string signed_headers;
  std::string signature;
  std::string date;
  std::string token;
  std::optional<long> expires_seconds;  // presigned only

  std::string access_key_id;
  std::string scope_date;
  std::string region;
  std::string service;
};

ServiceResult<Claim> claim_of_header(const WireRequest& request, std::string_view authorization) {
  Claim claim;
  std::string missing;
  if (!authorization.starts_with(kAlgorithm)) {
    return refuse(400, "IncompleteSignature",
                  fmt::format("Unsupported AWS 'algorithm': '{}', only '{}' is supported.",
                              authorization.substr(0, authorization.find(' ')), kAlgorithm));
  }
  authorization.remove_prefix(kAlgorithm.size());
  for (const std::string& part : split(authorization, ',')) {
    const std::string_view text = trim(part);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = text.substr(0, equals);
    const std::string value(text.substr(equals + 1));
    if (name == "Credential") claim.credential = value;
    if (name == "SignedHeaders") claim.signed_headers = value;
    if (name == "Signature") claim.signature = value;
  }
  claim.date = std::string(request.header("X-Amz-Date"));
  claim.token = std::string(request.header("X-Amz-Security-Token"));
  const std::array<std::pair<std::string_view, bool>, 3> needed = {
      std::pair{"Credential", claim.credential.empty()},
      std::pair{"Signature", claim.signature.empty()},
      std::pair{"SignedHeaders", claim.signed_headers.empty()}};
  for (const auto& [name, is_missing] : needed) {
    if (is_missing) missing += fmt::format("Authorization header requires '{}' parameter. ", name);
  }
  if (claim.date.empty()) {
    missing +=
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (!missing.empty()) {
    return refuse(400, "IncompleteSignature",
                  fmt::format("{}Authorization={}", missing, kAlgorithm));
  }
  return claim;
}

ServiceResult<Claim> claim_of_query(const Fields& query) {
  Claim claim{.credential = field(query, "X-Amz-Credential"),
              .signed_headers = field(query, "X-Amz-SignedHeaders"),
              .signature = field(query, "X-Amz-Signature"),
              .date = field(query, "X-Amz-Date"),
              .token = field(query, "X-Amz-Security-Token"),
              .expires_seconds = std::nullopt,
              .access_key_id = {},
              .scope_date = {},
              .region = {},
              .service = {}};
  const std::array<std::pair<std::string_view, bool>, 4> needed = {
      std::pair{"X-Amz-Credential", claim.credential.empty()},
      std::pair{"X-Amz-Signature", claim.signature.empty()},
      std::pair{"X-Amz-SignedHeaders", claim.signed_headers.empty()},
      std::pair{"X-Amz-Date", claim.date.empty()}};
  std::string missing;
  for (const auto& [name, is_missing] : needed) {
    if (is_missing) missing += fmt::format("AWS query-string parameters must include '{}'. ", name);
  }
  if (!missing.empty()) {
    return refuse(400, "IncompleteSignature", missing + "Re-examine the query-string parameters.");
  }
  const std::string expires = field(query, "X-Amz-Expires");
  long seconds = 0;
  const char* last = expires.data() + expires.size();
  const auto [end, status] = std::from_chars(expires.data(), last, seconds);
  if (status != std::errc() || end != last || seconds < 0 || seconds > kPresignedSecondsMax) {
    return refuse(400, "IncompleteSignature",
                  fmt::format("X-Amz-Expires must be a number of seconds from 0 to {}, got '{}'.",
                              kPresignedSecondsMax, expires));
  }
  claim.expires_seconds = seconds;
  return claim;
}

// Takes the credential apart: keyid/date/region/service/aws4_request.
ServiceResult<void> read_credential(Claim& claim) {
  const auto parts = split(claim.credential, '/');
  if (parts.size() < 5) {
    return refuse(400, "IncompleteSignature",
                  fmt::format("Credential must have at least 5 slash-delimited elements, e.g. "
                              "keyid/date/region/service/term, got '{}'",
                              claim.credential));
  }
  claim.access_key_id = parts[0];
  claim.scope_date = parts[1];
  claim.region = parts[2];
  claim.service = parts[3];
  if (parts.size() != 5 || parts[4] != "aws4_request") {
    return mismatch(fmt::format(
        "Credential should be scoped with a valid terminator: 'aws4_request', not '{}'.",
        parts.back()));
  }
  // One door serves every region, so any region that some partition's form allows is a valid one.
  if (!core::partition_of(core::Region(claim.region))) {
    return mismatch(
        fmt::format("Credential should be scoped to a valid region, not '{}'. ", claim.region));
  }
  return {};
}

ServiceResult<core::Instant> check_date(const Claim& claim, core::Instant now) {
  const auto signed_at = parse_amz_date(claim.date);
  if (!signed_at) {
    return refuse(400, "IncompleteSignature",
                  fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'.", claim.date));
  }
  if (claim.date.substr(0, 8) != claim.scope_date) {
    return mismatch(fmt::format(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
        "HTTP: '{}' != '{}', from '{}'.",
        claim.scope_date, claim.date.substr(0, 8), claim.date));
  }
  if (*signed_at > now + kSkewMax) {
    return mismatch(
        fmt::format("Signature not yet current: {} is still later than {} ({} + 15 min.)",
                    claim.date, amz_date(now + kSkewMax), amz_date(now)));
  }
  if (claim.expires_seconds) {
    if (now > *signed_at + std::chrono::seconds(*claim.expires_seconds)) {
      return refuse(400, "RequestExpired", "Request has expired.");
    }
  } else if (*signed_at < now - kSkewMax) {
    return mismatch(fmt::format("Signature expired: {} is now earlier than {} ({} - 15 min.)",
                                claim.date, amz_date(now - kSkewMax), amz_date(now)));
  }
  return *signed_at;
}

struct Identity {
  Caller caller;
  std::string secret;
};

ServiceResult<Identity> identify(const Claim& claim, const StsModel& sts, core::Instant now) {
  const core::Region region(claim.region);
  if (claim.access_key_id == "testing" || is_account_id(claim.access_key_id)) {
    // A root key is a long-lived one: a session token beside it belongs to some other key.
    if (!claim.token.empty()) return unknown_token();
    const std::string account(claim.access_key_id == "testing" ? std::string(kTestingAccount)
                                                               : claim.access_key_id);
    return Identity{.caller = root_of(core::AccountId(account), region), .secret = "testing"};
  }
  const StsSession* session = sts.find(claim.access_key_id);
  if (session == nullptr || session->session_token != claim.token) return unknown_token();
  // A session works in the partition it was issued in, and nowhere else.
  const auto partition = *core::partition_of(region);
  const auto arn = core::parse_arn(session->principal_arn);
  if (!arn || arn->partition != partition) return unknown_token();
  if (now >= session->expiration) {
    return refuse(403, "ExpiredToken", "The security token included in the request is expired");
  }
  return Identity{.caller = {.account = session->account,
                             .region = region,
                             .partition = std::string(partition),
                             .principal_arn = session->principal_arn,
                             .user_id = session->user_id},
                  .secret = session->secret_access_key};
}

ServiceResult<aws::Fields> signed_header_values(const WireRequest& request, const Claim& claim) {
  aws::Fields values;
  bool has_host = false;
  for (const std::string& name : split(claim.signed_headers, ';')) {
    has_host = has_host || name == "host";
    bool is_found = false;
    for (const auto& [sent_name, value] : request.headers) {
      if (!is_same_header(sent_name, name)) continue;
      values.emplace_back(name, value);
      is_found = true;
    }
    // A header that was dropped on the way is signed as if it were empty, so it cannot match.
    if (!is_found) values.emplace_back(name, "");
  }
  if (!has_host) {
    return mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  return values;
}

// What S3 signs in place of the body's hash: what the client says it is.
// Source: Amazon S3 API Reference, "Authenticating Requests", 2025; botocore 1.43 auth.py,
// S3SigV4Auth.
ServiceResult<std::string> s3_payload_hash(const WireRequest& request, bool is_presigned) {
  std::string said(request.header("X-Amz-Content-Sha256"));
  if (said.empty()) {
    if (is_presigned) return "UNSIGNED-PAYLOAD";
    return refuse(400, "InvalidRequest",
                  "Missing required header for this request: x-amz-content-sha256");
  }
  if (said == "UNSIGNED-PAYLOAD" || said.starts_with("STREAMING-")) return said;
  if (said != aws::sha256_hex(request.body)) {
    return refuse(400, "XAmzContentSHA256Mismatch",
                  "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  return said;
}

}  // namespace

std::string claimed_service(const WireRequest& request, const Fields& query) {
  constexpr std::string_view kCredential = "Credential=";
  std::string_view authorization = request.header("Authorization");
  std::string credential = field(query, "X-Amz-Credential");
  if (const auto at = authorization.find(kCredential); at != std::string_view::npos) {
    authorization.remove_prefix(at + kCredential.size());
    credential = std::string(authorization.substr(0, authorization.find(',')));
  }
  const auto parts = split(credential, '/');
  return parts.size() == 5 ? parts[3] : std::string();
}

bool is_account_id(std::string_view text) {
  return text.size() == 12 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Caller root_of(const core::AccountId& account, const core::Region& region) {
  const std::string partition(core::partition_of(region).value_or("aws"));
  return {.account = account,
          .region = region,
          .partition = partition,
          .principal_arn = fmt::format("arn:{}:iam::{}:root", partition, account.str()),
          .user_id = account.str()};
}

ServiceResult<Target> parse_target(std::string_view target) {
  const auto question = target.find('?');
  // A "+" in a path is itself; parse_form is right for the query only.
  std::string path(target.substr(0, question));
  for (size_t at = 0; (at = path.find('+', at)) != std::string::npos; at += 3) {
    path.replace(at, 1, "%2B");
  }
  const Fields path_field = TRY(parse_form("path=" + path));
  Target result{.path = path_field[0].second, .query = {}};
  if (question != std::string_view::npos) {
    result.query = TRY(parse_form(target.substr(question + 1)));
  }
  return result;
}

Fields without_signature(const Fields& query) {
  Fields rest;
  for (const auto& entry : query) {
    if (!entry.first.starts_with("X-Amz-")) rest.push_back(entry);
  }
  return rest;
}

ServiceResult<Authenticated> authenticate(const WireRequest& request, const std::string& path,
                                          const Fields& query, const StsModel& sts,
                                          const AuthTimes& times) {
  const std::string_view authorization = request.header("Authorization");
  const bool is_presigned = authorization.empty() && !field(query, "X-Amz-Algorithm").empty();
  if (authorization.empty() && !is_presigned) {
    return refuse(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
  }
  Claim claim = TRY(is_presigned ? claim_of_query(query) : claim_of_header(request, authorization));
  TRY(read_credential(claim));
  const Identity identity = TRY(identify(claim, sts, times.emulated));
  const bool is_s3 = claim.service == "s3";
  const auto dated = check_date(claim, times.host);
  if (!dated && is_s3 && dated.error().message.starts_with("Signature ")) {
    return refuse(403, "RequestTimeTooSkewed",
                  "The difference between the request time and the server's time is too large.");
  }
  const core::Instant signed_at = TRY(dated);
  const std::string payload_hash =
      is_s3 ? TRY(s3_payload_hash(request, is_presigned)) : aws::sha256_hex(request.body);
  const aws::Fields headers = TRY(signed_header_values(request, claim));

  aws::SignableRequest signable;
  signable.method = request.method;
  signable.host = std::string(request.header("Host"));
  signable.path = path;
  for (const auto& entry : query) {
    if (entry.first != "X-Amz-Signature") signable.query.push_back(entry);
  }
  const aws::Signature expected =
      aws::compute_signature(signable, headers, payload_hash, identity.secret,
                             {.time = signed_at, .region = claim.region, .service = claim.service});
  if (expected.signature.size() != claim.signature.size() ||
      CRYPTO_memcmp(expected.signature.data(), claim.signature.data(), claim.signature.size()) !=
          0) {
    // AWS may add the canonical request; it would show a session token, so it is left out here.
    return mismatch(
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.");
  }
  return Authenticated{.caller = identity.caller, .service = claim.service};
}

ServiceResult<PresignedCall> authenticate_url(std::string_view url, const StsModel& sts,
                                              const AuthTimes& times) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return unknown_token();
  std::string_view rest = url.substr(scheme_end + 3);
  const auto host_end = std::min(rest.find('/'), rest.find('?'));
  WireRequest request{
      .method = "GET",
      .target = host_end == std::string_view::npos ? "/" : std::string(rest.substr(host_end)),
      .headers = {{"Host", std::string(rest.substr(0, host_end))}},
      .body = {}};
  if (request.target.starts_with('?')) request.target.insert(0, "/");
  const Target target = TRY(parse_target(request.target));
  Authenticated who = TRY(authenticate(request, target.path, target.query, sts, times));
  return PresignedCall{.who = std::move(who), .parameters = without_signature(target.query)};
}

}  // namespace snapferry::emulator
