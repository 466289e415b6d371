// One TCP socket, never blocking: every wait is a poll with a time-out. It sends without SIGPIPE,
// goes on after EINTR, and counts what the kernel took, which decides between "nothing was sent"
// and "it may have happened".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/http/name_service.h"
#include "core/result.h"
#include "core/time.h"

namespace snapferry::aws {

/// A moment on the monotonic clock after which a wait ends. Time-outs alone use that clock; no
/// decision about snapshots does.
class Deadline {
 public:
  explicit Deadline(core::Milliseconds timeout)
      : end_(std::chrono::steady_clock::now() + timeout) {}

  /// Returns the time left, rounded up to a millisecond; zero once it is over.
  [[nodiscard]] core::Milliseconds left() const;

 private:
  std::chrono::steady_clock::time_point end_;
};

/// What one attempt at sending or receiving gave.
struct IoAttempt {
  std::size_t bytes = 0;
  int error = 0;  ///< errno; 0: done. EAGAIN: wait first
  bool is_end_of_input = false;
};

class Socket {
 public:
  /// Connects to the first address that answers; each gets its share of the time, so that one dead
  /// address does not use it up.
  /// Requires: `addresses` is not empty. `name` is for messages.
  /// Errors:   transient: refused, unreachable, time-out, naming the last address and its reason.
  static core::Result<Socket> connect(const std::vector<SocketAddress>& addresses,
                                      core::Milliseconds timeout, std::string_view name);

  Socket(Socket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), bytes_sent_(other.bytes_sent_) {}
  Socket& operator=(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  [[nodiscard]] IoAttempt try_send(std::string_view data);
  [[nodiscard]] IoAttempt try_receive(std::span<char> into);

  enum class WaitFor { input, output };

  /// Returns whether it became possible before the deadline; an error on the socket counts as
  /// possible, the attempt that follows tells it.
  [[nodiscard]] bool wait(WaitFor what, const Deadline& deadline);

  /// Returns whether there is something to read now: on an idle connection that means that the
  /// peer closed it, or speaks out of turn.
  [[nodiscard]] bool has_input();

  /// Returns how many bytes the kernel has taken for sending so far.
  [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  explicit Socket(int fd) : fd_(fd) {}
  static core::Result<Socket> connect_one(const SocketAddress& address, core::Milliseconds timeout);

  int fd_ = -1;
  std::uint64_t bytes_sent_ = 0;
};

}  // namespace snapferry::aws
