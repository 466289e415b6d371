// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/resources/resource_tables.h"
#include "emulator/cloudformation/resources/tags.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11. Left out, and so refused, is
// what the emulator's Lambda does not run: images, inline code, VPCs, layers, file systems.
constexpr std::string_view kFunction = R"(
Architectures strings
Code* object
  S3Bucket string
  S3Key string
  S3ObjectVersion string
DeadLetterConfig object
  TargetArn string
Description string
Environment object
  Variables map
EphemeralStorage object
  Size* integer
FunctionName! string
Handler string
KmsKeyArn string
LoggingConfig object
  ApplicationLogLevel string
  LogFormat string
  LogGroup string
  SystemLogLevel string
MemorySize integer
PackageType! string
ReservedConcurrentExecutions integer
Role* string
Runtime string
Tags objects
  Key* string
  Value string
Timeout integer
TracingConfig object
  Mode string
)";
constexpr std::string_view kPermission = R"(
Action*! string
EventSourceToken! string
FunctionName*! string
Principal*! string
PrincipalOrgID! string
SourceAccount! string
SourceArn! string
)";
constexpr std::string_view kEventInvokeConfig = R"(
DestinationConfig object
  OnFailure object
    Destination* string
  OnSuccess object
    Destination* string
FunctionName*! string
MaximumEventAgeInSeconds integer
MaximumRetryAttempts integer
Qualifier*! string
)";
constexpr std::string_view kConfiguration =
    "DeadLetterConfig Description Environment EphemeralStorage Handler KMSKeyArn LoggingConfig "
    "MemorySize Role Runtime Timeout TracingConfig";

std::string encode(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

ServiceResult<json::object> lambda(ResourceCall& call, const std::string& method,
                                   const std::string& target, const json::object& input = {}) {
  const WireResponse answer =
      TRY(call_rest(call.world, call.caller, "lambda", method, target,
                    method == "DELETE" || method == "GET" ? "" : json::serialize(input)));
  json::error_code error;
  json::value output =
      answer.body.empty() ? json::value(json::object()) : json::parse(answer.body, error);
  if (error || !output.is_object()) return json::object();
  return std::move(output.get_object());
}

ServiceResult<void> lambda_if_there(ResourceCall& call, const std::string& target) {
  const auto done = lambda(call, "DELETE", target);
  return done ? ServiceResult<void>() : unless_missing(done.error());
}

std::string function_target(const std::string& name, std::string_view rest = "") {
  return fmt::format("/2015-03-31/functions/{}{}", encode(name), rest);
}

std::string concurrency_target(const std::string& name) {
  return fmt::format("/2017-10-31/functions/{}/concurrency", encode(name));
}

// CloudFormation writes KmsKeyArn where Lambda writes KMSKeyArn.
json::object configuration_of(const json::object& wanted) {
  json::object renamed = wanted;
  if (const json::value* key = wanted.if_contains("KmsKeyArn")) renamed["KMSKeyArn"] = *key;
  return pick(renamed, kConfiguration);
}

Made function_of(const json::object& output) {
  return {.physical_id = text_of(output, "FunctionName"),
          .attributes = {{"Arn", text_of(output, "FunctionArn")}}};
}

ServiceResult<Made> create_function(ResourceCall& call, const json::object& wanted) {
  json::object input = configuration_of(wanted);
  for (const auto& [key, value] : pick(wanted, "Architectures Code PackageType")) {
    input[key] = value;
  }
  std::string name = text_of(wanted, "FunctionName");
  if (name.empty()) name = call.generated_name(64);
  input["FunctionName"] = name;
  const json::object tags = call.tags(wanted);
  if (!tags.empty()) input["Tags"] = tags;
  const json::object output = TRY(lambda(call, "POST", "/2015-03-31/functions", input));
  if (wanted.contains("ReservedConcurrentExecutions")) {
    const auto reserved =
        lambda(call, "PUT", concurrency_target(name), pick(wanted, "ReservedConcurrentExecutions"));
    if (!reserved) {
      // Nobody knows the function by a physical id yet: a rollback would leave it behind.
      TRY(lambda_if_there(call, function_target(name)));
      return std::unexpected(reserved.error());
    }
  }
  return function_of(output);
}

ServiceResult<Made> update_function(ResourceCall& call, const std::string& name,
                                    const json::object& had, const json::object& wanted) {
  if (is_changed(had, wanted, "Code Architectures")) {
    json::object input = pick(wanted.at("Code").get_object(), "S3Bucket S3Key S3ObjectVersion");
    for (const auto& [key, value] : pick(wanted, "Architectures")) input[key] = value;
    TRY(lambda(call, "PUT", function_target(name, "/code"), input));
  }
  if (configuration_of(had) != configuration_of(wanted)) {
    json::object input = configuration_of(wanted);
    // What is left out of an update stays as it was: what the template dropped goes back to none.
    if (had.contains("DeadLetterConfig") && !wanted.contains("DeadLetterConfig")) {
      input["DeadLetterConfig"] = json::object{{"TargetArn", ""}};
    }
    if (had.contains("Environment") && !wanted.contains("Environment")) {
      input["Environment"] = json::object{{"Variables", json::object()}};
    }
    if (had.contains("Description") && !wanted.contains("Description")) input["Description"] = "";
    TRY(lambda(call, "PUT", function_target(name, "/configuration"), input));
  }
  if (is_changed(had, wanted, "ReservedConcurrentExecutions")) {
    if (wanted.contains("ReservedConcurrentExecutions")) {
      TRY(lambda(call, "PUT", concurrency_target(name),
                 pick(wanted, "ReservedConcurrentExecutions")));
    } else {
      TRY(lambda(call, "DELETE", concurrency_target(name)));
    }
  }
  const json::object output = TRY(lambda(call, "GET", function_target(name, "/configuration")));
  if (is_changed(had, wanted, "Tags")) {
    const std::string target = "/2017-03-31/tags/" + encode(text_of(output, "FunctionArn"));
    std::string gone;
    for (const std::string& key : removed_keys(call.tags(had), call.tags(wanted))) {
      gone += fmt::format("{}tagKeys={}", gone.empty() ? "?" : "&", encode(key));
    }
    if (!gone.empty()) TRY(lambda(call, "DELETE", target + gone));
    TRY(lambda(call, "POST", target, {{"Tags", call.tags(wanted)}}));
  }
  return function_of(output);
}

ServiceResult<void> remove_function(ResourceCall& call, const std::string& name,
                                    const json::object&) {
  return lambda_if_there(call, function_target(name));
}

ServiceResult<Made> create_permission(ResourceCall& call, const json::object& wanted) {
  json::object input =
      pick(wanted, "Action EventSourceToken Principal PrincipalOrgID SourceAccount SourceArn");
  const std::string id = call.generated_name(100);
  input["StatementId"] = id;
  TRY(lambda(call, "POST", function_target(text_of(wanted, "FunctionName"), "/policy"), input));
  return Made{.physical_id = id, .attributes = {{"Id", id}}};
}

// Every property replaces: there is nothing to change in place.
ServiceResult<Made> keep_permission(ResourceCall&, const std::string& id, const json::object&,
                                    const json::object&) {
  return Made{.physical_id = id, .attributes = {{"Id", id}}};
}

ServiceResult<void> remove_permission(ResourceCall& call, const std::string& id,
                                      const json::object& had) {
  return lambda_if_there(
      call, function_target(text_of(had, "FunctionName"), fmt::format("/policy/{}", encode(id))));
}

std::string invoke_config_target(const json::object& properties) {
  return fmt::format("/2019-09-25/functions/{}/event-invoke-config?Qualifier={}",
                     encode(text_of(properties, "FunctionName")),
                     encode(text_of(properties, "Qualifier")));
}

ServiceResult<Made> put_invoke_config(ResourceCall& call, const json::object& wanted) {
  TRY(lambda(call, "PUT", invoke_config_target(wanted),
             pick(wanted, "DestinationConfig MaximumEventAgeInSeconds MaximumRetryAttempts")));
  return Made{.physical_id = fmt::format("{}|{}", text_of(wanted, "FunctionName"),
                                         text_of(wanted, "Qualifier"))};
}

ServiceResult<Made> update_invoke_config(ResourceCall& call, const std::string&,
                                         const json::object&, const json::object& wanted) {
  return put_invoke_config(call, wanted);
}

ServiceResult<void> remove_invoke_config(ResourceCall& call, const std::string&,
                                         const json::object& had) {
  return lambda_if_there(call, invoke_config_target(had));
}

constexpr std::array kLambdaTypes = {
    ResourceType{"AWS::Lambda::Function", "Lambda", kFunction, "Arn", "FunctionName",
                 create_function, update_function, remove_function},
    ResourceType{"AWS::Lambda::Permission", "Lambda", kPermission, "Id", "", create_permission,
                 keep_permission, remove_permission},
    ResourceType{"AWS::Lambda::EventInvokeConfig", "Lambda", kEventInvokeConfig, "", "",
                 put_invoke_config, update_invoke_config, remove_invoke_config},
};

}  // namespace

std::span<const ResourceType> lambda_resources() {
  return kLambdaTypes;
}

}  // namespace snapferry::emulator::cloudformation
