// One signed call to one AWS service: endpoint, signature, sending, one correction of the clock, one
// refresh of expired credentials, and every refusal turned into an Error by the table of wire codes.
// Retries are not here: engine's Retry does them, around the domain's calls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>

#include "aws/credentials.h"
#include "aws/http.h"
#include "aws/settings.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"

namespace snapferry::aws {

struct ServiceCall {
  std::string service;  ///< endpoint prefix and signing name: "rds", "kms", "sts", "sns"
  core::Region region;
  std::string operation;     ///< for messages: "CopyDBSnapshot"
  std::string content_type;  ///< "application/x-www-form-urlencoded; charset=utf-8" or a JSON one
  std::string target;        ///< X-Amz-Target of JSON services; empty for Query
  std::string body;
  bool is_write = false;  ///< decides between transient and unknown when no answer came
  bool is_signed = true;  ///< AssumeRoleWithWebIdentity carries its own proof
};

class ServiceClient {
 public:
  /// `credentials` may be null when every call is unsigned. All must outlive this object.
  ServiceClient(HttpTransport& transport, CredentialsProvider* credentials,
                const Settings& settings, core::Clock& clock);

  /// Returns the answer of a call that AWS accepted (2xx).
  /// Errors:   what the wire code says (error_table.h); transient or unknown where no answer came;
  ///           `invalid` or `unknown` with a short excerpt when the body is not what the service speaks.
  /// Repeat:   as the call.
  [[nodiscard]] core::Result<HttpResponse> call(const ServiceCall& call);

 private:
  HttpTransport& transport_;
  CredentialsProvider* credentials_;
  const Settings& settings_;
  core::Clock& clock_;
  std::atomic<long> skew_ms_{0};  ///< server time minus ours, once a refusal has shown it
};

}  // namespace snapferry::aws
