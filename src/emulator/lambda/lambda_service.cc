// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/lambda_service.h"

#include <array>
#include <optional>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/lambda/lambda_actions.h"
#include "emulator/lambda/lambda_configuration.h"
#include "emulator/lambda/lambda_input.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

struct Route {
  std::string_view operation;
  std::string_view method;
  std::string_view pattern;  // "{}" is one segment; a last "{*}" is all the rest
  ServiceResult<WireResponse> (*serve)(LambdaCall& call);
};

// Source: botocore 1.43 lambda service-2.json, http traits, 2026-11.
constexpr std::array kRoutes = {
    Route{"CreateFunction", "POST", "/2015-03-31/functions", create_function},
    Route{"ListFunctions", "GET", "/2015-03-31/functions", list_functions},
    Route{"GetFunction", "GET", "/2015-03-31/functions/{}", get_function},
    Route{"DeleteFunction", "DELETE", "/2015-03-31/functions/{}", delete_function},
    Route{"GetFunctionConfiguration", "GET", "/2015-03-31/functions/{}/configuration",
          get_function_configuration},
    Route{"UpdateFunctionConfiguration", "PUT", "/2015-03-31/functions/{}/configuration",
          update_function_configuration},
    Route{"UpdateFunctionCode", "PUT", "/2015-03-31/functions/{}/code", update_function_code},
    Route{"Invoke", "POST", "/2015-03-31/functions/{}/invocations", invoke_function},
    Route{"AddPermission", "POST", "/2015-03-31/functions/{}/policy", add_permission},
    Route{"GetPolicy", "GET", "/2015-03-31/functions/{}/policy", get_policy},
    Route{"RemovePermission", "DELETE", "/2015-03-31/functions/{}/policy/{*}", remove_permission},
    Route{"PutFunctionConcurrency", "PUT", "/2017-10-31/functions/{}/concurrency",
          put_function_concurrency},
    Route{"GetFunctionConcurrency", "GET", "/2019-09-30/functions/{}/concurrency",
          get_function_concurrency},
    Route{"DeleteFunctionConcurrency", "DELETE", "/2017-10-31/functions/{}/concurrency",
          delete_function_concurrency},
    Route{"PutFunctionEventInvokeConfig", "PUT", "/2019-09-25/functions/{}/event-invoke-config",
          put_event_invoke_config},
    Route{"UpdateFunctionEventInvokeConfig", "POST", "/2019-09-25/functions/{}/event-invoke-config",
          update_event_invoke_config},
    Route{"GetFunctionEventInvokeConfig", "GET", "/2019-09-25/functions/{}/event-invoke-config",
          get_event_invoke_config},
    Route{"DeleteFunctionEventInvokeConfig", "DELETE",
          "/2019-09-25/functions/{}/event-invoke-config", delete_event_invoke_config},
    Route{"TagResource", "POST", "/2017-03-31/tags/{*}", tag_function},
    Route{"UntagResource", "DELETE", "/2017-03-31/tags/{*}", untag_function},
    Route{"ListTags", "GET", "/2017-03-31/tags/{*}", list_function_tags},
};

// Returns the variable parts where the path has the pattern's form.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> parts;
  while (!pattern.empty()) {
    const size_t variable = pattern.find('{');
    const std::string_view fixed = pattern.substr(0, variable);
    if (!path.starts_with(fixed)) return std::nullopt;
    path.remove_prefix(fixed.size());
    pattern.remove_prefix(fixed.size());
    if (pattern.empty()) break;
    const size_t end =
        pattern.starts_with("{*}") ? path.size() : std::min(path.find('/'), path.size());
    if (end == 0) return std::nullopt;
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
    pattern.remove_prefix(pattern.find('}') + 1);
  }
  if (path.empty() || path == "/") return parts;
  return std::nullopt;
}

struct Found {
  const Route* route = nullptr;
  std::vector<std::string> parts;
};

Found find_route(const std::string& method, const std::string& path) {
  for (const Route& route : kRoutes) {
    if (route.method != method) continue;
    if (auto parts = match(route.pattern, path)) return {&route, std::move(*parts)};
  }
  return {};
}

// What stops a call at the door has other names here than with Query services. Source: AWS Lambda
// API reference, "Common Errors", 2023.
struct DoorName {
  std::string_view query_code;
  std::string_view lambda_code;
  int http_status;
};
constexpr std::array kDoorNames = {
    DoorName{"InvalidClientTokenId", "UnrecognizedClientException", 403},
    DoorName{"SignatureDoesNotMatch", "InvalidSignatureException", 403},
    DoorName{"MissingAuthenticationToken", "MissingAuthenticationTokenException", 403},
    DoorName{"IncompleteSignature", "IncompleteSignatureException", 400},
    DoorName{"ExpiredToken", "ExpiredTokenException", 403},
    DoorName{"AccessDenied", "AccessDeniedException", 403},
    DoorName{"Throttling", "TooManyRequestsException", 429},
    DoorName{"InternalFailure", "ServiceException", 500},
};

// Two spellings of one word. Source: botocore 1.43 lambda service-2.json, exception shapes,
// 2026-11.
bool has_capital_message(std::string_view code) {
  return code == "ResourceNotFoundException" || code == "ServiceException" ||
         code.ends_with("AccessDeniedException") || code == "InvalidRuntimeException";
}

}  // namespace

std::string function_arn_of(const Caller& caller, const std::string& name) {
  return fmt::format("arn:{}:lambda:{}:{}:function:{}", caller.partition, caller.region.str(),
                     caller.account.str(), name);
}

ServiceResult<LambdaFunction*> find_function(const LambdaCall& call) {
  const Caller& caller = call.call.caller;
  std::string name = call.subject;
  // "name", "function:name", "123456789012:function:name" and the whole ARN, each with a version.
  const std::string marker = "function:";
  const size_t at = name.find(marker);
  const std::string owner = at == std::string::npos ? "" : name.substr(0, at);
  if (at != std::string::npos) name.erase(0, at + marker.size());
  std::string qualifier;
  if (const size_t colon = name.find(':'); colon != std::string::npos) {
    qualifier = name.substr(colon + 1);
    name.resize(colon);
  }
  for (const auto& [field, value] : call.call.query) {
    if (field == "Qualifier") qualifier = value;
  }
  const std::string arn = function_arn_of(caller, name);
  const bool is_elsewhere =
      !owner.empty() && owner != caller.account.str() + ":" && owner + marker + name != arn;
  LambdaFunction* function = is_elsewhere ? nullptr : call.call.world.lambda.find(arn);
  const bool is_latest = qualifier.empty() || qualifier == "$LATEST";
  if (function == nullptr || !is_latest) {
    return refuse(
        404, "ResourceNotFoundException",
        fmt::format("Function not found: {}{}{}", is_elsewhere ? owner + marker + name : arn,
                    qualifier.empty() ? "" : ":", qualifier));
  }
  return function;
}

void touch_function(ServiceCall& call, LambdaFunction& function) {
  function.last_modified = call.now;
  function.revision_id = call.world.lambda.ids.uuid();
  function.environment_id = function.revision_id;
  if (call.world.functions != nullptr) call.world.functions->wake();
}

ServiceResult<void> check_revision(const std::optional<std::string>& sent,
                                   const std::string& revision_id) {
  if (!sent || *sent == revision_id) return {};
  return refuse(412, "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the "
                "GetFunction/GetAlias API to retrieve the latest Revision Id");
}

WireResponse json_answer(int status, const json::object& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::serialize(body)};
}

ServiceResult<WireResponse> serve_lambda(ServiceCall& call) {
  const Found found = find_route(call.request.method, call.path);
  if (found.route == nullptr) {
    return refuse(
        404, "UnknownOperationException",
        fmt::format("The emulator's Lambda serves no {} {}", call.request.method, call.path));
  }
  const std::vector<std::string>& parts = found.parts;
  LambdaCall inner{.call = call,
                   .subject = parts.empty() ? std::string() : parts[0],
                   .statement_id = parts.size() < 2 ? std::string() : parts[1]};
  return found.route->serve(inner);
}

std::string operation_of_lambda(const WireRequest& request, const std::string& path,
                                const Fields&) {
  const Found found = find_route(request.method, path);
  return found.route == nullptr ? std::string() : std::string(found.route->operation);
}

WireResponse refuse_lambda(const ServiceError& error, const std::string&) {
  std::string code = error.code;
  int status = error.http_status;
  for (const DoorName& name : kDoorNames) {
    if (name.query_code != error.code) continue;
    code = name.lambda_code;
    status = name.http_status;
  }
  json::object body;
  if (code == "TooManyRequestsException") {
    body["Reason"] = error.code == code ? "ReservedFunctionConcurrentInvocationLimitExceeded"
                                        : "CallerRateLimitExceeded";
  }
  body["Type"] = status >= 500 ? "Service" : "User";
  body[has_capital_message(code) ? "Message" : "message"] = error.message;
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"x-amzn-ErrorType", code}},
          .body = json::serialize(body)};
}

}  // namespace snapferry::emulator
