// SPDX-License-Identifier: Apache-2.0
// The order is always: connect, tunnel, handshake. Nothing of the user's request is sent before all
// three stand, so every failure here means that nothing happened.
#include "aws/http/http_connection.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "aws/http/http_parser.h"

namespace snapferry::aws {

using core::ErrorKind;
using core::fail;
using core::Milliseconds;
using core::Result;

core::Error proxy_refusal(const Proxy& proxy, int status) {
  constexpr int kProxyAuthenticationRequired = 407;
  core::Error error;
  if (status == kProxyAuthenticationRequired) {
    error.kind = ErrorKind::denied;
    error.message = fmt::format(
        "proxy {} {} (407)", proxy.origin,
        proxy.authorization.empty() ? "wants credentials" : "refused the credentials given");
    error.hint =
        "Write them into the proxy variable as http://user:password@host:port, percent-encoded; "
        "only Basic authentication is spoken.";
    return error;
  }
  // 502 to 504 tell of the way behind the proxy, which may heal; the rest is the proxy's decision.
  error.kind = status >= 500 ? ErrorKind::transient : ErrorKind::denied;
  error.message = fmt::format("proxy {} refused the tunnel with status {}", proxy.origin, status);
  error.hint = "Ask for the host to be allowed there, or add it to NO_PROXY.";
  return error;
}

Result<HttpConnection> HttpConnection::open(const Url& url, const std::optional<Proxy>& proxy,
                                            TlsContext& tls, Milliseconds timeout) {
  const std::string& host = proxy ? proxy->host : url.host;
  std::string name = proxy ? "proxy " + proxy->origin : url.origin();
  auto addresses = resolve_host(host, proxy ? proxy->port : url.port);
  if (!addresses) return std::unexpected(core::with_context(addresses.error(), name));
  HttpConnection connection(TRY(Socket::connect(*addresses, timeout, name)));
  if (!url.is_https) return connection;

  if (proxy) TRY(connection.open_tunnel(url, *proxy, timeout));
  connection.tls_ = TRY(TlsSession::start(tls, *connection.socket_, url.host, timeout));
  return connection;
}

Result<void> HttpConnection::open_tunnel(const Url& url, const Proxy& proxy, Milliseconds timeout) {
  auto broken = [&](const std::string& reason) {
    return fail(ErrorKind::transient, fmt::format("proxy {}: {}", proxy.origin, reason));
  };
  std::string ask = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", url.host_and_port());
  if (!proxy.authorization.empty()) ask += "Proxy-Authorization: " + proxy.authorization + "\r\n";
  auto written = write_all(ask + "\r\n", timeout);
  if (!written) return broken(written.error().message);

  // One byte at a time would be the only way never to read into the tunnel; the host speaks only
  // after us in TLS, so what follows the headers here is the proxy's fault.
  ResponseReader reader(ResponseReader::BodyRule::none);
  std::array<char, 4096> buffer{};
  const Deadline deadline(timeout);
  for (bool is_whole = false; !is_whole;) {
    auto bytes = read_some(buffer, deadline.left());
    if (deadline.left().count() == 0) {
      return broken(fmt::format("no whole answer to CONNECT in {} ms", timeout.count()));
    }
    if (!bytes) return broken(bytes.error().message);
    if (*bytes == 0) return broken("the connection was closed without an answer to CONNECT");
    auto fed = reader.feed({buffer.data(), *bytes});
    if (!fed) return broken(fed.error().message);
    is_whole = *fed;
  }
  int status = reader.take().status;
  if (status / 100 != 2) return std::unexpected(proxy_refusal(proxy, status));
  return {};
}

Result<std::size_t> HttpConnection::read_some(std::span<char> into, Milliseconds timeout) {
  if (tls_) return tls_->read_some(into, timeout);
  const Deadline deadline(timeout);
  for (;;) {
    auto attempt = socket_->try_receive(into);
    if (attempt.is_end_of_input) return 0;
    if (attempt.error == 0) return attempt.bytes;
    if (attempt.error != EAGAIN && attempt.error != EWOULDBLOCK) {
      return fail(ErrorKind::transient, std::strerror(attempt.error));
    }
    if (!socket_->wait(Socket::WaitFor::input, deadline)) {
      return fail(ErrorKind::transient, fmt::format("no answer in {} ms", timeout.count()));
    }
  }
}

Result<void> HttpConnection::write_all(std::string_view data, Milliseconds timeout) {
  if (tls_) return tls_->write_all(data, timeout);
  const Deadline deadline(timeout);
  while (!data.empty()) {
    auto attempt = socket_->try_send(data);
    data.remove_prefix(attempt.bytes);
    if (attempt.error == 0) continue;
    if (attempt.error != EAGAIN && attempt.error != EWOULDBLOCK) {
      return fail(ErrorKind::transient, std::strerror(attempt.error));
    }
    if (!socket_->wait(Socket::WaitFor::output, deadline)) {
      return fail(ErrorKind::transient, fmt::format("could not send in {} ms", timeout.count()));
    }
  }
  return {};
}

bool HttpConnection::is_idle() {
  return tls_ ? tls_->is_idle() : !socket_->has_input();
}

}  // namespace snapferry::aws
