// SPDX-License-Identifier: Apache-2.0
#include "engine/system_clock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "core/result.h"

namespace snapferry::engine {
namespace {

// A signal handler may do almost nothing: it writes a byte into this pipe, which is never read, so
// that every poll() on it returns from then on, in every thread.
std::array<int, 2> stop_pipe = {-1, -1};

void on_signal(int number) {
  const int saved = errno;
  const char byte = 1;
  static_cast<void>(!write(stop_pipe[1], &byte, 1));
  // A second signal ends the program at once: the first one's tidy end may itself hang.
  std::signal(number, SIG_DFL);
  errno = saved;
}

}  // namespace

SystemClock::SystemClock(bool stop_on_signals) : owns_signals_(stop_on_signals) {
  if (!stop_on_signals) return;
  ASSERT(stop_pipe[0] == -1);
  ASSERT(pipe2(stop_pipe.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

SystemClock::~SystemClock() {
  if (!owns_signals_) return;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  close(stop_pipe[0]);
  close(stop_pipe[1]);
  stop_pipe = {-1, -1};
}

core::Instant SystemClock::now() {
  return std::chrono::floor<core::Milliseconds>(std::chrono::system_clock::now());
}

bool SystemClock::sleep(core::Milliseconds duration) {
  using Steady = std::chrono::steady_clock;
  const auto end = Steady::now() + duration;
  for (;;) {
    const auto left = std::chrono::ceil<core::Milliseconds>(end - Steady::now()).count();
    if (left <= 0) return !is_stopped();
    pollfd watched{.fd = stop_pipe[0], .events = POLLIN, .revents = 0};
    // Rounded to what poll takes; the loop makes up for the rest.
    const int timeout = int(std::min<long>(left, 60'000));
    if (poll(&watched, stop_pipe[0] == -1 ? 0 : 1, timeout) > 0) return false;
  }
}

bool SystemClock::is_stopped() {
  if (stop_pipe[0] == -1) return false;
  pollfd watched{.fd = stop_pipe[0], .events = POLLIN, .revents = 0};
  return poll(&watched, 1, 0) > 0;
}

}  // namespace snapferry::engine
