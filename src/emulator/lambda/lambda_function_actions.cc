// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/lambda/base64.h"
#include "emulator/lambda/lambda_actions.h"
#include "emulator/lambda/lambda_configuration.h"
#include "emulator/lambda/lambda_input.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

constexpr size_t kNameMax = 64;
// Source: Lambda API reference, TagResource, 2023.
constexpr size_t kTagsMax = 50;

ServiceResult<void> check_name(const std::string& name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  if (name.empty() || name.find_first_not_of(kAllowed) != std::string::npos) {
    return refuse_value(name, "functionName",
                        "Member must satisfy regular expression pattern: "
                        "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-"
                        "\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]"
                        "+))?");
  }
  if (name.size() > kNameMax) {
    return refuse_value(name, "functionName", "Member must have length less than or equal to 64");
  }
  return {};
}

// The emulator keeps $LATEST alone.
ServiceResult<void> refuse_publish(const json::object& input) {
  if (TRY(read_boolean(input, "Publish")).value_or(false)) {
    return refuse_parameter("The emulator publishes no versions: Publish must be false");
  }
  return {};
}

ServiceResult<void> add_tags(const std::map<std::string, std::string>& added,
                             LambdaFunction& function) {
  std::map<std::string, std::string> tags = function.tags;
  for (const auto& [key, value] : added) {
    if (key.empty() || key.size() > 128 || value.size() > 256 || key.starts_with("aws:")) {
      return refuse_parameter(fmt::format("Invalid tag: {}", key));
    }
    tags[key] = value;
  }
  if (tags.size() > kTagsMax) {
    return refuse_parameter(fmt::format("Number of tags exceeds resource tag limit: {}", kTagsMax));
  }
  function.tags = std::move(tags);
  return {};
}

ServiceResult<LambdaFunction> new_function(LambdaCall& call, const json::object& input) {
  const Caller& caller = call.call.caller;
  LambdaFunction function;
  const auto name = TRY(read_text(input, "FunctionName"));
  if (!name) return refuse_value("null", "functionName", "Member must not be null");
  TRY(check_name(*name));
  function.name = *name;
  function.arn = function_arn_of(caller, function.name);
  function.account = caller.account;
  function.region = caller.region;
  function.partition = caller.partition;
  function.log_group = "/aws/lambda/" + function.name;
  TRY(read_configuration(call.call.world, input, function));
  if (function.role.empty()) return refuse_value("null", "role", "Member must not be null");
  TRY(read_word(input, "PackageType", {"Zip"}));
  if (function.runtime.empty() || function.handler.empty()) {
    return refuse_parameter(
        "Runtime and Handler are mandatory parameters for functions created with deployment "
        "packages.");
  }
  TRY(read_architectures(input, function));
  TRY(refuse_publish(input));
  if (const auto tags = TRY(read_texts(input, "Tags"))) TRY(add_tags(*tags, function));
  return function;
}

// Source: Lambda API reference, ListTags: the resource is the function's ARN, without a version.
ServiceResult<LambdaFunction*> find_tagged(LambdaCall& call) {
  if (!call.subject.starts_with("arn:")) {
    return refuse_value(call.subject, "resource",
                        "Member must satisfy regular expression pattern: "
                        "arn:(aws[a-zA-Z-]*):lambda:...");
  }
  return find_function(call);
}

}  // namespace

ServiceResult<WireResponse> create_function(LambdaCall& call) {
  World& world = call.call.world;
  const json::object input = TRY(read_body(call.call.request.body));
  TRY(refuse_unknown_members(
      input, {"FunctionName", "Runtime", "Role", "Handler", "Code", "Description", "Timeout",
              "MemorySize", "Publish", "PackageType", "DeadLetterConfig", "Environment",
              "TracingConfig", "Tags", "Architectures", "EphemeralStorage", "LoggingConfig"}));
  LambdaFunction function = TRY(new_function(call, input));
  const json::object* code = TRY(read_object(input, "Code"));
  if (code == nullptr) return refuse_value("null", "code", "Member must not be null");
  TRY(refuse_unknown_members(*code, {"ZipFile", "S3Bucket", "S3Key"}));
  if (world.lambda.find(function.arn) != nullptr) {
    return refuse(409, "ResourceConflictException",
                  fmt::format("Function already exist: {}", function.name));
  }
  function.code = TRY(read_code(world, *code));
  function.code_sha256 = sha256_base64(*function.code);
  touch_function(call.call, function);
  const json::object answer = configuration_of(function);
  world.lambda.functions[function.arn] = std::move(function);
  return json_answer(201, answer);
}

ServiceResult<WireResponse> get_function(LambdaCall& call) {
  const LambdaFunction& function = *TRY(find_function(call));
  json::object answer = {{"Configuration", configuration_of(function)},
                         {"Code", json::object{{"RepositoryType", "S3"}}}};
  if (!function.tags.empty()) answer["Tags"] = json::value_from(function.tags);
  if (function.reserved_concurrency) {
    answer["Concurrency"] =
        json::object{{"ReservedConcurrentExecutions", *function.reserved_concurrency}};
  }
  return json_answer(200, answer);
}

ServiceResult<WireResponse> get_function_configuration(LambdaCall& call) {
  const LambdaFunction& function = *TRY(find_function(call));
  return json_answer(200, configuration_of(function));
}

ServiceResult<WireResponse> update_function_code(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_function(call));
  const json::object input = TRY(read_body(call.call.request.body));
  TRY(refuse_unknown_members(
      input, {"ZipFile", "S3Bucket", "S3Key", "Publish", "DryRun", "RevisionId", "Architectures"}));
  const auto revision = TRY(read_text(input, "RevisionId"));
  TRY(check_revision(revision, function.revision_id));
  TRY(refuse_publish(input));
  LambdaFunction changed = function;
  TRY(read_architectures(input, changed));
  changed.code = TRY(read_code(call.call.world, input));
  changed.code_sha256 = sha256_base64(*changed.code);
  if (TRY(read_boolean(input, "DryRun")).value_or(false)) {
    return json_answer(200, configuration_of(changed));
  }
  function = std::move(changed);
  touch_function(call.call, function);
  return json_answer(200, configuration_of(function));
}

ServiceResult<WireResponse> update_function_configuration(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_function(call));
  const json::object input = TRY(read_body(call.call.request.body));
  TRY(refuse_unknown_members(input, {"Role", "Handler", "Description", "Timeout", "MemorySize",
                                     "Environment", "Runtime", "DeadLetterConfig", "TracingConfig",
                                     "RevisionId", "EphemeralStorage", "LoggingConfig"}));
  const auto revision = TRY(read_text(input, "RevisionId"));
  TRY(check_revision(revision, function.revision_id));
  LambdaFunction changed = function;
  TRY(read_configuration(call.call.world, input, changed));
  function = std::move(changed);
  touch_function(call.call, function);
  return json_answer(200, configuration_of(function));
}

ServiceResult<WireResponse> delete_function(LambdaCall& call) {
  LambdaModel& lambda = call.call.world.lambda;
  const std::string arn = TRY(find_function(call))->arn;
  lambda.functions.erase(arn);
  // What was queued for it is discarded, as nothing is left that could run it.
  std::erase_if(lambda.queue, [&](const LambdaQueued& item) {
    return item.function_arn == arn && !item.is_running;
  });
  if (call.call.world.functions != nullptr) call.call.world.functions->wake();
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

ServiceResult<WireResponse> list_functions(LambdaCall& call) {
  const Caller& caller = call.call.caller;
  // Source: Lambda API reference, ListFunctions: 50 a page at most, whatever was asked for, 2023.
  size_t page_max = 50;
  std::string marker;
  for (const auto& [name, value] : call.call.query) {
    if (name == "Marker") {
      marker = value;
    } else if (name == "MaxItems") {
      const bool is_number = !value.empty() && value.size() <= 5 &&
                             value.find_first_not_of("0123456789") == std::string::npos;
      if (!is_number || value == "0") return refuse_value(value, "maxItems", "Member must be 1+");
      page_max = std::min<size_t>(page_max, std::stoul(value));
    } else {
      return refuse_parameter(fmt::format("The emulator does not serve {} here", name));
    }
  }
  json::object answer;
  json::array found;
  for (const auto& [arn, function] : call.call.world.lambda.functions) {
    if (function.account != caller.account || function.region != caller.region) continue;
    if (!marker.empty() && arn <= marker) continue;
    if (found.size() == page_max) {
      answer["NextMarker"] = found.back().at("FunctionArn");
      break;
    }
    found.push_back(configuration_of(function));
  }
  answer["Functions"] = std::move(found);
  return json_answer(200, answer);
}

ServiceResult<WireResponse> tag_function(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_tagged(call));
  const json::object input = TRY(read_body(call.call.request.body));
  TRY(refuse_unknown_members(input, {"Tags"}));
  const auto tags = TRY(read_texts(input, "Tags"));
  if (!tags) return refuse_value("null", "tags", "Member must not be null");
  TRY(add_tags(*tags, function));
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

ServiceResult<WireResponse> untag_function(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_tagged(call));
  for (const auto& [name, value] : call.call.query) {
    if (name == "tagKeys") function.tags.erase(value);
  }
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

ServiceResult<WireResponse> list_function_tags(LambdaCall& call) {
  const LambdaFunction& function = *TRY(find_tagged(call));
  return json_answer(200, {{"Tags", json::value_from(function.tags)}});
}

}  // namespace snapferry::emulator
