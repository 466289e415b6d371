// One execution environment: the function's code in a folder of its own, a Runtime API, and the
// process between them; started cold, used again while warm.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/lambda/lambda_records.h"
#include "emulator/lambda/runner/child_process.h"
#include "emulator/lambda/runner/invocation_log.h"
#include "emulator/lambda/runner/runtime_api.h"
#include "emulator/time/emulator_clock.h"

namespace snapferry::emulator {

/// What an environment is made of, all copied: it works without the world's lock.
struct EnvironmentPlan {
  LambdaFunction function;
  std::string log_stream;
  std::string endpoint_url;
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  core::Instant credentials_end;
  std::filesystem::path folder;  ///< its own; made and removed by the environment
};

/// How an invocation ended.
struct InvocationOutcome {
  std::string payload;
  bool is_error = false;
  bool is_stopped = false;  ///< told to: neither a success nor a failure
  InvocationReport report;
};

class ExecutionEnvironment {
 public:
  /// Called for each line of the log.
  using LogLine = std::function<void(core::Instant, const std::string&)>;

  ExecutionEnvironment(EnvironmentPlan plan, EmulatorClock& clock, ChildStarter& starter);
  /// Ends the process (SIGTERM, after 2 s SIGKILL) and removes the folder.
  ~ExecutionEnvironment();
  ExecutionEnvironment(const ExecutionEnvironment&) = delete;
  ExecutionEnvironment& operator=(const ExecutionEnvironment&) = delete;

  /// Runs one invocation to its end. Requires: one at a time.
  InvocationOutcome run(RuntimeInvocation invocation, const LogLine& log);

  /// Makes run(), now or later, end soon. From any thread.
  void interrupt();

  /// Tells the process to end, without waiting: what the destructor begins with.
  void terminate();

  /// Whether it can serve another invocation.
  [[nodiscard]] bool is_usable();

  [[nodiscard]] const EnvironmentPlan& plan() const { return plan_; }
  core::Instant last_used;  ///< by its owner

 private:
  using Steady = std::chrono::steady_clock::time_point;
  enum class Happened { satisfied, ended, timed_out, interrupted };

  bool unpack();
  std::optional<InvocationOutcome> initialise(const std::string& request_id, const LogLine& log,
                                              InvocationReport& report);
  std::optional<InvocationOutcome> initialise_once(const std::string& request_id,
                                                   core::Milliseconds limit, const LogLine& log);
  std::optional<InvocationOutcome> start_process(const std::string& request_id);
  Happened wait(Steady until, const LogLine& log, const std::function<bool()>& is_satisfied);
  void sleep_until_something(Steady until);
  void read_output(const LogLine& log);
  void kill_process();
  InvocationOutcome fail(const std::string& request_id, std::string_view type,
                         const std::string& message, std::string_view status);
  InvocationOutcome fail_of_exit(const std::string& request_id);
  std::vector<std::string> environment_variables() const;

  EnvironmentPlan plan_;
  EmulatorClock& clock_;
  ChildStarter& starter_;
  std::unique_ptr<RuntimeApi> api_;
  std::unique_ptr<ChildProcess> process_;
  std::string unfinished_line_;
  long peak_memory_ = 0;
  int interrupt_fd_ = -1;
  std::atomic<bool> is_interrupted_ = false;
};

}  // namespace snapferry::emulator
