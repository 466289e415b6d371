// The Lambda Runtime API, as a custom runtime speaks it.
// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes", 2023;
// aws-lambda-runtime-interface-emulator; rds-facts 7.1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "aws/http/http.h"
#include "core/result.h"
#include "lambda/handler.h"

namespace snapferry::lambda {

/// Units: bytes. Source: as above: larger answers are refused with 413 (6 MB + 100 B); ours is the
/// round number below, since what Lambda counts beside the body is not told.
inline constexpr size_t kAnswerMax = size_t{6} * 1024 * 1024;

class RuntimeClient {
 public:
  /// `host` is AWS_LAMBDA_RUNTIME_API: "127.0.0.1:9001". `transport` must outlive this object and
  /// must set no limit of its own below kWaitMax.
  RuntimeClient(aws::HttpTransport& transport, std::string host);

  /// Ours: what poll() takes, about 24 days. There is no time-out: Lambda freezes the process while
  /// it waits here, for as long as nothing happens; after this the question is asked again.
  static constexpr core::Milliseconds kWaitMax{std::chrono::hours(24 * 24)};

  /// Waits for the next event.
  /// Errors:   transient: ask again; unknown: the answer was cut off, ask again; invalid: the API
  ///           is broken or gone, and the process must end.
  [[nodiscard]] core::Result<Invocation> next();

  /// Hands over what the handler said. An answer that is too large goes as its shorter form.
  /// Errors:   invalid: the API says 500, and the process must end; else the answer did not come
  ///           through, and the next event may.
  [[nodiscard]] core::Result<void> reply(const Invocation& invocation, const Reply& reply);

  /// Tells that the function cannot start.
  [[nodiscard]] core::Result<void> fail_init(const Failure& failure);

 private:
  core::Result<int> post(const std::string& path, std::string body, const std::string& error_type);
  core::Result<void> check(const std::string& what, int status) const;

  aws::HttpTransport& transport_;
  std::string base_;
};

/// Returns {"errorMessage": ..., "errorType": ..., "stackTrace": []}.
std::string error_document(const Failure& failure);

}  // namespace snapferry::lambda
