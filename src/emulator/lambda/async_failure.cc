// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/async_failure.h"

#include <map>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/iam/access.h"
#include "emulator/lambda/lambda_configuration.h"
#include "emulator/services.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// Of ErrorMessage. Source: Lambda Developer Guide, "Adding a dead-letter queue", 2023.
constexpr size_t kErrorMessageMax = 1024;

json::value parsed(const std::string& text) {
  json::error_code error;
  json::value value = json::parse(text, error);
  return error ? json::value(text) : value;
}

std::string error_message_of(const AsyncFailure& failure) {
  const json::value answer = parsed(failure.payload);
  std::string message = failure.payload;
  if (answer.is_object()) {
    const json::value* named = answer.get_object().if_contains("errorMessage");
    if (named != nullptr && named->is_string()) message = std::string(named->get_string());
  }
  return message.substr(0, kErrorMessageMax);
}

// Returns whether it arrived.
bool deliver(World& world, const LambdaFunction& function, const std::string& target,
             const std::string& body, const std::map<std::string, std::string>& attributes) {
  const auto arn = core::parse_arn(target);
  if (!arn) return false;
  Caller caller = role_caller(world, function);
  caller.region = arn->region;
  if (arn->service == "sqs") {
    const AccessRequest access{.action = "sqs:SendMessage", .resource = target};
    return authorize(world, caller, access).has_value() &&
           world.sqs.send(target, body, attributes, world.clock.now(), "", function.arn)
               .has_value();
  }
  Fields fields = {{"TopicArn", target}, {"Message", body}};
  size_t number = 0;
  for (const auto& [name, value] : attributes) {
    const std::string entry = fmt::format("MessageAttributes.entry.{}.", ++number);
    fields.emplace_back(entry + "Name", name);
    fields.emplace_back(entry + "Value.DataType", name == "ErrorCode" ? "Number" : "String");
    fields.emplace_back(entry + "Value.StringValue", value);
  }
  return call_query(world, caller, "sns", "Publish", fields).has_value();
}

std::string time_text(core::Instant now) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(now);
  std::string text = core::format_instant(whole);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, (now - whole).count());
}

std::string destination_record(World& world, const LambdaFunction& function,
                               const LambdaQueued& item, const AsyncFailure& failure) {
  json::object response = {{"statusCode", failure.status}, {"executedVersion", "$LATEST"}};
  if (!failure.function_error.empty()) response["functionError"] = failure.function_error;
  json::object record = {
      {"version", "1.0"},
      {"timestamp", time_text(world.clock.now())},
      {"requestContext", json::object{{"requestId", item.request_id},
                                      {"functionArn", function.arn + ":$LATEST"},
                                      {"condition", failure.condition},
                                      {"approximateInvokeCount", item.attempts}}},
      {"requestPayload", parsed(item.payload)},
      {"responseContext", std::move(response)},
      {"responsePayload", failure.payload.empty() ? json::value() : parsed(failure.payload)}};
  return json::serialize(record);
}

}  // namespace

void give_up(World& world, const LambdaFunction& function, const LambdaQueued& item,
             const AsyncFailure& failure) {
  const auto count = [&](const std::string& metric) {
    world.metrics.put(function.account, function.region, "AWS/Lambda", metric,
                      {{"FunctionName", function.name}}, world.clock.now(), 1, "Count");
  };
  count("AsyncEventsDropped");
  if (!function.dead_letter_arn.empty() &&
      !deliver(world, function, function.dead_letter_arn, item.payload,
               {{"RequestID", item.request_id},
                {"ErrorCode", std::to_string(failure.status)},
                {"ErrorMessage", error_message_of(failure)}})) {
    count("DeadLetterErrors");
  }
  if (function.event_invoke && !function.event_invoke->on_failure.empty() &&
      !deliver(world, function, function.event_invoke->on_failure,
               destination_record(world, function, item, failure), {})) {
    count("DestinationDeliveryFailures");
  }
}

}  // namespace snapferry::emulator
