// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/resources/resource_tables.h"
#include "emulator/identifiers.h"
#include "emulator/s3/s3_presign.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation User Guide, "Custom resource request objects" and "response objects",
// 2025: ServiceTimeout is 3,600 seconds unless set, and at most that; an answer is 4,096 bytes.
constexpr long kServiceTimeoutMax = 3600;
constexpr size_t kAnswerMax = 4096;

std::unexpected<ServiceError> fail(std::string message) {
  return std::unexpected(ServiceError{400, "CustomResource", std::move(message)});
}

ServiceResult<long> service_timeout(const json::object& properties) {
  const std::string text = text_of(properties, "ServiceTimeout", "3600");
  long seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || seconds > kServiceTimeoutMax) return fail("Invalid ServiceTimeout");
    seconds = seconds * 10 + (c - '0');
  }
  if (seconds < 1 || seconds > kServiceTimeoutMax) {
    return fail("Custom Resource ServiceTimeout must be between 1 and 3600 seconds");
  }
  return seconds;
}

struct Request {
  std::string type;  // Create, Update, Delete
  std::string physical_id;
  const json::object* properties;
  const json::object* had = nullptr;
};

json::object payload_of(const ResourceCall& call, const Request& request,
                        const std::string& request_id, const std::string& response_url) {
  json::object payload = {
      {"RequestType", request.type}, {"ServiceToken", text_of(*request.properties, "ServiceToken")},
      {"ResponseURL", response_url}, {"StackId", call.stack_id},
      {"RequestId", request_id},     {"LogicalResourceId", call.logical_id},
      {"ResourceType", call.type},   {"ResourceProperties", *request.properties}};
  if (!request.physical_id.empty()) payload["PhysicalResourceId"] = request.physical_id;
  if (request.had != nullptr) payload["OldResourceProperties"] = *request.had;
  return payload;
}

// The answer must be about the request that it answers.
ServiceResult<json::object> read_answer(const ResourceCall& call, const std::string& text,
                                        const std::string& request_id) {
  json::error_code error;
  json::value answer = json::parse(text, error);
  if (error || !answer.is_object()) return fail("Response object is not valid JSON");
  if (text.size() > kAnswerMax) return fail("Response object is too long.");
  json::object& members = answer.get_object();
  if (text_of(members, "RequestId") != request_id || text_of(members, "StackId") != call.stack_id ||
      text_of(members, "LogicalResourceId") != call.logical_id) {
    return fail("Invalid response: RequestId, StackId and LogicalResourceId must be the request's");
  }
  const std::string status = text_of(members, "Status");
  if (status == "FAILED") {
    // Source: the reason of a failed custom resource in public stacks, 2021 to 2025.
    return fail(
        fmt::format("Received response status [FAILED] from custom resource. Message "
                    "returned: {} (RequestId: {})",
                    text_of(members, "Reason"), request_id));
  }
  if (status != "SUCCESS") return fail("Invalid Status: must be SUCCESS or FAILED");
  if (text_of(members, "PhysicalResourceId").empty()) {
    return fail("Invalid PhysicalResourceId");
  }
  return std::move(members);
}

ServiceResult<json::object> ask(ResourceCall& call, const Request& request) {
  const std::string arn = text_of(*request.properties, "ServiceToken");
  const long timeout = TRY(service_timeout(*request.properties));
  const auto token = core::parse_arn(arn);
  if (!token || token->service != "lambda") {
    return fail(fmt::format("Invalid service token: {} is no function's ARN", arn));
  }
  if (call.world.functions == nullptr) {
    return fail(
        "Custom Resource failed to stabilize in expected time: nothing runs functions here");
  }
  const std::string bucket = fmt::format("cloudformation-custom-resource-response-{}",
                                         std::string(call.caller.region.str()));
  const std::string key = call.ids.uuid();
  const std::string request_id = call.ids.uuid();
  const std::string url =
      presign_put(call.world, call.caller.region, bucket, key, core::Seconds(timeout));
  const std::string payload = json::serialize(payload_of(call, request, request_id, url));
  FunctionRunner& functions = *call.world.functions;
  call.lock.unlock();
  const InvocationResult result = functions.invoke(arn, payload);
  call.lock.lock();
  const std::string* answer = call.world.s3.find_object(bucket, key);
  if (answer != nullptr) {
    const std::string text = *answer;
    call.world.s3.delete_object(bucket, key);
    return read_answer(call, text, request_id);
  }
  // CloudFormation would wait for all of ServiceTimeout; a function that has ended will not answer
  // any more.
  if (!result.function_error.empty()) {
    return fail(
        fmt::format("Custom Resource failed to stabilize in expected time. The function "
                    "failed: {}",
                    result.payload.substr(0, 500)));
  }
  return fail(fmt::format(
      "CloudFormation did not receive a response from your Custom Resource. Please check your logs "
      "for requestId [{}]. If you are using the Python cfn-response module, you may need to update "
      "your Lambda function code so that CloudFormation can attach the updated version.",
      request_id));
}

Made made_of(const json::object& answer) {
  Made made{.physical_id = text_of(answer, "PhysicalResourceId")};
  if (const json::value* data = answer.if_contains("Data"); data != nullptr && data->is_object()) {
    made.attributes = data->get_object();
  }
  return made;
}

ServiceResult<Made> create(ResourceCall& call, const json::object& wanted) {
  return made_of(TRY(ask(call, {.type = "Create", .physical_id = {}, .properties = &wanted})));
}

ServiceResult<Made> update(ResourceCall& call, const std::string& physical_id,
                           const json::object& had, const json::object& wanted) {
  return made_of(TRY(ask(
      call, {.type = "Update", .physical_id = physical_id, .properties = &wanted, .had = &had})));
}

ServiceResult<void> remove(ResourceCall& call, const std::string& physical_id,
                           const json::object& had) {
  TRY(ask(call, {.type = "Delete", .physical_id = physical_id, .properties = &had}));
  return {};
}

constexpr std::array kCustomTypes = {
    ResourceType{"AWS::CloudFormation::CustomResource", "CloudFormation", "*", "*", "", create,
                 update, remove},
};

}  // namespace

std::span<const ResourceType> custom_resources() {
  return kCustomTypes;
}

}  // namespace snapferry::emulator::cloudformation
