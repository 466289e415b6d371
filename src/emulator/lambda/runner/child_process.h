// One process of a function: in a group of its own, with an environment and open files of its own,
// and not outliving the emulator.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/time.h"

namespace snapferry::emulator {

struct ChildSpec {
  std::vector<std::string> arguments;    ///< the first is the program's path
  std::vector<std::string> environment;  ///< "NAME=value"
  std::string folder;                    ///< it starts in
};

/// How a process ended, in the words of Lambda's platform.
struct ChildEnd {
  int status = 0;  ///< of waitpid
  /// "exit status 1", "signal: killed"; empty for a clean exit.
  [[nodiscard]] std::string text() const;
};

class ChildProcess {
 public:
  /// Starts it. Its standard output and error come together.
  /// Requires: the calling thread lives longer than the process: the kernel kills the process when
  ///           that thread ends (PR_SET_PDEATHSIG), which is what ends it when the emulator dies.
  /// Errors:   errno of what failed, such as ENOEXEC.
  static std::expected<std::unique_ptr<ChildProcess>, int> start(const ChildSpec& spec);

  /// Kills what still runs, and waits for it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Readable when there is output, or when all writers have gone. Not blocking.
  [[nodiscard]] int output_fd() const { return output_fd_; }
  /// Readable when the process has ended; -1 where the kernel has no such thing.
  [[nodiscard]] int end_fd() const { return pid_fd_; }

  /// Returns how it ended, once it has.
  const std::optional<ChildEnd>& poll_end();

  /// To the whole group.
  void signal(int number) const;

  /// Returns the largest resident memory seen so far. Units: bytes.
  long peak_memory();

 private:
  ChildProcess(int pid, int output_fd, int pid_fd)
      : pid_(pid), output_fd_(output_fd), pid_fd_(pid_fd) {}

  int pid_;
  int output_fd_;
  int pid_fd_;
  long peak_bytes_ = 0;
  std::optional<ChildEnd> end_;
};

/// Starts processes in one thread that lives as long as itself, as ChildProcess::start requires.
class ChildStarter {
 public:
  ChildStarter();
  /// Requires: every process it started has ended.
  ~ChildStarter();
  ChildStarter(const ChildStarter&) = delete;
  ChildStarter& operator=(const ChildStarter&) = delete;

  std::expected<std::unique_ptr<ChildProcess>, int> start(const ChildSpec& spec);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::function<void()>> jobs_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace snapferry::emulator
