// One signed call to one AWS service: endpoint, signature, sending, one correction of the clock,
// one refresh of expired credentials, and every refusal turned into an Error by the table of wire
// codes. Retries are not here: engine's Retry does them, around the domain's calls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "aws/credentials/credentials.h"
#include "aws/http/http.h"
#include "aws/settings.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"

namespace snapferry::aws {

struct ServiceCall {
  std::string service;  ///< endpoint prefix and signing name: "rds", "kms", "sts", "sns", "ssm"
  core::Region region;
  std::string operation;     ///< for messages: "CopyDBSnapshot"
  std::string content_type;  ///< kQueryContentType or a JSON one
  std::string target;        ///< X-Amz-Target of JSON services; empty for Query
  std::string body;
  bool is_write = false;  ///< decides between transient and unknown when no answer came
  bool is_signed = true;  ///< AssumeRoleWithWebIdentity carries its own proof
};

inline constexpr std::string_view kQueryContentType =
    "application/x-www-form-urlencoded; charset=utf-8";

/// Returns "rds CopyDBSnapshot in eu-central-1": the call's name in messages.
std::string describe(const ServiceCall& call);

class ServiceClient {
 public:
  /// `credentials` may be null when every call is unsigned. All must outlive this object.
  ServiceClient(HttpTransport& transport, CredentialsProvider* credentials,
                const Settings& settings, core::Clock& clock);

  /// Returns the answer of a call that AWS accepted (2xx); what it echoes of the key that signed
  /// the call reads "***".
  /// Errors:   what the wire code says (error_table.h); transient or unknown where no answer came;
  ///           transient or unknown too when the answer is larger than any of AWS's.
  /// Repeat:   as the call.
  [[nodiscard]] core::Result<HttpResponse> call(const ServiceCall& call);

  /// Returns the URL of a GET with these query fields, signed for the service in that region.
  /// Errors:   as the endpoint and the credentials.
  [[nodiscard]] core::Result<std::string> presign(const std::string& service,
                                                  const core::Region& region, const Fields& query,
                                                  core::Seconds expires);

  /// Returns how far AWS's clock was ahead of ours at the last answer that told the time, to the
  /// second; nothing when none has.
  [[nodiscard]] std::optional<core::Milliseconds> clock_ahead() const;

 private:
  struct Attempt;

  [[nodiscard]] core::Result<Attempt> attempt(const ServiceCall& call);
  [[nodiscard]] core::Result<Credentials> credentials(core::Instant now);
  [[nodiscard]] core::Instant server_now();
  /// Returns true when the refusal is the fault of our clock, which is now corrected.
  [[nodiscard]] bool correct_clock(std::string_view code, const HttpResponse& response,
                                   core::Instant signed_at);

  HttpTransport& transport_;
  CredentialsProvider* credentials_;
  const Settings& settings_;
  core::Clock& clock_;
  std::atomic<long> skew_ms_{0};          ///< server time minus ours, once a refusal has shown it
  std::atomic<long> ahead_ms_{kUnknown};  ///< the same as the last answer tells, whatever it was
  static constexpr long kUnknown = std::numeric_limits<long>::min();
};

/// Reads an HTTP date of the one form that servers write: "Sun, 06 Nov 1994 08:49:37 GMT".
/// Returns: nothing for any other text.
/// Source:  RFC 9110, section 5.6.7 (IMF-fixdate).
std::optional<core::Instant> parse_http_date(std::string_view text);

}  // namespace snapferry::aws
