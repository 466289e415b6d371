// The HTTP/1.1 client that ships: blocking, over sockets with time-outs, TLS always verified,
// connections kept and reused. It reads no environment but the one handed in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/http/http.h"
#include "aws/http/http_connection.h"
#include "aws/http/proxy.h"
#include "aws/http/tls_session.h"
#include "aws/http/url.h"
#include "core/environment.h"
#include "core/result.h"

namespace snapferry::aws {

struct HttpClientOptions {
  /// PEM bundle or hashed folder in place of the machine's authorities; empty: the machine's own.
  std::string ca_bundle;
  /// For HTTP_PROXY, HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.
  core::Environment environment;
  /// As many as the threads of one tick use at most (design: 8); more would only be held open.
  std::size_t idle_connections_max = 16;
  /// A connection unused for longer is not used again: the closer to the server's own limit, the
  /// likelier that it closes while we send, and a write would end as `unknown`.
  core::Milliseconds idle_time_max{20000};
  /// From the first byte sent to the last of the answer, since a server may send one byte a second
  /// for ever. The largest answer (16 MiB) comes within it at 56 KiB/s, and no wait of ours is hurt
  /// by a try that fails so late.
  core::Milliseconds exchange_time_max{300000};
  /// Asked before each exchange: no longer than this, where less time is left; none: as above.
  std::function<core::Milliseconds()> time_left = {};
};

class HttpClient : public HttpTransport {
 public:
  explicit HttpClient(HttpClientOptions options);

  /// See HttpTransport::send. Also:
  /// Errors:   invalid: the url, a header, or a proxy variable is malformed; denied: TLS or the
  ///           proxy refused, nothing was sent.
  /// Repeat:   a kept connection that turns out dead is replaced once, unseen, where that is safe:
  ///           when nothing was sent on it, or the method is not POST and no answer had begun.
  [[nodiscard]] core::Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  /// Which connections may serve a request: those of the same origin by the same way.
  struct Route {
    Url url;
    std::optional<Proxy> proxy;
    bool operator==(const Route& other) const;
  };

  struct Idle {
    Route route;
    HttpConnection connection;
    std::chrono::steady_clock::time_point since;
  };

  struct Exchange {
    core::Result<HttpResponse> response;
    bool was_anything_sent = false;
    bool has_answer_begun = false;
    bool is_reusable = false;
  };

  [[nodiscard]] Exchange exchange(HttpConnection& connection, const HttpRequest& request,
                                  const std::string& bytes, const Url& url) const;
  std::optional<HttpConnection> take_idle(const Route& route);
  void keep(const Route& route, HttpConnection connection);

  HttpClientOptions options_;
  TlsContext tls_;
  std::mutex mutex_;
  std::vector<Idle> idle_;  ///< oldest first; under mutex_
};

}  // namespace snapferry::aws
