// SPDX-License-Identifier: Apache-2.0
// OpenSSL works over a BIO that calls our socket, because its own socket BIO would raise SIGPIPE.
// The system's openssl.cnf is not read: what is allowed is decided here, in code.
#include "aws/http/tls_session.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace snapferry::aws {

using core::ErrorKind;
using core::fail;
using core::Milliseconds;
using core::Result;

namespace {

int write_to_socket(BIO* bio, const char* data, int size) {
  auto* socket = static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  auto attempt = socket->try_send({data, static_cast<std::size_t>(size)});
  if (attempt.error == 0) return static_cast<int>(attempt.bytes);
  if (attempt.error == EAGAIN || attempt.error == EWOULDBLOCK) BIO_set_retry_write(bio);
  errno = attempt.error;
  return -1;
}

int read_from_socket(BIO* bio, char* into, int size) {
  auto* socket = static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  auto attempt = socket->try_receive({into, static_cast<std::size_t>(size)});
  if (attempt.is_end_of_input) {
    // Without this flag OpenSSL reports a system error of errno 0 in place of a cut connection.
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return 0;
  }
  if (attempt.error == 0) return static_cast<int>(attempt.bytes);
  if (attempt.error == EAGAIN || attempt.error == EWOULDBLOCK) BIO_set_retry_read(bio);
  errno = attempt.error;
  return -1;
}

long control_socket(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

BIO_METHOD* socket_method() {
  static BIO_METHOD* method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "polled socket");
    ASSERT(made != nullptr);
    BIO_meth_set_write(made, &write_to_socket);
    BIO_meth_set_read(made, &read_from_socket);
    BIO_meth_set_ctrl(made, &control_socket);
    return made;
  }();
  return method;
}

/// Takes OpenSSL's own reason for the last failure and empties its queue.
std::string openssl_reason() {
  unsigned long code = ERR_get_error();
  const char* text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  std::string reason = text != nullptr ? text : "unknown reason";
  ERR_clear_error();
  return reason;
}

bool is_address(const std::string& host) {
  unsigned char buffer[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), buffer) == 1 ||
         inet_pton(AF_INET6, host.c_str(), buffer) == 1;
}

/// Makes the session accept a certificate for this host and no other.
bool expect_host(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* expected = SSL_get0_param(ssl);
  // The subject's common name never counts (RFC 9525 section 2): with it, a certificate for
  // another site whose CN happens to match would do.
  X509_VERIFY_PARAM_set_hostflags(
      expected, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (is_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
  return X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

}  // namespace

TlsContext::TlsContext(std::string ca_bundle, core::Environment environment)
    : ca_bundle_(std::move(ca_bundle)), environment_(std::move(environment)) {}

Result<ssl_ctx_st*> TlsContext::get() {
  std::lock_guard lock(mutex_);
  if (!context_) context_ = TRY(build());
  return context_.get();
}

Result<std::shared_ptr<ssl_ctx_st>> TlsContext::build() {
  TrustSource source = TRY(find_trust_source(ca_bundle_, environment_));
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (!context) return fail(ErrorKind::invalid, "cannot set up TLS: " + openssl_reason());

  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  // 1.2 is what AWS endpoints require at least; OpenSSL's own default would be "anything".
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // 112 bits: RSA from 2048 bits, no SHA-1 signatures; Debian's own default.
  SSL_CTX_set_security_level(context.get(), 2);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  constexpr unsigned char kProtocols[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context.get(), kProtocols, sizeof kProtocols - 1);
  TRY(use_trust_source(source, SSL_CTX_get_cert_store(context.get())));
  trust_ = source.describe();
  return context;
}

Result<void> TlsSession::wait_after(int result, const Deadline& deadline, Milliseconds timeout,
                                    bool& is_end) {
  int system_error = errno;
  is_end = false;
  auto wait = [&](Socket::WaitFor what) -> Result<void> {
    if (socket_->wait(what, deadline)) return {};
    return fail(ErrorKind::transient, fmt::format("no answer in {} ms", timeout.count()));
  };
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait(Socket::WaitFor::input);
    case SSL_ERROR_WANT_WRITE:
      return wait(Socket::WaitFor::output);
    case SSL_ERROR_ZERO_RETURN:
      is_end = true;
      return {};
    case SSL_ERROR_SYSCALL:
      ERR_clear_error();
      return fail(ErrorKind::transient,
                  system_error != 0 ? std::strerror(system_error) : "the connection was closed");
    default:
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        return fail(ErrorKind::transient, "the connection was closed");
      }
      return fail(ErrorKind::denied, openssl_reason());
  }
}

core::Error TlsSession::handshake_error(const std::string& host, const std::string& trust,
                                        core::Error reason) const {
  long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK) {
    reason.kind = ErrorKind::denied;
    reason.message = fmt::format("the tls certificate of '{}' was refused: {} (trusted: {})", host,
                                 X509_verify_cert_error_string(verdict), trust);
    reason.hint =
        "Check the endpoint url and this machine's clock; behind a proxy that opens TLS, set "
        "AWS_CA_BUNDLE to the PEM bundle of its authority.";
  } else if (reason.kind == ErrorKind::denied) {
    reason.message = fmt::format("'{}' refused tls or does not speak it: {}", host, reason.message);
    reason.hint = "Check that the endpoint url is an https one; TLS 1.2 is the least accepted.";
  } else {
    reason.message = fmt::format("tls handshake with '{}' failed: {}", host, reason.message);
  }
  return reason;
}

Result<TlsSession> TlsSession::start(TlsContext& context, Socket& socket, const std::string& host,
                                     Milliseconds timeout) {
  SSL_CTX* shared = TRY(context.get());
  TlsSession session(socket);
  session.ssl_ = std::shared_ptr<SSL>(SSL_new(shared), &SSL_free);
  BIO* bio = BIO_new(socket_method());
  ASSERT(session.ssl_ && bio != nullptr);
  BIO_set_data(bio, &socket);
  BIO_set_init(bio, 1);
  SSL_set_bio(session.ssl_.get(), bio, bio);
  if (!expect_host(session.ssl_.get(), host)) {
    ERR_clear_error();
    return fail(ErrorKind::invalid, fmt::format("'{}' cannot be checked as a tls host name", host));
  }

  Deadline deadline(timeout);
  for (;;) {
    ERR_clear_error();
    errno = 0;
    int result = SSL_connect(session.ssl_.get());
    if (result == 1) return session;
    bool is_end = false;
    auto waited = session.wait_after(result, deadline, timeout, is_end);
    if (is_end) waited = fail(ErrorKind::transient, "the connection was closed");
    if (!waited) {
      return std::unexpected(session.handshake_error(host, context.trust_, waited.error()));
    }
  }
}

Result<std::size_t> TlsSession::read_some(std::span<char> into, Milliseconds timeout) {
  // Over all waits: a TLS record that comes byte by byte is many of them.
  const Deadline deadline(timeout);
  for (;;) {
    ERR_clear_error();
    errno = 0;
    int result = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
    if (result > 0) return static_cast<std::size_t>(result);
    bool is_end = false;
    auto waited = wait_after(result, deadline, timeout, is_end);
    if (!waited) return std::unexpected(waited.error());
    if (is_end) return 0;
  }
}

Result<void> TlsSession::write_all(std::string_view data, Milliseconds timeout) {
  const Deadline deadline(timeout);
  while (!data.empty()) {
    ERR_clear_error();
    errno = 0;
    int result = SSL_write(ssl_.get(), data.data(), static_cast<int>(data.size()));
    if (result > 0) {
      data.remove_prefix(static_cast<std::size_t>(result));
      continue;
    }
    bool is_end = false;
    auto waited = wait_after(result, deadline, timeout, is_end);
    if (!waited) return std::unexpected(waited.error());
    if (is_end) return fail(ErrorKind::transient, "the connection was closed");
  }
  return {};
}

bool TlsSession::is_idle() {
  if (SSL_pending(ssl_.get()) > 0) return false;
  if (!socket_->has_input()) return true;
  char byte = 0;
  ERR_clear_error();
  int result = SSL_peek(ssl_.get(), &byte, 1);
  bool is_waiting = result <= 0 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
  ERR_clear_error();
  return is_waiting;
}

}  // namespace snapferry::aws
