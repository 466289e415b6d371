// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/lambda/base64.h"
#include "emulator/lambda/lambda_actions.h"
#include "emulator/lambda/lambda_input.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// Source: Lambda Developer Guide, "Lambda quotas": 6 MB synchronous; 1 MB asynchronous since 2025
// (botocore 1.43 lambda service-2.json, Invoke).
constexpr size_t kSyncPayloadMax = size_t{6} * 1024 * 1024;
constexpr size_t kAsyncPayloadMax = size_t{1024} * 1024;

ServiceResult<void> check_payload(const std::string& payload, bool is_event) {
  const size_t limit = is_event ? kAsyncPayloadMax : kSyncPayloadMax;
  if (payload.size() > limit) {
    return refuse(
        413, "RequestTooLargeException",
        fmt::format("{} byte payload is too large for the {} invocation type (limit {} bytes)",
                    payload.size(), is_event ? "Event" : "RequestResponse", limit));
  }
  if (payload.empty()) return {};
  json::error_code error;
  json::parse(payload, error);
  if (error) {
    return refuse(400, "InvalidRequestContentException",
                  fmt::format("Could not parse request body into json: Could not parse "
                              "payload into json: {}",
                              error.message()));
  }
  return {};
}

ServiceResult<std::string> header_word(const WireRequest& request, std::string_view header,
                                       std::string_view member,
                                       std::initializer_list<std::string_view> allowed) {
  const std::string sent(request.header(header));
  json::object wrapped;
  if (!sent.empty()) wrapped[member] = sent;
  return TRY(read_word(wrapped, member, allowed)).value_or(std::string(*allowed.begin()));
}

ServiceResult<WireResponse> run_now(World& world, const std::string& arn,
                                    const std::string& payload, const std::string& request_id,
                                    bool is_tail_wanted) {
  const InvocationResult result = world.functions->invoke(arn, payload, request_id);
  if (result.is_throttled) {
    return refuse(429, "TooManyRequestsException", "Rate Exceeded.");
  }
  if (result.is_stopped) {
    return refuse(500, "ServiceException", "The emulator stops.");
  }
  WireResponse answer{
      .status = 200,
      .headers = {{"Content-Type", "application/json"}, {"X-Amz-Executed-Version", "$LATEST"}},
      .body = result.payload};
  if (!result.function_error.empty()) {
    answer.headers.emplace_back("X-Amz-Function-Error", result.function_error);
  }
  if (is_tail_wanted) {
    answer.headers.emplace_back("X-Amz-Log-Result", to_base64(result.log_tail));
  }
  return answer;
}

}  // namespace

ServiceResult<WireResponse> invoke_function(LambdaCall& call) {
  World& world = call.call.world;
  const WireRequest& request = call.call.request;
  const LambdaFunction& function = *TRY(find_function(call));
  const std::string type = TRY(header_word(request, "X-Amz-Invocation-Type", "InvocationType",
                                           {"RequestResponse", "Event", "DryRun"}));
  const std::string log_type =
      TRY(header_word(request, "X-Amz-Log-Type", "LogType", {"None", "Tail"}));
  for (const std::string_view name :
       {"X-Amz-Client-Context", "X-Amz-Tenant-Id", "X-Amz-Durable-Execution-Name"}) {
    if (!request.header(name).empty()) {
      return refuse_parameter(fmt::format("The emulator does not serve {}", name));
    }
  }
  TRY(check_payload(request.body, type == "Event"));
  if (type == "DryRun") return WireResponse{.status = 204, .headers = {}, .body = {}};
  if (type == "Event") {
    world.lambda.enqueue_allowed(world, function, request.body, call.call.request_id);
    return WireResponse{.status = 202, .headers = {}, .body = {}};
  }
  if (world.functions == nullptr) {
    return refuse(500, "ServiceException", "This emulator runs no functions.");
  }
  call.call.after_unlock = [&world, arn = function.arn,
                            payload = request.body.empty() ? std::string("{}") : request.body,
                            request_id = call.call.request_id, is_tail = log_type == "Tail"] {
    return run_now(world, arn, payload, request_id, is_tail);
  };
  return WireResponse{};
}

}  // namespace snapferry::emulator
