// Signature Version 4 in four steps: canonical request, string to sign, key chain, signature. The
// path is normalised and encoded twice, but for S3, whose keys may hold dots and doubled slashes:
// there it is encoded once. Nothing here reads a clock.
// SPDX-License-Identifier: Apache-2.0
#include "aws/sigv4.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/result.h"
#include "core/text.h"

namespace snapferry::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDigestSize = 32;  // SHA-256, in bytes
// SHA-256 of the empty string: what every presigned GET is signed with, but for S3's.
constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

using Digest = std::array<unsigned char, kDigestSize>;

std::string to_hex(const Digest& digest) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(digest.size() * 2);
  for (unsigned char byte : digest) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

Digest hmac_sha256(std::string_view key, std::string_view text) {
  Digest digest{};
  unsigned int size = 0;
  const unsigned char* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  ASSERT(done != nullptr && size == kDigestSize);
  return digest;
}

std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Trimmed, with every inner run of blanks as one space.
std::string squeeze(std::string_view value) {
  std::string result;
  bool gap = false;
  for (char c : value) {
    if (is_space(c)) {
      gap = !result.empty();
      continue;
    }
    if (gap) result += ' ';
    gap = false;
    result += c;
  }
  return result;
}

std::string encode_path(std::string_view path) {
  std::string result;
  std::size_t start = 0;
  while (true) {
    std::size_t slash = path.find('/', start);
    result += uri_encode(path.substr(start, slash == path.npos ? path.npos : slash - start));
    if (slash == path.npos) return result;
    result += '/';
    start = slash + 1;
  }
}

// RFC 3986 dot segments and doubled slashes, as every signer but S3's drops them.
std::string normalise_path(std::string_view path) {
  std::vector<std::string_view> kept;
  std::size_t start = 0;
  while (start <= path.size()) {
    std::size_t slash = std::min(path.find('/', start), path.size());
    std::string_view part = path.substr(start, slash - start);
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!part.empty() && part != ".") {
      kept.push_back(part);
    }
    start = slash + 1;
  }
  std::string result;
  for (std::string_view part : kept) result.append("/").append(part);
  if (result.empty() || path.ends_with('/')) result += '/';
  return result;
}

std::string canonical_query(const Fields& query) {
  Fields encoded;
  encoded.reserve(query.size());
  for (const auto& [name, value] : query) encoded.emplace_back(uri_encode(name), uri_encode(value));
  std::sort(encoded.begin(), encoded.end());
  std::string text;
  for (const auto& [name, value] : encoded) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }
  return text;
}

std::string amz_date(core::Instant time) {
  std::string compact = core::format_compact(time);
  return compact.substr(0, 8) + "T" + compact.substr(8) + "Z";
}

std::string scope_text(const SigningScope& scope) {
  return amz_date(scope.time).substr(0, 8) + "/" + scope.region + "/" + scope.service +
         "/aws4_request";
}

bool is_s3(const SigningScope& scope) {
  return scope.service == "s3";
}

Digest signing_key(std::string_view secret, const SigningScope& scope) {
  std::string first = "AWS4";
  first += secret;
  Digest key = hmac_sha256(first, amz_date(scope.time).substr(0, 8));
  OPENSSL_cleanse(first.data(), first.size());
  key = hmac_sha256(bytes_of(key), scope.region);
  key = hmac_sha256(bytes_of(key), scope.service);
  return hmac_sha256(bytes_of(key), "aws4_request");
}

}  // namespace

std::string uri_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size());
  for (char c : text) {
    bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      result += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    result += '%';
    result += kHex[byte >> 4];
    result += kHex[byte & 15];
  }
  return result;
}

std::string sha256_hex(std::string_view text) {
  Digest digest{};
  unsigned int size = 0;
  int done = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  ASSERT(done == 1 && size == kDigestSize);
  return to_hex(digest);
}

Signature compute_signature(const SignableRequest& request, const Fields& signed_headers,
                            std::string_view payload_hash_hex, std::string_view secret_access_key,
                            const SigningScope& scope) {
  // A header sent twice is signed as one, its values joined in the order sent.
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : signed_headers) {
    auto [it, is_new] = headers.emplace(core::to_lower(name), squeeze(value));
    if (!is_new) it->second += "," + squeeze(value);
  }

  Signature result;
  std::string header_lines;
  for (const auto& [name, value] : headers) {
    header_lines.append(name).append(":").append(value).append("\n");
    if (!result.signed_headers.empty()) result.signed_headers += ';';
    result.signed_headers += name;
  }
  result.canonical_request = request.method;
  result.canonical_request.append("\n")
      .append(is_s3(scope) ? encode_path(request.path)
                           : encode_path(encode_path(normalise_path(request.path))))
      .append("\n")
      .append(canonical_query(request.query))
      .append("\n")
      .append(header_lines)
      .append("\n")
      .append(result.signed_headers)
      .append("\n")
      .append(payload_hash_hex);
  result.string_to_sign = kAlgorithm;
  result.string_to_sign.append("\n")
      .append(amz_date(scope.time))
      .append("\n")
      .append(scope_text(scope))
      .append("\n")
      .append(sha256_hex(result.canonical_request));
  Digest key = signing_key(secret_access_key, scope);
  result.signature = to_hex(hmac_sha256(bytes_of(key), result.string_to_sign));
  OPENSSL_cleanse(key.data(), key.size());
  return result;
}

Fields sign_headers(const SignableRequest& request, const SigningKey& key,
                    const SigningScope& scope) {
  Fields added;
  if (!key.session_token.empty()) added.emplace_back("X-Amz-Security-Token", key.session_token);
  added.emplace_back("X-Amz-Date", amz_date(scope.time));

  Fields to_sign = request.headers;
  to_sign.emplace_back("Host", request.host);
  to_sign.insert(to_sign.end(), added.begin(), added.end());
  Signature signature =
      compute_signature(request, to_sign, sha256_hex(request.body), key.secret_access_key, scope);
  std::string authorization(kAlgorithm);
  authorization.append(" Credential=")
      .append(key.access_key_id)
      .append("/")
      .append(scope_text(scope))
      .append(", SignedHeaders=")
      .append(signature.signed_headers)
      .append(", Signature=")
      .append(signature.signature);
  added.emplace_back("Authorization", std::move(authorization));
  return added;
}

std::string presign_url(const SignableRequest& request, const SigningKey& key,
                        const SigningScope& scope, core::Seconds expires) {
  SignableRequest presigned = request;
  Fields& query = presigned.query;
  query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  query.emplace_back("X-Amz-Credential", key.access_key_id + "/" + scope_text(scope));
  query.emplace_back("X-Amz-Date", amz_date(scope.time));
  query.emplace_back("X-Amz-SignedHeaders", "host");
  query.emplace_back("X-Amz-Expires", std::to_string(expires.count()));
  if (!key.session_token.empty()) query.emplace_back("X-Amz-Security-Token", key.session_token);

  Signature signature =
      compute_signature(presigned, {{"Host", request.host}},
                        is_s3(scope) ? kUnsignedPayload : kEmptyHash, key.secret_access_key, scope);
  query.emplace_back("X-Amz-Signature", signature.signature);

  std::string url = "https://" + request.host + encode_path(request.path);
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += separator;
    url.append(uri_encode(name)).append("=").append(uri_encode(value));
    separator = '&';
  }
  return url;
}

}  // namespace snapferry::aws
