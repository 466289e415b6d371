// fork and exec by hand: posix_spawn cannot set PR_SET_PDEATHSIG. Between the two the child calls
// nothing but what is safe after a fork of a program with threads (signal-safety(7)).
// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/runner/child_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  ~Pipe() {
    close(read_end);
    close(write_end);
  }
};

std::vector<char*> to_argv(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// In the child: never returns. What fails is told through `report_fd`, which exec closes.
[[noreturn]] void become(char* const* argv, char* const* envp, const char* folder, int parent,
                         int output_fd, int report_fd) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before it was watched.
  if (::getppid() != parent) ::_exit(1);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY);
  const bool is_wired = nothing >= 0 && ::dup2(nothing, 0) == 0 && ::dup2(output_fd, 1) == 1 &&
                        ::dup2(output_fd, 2) == 2 && ::chdir(folder) == 0 &&
                        ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
  if (is_wired) ::execve(argv[0], argv, envp);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = ::write(report_fd, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

std::string ChildEnd::text() const {
  if (WIFSIGNALED(status)) {
    // Go's names, in which Lambda's platform is written: "killed", "terminated".
    switch (WTERMSIG(status)) {
      case SIGKILL:
        return "signal: killed";
      case SIGTERM:
        return "signal: terminated";
      case SIGSEGV:
        return "signal: segmentation fault";
      case SIGABRT:
        return "signal: aborted";
      default:
        return fmt::format("signal: {}", WTERMSIG(status));
    }
  }
  const int code = WEXITSTATUS(status);
  return code == 0 ? std::string() : fmt::format("exit status {}", code);
}

std::expected<std::unique_ptr<ChildProcess>, int> ChildProcess::start(const ChildSpec& spec) {
  Pipe output;
  Pipe report;
  if (!output.open() || !report.open()) return std::unexpected(errno);
  std::vector<char*> argv = to_argv(spec.arguments);
  std::vector<char*> envp = to_argv(spec.environment);
  const int parent = ::getpid();
  const int pid = ::fork();
  if (pid < 0) return std::unexpected(errno);
  if (pid == 0) {
    become(argv.data(), envp.data(), spec.folder.c_str(), parent, output.write_end,
           report.write_end);
  }
  // Both sides set it, so that whoever comes first has done it.
  ::setpgid(pid, pid);
  Pipe::close(output.write_end);
  Pipe::close(report.write_end);
  int error = 0;
  ssize_t count = 0;
  do {
    count = ::read(report.read_end, &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  if (count == sizeof error) {
    ::waitpid(pid, nullptr, 0);
    return std::unexpected(error);
  }
  ::fcntl(output.read_end, F_SETFL, O_NONBLOCK);
  const int pid_fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
  if (pid_fd >= 0) ::fcntl(pid_fd, F_SETFD, FD_CLOEXEC);
  return std::unique_ptr<ChildProcess>(
      new ChildProcess(pid, std::exchange(output.read_end, -1), pid_fd));
}

ChildProcess::~ChildProcess() {
  if (!poll_end()) {
    signal(SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  // What the process started and left behind is in its group still.
  ::kill(-pid_, SIGKILL);
  ::close(output_fd_);
  if (pid_fd_ >= 0) ::close(pid_fd_);
}

const std::optional<ChildEnd>& ChildProcess::poll_end() {
  if (end_) return end_;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == pid_) end_ = ChildEnd{.status = status};
  return end_;
}

void ChildProcess::signal(int number) const {
  ::kill(-pid_, number);
}

// VmHWM and not ru_maxrss, which starts at what the emulator had when it forked.
long ChildProcess::peak_memory() {
  std::ifstream status(fmt::format("/proc/{}/status", pid_));
  constexpr std::string_view kName = "VmHWM:";
  std::string line;
  while (std::getline(status, line)) {
    if (!line.starts_with(kName)) continue;
    const long kilobytes = std::strtol(line.c_str() + kName.size(), nullptr, 10);
    peak_bytes_ = std::max(peak_bytes_, kilobytes * 1024);
  }
  return peak_bytes_;
}

ChildStarter::ChildStarter() : thread_([this] { work(); }) {}

ChildStarter::~ChildStarter() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::expected<std::unique_ptr<ChildProcess>, int> ChildStarter::start(const ChildSpec& spec) {
  std::promise<std::expected<std::unique_ptr<ChildProcess>, int>> promise;
  auto started = promise.get_future();
  {
    const std::scoped_lock lock(mutex_);
    jobs_.emplace_back([&] { promise.set_value(ChildProcess::start(spec)); });
  }
  changed_.notify_all();
  return started.get();
}

void ChildStarter::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const std::vector<std::function<void()>> jobs = std::exchange(jobs_, {});
    lock.unlock();
    for (const auto& job : jobs) job();
    lock.lock();
  }
}

}  // namespace snapferry::emulator
