// The HTTP client, behind the smallest interface that the AWS calls need; http_client.h is the one
// that ships, tests hand in a transport of their own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "aws/sigv4.h"
#include "core/result.h"
#include "core/time.h"

namespace snapferry::aws {

struct HttpRequest {
  std::string method = "POST";
  std::string url;  ///< absolute: "https://rds.eu-west-1.amazonaws.com/", "http://127.0.0.1:4566/"
  Fields headers;   ///< Host, Content-Length and Connection are added by the client
  std::string body;
  core::Milliseconds connect_timeout{3100};
  core::Milliseconds read_timeout{60000};  ///< for the whole answer to begin and between two reads
  bool use_proxy = true;  ///< metadata and container endpoints never go through one
};

struct HttpResponse {
  int status = 0;
  Fields headers;
  std::string body;

  /// Returns the first header of that name, compared without case; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Requires: may be called from several threads at once.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  /// Sends one request and reads the whole answer, whatever its status.
  /// Errors:   transient: nothing was sent (name not found, refused, connect time-out, TLS refused
  ///           is `denied`); unknown: the request went out and no whole answer came back.
  /// Repeat:   as the request.
  [[nodiscard]] virtual core::Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace snapferry::aws
