// credential_process: a command that prints credentials. No shell is involved, its arguments and
// output appear in no message, and it cannot hang the program.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "aws/credentials/credentials_source.h"
#include "aws/credentials/shell_words.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using core::fail;
using SteadyClock = std::chrono::steady_clock;

// Between two looks at whether the command has ended although its output is still open: a child of
// its own may keep that open for ever.
constexpr int kOpenLookMs = 50;
// Once it has closed its output it is about to end, and somebody waits.
constexpr int kClosedLookMs = 2;

std::string reason(int number) {
  return std::error_code(number, std::generic_category()).message();
}

// A running command and the read end of its output. Destroyed, it is killed and reaped.
class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command() {
    if (output_ >= 0) close(output_);
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
  }

  // Returns 0 or the errno that kept it from starting.
  int start(const std::vector<std::string>& words, const core::Environment& environment) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return errno;
    output_ = ends[0];
    std::vector<std::string> pairs;
    pairs.reserve(environment.values().size());
    for (const auto& [name, value] : environment.values()) {
      pairs.push_back(fmt::format("{}={}", name, value));
    }
    const auto arguments = pointers_to(words);
    const auto variables = pointers_to(pairs);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const int failure =
        posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), variables.data());
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failure != 0) pid_ = -1;
    fcntl(output_, F_SETFL, O_NONBLOCK);
    return failure;
  }

  // Reads what is there. Returns false once no more can come.
  bool read_some(std::string& into) const {
    std::array<char, 4096> buffer{};
    while (true) {
      const ssize_t count = read(output_, buffer.data(), buffer.size());
      if (count > 0) {
        into.append(buffer.data(), static_cast<std::size_t>(count));
        return true;
      }
      if (count < 0 && errno == EINTR) continue;
      return count < 0 && errno == EAGAIN;
    }
  }

  // Waits for output, or a moment when there will be none.
  void wait_a_moment(bool is_open) const {
    pollfd watched{.fd = is_open ? output_ : -1, .events = POLLIN, .revents = 0};
    poll(&watched, 1, is_open ? kOpenLookMs : kClosedLookMs);
  }

  // Returns the status once the command has ended.
  std::optional<int> ended() {
    if (pid_ <= 0) return status_;
    if (waitpid(pid_, &status_, WNOHANG) != pid_) return std::nullopt;
    pid_ = -1;
    return status_;
  }

 private:
  static std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
  }

  pid_t pid_ = -1;
  int output_ = -1;
  int status_ = 0;
};

std::string ending(int status) {
  return WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                             : fmt::format("ended with status {}", WEXITSTATUS(status));
}

// Returns whether the output says {"Version": 1}, and otherwise what it says.
core::Result<void> check_version(const std::string& text, const std::string& what) {
  try {
    boost::json::error_code failure;
    const boost::json::value value = boost::json::parse(text, failure);
    if (failure || !value.is_object()) return {};  // the reader of the keys tells this better
    const auto* version = value.get_object().if_contains("Version");
    const bool is_number = version != nullptr && (version->is_int64() || version->is_uint64());
    if (is_number && version->to_number<std::int64_t>() == 1) return {};
    return fail(ErrorKind::invalid,
                is_number ? fmt::format("{} answered with version {}, not 1", what,
                                        version->to_number<std::int64_t>())
                          : fmt::format("{} answered without a version", what),
                "It must print {\"Version\": 1, \"AccessKeyId\": ..., \"SecretAccessKey\": ...}.");
  } catch (const std::exception&) {
    return fail(ErrorKind::invalid, fmt::format("{} answered with no version 1", what));
  }
}

}  // namespace

core::Result<std::string> run_command(const std::vector<std::string>& words,
                                      const core::Environment& environment,
                                      const ProcessLimits& limits) {
  ASSERT(!words.empty());
  Command command;
  if (const int failure = command.start(words, environment); failure != 0) {
    return fail(ErrorKind::invalid,
                fmt::format("{} cannot be started: {}", words[0], reason(failure)),
                "Check credential_process in the profile.");
  }
  const auto deadline = SteadyClock::now() + limits.timeout;
  std::string output;
  bool is_open = true;
  while (true) {
    // Ended first, read after: so what it wrote as its last is not missed.
    const auto status = command.ended();
    std::size_t before = 0;
    do {
      before = output.size();
      is_open = is_open && command.read_some(output);
    } while (output.size() > before && output.size() <= limits.output_max);
    if (output.size() > limits.output_max) {
      return fail(ErrorKind::denied,
                  fmt::format("{} wrote more than {} bytes", words[0], limits.output_max),
                  "Check credential_process in the profile.");
    }
    if (status && *status == 0) return output;
    if (status) {
      return fail(ErrorKind::denied, fmt::format("{} {}", words[0], ending(*status)),
                  "Run the profile's credential_process by hand to see why.");
    }
    if (SteadyClock::now() >= deadline) {
      return fail(
          ErrorKind::denied,
          fmt::format("{} did not end within {}", words[0], core::format_duration(limits.timeout)),
          "Run the profile's credential_process by hand to see why.");
    }
    command.wait_a_moment(is_open);
  }
}

core::Result<Found> from_credential_process(const SourceContext& context,
                                            const std::string& profile) {
  const auto line = context.settings.files.get(profile, "credential_process");
  if (!line) return Found{.credentials = {}, .note = "credential_process: not set"};
  const auto words = split_shell_words(*line);
  if (!words || words->empty()) {
    return fail(
        ErrorKind::invalid,
        fmt::format("credential_process of profile {} has an open quote or no command", profile),
        "Write the command as for a shell; it is run without one.");
  }
  const std::string what = fmt::format("credential_process of profile {}", profile);
  auto output = run_command(*words, context.settings.environment, {});
  if (!output) return std::unexpected(core::with_context(std::move(output).error(), what));
  TRY(check_version(*output, what));
  auto credentials = TRY(parse_json_credentials(
      *output, {.token = "SessionToken", .is_expiration_wanted = false}, what));
  if (credentials.expiration && *credentials.expiration <= context.clock.now()) {
    return fail(ErrorKind::denied,
                fmt::format("{} gave credentials that expired at {}", what,
                            core::format_instant(*credentials.expiration)),
                "Renew what that command takes them from.");
  }
  credentials.source = what;
  return Found{.credentials = std::move(credentials), .note = {}};
}

}  // namespace snapferry::aws
