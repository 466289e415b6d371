// The Runtime API of one execution environment: the small HTTP server that a bootstrap asks for
// work. Source: Lambda Developer Guide, "Runtime API", 2023; aws-lambda-runtime-interface-emulator.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "emulator/door/http_server.h"

namespace snapferry::emulator {

struct RuntimeInvocation {
  std::string request_id;
  std::string payload;
  std::string function_arn;
  std::string trace_id;
  core::Instant deadline;
};

struct RuntimeAnswer {
  bool is_error = false;
  std::string body;
  std::string error_type;  ///< Lambda-Runtime-Function-Error-Type
};

/// Source: Lambda Developer Guide, "Lambda quotas", and the interface emulator: 6 MB and 100 bytes.
inline constexpr size_t kResponseMax = size_t{6} * 1024 * 1024 + 100;

/// Requires: nothing; may be called from several threads at once.
class RuntimeApi {
 public:
  /// Errors:   those of HttpServer::start.
  static core::Result<std::unique_ptr<RuntimeApi>> start();

  ~RuntimeApi();
  RuntimeApi(const RuntimeApi&) = delete;
  RuntimeApi& operator=(const RuntimeApi&) = delete;

  /// "127.0.0.1:41234", as AWS_LAMBDA_RUNTIME_API has it.
  [[nodiscard]] std::string address() const;

  /// Readable whenever something below may have changed since take_notice().
  [[nodiscard]] int notice_fd() const { return notice_fd_; }
  void take_notice() const;

  /// A new process is about to start.
  void reset();

  /// Whether the process waits in `next`.
  [[nodiscard]] bool is_ready();

  /// Gives the invocation to the process that waits. Requires: is_ready().
  void begin(RuntimeInvocation invocation);

  /// Returns what the process answered, once.
  std::optional<RuntimeAnswer> take_answer();

  /// Returns what the process posted to init/error, once.
  std::optional<RuntimeAnswer> take_init_error();

 private:
  enum class State { starting, ready, running, answered };

  RuntimeApi() = default;
  Reply serve(const WireRequest& request);
  Reply serve_next();
  Reply serve_answer(const WireRequest& request, const std::string& id, bool is_error);
  Reply serve_init_error(const WireRequest& request);
  void notify() const;

  int notice_fd_ = -1;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::starting;
  unsigned long turn_ = 0;  ///< of the latest `next`; an older one that still waits gives up
  bool is_stopping_ = false;
  std::optional<RuntimeInvocation> pending_;
  std::string running_id_;
  std::optional<RuntimeAnswer> answer_;
  std::optional<RuntimeAnswer> init_error_;
  std::unique_ptr<HttpServer> server_;  // after all that its threads use
};

}  // namespace snapferry::emulator
