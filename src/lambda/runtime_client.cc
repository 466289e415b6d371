// SPDX-License-Identifier: Apache-2.0
#include "lambda/runtime_client.h"

#include <charconv>
#include <string_view>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace snapferry::lambda {
namespace {

using core::ErrorKind;

constexpr int kAccepted = 202;
constexpr int kTooLarge = 413;
constexpr int kBroken = 500;
// Ours: the API is on this machine, so what is not taken in ten seconds is never taken.
constexpr core::Milliseconds kPostMax{10'000};
constexpr const char* kDeadlineHint =
    "The platform sends it with every event: check what AWS_LAMBDA_RUNTIME_API leads to.";

aws::HttpRequest request_to(std::string method, std::string url) {
  aws::HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.use_proxy = false;
  return request;
}

std::optional<core::Instant> read_deadline(std::string_view text) {
  long milliseconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (failure != std::errc() || end != text.data() + text.size() || milliseconds <= 0) {
    return std::nullopt;
  }
  return core::Instant(core::Milliseconds(milliseconds));
}

}  // namespace

RuntimeClient::RuntimeClient(aws::HttpTransport& transport, std::string host)
    : transport_(transport), base_("http://" + std::move(host) + "/2018-06-01/runtime/") {}

core::Result<Invocation> RuntimeClient::next() {
  aws::HttpRequest request = request_to("GET", base_ + "invocation/next");
  request.read_timeout = kWaitMax;
  aws::HttpResponse response = TRY(transport_.send(request));
  if (response.status != 200) {
    return core::fail(
        ErrorKind::invalid,
        fmt::format("the Runtime API answered {} when asked for the next event", response.status));
  }
  Invocation invocation;
  invocation.request_id = response.header("Lambda-Runtime-Aws-Request-Id");
  invocation.function_arn = response.header("Lambda-Runtime-Invoked-Function-Arn");
  invocation.trace_id = response.header("Lambda-Runtime-Trace-Id");
  const auto deadline = read_deadline(response.header("Lambda-Runtime-Deadline-Ms"));
  if (invocation.request_id.empty() || !deadline) {
    return core::fail(ErrorKind::invalid,
                      "the Runtime API sent an event without its request id or its deadline",
                      kDeadlineHint);
  }
  invocation.deadline = *deadline;
  invocation.event = std::move(response.body);
  return invocation;
}

core::Result<int> RuntimeClient::post(const std::string& path, std::string body,
                                      const std::string& error_type) {
  aws::HttpRequest request = request_to("POST", base_ + path);
  request.read_timeout = kPostMax;
  request.headers.emplace_back("Content-Type", "application/json");
  if (!error_type.empty()) {
    request.headers.emplace_back("Lambda-Runtime-Function-Error-Type", error_type);
  }
  request.body = std::move(body);
  auto response = transport_.send(request);
  // Nothing was sent: a kept connection had died while the process was frozen.
  if (!response && response.error().kind == ErrorKind::transient) {
    response = transport_.send(request);
  }
  if (!response) return std::unexpected(std::move(response).error());
  return response->status;
}

core::Result<void> RuntimeClient::check(const std::string& what, int status) const {
  if (status == kAccepted) return {};
  // 400 InvalidRequestID and 403 InvalidStateTransition: this answer came too late or twice. The
  // next event is none the worse for it.
  return core::fail(status >= kBroken ? ErrorKind::invalid : ErrorKind::conflict,
                    fmt::format("the Runtime API answered {} to {}", status, what));
}

core::Result<void> RuntimeClient::reply(const Invocation& invocation, const Reply& reply) {
  const std::string path = "invocation/" + invocation.request_id;
  if (!reply) {
    const int status =
        TRY(post(path + "/error", error_document(reply.error()), reply.error().type));
    return check("a failure", status);
  }
  const bool is_short = reply->text.size() <= kAnswerMax;
  int status = TRY(post(path + "/response", is_short ? reply->text : reply->shorter, ""));
  if (status == kTooLarge && is_short && !reply->shorter.empty()) {
    status = TRY(post(path + "/response", reply->shorter, ""));
  }
  return check("an answer", status);
}

core::Result<void> RuntimeClient::fail_init(const Failure& failure) {
  const int status = TRY(post("init/error", error_document(failure), failure.type));
  return check("a failed start", status);
}

std::string error_document(const Failure& failure) {
  return boost::json::serialize(boost::json::object{{"errorMessage", failure.message},
                                                    {"errorType", failure.type},
                                                    {"stackTrace", boost::json::array()}});
}

}  // namespace snapferry::lambda
