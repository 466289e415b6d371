// Source of the phases: Lambda Developer Guide, "Understanding the Lambda execution environment
// lifecycle", 2023; of the errors' words: the platform's answers in public reports, and
// aws-lambda-runtime-interface-emulator.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/runner/execution_environment.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/lambda/runner/python_runtime.h"
#include "emulator/lambda/runner/zip_archive.h"

namespace snapferry::emulator {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr core::Milliseconds kInitMax{10'000};
constexpr core::Milliseconds kShutdownMax{2'000};
// Where the kernel cannot tell that a process has ended, it is asked this often.
constexpr core::Milliseconds kPollStep{20};
// A line longer than an event of CloudWatch Logs may be is cut there. Source: CloudWatch Logs
// quotas, 1 MB since 2025.
constexpr size_t kLineMax = size_t{1024} * 1024;

constexpr const char* kQemu = "/usr/bin/qemu-aarch64-static";

// What the program was compiled for: e_machine of an ELF file; nothing for a script.
std::optional<std::string_view> architecture_of(const fs::path& program) {
  std::array<char, 20> head{};
  std::ifstream file(program, std::ios::binary);
  file.read(head.data(), head.size());
  if (file.gcount() < static_cast<std::streamsize>(head.size()) ||
      std::string_view(head.data(), 4) != "\177ELF") {
    return std::nullopt;
  }
  // Source: ELF-64 Object File Format, and its registry of machines.
  const int machine = static_cast<unsigned char>(head[18]) | static_cast<unsigned char>(head[19])
                                                                 << 8;
  if (machine == 62) return "x86_64";
  if (machine == 183) return "arm64";
  return "other";
}

#if defined(__aarch64__)
constexpr std::string_view kHostArchitecture = "arm64";
#else
constexpr std::string_view kHostArchitecture = "x86_64";
#endif

double ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

}  // namespace

ExecutionEnvironment::ExecutionEnvironment(EnvironmentPlan plan, EmulatorClock& clock,
                                           ChildStarter& starter)
    : plan_(std::move(plan)),
      clock_(clock),
      starter_(starter),
      interrupt_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

ExecutionEnvironment::~ExecutionEnvironment() {
  terminate();
  const Steady until = std::chrono::steady_clock::now() + kShutdownMax;
  while (process_ && !process_->poll_end() && std::chrono::steady_clock::now() < until) {
    pollfd polled{process_->end_fd(), POLLIN, 0};
    ::poll(&polled, 1, static_cast<int>(kPollStep.count()));
  }
  kill_process();
  api_.reset();
  std::error_code ignored;
  fs::remove_all(plan_.folder, ignored);
  if (interrupt_fd_ >= 0) ::close(interrupt_fd_);
}

void ExecutionEnvironment::interrupt() {
  is_interrupted_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(interrupt_fd_, &one, sizeof one);
}

void ExecutionEnvironment::terminate() {
  if (process_ && !process_->poll_end()) process_->signal(SIGTERM);
}

bool ExecutionEnvironment::is_usable() {
  return process_ && !process_->poll_end() && api_->is_ready();
}

void ExecutionEnvironment::kill_process() {
  if (process_) peak_memory_ = std::max(peak_memory_, process_->peak_memory());
  process_.reset();
}

InvocationOutcome ExecutionEnvironment::fail(const std::string& request_id, std::string_view type,
                                             const std::string& message, std::string_view status) {
  InvocationOutcome outcome;
  outcome.is_error = true;
  outcome.payload = json::serialize(
      json::object{{"errorType", type},
                   {"errorMessage", fmt::format("RequestId: {} Error: {}", request_id, message)}});
  outcome.report.status = status;
  outcome.report.error_type = type;
  return outcome;
}

InvocationOutcome ExecutionEnvironment::fail_of_exit(const std::string& request_id) {
  const std::string text = process_->poll_end()->text();
  return fail(request_id, "Runtime.ExitError",
              text.empty() ? "Runtime exited without providing a reason"
                           : fmt::format("Runtime exited with error: {}", text),
              "error");
}

bool ExecutionEnvironment::unpack() {
  const auto entries = read_zip(*plan_.function.code, kUnpackedMax);
  if (!entries) return false;
  std::error_code error;
  const fs::path task = plan_.folder / "task";
  fs::create_directories(task, error);
  for (const ZipEntry& entry : *entries) {
    const fs::path path = task / entry.name;
    fs::create_directories(entry.is_folder ? path : path.parent_path(), error);
    if (entry.is_folder) continue;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << entry.content;
    file.close();
    if (!file) return false;
    fs::permissions(path, static_cast<fs::perms>(entry.mode), error);
    if (error) return false;
  }
  return true;
}

std::vector<std::string> ExecutionEnvironment::environment_variables() const {
  const LambdaFunction& function = plan_.function;
  // Source: Lambda Developer Guide, "Defined runtime environment variables", 2023. The folder
  // stands for /var/task; AWS_ENDPOINT_URL stands for the network.
  std::map<std::string, std::string> variables = {
      {"PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"},
      {"LANG", "en_US.UTF-8"},
      {"TZ", ":UTC"},
      {"LAMBDA_TASK_ROOT", (plan_.folder / "task").string()},
      {"LAMBDA_RUNTIME_DIR", plan_.folder.string()},
      {"AWS_ENDPOINT_URL", plan_.endpoint_url}};
  for (const auto& [name, value] : function.variables) variables[name] = value;
  const std::map<std::string, std::string> reserved = {
      {"_HANDLER", function.handler},
      {"AWS_LAMBDA_RUNTIME_API", api_->address()},
      {"AWS_LAMBDA_FUNCTION_NAME", function.name},
      {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function.memory_mb)},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"AWS_LAMBDA_LOG_GROUP_NAME", function.log_group},
      {"AWS_LAMBDA_LOG_STREAM_NAME", plan_.log_stream},
      {"AWS_LAMBDA_LOG_FORMAT", function.log_format},
      {"AWS_REGION", function.region.str()},
      {"AWS_DEFAULT_REGION", function.region.str()},
      {"AWS_ACCESS_KEY_ID", plan_.access_key_id},
      {"AWS_SECRET_ACCESS_KEY", plan_.secret_access_key},
      {"AWS_SESSION_TOKEN", plan_.session_token}};
  for (const auto& [name, value] : reserved) variables[name] = value;
  if (function.log_format == "JSON") {
    variables["AWS_LAMBDA_LOG_LEVEL"] = function.application_log_level;
  }
  if (!function.runtime.starts_with("provided")) {
    variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + function.runtime;
  }
  std::vector<std::string> lines;
  lines.reserve(variables.size());
  for (const auto& [name, value] : variables) lines.push_back(fmt::format("{}={}", name, value));
  return lines;
}

std::optional<InvocationOutcome> ExecutionEnvironment::start_process(
    const std::string& request_id) {
  const auto refuse_entry = [&](const std::string& message) {
    return fail(request_id, "Runtime.InvalidEntrypoint", message, "error");
  };
  const fs::path task = plan_.folder / "task";
  if (!fs::exists(task) && !unpack()) return refuse_entry("The code could not be unpacked");
  if (!api_) {
    auto api = RuntimeApi::start();
    if (!api) return fail(request_id, "Runtime.Unknown", api.error().message, "failure");
    api_ = std::move(*api);
  }
  api_->reset();
  ChildSpec spec{.environment = environment_variables(), .folder = task.string()};
  if (plan_.function.runtime.starts_with("python")) {
    const fs::path runtime = plan_.folder / "runtime.py";
    std::ofstream(runtime, std::ios::binary | std::ios::trunc) << python_runtime();
    spec.arguments = {"/usr/bin/env", "python3", runtime.string(),
                      std::to_string(plan_.function.timeout_seconds)};
  } else {
    const fs::path bootstrap = task / "bootstrap";
    std::error_code error;
    if (!fs::is_regular_file(bootstrap, error)) {
      return refuse_entry("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
    }
    const auto compiled_for = architecture_of(bootstrap);
    if (compiled_for && *compiled_for != plan_.function.architecture) {
      return refuse_entry("fork/exec /var/task/bootstrap: exec format error");
    }
    if (compiled_for && *compiled_for != kHostArchitecture) spec.arguments.emplace_back(kQemu);
    spec.arguments.push_back(bootstrap.string());
  }
  auto started = starter_.start(spec);
  if (!started) {
    const std::string reason = std::generic_category().message(started.error());
    return refuse_entry(fmt::format("fork/exec /var/task/bootstrap: {}", reason));
  }
  process_ = std::move(*started);
  return std::nullopt;
}

void ExecutionEnvironment::sleep_until_something(Steady until) {
  const auto left = std::chrono::ceil<core::Milliseconds>(until - std::chrono::steady_clock::now());
  core::Milliseconds limit = std::max(left, core::Milliseconds(0));
  if (process_->end_fd() < 0) limit = std::min(limit, kPollStep);
  std::array<pollfd, 4> polled = {
      pollfd{process_->output_fd(), POLLIN, 0}, pollfd{process_->end_fd(), POLLIN, 0},
      pollfd{api_->notice_fd(), POLLIN, 0}, pollfd{interrupt_fd_, POLLIN, 0}};
  ::poll(polled.data(), polled.size(), static_cast<int>(limit.count()));
  // All writers may have gone while the process lives on: such a pipe is always readable.
  const bool is_only_hang_up = polled[0].revents == POLLHUP && polled[1].revents == 0 &&
                               polled[2].revents == 0 && polled[3].revents == 0;
  if (is_only_hang_up) {
    polled[0].fd = -1;
    ::poll(polled.data(), polled.size(), static_cast<int>(limit.count()));
  }
  if (polled[2].revents != 0) api_->take_notice();
}

void ExecutionEnvironment::read_output(const LogLine& log) {
  std::array<char, 16384> chunk;
  while (true) {
    const ssize_t count = ::read(process_->output_fd(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    unfinished_line_.append(chunk.data(), static_cast<size_t>(count));
    size_t end = 0;
    while ((end = unfinished_line_.find('\n')) != std::string::npos ||
           unfinished_line_.size() >= kLineMax) {
      const bool is_whole = end != std::string::npos && end < kLineMax;
      const std::string line = unfinished_line_.substr(0, is_whole ? end : kLineMax);
      unfinished_line_.erase(0, line.size() + (is_whole ? 1 : 0));
      if (is_logged(plan_.function, line)) log(clock_.now(), line);
    }
  }
}

// What the process said before it ended or answered is in the log before anybody hears of that.
ExecutionEnvironment::Happened ExecutionEnvironment::wait(
    Steady until, const LogLine& log, const std::function<bool()>& is_satisfied) {
  while (true) {
    const bool is_done = is_satisfied();
    const bool is_over = process_->poll_end().has_value();
    read_output(log);
    if (is_done) return Happened::satisfied;
    if (is_interrupted_) return Happened::interrupted;
    if (is_over) {
      if (!unfinished_line_.empty()) log(clock_.now(), std::exchange(unfinished_line_, {}));
      // Its last words may have come between the two questions.
      return is_satisfied() ? Happened::satisfied : Happened::ended;
    }
    if (std::chrono::steady_clock::now() >= until) return Happened::timed_out;
    sleep_until_something(until);
  }
}

std::optional<InvocationOutcome> ExecutionEnvironment::initialise_once(
    const std::string& request_id, core::Milliseconds limit, const LogLine& log) {
  kill_process();
  if (auto failed = start_process(request_id)) return failed;
  std::optional<RuntimeAnswer> init_error;
  const Happened happened = wait(std::chrono::steady_clock::now() + limit, log, [&] {
    if (!init_error) init_error = api_->take_init_error();
    return init_error.has_value() || api_->is_ready();
  });
  if (happened == Happened::interrupted) return InvocationOutcome{.is_stopped = true};
  if (happened == Happened::ended) return fail_of_exit(request_id);
  if (happened == Happened::timed_out) {
    kill_process();
    const double seconds = static_cast<double>(limit.count()) / 1000;
    return fail(request_id, "Sandbox.Timedout",
                fmt::format("Task timed out after {:.2f} seconds", seconds), "timeout");
  }
  if (!init_error) return std::nullopt;
  InvocationOutcome outcome;
  outcome.is_error = true;
  outcome.payload = init_error->body;
  outcome.report.status = "error";
  outcome.report.error_type = init_error->error_type;
  return outcome;
}

// An init phase that fails is tried once more within the invocation, with the function's time.
std::optional<InvocationOutcome> ExecutionEnvironment::initialise(const std::string& request_id,
                                                                  const LogLine& log,
                                                                  InvocationReport& report) {
  const Steady begin = std::chrono::steady_clock::now();
  if (auto line = init_start_line(plan_.function, clock_.now())) log(clock_.now(), *line);
  auto failed = initialise_once(request_id, kInitMax, log);
  report.init_ms = ms_since(begin);
  if (!failed || failed->is_stopped) return failed;
  report.init_ms.reset();
  return initialise_once(request_id, core::Seconds(plan_.function.timeout_seconds), log);
}

InvocationOutcome ExecutionEnvironment::run(RuntimeInvocation invocation, const LogLine& log) {
  const LambdaFunction& function = plan_.function;
  const std::string request_id = invocation.request_id;
  InvocationReport report{.request_id = request_id};
  std::optional<InvocationOutcome> failed;
  if (!is_usable()) failed = initialise(request_id, log, report);
  if (auto line = start_line(function, request_id, clock_.now())) log(clock_.now(), *line);
  const Steady begin = std::chrono::steady_clock::now();
  InvocationOutcome outcome;
  if (failed) {
    outcome = std::move(*failed);
  } else {
    const core::Seconds limit(function.timeout_seconds);
    invocation.deadline = clock_.now() + limit;
    api_->begin(std::move(invocation));
    std::optional<RuntimeAnswer> answer;
    const Happened happened = wait(begin + limit, log, [&] {
      if (!answer) answer = api_->take_answer();
      return answer.has_value();
    });
    report.duration_ms = ms_since(begin);
    if (happened == Happened::satisfied) {
      outcome.payload = answer->body;
      outcome.is_error = answer->is_error;
      outcome.report.status = answer->is_error ? "error" : "success";
      outcome.report.error_type = answer->is_error ? answer->error_type : "";
      // The invocation is over when the process asks for the next one; what it does before that
      // is on its time still.
      wait(begin + limit, log, [&] { return api_->is_ready(); });
      if (!unfinished_line_.empty()) log(clock_.now(), std::exchange(unfinished_line_, {}));
    } else if (happened == Happened::ended) {
      outcome = fail_of_exit(request_id);
    } else if (happened == Happened::interrupted) {
      outcome.is_stopped = true;
    } else {
      outcome = fail(request_id, "Sandbox.Timedout",
                     fmt::format("Task timed out after {:.2f} seconds",
                                 static_cast<double>(function.timeout_seconds)),
                     "timeout");
      kill_process();
      // It had all of its time, and no more.
      report.duration_ms = static_cast<double>(function.timeout_seconds) * 1000;
    }
  }
  if (process_) peak_memory_ = std::max(peak_memory_, process_->peak_memory());
  report.peak_memory = peak_memory_;
  report.status = outcome.report.status;
  report.error_type = outcome.report.error_type;
  outcome.report = report;
  return outcome;
}

}  // namespace snapferry::emulator
