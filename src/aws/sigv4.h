// AWS Signature Version 4: a function of its inputs, the time among them. The emulator uses this
// one header of aws/ to check signatures.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"

namespace snapferry::aws {

/// Header or query fields in the order given; names as sent.
using Fields = std::vector<std::pair<std::string, std::string>>;

struct SigningKey {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty for long-lived keys
};

struct SigningScope {
  core::Instant time;
  std::string region;
  std::string service;
};

/// What is signed. `host` holds the port when it is not the scheme's default.
struct SignableRequest {
  std::string method;
  std::string host;
  std::string path;  ///< not yet encoded; "/" for RDS
  Fields query;      ///< not yet encoded
  Fields headers;    ///< those to be signed beside host and x-amz-*; names in any case
  std::string body;
};

/// Every step of a signature, so that a vector can be compared step by step and a refusal shown.
struct Signature {
  std::string canonical_request;
  std::string string_to_sign;
  std::string signed_headers;  ///< "content-type;host;x-amz-date"
  std::string signature;       ///< lower-case hex
};

/// Returns the headers to add: X-Amz-Security-Token where there is a token, X-Amz-Date and
/// Authorization.
/// Source: AWS General Reference, "Signature Version 4"; botocore 1.43 auth.py; vectors in
///         tests/data/sigv4.
Fields sign_headers(const SignableRequest& request, const SigningKey& key,
                    const SigningScope& scope);

/// Returns the full URL ("https://host/?...") of a presigned request, valid for `expires`.
/// The hash is that of the empty string, for S3 UNSIGNED-PAYLOAD; the session token is signed as
/// part of the query.
std::string presign_url(const SignableRequest& request, const SigningKey& key,
                        const SigningScope& scope, core::Seconds expires);

/// The computation behind both: what a server does to check a signature it received.
/// Requires: `signed_headers` are exactly the headers named in the request's SignedHeaders, values
///           as received; `query` is the received query without X-Amz-Signature.
Signature compute_signature(const SignableRequest& request, const Fields& signed_headers,
                            std::string_view payload_hash_hex, std::string_view secret_access_key,
                            const SigningScope& scope);

/// Returns the RFC 3986 encoding that SigV4 wants: all but A-Z a-z 0-9 - . _ ~ as %XX.
std::string uri_encode(std::string_view text);

/// Returns lower-case hex of SHA-256.
std::string sha256_hex(std::string_view text);

}  // namespace snapferry::aws
