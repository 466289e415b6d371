// TLS 1.2 and 1.3 over a polled socket. Verification is always on: of the chain, of the dates, of
// the purpose, and of the host name or address against the SAN. There is no way to turn it off.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "aws/http/http_socket.h"
#include "aws/http/trust_store.h"
#include "core/environment.h"
#include "core/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX
struct ssl_st;      // OpenSSL's SSL

namespace snapferry::aws {

/// What all sessions of a client share; may be used from several threads at once. OpenSSL is set up
/// at the first session, so a run over plain http never pays for it.
class TlsContext {
 public:
  TlsContext(std::string ca_bundle, core::Environment environment);

 private:
  friend class TlsSession;

  /// Returns the context, built at the first call. A failure is not kept: the next call tries anew.
  core::Result<ssl_ctx_st*> get();
  core::Result<std::shared_ptr<ssl_ctx_st>> build();

  std::string ca_bundle_;
  core::Environment environment_;
  std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;
  std::string trust_;  ///< where trust comes from, for messages
};

class TlsSession {
 public:
  /// Shakes hands with `host` over the socket, which must outlive the session at the same address.
  /// Errors:   denied: the certificate, or TLS as such, was refused, with OpenSSL's reason;
  ///           transient: time-out, or the connection was closed meanwhile; invalid: bad bundle.
  static core::Result<TlsSession> start(TlsContext& context, Socket& socket,
                                        const std::string& host, core::Milliseconds timeout);

  /// Returns how many bytes came, 0 at an orderly end.
  /// Errors:   transient: time-out, cut connection (also one closed without TLS's goodbye).
  core::Result<std::size_t> read_some(std::span<char> into, core::Milliseconds timeout);

  /// `timeout` is for the whole.
  core::Result<void> write_all(std::string_view data, core::Milliseconds timeout);

  /// Returns whether an idle session can carry another request: the peer has neither closed it nor
  /// sent data unasked. Session tickets are no data.
  [[nodiscard]] bool is_idle();

 private:
  explicit TlsSession(Socket& socket) : socket_(&socket) {}

  /// `timeout` is what the deadline gave at first, for the message.
  core::Result<void> wait_after(int result, const Deadline& deadline, core::Milliseconds timeout,
                                bool& is_end);
  core::Error handshake_error(const std::string& host, const std::string& trust,
                              core::Error reason) const;

  Socket* socket_;
  std::shared_ptr<ssl_st> ssl_;
};

}  // namespace snapferry::aws
