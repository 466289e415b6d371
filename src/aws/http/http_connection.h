// One connection that requests are sent over, one after the other: plain TCP, or TLS on top of it,
// perhaps through a proxy's tunnel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "aws/http/http_socket.h"
#include "aws/http/proxy.h"
#include "aws/http/tls_session.h"
#include "aws/http/url.h"
#include "core/result.h"

namespace snapferry::aws {

class HttpConnection {
 public:
  /// Connects to the url's host, or to the proxy, and for https shakes hands with the host, through
  /// a CONNECT tunnel where there is a proxy. Connecting, the tunnel and the handshake get
  /// `timeout` each.
  /// Errors:   transient: nothing was sent to the host; denied: TLS or the proxy refused; invalid:
  ///           the user's certificate bundle.
  static core::Result<HttpConnection> open(const Url& url, const std::optional<Proxy>& proxy,
                                           TlsContext& tls, core::Milliseconds timeout);

  /// Returns how many bytes came; 0: the peer closed the connection in order.
  /// Errors:   transient: time-out, or the connection broke.
  core::Result<std::size_t> read_some(std::span<char> into, core::Milliseconds timeout);

  /// `timeout` is for the whole.
  core::Result<void> write_all(std::string_view data, core::Milliseconds timeout);

  /// Returns whether, unused for a while, it can carry another request.
  [[nodiscard]] bool is_idle();

  /// Returns how many bytes the kernel has taken so far: unchanged by a write means that the peer
  /// cannot have seen it.
  [[nodiscard]] std::uint64_t bytes_sent() const { return socket_->bytes_sent(); }

 private:
  explicit HttpConnection(Socket socket) : socket_(std::make_unique<Socket>(std::move(socket))) {}

  core::Result<void> open_tunnel(const Url& url, const Proxy& proxy, core::Milliseconds timeout);

  std::unique_ptr<Socket> socket_;  ///< on the heap: the session keeps its address
  std::optional<TlsSession> tls_;
};

/// Returns the refusal that a proxy's 407 stands for, whichever way it came.
core::Error proxy_refusal(const Proxy& proxy, int status);

}  // namespace snapferry::aws
