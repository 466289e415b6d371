// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/iam/access.h"
#include "emulator/lambda/lambda_actions.h"
#include "emulator/lambda/lambda_configuration.h"
#include "emulator/lambda/lambda_input.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// Source: Lambda Developer Guide, "Lambda quotas" and "Configuring reserved concurrency", 2023: an
// account and region has 1000 of which 100 stay unreserved.
constexpr long kConcurrencyMax = 1000;
constexpr long kUnreservedMin = 100;

ServiceResult<void> check_destination(World& world, const LambdaFunction& function,
                                      const std::string& destination) {
  const auto arn = core::parse_arn(destination);
  if (!arn || (arn->service != "sqs" && arn->service != "sns")) {
    return refuse_parameter(fmt::format(
        "The emulator serves queues and topics as OnFailure destinations, not {}", destination));
  }
  const bool is_queue = arn->service == "sqs";
  const AccessRequest access{.action = is_queue ? "sqs:SendMessage" : "sns:Publish",
                             .resource = destination};
  if (authorize(world, role_caller(world, function), access)) return {};
  return refuse_parameter(
      fmt::format("The function's execution role does not have permissions to call {} on {}",
                  is_queue ? "SendMessage" : "Publish", destination));
}

// Sets what was sent of the three settings.
ServiceResult<void> read_config(LambdaCall& call, const LambdaFunction& function,
                                LambdaEventInvokeConfig& config) {
  const json::object input = TRY(read_body(call.call.request.body));
  TRY(refuse_unknown_members(
      input, {"MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"}));
  if (input.empty()) {
    return refuse_parameter(
        "You must specify at least one of error handling or destination "
        "setting.");
  }
  if (const auto retries = TRY(read_integer(input, "MaximumRetryAttempts", 0, 2))) {
    config.retries_max = retries;
  }
  if (const auto age = TRY(read_integer(input, "MaximumEventAgeInSeconds", 60, 21600))) {
    config.age_max_seconds = age;
  }
  if (const json::object* destinations = TRY(read_object(input, "DestinationConfig"))) {
    TRY(refuse_unknown_members(*destinations, {"OnFailure", "OnSuccess"}));
    const json::object* success = TRY(read_object(*destinations, "OnSuccess"));
    if (success != nullptr && !success->empty()) {
      return refuse_parameter("The emulator serves no OnSuccess destination");
    }
    if (const json::object* failure = TRY(read_object(*destinations, "OnFailure"))) {
      TRY(refuse_unknown_members(*failure, {"Destination"}));
      config.on_failure = TRY(read_text(*failure, "Destination")).value_or("");
      if (!config.on_failure.empty()) {
        TRY(check_destination(call.call.world, function, config.on_failure));
      }
    }
  }
  config.last_modified = call.call.now;
  return {};
}

json::object config_of(const LambdaFunction& function, const LambdaEventInvokeConfig& config) {
  json::object failure;
  if (!config.on_failure.empty()) failure["Destination"] = config.on_failure;
  json::object answer = {
      {"LastModified", static_cast<double>(config.last_modified.time_since_epoch().count()) / 1000},
      {"FunctionArn", function.arn + ":$LATEST"},
      {"DestinationConfig",
       json::object{{"OnSuccess", json::object()}, {"OnFailure", std::move(failure)}}}};
  if (config.retries_max) answer["MaximumRetryAttempts"] = *config.retries_max;
  if (config.age_max_seconds) answer["MaximumEventAgeInSeconds"] = *config.age_max_seconds;
  return answer;
}

std::unexpected<ServiceError> refuse_missing_config(const LambdaFunction& function) {
  return refuse(
      404, "ResourceNotFoundException",
      fmt::format("The function {}:$LATEST doesn't have an EventInvokeConfig", function.arn));
}

}  // namespace

ServiceResult<WireResponse> put_function_concurrency(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_function(call));
  const json::object input = TRY(read_body(call.call.request.body));
  TRY(refuse_unknown_members(input, {"ReservedConcurrentExecutions"}));
  const auto reserved =
      TRY(read_integer(input, "ReservedConcurrentExecutions", 0, std::numeric_limits<int>::max()));
  if (!reserved) {
    return refuse_value("null", "reservedConcurrentExecutions", "Member must not be null");
  }
  long others = 0;
  for (const auto& [arn, other] : call.call.world.lambda.functions) {
    const bool is_beside =
        arn != function.arn && other.account == function.account && other.region == function.region;
    if (is_beside) others += other.reserved_concurrency.value_or(0);
  }
  if (*reserved > kConcurrencyMax - kUnreservedMin - others) {
    return refuse_parameter(
        fmt::format("Specified ReservedConcurrentExecutions for function decreases account's "
                    "UnreservedConcurrentExecution below its minimum value of [{}].",
                    kUnreservedMin));
  }
  function.reserved_concurrency = reserved;
  return json_answer(200, {{"ReservedConcurrentExecutions", *reserved}});
}

ServiceResult<WireResponse> get_function_concurrency(LambdaCall& call) {
  const LambdaFunction& function = *TRY(find_function(call));
  json::object answer;
  if (function.reserved_concurrency) {
    answer["ReservedConcurrentExecutions"] = *function.reserved_concurrency;
  }
  return json_answer(200, answer);
}

ServiceResult<WireResponse> delete_function_concurrency(LambdaCall& call) {
  TRY(find_function(call))->reserved_concurrency.reset();
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

ServiceResult<WireResponse> put_event_invoke_config(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_function(call));
  LambdaEventInvokeConfig config;
  TRY(read_config(call, function, config));
  function.event_invoke = config;
  return json_answer(200, config_of(function, config));
}

ServiceResult<WireResponse> update_event_invoke_config(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_function(call));
  if (!function.event_invoke) return refuse_missing_config(function);
  LambdaEventInvokeConfig config = *function.event_invoke;
  TRY(read_config(call, function, config));
  function.event_invoke = config;
  return json_answer(200, config_of(function, config));
}

ServiceResult<WireResponse> get_event_invoke_config(LambdaCall& call) {
  const LambdaFunction& function = *TRY(find_function(call));
  if (!function.event_invoke) return refuse_missing_config(function);
  return json_answer(200, config_of(function, *function.event_invoke));
}

ServiceResult<WireResponse> delete_event_invoke_config(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_function(call));
  if (!function.event_invoke) return refuse_missing_config(function);
  function.event_invoke.reset();
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

}  // namespace snapferry::emulator
