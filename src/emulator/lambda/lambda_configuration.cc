// Sources: botocore 1.43 lambda service-2.json; bounds and reserved names: Lambda Developer Guide,
// "Lambda quotas" and "Defined runtime environment variables", 2023; messages as observed in public
// reports, 2018-2024.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/lambda_configuration.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/result.h"
#include "emulator/iam/access.h"
#include "emulator/lambda/base64.h"
#include "emulator/lambda/lambda_input.h"
#include "emulator/lambda/runner/zip_archive.h"
#include "emulator/sts/role_sessions.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

constexpr long kTimeoutMax = 900;
constexpr long kMemoryMin = 128;
constexpr long kMemoryMax = 10240;
constexpr long kEphemeralMin = 512;
constexpr size_t kDescriptionMax = 256;
constexpr size_t kHandlerMax = 128;
constexpr size_t kVariablesMax = 4096;

constexpr std::array<std::string_view, 19> kReservedVariables = {"_HANDLER",
                                                                 "_X_AMZN_TRACE_ID",
                                                                 "AWS_ACCESS_KEY",
                                                                 "AWS_ACCESS_KEY_ID",
                                                                 "AWS_DEFAULT_REGION",
                                                                 "AWS_EXECUTION_ENV",
                                                                 "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                                 "AWS_LAMBDA_FUNCTION_NAME",
                                                                 "AWS_LAMBDA_FUNCTION_VERSION",
                                                                 "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                                 "AWS_LAMBDA_LOG_GROUP_NAME",
                                                                 "AWS_LAMBDA_LOG_STREAM_NAME",
                                                                 "AWS_LAMBDA_RUNTIME_API",
                                                                 "AWS_REGION",
                                                                 "AWS_SECRET_ACCESS_KEY",
                                                                 "AWS_SECRET_KEY",
                                                                 "AWS_SESSION_TOKEN",
                                                                 "LAMBDA_RUNTIME_DIR",
                                                                 "LAMBDA_TASK_ROOT"};

bool is_word(std::string_view text, std::string_view extra) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           extra.find(c) != std::string_view::npos;
  });
}

ServiceResult<void> check_variables(const std::map<std::string, std::string>& variables) {
  std::string reserved;
  for (const auto& [name, value] : variables) {
    const bool is_letter_first =
        !name.empty() && (is_word(name.substr(0, 1), "")) && (name[0] < '0' || name[0] > '9');
    if (std::ranges::find(kReservedVariables, name) != kReservedVariables.end()) {
      reserved += (reserved.empty() ? "" : ", ") + name;
    } else if (!is_letter_first || name.size() < 2 || !is_word(name, "_")) {
      return refuse_value(name, "Environment.variables",
                          "Map keys must satisfy constraint: [Member must satisfy regular "
                          "expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]");
    }
  }
  if (!reserved.empty()) {
    return refuse_parameter(fmt::format(
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided contains reserved keys that are currently not supported for "
        "modification. Reserved keys used in this request: {}",
        reserved));
  }
  const std::string measured = json::serialize(json::value_from(variables));
  if (measured.size() > kVariablesMax) {
    return refuse_parameter(fmt::format(
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided exceeded the 4KB limit. String measured: {}",
        measured));
  }
  return {};
}

// The runtimes that this emulator runs. Source of the message: moto and public reports, 2022.
ServiceResult<void> check_runtime(const std::string& runtime) {
  const bool is_python =
      runtime.starts_with("python3.") && runtime.size() > 8 &&
      std::ranges::all_of(runtime.substr(8), [](char c) { return c >= '0' && c <= '9'; });
  if (runtime == "provided.al2023" || runtime == "provided.al2" || is_python) return {};
  return refuse_parameter(
      fmt::format("Value {} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
                  "value set: [provided.al2, provided.al2023, python3.9, python3.10, python3.11, "
                  "python3.12, python3.13, python3.14] or be a valid ARN",
                  runtime));
}

ServiceResult<void> read_environment(const json::object& input, LambdaFunction& function) {
  const json::object* environment = TRY(read_object(input, "Environment"));
  if (environment == nullptr) return {};
  TRY(refuse_unknown_members(*environment, {"Variables"}));
  auto variables = TRY(read_texts(*environment, "Variables"));
  if (!variables) variables.emplace();
  TRY(check_variables(*variables));
  function.variables = std::move(*variables);
  return {};
}

ServiceResult<void> read_logging(const json::object& input, LambdaFunction& function) {
  const json::object* logging = TRY(read_object(input, "LoggingConfig"));
  if (logging == nullptr) return {};
  TRY(refuse_unknown_members(*logging,
                             {"LogFormat", "ApplicationLogLevel", "SystemLogLevel", "LogGroup"}));
  const auto format = TRY(read_word(*logging, "LogFormat", {"JSON", "Text"}));
  const auto application = TRY(read_word(*logging, "ApplicationLogLevel",
                                         {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}));
  const auto system = TRY(read_word(*logging, "SystemLogLevel", {"DEBUG", "INFO", "WARN"}));
  const auto group = TRY(read_text(*logging, "LogGroup"));
  function.log_format = format.value_or(function.log_format);
  if (function.log_format == "Text") {
    // Source: Lambda Developer Guide, "Setting JSON format": levels need the JSON format.
    if (application || system) {
      return refuse_parameter(
          "ApplicationLogLevel and SystemLogLevel are not supported when LogFormat is set to Text. "
          "Remove ApplicationLogLevel and SystemLogLevel from your request or change the LogFormat "
          "to JSON and try again.");
    }
    function.application_log_level.clear();
    function.system_log_level.clear();
  } else {
    const auto keep = [](const std::optional<std::string>& sent, std::string& kept) {
      kept = sent ? *sent : kept.empty() ? "INFO" : kept;
    };
    keep(application, function.application_log_level);
    keep(system, function.system_log_level);
  }
  if (group) {
    if (group->empty() || group->size() > 512 || !is_word(*group, ".-_/#")) {
      return refuse_value(*group, "loggingConfig.logGroup",
                          "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+");
    }
    function.log_group = *group;
  }
  return {};
}

ServiceResult<void> read_dead_letter(World& world, const json::object& input,
                                     LambdaFunction& function) {
  const json::object* config = TRY(read_object(input, "DeadLetterConfig"));
  if (config == nullptr) return {};
  TRY(refuse_unknown_members(*config, {"TargetArn"}));
  const auto target = TRY(read_text(*config, "TargetArn"));
  function.dead_letter_arn = target.value_or("");
  if (function.dead_letter_arn.empty()) return {};
  const auto arn = core::parse_arn(function.dead_letter_arn);
  if (!arn || (arn->service != "sqs" && arn->service != "sns")) {
    return refuse_parameter(
        fmt::format("The target ARN {} is not of a queue or a topic", function.dead_letter_arn));
  }
  const bool is_queue = arn->service == "sqs";
  const AccessRequest access{.action = is_queue ? "sqs:SendMessage" : "sns:Publish",
                             .resource = function.dead_letter_arn};
  if (!authorize(world, role_caller(world, function), access)) {
    return refuse_parameter(
        fmt::format("The provided execution role does not have permissions to call {} on {}",
                    is_queue ? "SendMessage" : "Publish", is_queue ? "SQS" : "SNS"));
  }
  return {};
}

ServiceResult<void> read_role(World& world, const json::object& input, LambdaFunction& function) {
  const auto role = TRY(read_text(input, "Role"));
  if (!role) return {};
  const auto arn = core::parse_arn(*role);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("role/") ||
      arn->account.empty()) {
    return refuse_value(*role, "role",
                        "Member must satisfy regular expression pattern: "
                        "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
  }
  if (arn->account != function.account) {
    return refuse(403, "AccessDeniedException", "Cross-account pass role is not allowed.");
  }
  TRY(check_service_role(world, *role, "lambda.amazonaws.com"));
  function.role = *role;
  return {};
}

ServiceResult<void> read_texts_and_sizes(const json::object& input, LambdaFunction& function) {
  if (const auto runtime = TRY(read_text(input, "Runtime"))) {
    TRY(check_runtime(*runtime));
    function.runtime = *runtime;
  }
  if (const auto handler = TRY(read_text(input, "Handler"))) {
    if (handler->size() > kHandlerMax) {
      return refuse_value(*handler, "handler", "Member must have length less than or equal to 128");
    }
    if (handler->empty() || handler->find_first_of(" \t\r\n") != std::string::npos) {
      return refuse_value(*handler, "handler",
                          "Member must satisfy regular expression pattern: [^\\s]+");
    }
    function.handler = *handler;
  }
  if (const auto description = TRY(read_text(input, "Description"))) {
    if (description->size() > kDescriptionMax) {
      return refuse_value(*description, "description",
                          "Member must have length less than or equal to 256");
    }
    function.description = *description;
  }
  if (const auto timeout = TRY(read_integer(input, "Timeout", 1, kTimeoutMax))) {
    function.timeout_seconds = *timeout;
  }
  if (const auto memory = TRY(read_integer(input, "MemorySize", kMemoryMin, kMemoryMax))) {
    function.memory_mb = *memory;
  }
  if (const json::object* storage = TRY(read_object(input, "EphemeralStorage"))) {
    TRY(refuse_unknown_members(*storage, {"Size"}));
    const auto size = TRY(read_integer(*storage, "Size", kEphemeralMin, kMemoryMax));
    if (!size) return refuse_value("null", "ephemeralStorage.size", "Member must not be null");
    function.ephemeral_mb = *size;
  }
  if (const json::object* tracing = TRY(read_object(input, "TracingConfig"))) {
    TRY(refuse_unknown_members(*tracing, {"Mode"}));
    const auto mode = TRY(read_word(*tracing, "Mode", {"Active", "PassThrough"}));
    function.tracing_mode = mode.value_or(function.tracing_mode);
  }
  return {};
}

}  // namespace

ServiceResult<void> read_configuration(World& world, const json::object& input,
                                       LambdaFunction& function) {
  TRY(read_role(world, input, function));
  TRY(read_texts_and_sizes(input, function));
  TRY(read_environment(input, function));
  TRY(read_logging(input, function));
  TRY(read_dead_letter(world, input, function));
  return {};
}

ServiceResult<std::shared_ptr<const std::string>> read_code(const World& world,
                                                            const json::object& code) {
  const auto zip_file = TRY(read_text(code, "ZipFile"));
  const auto bucket = TRY(read_text(code, "S3Bucket"));
  const auto key = TRY(read_text(code, "S3Key"));
  std::string bytes;
  if (zip_file && !bucket && !key) {
    auto decoded = from_base64(*zip_file);
    if (!decoded) {
      return refuse(400, "SerializationException", "ZipFile can not be converted to a Blob");
    }
    bytes = std::move(*decoded);
  } else if (!zip_file && bucket && key) {
    const std::string* object = world.s3.find_object(*bucket, *key);
    if (object == nullptr) {
      return refuse_parameter(
          "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The "
          "specified key does not exist.");
    }
    bytes = *object;
  } else {
    return refuse_parameter("Please provide a source for function code.");
  }
  const auto entries = read_zip(bytes, kUnpackedMax);
  if (!entries) {
    return entries.error() == ZipTrouble::too_large
               ? refuse_parameter("Unzipped size must be smaller than 262144000 bytes")
               : refuse_parameter(
                     "Could not unzip uploaded file. Please check your file, then try to upload "
                     "again.");
  }
  return std::make_shared<const std::string>(std::move(bytes));
}

ServiceResult<void> read_architectures(const json::object& input, LambdaFunction& function) {
  const json::value* value = input.if_contains("Architectures");
  if (value == nullptr || value->is_null()) return {};
  const json::array* list = value->if_array();
  const json::string* only =
      list != nullptr && list->size() == 1 ? list->front().if_string() : nullptr;
  if (only == nullptr || (*only != "x86_64" && *only != "arm64")) {
    return refuse_value(json::serialize(*value), "architectures",
                        "Member must satisfy constraint: [Member must satisfy enum value set: "
                        "[x86_64, arm64]]");
  }
  function.architecture = std::string(*only);
  return {};
}

json::object configuration_of(const LambdaFunction& function) {
  // "2026-11-22T00:23:17.000+0000". Source: Lambda API reference, FunctionConfiguration, 2023.
  const long ms = function.last_modified.time_since_epoch().count() % 1000;
  const std::string seconds =
      core::format_instant(std::chrono::floor<std::chrono::seconds>(function.last_modified));
  json::object logging = {{"LogFormat", function.log_format}, {"LogGroup", function.log_group}};
  if (!function.application_log_level.empty()) {
    logging["ApplicationLogLevel"] = function.application_log_level;
    logging["SystemLogLevel"] = function.system_log_level;
  }
  json::object answer = {
      {"FunctionName", function.name},
      {"FunctionArn", function.arn},
      {"Runtime", function.runtime},
      {"Role", function.role},
      {"Handler", function.handler},
      {"CodeSize", function.code->size()},
      {"Description", function.description},
      {"Timeout", function.timeout_seconds},
      {"MemorySize", function.memory_mb},
      {"LastModified", fmt::format("{}.{:03}+0000", seconds.substr(0, seconds.size() - 1), ms)},
      {"CodeSha256", function.code_sha256},
      {"Version", "$LATEST"},
      {"TracingConfig", json::object{{"Mode", function.tracing_mode}}},
      {"RevisionId", function.revision_id},
      {"State", "Active"},
      {"LastUpdateStatus", "Successful"},
      {"PackageType", "Zip"},
      {"Architectures", json::array{function.architecture}},
      {"EphemeralStorage", json::object{{"Size", function.ephemeral_mb}}},
      {"SnapStart", json::object{{"ApplyOn", "None"}, {"OptimizationStatus", "Off"}}},
      {"LoggingConfig", std::move(logging)}};
  if (!function.variables.empty()) {
    answer["Environment"] = json::object{{"Variables", json::value_from(function.variables)}};
  }
  if (!function.dead_letter_arn.empty()) {
    answer["DeadLetterConfig"] = json::object{{"TargetArn", function.dead_letter_arn}};
  }
  return answer;
}

Caller role_caller(const World& world, const LambdaFunction& function) {
  const IamRole* role = world.iam.find_by_arn(function.role);
  const size_t slash = function.role.rfind('/');
  const std::string role_name =
      slash == std::string::npos ? std::string() : function.role.substr(slash + 1);
  return {.account = function.account,
          .region = function.region,
          .partition = function.partition,
          .principal_arn = fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", function.partition,
                                       function.account.str(), role_name, function.name),
          .user_id = fmt::format("{}:{}", role == nullptr ? "" : role->role_id, function.name)};
}

}  // namespace snapferry::emulator
