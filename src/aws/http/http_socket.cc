// SPDX-License-Identifier: Apache-2.0
// MSG_NOSIGNAL on every send, in place of ignoring SIGPIPE for the process: a tool whose output is
// piped into "head" must still end by SIGPIPE.
#include "aws/http/http_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace snapferry::aws {

using core::ErrorKind;
using core::fail;
using core::Milliseconds;
using core::Result;

Milliseconds Deadline::left() const {
  auto left = std::chrono::ceil<Milliseconds>(end_ - std::chrono::steady_clock::now());
  return std::max(left, Milliseconds(0));
}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
    bytes_sent_ = other.bytes_sent_;
  }
  return *this;
}

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

namespace {

/// Polls until something happens or the deadline is over; a signal in between changes nothing.
bool poll_until(int fd, short events, const Deadline& deadline) {
  for (;;) {
    pollfd entry{.fd = fd, .events = events, .revents = 0};
    int ready = ::poll(&entry, 1, static_cast<int>(deadline.left().count()));
    if (ready > 0) return true;
    if (ready == 0 && deadline.left().count() == 0) return false;
    if (ready < 0 && errno != EINTR) return true;  // the attempt that follows tells the reason
  }
}

}  // namespace

Result<Socket> Socket::connect_one(const SocketAddress& address, Milliseconds timeout) {
  Socket socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd_ < 0) return fail(ErrorKind::transient, std::strerror(errno));
  // A request leaves in one piece; Nagle's wait for an acknowledgement would only cost 40 ms.
  int on = 1;
  ::setsockopt(socket.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

  const auto* target = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(socket.fd_, target, address.length) == 0) return socket;
  // After EINTR the connect goes on in the background, as after EINPROGRESS.
  if (errno != EINPROGRESS && errno != EINTR) {
    return fail(ErrorKind::transient, std::strerror(errno));
  }
  if (!poll_until(socket.fd_, POLLOUT, Deadline(timeout))) {
    return fail(ErrorKind::transient, fmt::format("no answer in {} ms", timeout.count()));
  }
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(socket.fd_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) return fail(ErrorKind::transient, std::strerror(error));
  return socket;
}

Result<Socket> Socket::connect(const std::vector<SocketAddress>& addresses, Milliseconds timeout,
                               std::string_view name) {
  ASSERT(!addresses.empty());
  Deadline deadline(timeout);
  std::string reason;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    auto share = deadline.left() / static_cast<long>(addresses.size() - i);
    auto socket = connect_one(addresses[i], share);
    if (socket) return socket;
    reason = fmt::format("{} ({})", socket.error().message, addresses[i].text());
  }
  return fail(ErrorKind::transient, fmt::format("cannot connect to {}: {}", name, reason),
              "Check the endpoint url, the network and any proxy this machine needs.");
}

IoAttempt Socket::try_send(std::string_view data) {
  for (;;) {
    auto sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes_sent_ += static_cast<std::uint64_t>(sent);
      return {.bytes = static_cast<std::size_t>(sent)};
    }
    if (errno != EINTR) return {.error = errno};
  }
}

IoAttempt Socket::try_receive(std::span<char> into) {
  for (;;) {
    auto received = ::recv(fd_, into.data(), into.size(), 0);
    if (received > 0) return {.bytes = static_cast<std::size_t>(received)};
    if (received == 0) return {.is_end_of_input = true};
    if (errno != EINTR) return {.error = errno};
  }
}

bool Socket::wait(WaitFor what, const Deadline& deadline) {
  return poll_until(fd_, what == WaitFor::input ? POLLIN : POLLOUT, deadline);
}

bool Socket::has_input() {
  return poll_until(fd_, POLLIN | POLLRDHUP, Deadline(Milliseconds(0)));
}

}  // namespace snapferry::aws
