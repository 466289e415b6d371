// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/runner/runtime_api.h"

#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

constexpr std::string_view kPathPrefix = "/2018-06-01/runtime/";

Reply answer(int status, const json::object& body) {
  return {.response = {.status = status,
                       .headers = {{"Content-Type", "application/json"}},
                       .body = json::serialize(body)}};
}

Reply accepted() {
  return answer(202, {{"status", "OK"}});
}

Reply refused(int status, std::string_view type, std::string_view message) {
  return answer(status, {{"errorMessage", message}, {"errorType", type}});
}

Reply refused_transition() {
  return refused(403, "InvalidStateTransition", "Transition is not allowed");
}

}  // namespace

core::Result<std::unique_ptr<RuntimeApi>> RuntimeApi::start() {
  std::unique_ptr<RuntimeApi> api(new RuntimeApi());
  api->notice_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (api->notice_fd_ < 0) {
    return core::fail(core::ErrorKind::transient, "no event descriptor is to be had");
  }
  HttpServerOptions options;
  // A runtime has one connection; more come of runtimes that keep none.
  options.connections_max = 8;
  // A function may run for 15 minutes without a word, and then answer on the same connection.
  options.read_timeout = std::chrono::hours(24);
  // Past the limit, so that its own 413 can be given.
  options.body_max = 4 * kResponseMax;
  RuntimeApi* raw = api.get();
  api->server_ = TRY(HttpServer::start(
      options, [raw](const WireRequest& request) { return raw->serve(request); }));
  return api;
}

RuntimeApi::~RuntimeApi() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (server_) server_->stop();
  if (notice_fd_ >= 0) ::close(notice_fd_);
}

std::string RuntimeApi::address() const {
  return fmt::format("127.0.0.1:{}", server_->port());
}

void RuntimeApi::notify() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(notice_fd_, &one, sizeof one);
}

void RuntimeApi::take_notice() const {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(notice_fd_, &count, sizeof count);
}

void RuntimeApi::reset() {
  const std::scoped_lock lock(mutex_);
  state_ = State::starting;
  ++turn_;
  pending_.reset();
  answer_.reset();
  init_error_.reset();
  changed_.notify_all();
}

bool RuntimeApi::is_ready() {
  const std::scoped_lock lock(mutex_);
  return state_ == State::ready;
}

void RuntimeApi::begin(RuntimeInvocation invocation) {
  const std::scoped_lock lock(mutex_);
  state_ = State::running;
  running_id_ = invocation.request_id;
  pending_ = std::move(invocation);
  changed_.notify_all();
}

std::optional<RuntimeAnswer> RuntimeApi::take_answer() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(answer_, std::nullopt);
}

std::optional<RuntimeAnswer> RuntimeApi::take_init_error() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(init_error_, std::nullopt);
}

Reply RuntimeApi::serve(const WireRequest& request) {
  const std::string_view target = request.target;
  if (!target.starts_with(kPathPrefix)) return refused(404, "NotFound", "404 page not found");
  const std::string_view path = target.substr(kPathPrefix.size());
  if (path == "invocation/next" && request.method == "GET") return serve_next();
  if (path == "init/error" && request.method == "POST") return serve_init_error(request);
  constexpr std::string_view kInvocation = "invocation/";
  if (path.starts_with(kInvocation) && request.method == "POST") {
    const std::string_view rest = path.substr(kInvocation.size());
    const size_t slash = rest.find('/');
    const std::string id(rest.substr(0, slash));
    const std::string_view last = slash == rest.npos ? "" : rest.substr(slash + 1);
    if (last == "response" || last == "error") return serve_answer(request, id, last == "error");
  }
  return refused(404, "NotFound", "404 page not found");
}

Reply RuntimeApi::serve_next() {
  std::unique_lock lock(mutex_);
  if (state_ == State::running && !pending_) return refused_transition();
  if (state_ != State::running) state_ = State::ready;
  const unsigned long turn = ++turn_;
  changed_.notify_all();
  notify();
  changed_.wait(lock, [&] { return is_stopping_ || turn != turn_ || pending_.has_value(); });
  if (is_stopping_ || turn != turn_) return {.response = {}, .is_lost = true};
  const RuntimeInvocation given = std::move(*pending_);
  pending_.reset();
  const auto deadline_ms = given.deadline.time_since_epoch().count();
  return {.response = {.status = 200,
                       .headers = {{"Content-Type", "application/json"},
                                   {"Lambda-Runtime-Aws-Request-Id", given.request_id},
                                   {"Lambda-Runtime-Deadline-Ms", std::to_string(deadline_ms)},
                                   {"Lambda-Runtime-Invoked-Function-Arn", given.function_arn},
                                   {"Lambda-Runtime-Trace-Id", given.trace_id}},
                       .body = given.payload}};
}

Reply RuntimeApi::serve_answer(const WireRequest& request, const std::string& id, bool is_error) {
  const std::scoped_lock lock(mutex_);
  if (id != running_id_ || id.empty()) {
    return refused(400, "InvalidRequestID", "Invalid request ID");
  }
  if (state_ != State::running || pending_) return refused_transition();
  state_ = State::answered;
  const bool is_too_large = request.body.size() > kResponseMax;
  const std::string too_large = fmt::format(
      "Response payload size exceeded maximum allowed payload size ({} bytes).", kResponseMax);
  if (is_too_large) {
    answer_ = {.is_error = true,
               .body = json::serialize(json::object{{"errorType", "Function.ResponseSizeTooLarge"},
                                                    {"errorMessage", too_large}}),
               .error_type = "Function.ResponseSizeTooLarge"};
  } else {
    answer_ = {.is_error = is_error,
               .body = request.body,
               .error_type = std::string(request.header("Lambda-Runtime-Function-Error-Type"))};
  }
  notify();
  if (!is_too_large) return accepted();
  return refused(413, "RequestEntityTooLarge",
                 fmt::format("Exceeded maximum allowed payload size ({} bytes).", kResponseMax));
}

Reply RuntimeApi::serve_init_error(const WireRequest& request) {
  const std::scoped_lock lock(mutex_);
  if (state_ != State::starting) return refused_transition();
  init_error_ = {.is_error = true,
                 .body = request.body,
                 .error_type = std::string(request.header("Lambda-Runtime-Function-Error-Type"))};
  notify();
  return accepted();
}

}  // namespace snapferry::emulator
