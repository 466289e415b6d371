// A server for tests of the HTTP client: loopback, a free port, one thread for each connection, and
// a function that plays the peer byte by byte, so that it can be as rude as a test needs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "core/result.h"

namespace snapferry::aws {

/// The server's end of one connection.
class Peer {
 public:
  Peer(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}

  /// Returns the next request, head and body; empty when the client closed.
  std::string read_request() {
    for (;;) {
      auto head = input_.find("\r\n\r\n");
      if (head != std::string::npos) {
        std::size_t length = 0;
        auto field = input_.find("Content-Length: ");
        if (field < head) length = std::stoul(input_.substr(field + 16, 20));
        std::size_t whole = head + 4 + length;
        if (input_.size() >= whole) {
          std::string request = input_.substr(0, whole);
          input_.erase(0, whole);
          return request;
        }
      }
      if (!read_more()) return "";
    }
  }

  bool read_more() {
    char buffer[16384];
    auto got = ssl_ != nullptr ? SSL_read(ssl_, buffer, sizeof buffer)
                               : static_cast<int>(::recv(fd_, buffer, sizeof buffer, 0));
    if (got > 0) input_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }

  /// Returns once the client has closed its end.
  void wait_for_close() {
    while (read_more()) input_.clear();
  }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      auto sent = ssl_ != nullptr
                      ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                      : static_cast<int>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Says TLS's goodbye before the connection is closed, as well-behaved servers do.
  void say_goodbye() const {
    if (ssl_ != nullptr) SSL_shutdown(ssl_);
  }

  /// Makes the close that follows a reset.
  void reset() const {
    linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
  SSL* ssl_;
  std::string input_;
};

/// Returns a whole answer with Content-Length.
inline std::string answer(int status, std::string_view body, std::string_view headers = "") {
  return fmt::format("HTTP/1.1 {} Status\r\n{}Content-Length: {}\r\n\r\n{}", status, headers,
                     body.size(), body);
}

class TestServer {
 public:
  using Play = std::function<void(Peer&)>;

  /// `play` runs once for each connection; at its return the connection is closed. With `tls` (not
  /// owned) the handshake comes first.
  explicit TestServer(Play play, SSL_CTX* tls = nullptr, const char* address = "127.0.0.1")
      : play_(std::move(play)), tls_(tls) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    inet_pton(AF_INET, address, &local.sin_addr);
    socklen_t length = sizeof local;
    ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&local), length) == 0);
    ASSERT(::listen(listener_, 16) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&local), &length);
    port_ = ntohs(local.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  ~TestServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      std::lock_guard lock(mutex_);
      for (int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return fmt::format("{}://127.0.0.1:{}{}", tls_ != nullptr ? "https" : "http", port_, path);
  }

 private:
  void accept_all() {
    for (;;) {
      int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++connections_;
      std::lock_guard lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    // OpenSSL's own socket BIO raises SIGPIPE; only this thread is spared, so that a SIGPIPE of the
    // client still ends the test.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    SSL* ssl = nullptr;
    bool is_ready = true;
    if (tls_ != nullptr) {
      ssl = SSL_new(tls_);
      SSL_set_fd(ssl, fd);
      is_ready = SSL_accept(ssl) == 1;
    }
    if (is_ready) {
      Peer peer(fd, ssl);
      play_(peer);
    }
    SSL_free(ssl);
    ERR_clear_error();
    std::lock_guard lock(mutex_);
    std::erase(open_, fd);
    ::close(fd);
  }

  Play play_;
  SSL_CTX* tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace snapferry::aws
