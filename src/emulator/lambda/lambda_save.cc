// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <boost/json.hpp>

#include "emulator/lambda/base64.h"
#include "emulator/lambda/lambda_model.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

long ms_of(core::Instant instant) {
  return instant.time_since_epoch().count();
}

core::Instant instant_at(const json::object& object, std::string_view name) {
  return core::Instant(core::Milliseconds(object.at(name).as_int64()));
}

std::string text_at(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

std::optional<long> integer_at(const json::object& object, std::string_view name) {
  const json::value& value = object.at(name);
  if (value.is_null()) return std::nullopt;
  return value.as_int64();
}

json::value save_integer(std::optional<long> value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::value save_event_invoke(const std::optional<LambdaEventInvokeConfig>& config) {
  if (!config) return nullptr;
  return json::object{{"last_modified_ms", ms_of(config->last_modified)},
                      {"retries_max", save_integer(config->retries_max)},
                      {"age_max_seconds", save_integer(config->age_max_seconds)},
                      {"on_failure", config->on_failure}};
}

json::object save_function(const LambdaFunction& function) {
  json::array permissions;
  for (const LambdaPermission& permission : function.permissions) {
    permissions.push_back(json::object{{"statement_id", permission.statement_id},
                                       {"action", permission.action},
                                       {"principal", permission.principal},
                                       {"source_arn", permission.source_arn},
                                       {"source_account", permission.source_account}});
  }
  return {{"name", function.name},
          {"arn", function.arn},
          {"account", function.account.str()},
          {"region", function.region.str()},
          {"partition", function.partition},
          {"role", function.role},
          {"runtime", function.runtime},
          {"handler", function.handler},
          {"description", function.description},
          {"timeout_seconds", function.timeout_seconds},
          {"memory_mb", function.memory_mb},
          {"ephemeral_mb", function.ephemeral_mb},
          {"variables", json::value_from(function.variables)},
          {"architecture", function.architecture},
          {"dead_letter_arn", function.dead_letter_arn},
          {"tracing_mode", function.tracing_mode},
          {"log_format", function.log_format},
          {"application_log_level", function.application_log_level},
          {"system_log_level", function.system_log_level},
          {"log_group", function.log_group},
          {"tags", json::value_from(function.tags)},
          {"code", to_base64(*function.code)},
          {"code_sha256", function.code_sha256},
          {"last_modified_ms", ms_of(function.last_modified)},
          {"revision_id", function.revision_id},
          {"environment_id", function.environment_id},
          {"permissions", std::move(permissions)},
          {"policy_revision_id", function.policy_revision_id},
          {"reserved_concurrency", save_integer(function.reserved_concurrency)},
          {"event_invoke", save_event_invoke(function.event_invoke)}};
}

LambdaFunction load_function(const json::object& saved) {
  LambdaFunction function;
  function.name = text_at(saved, "name");
  function.arn = text_at(saved, "arn");
  function.account = core::AccountId(text_at(saved, "account"));
  function.region = core::Region(text_at(saved, "region"));
  function.partition = text_at(saved, "partition");
  function.role = text_at(saved, "role");
  function.runtime = text_at(saved, "runtime");
  function.handler = text_at(saved, "handler");
  function.description = text_at(saved, "description");
  function.timeout_seconds = saved.at("timeout_seconds").as_int64();
  function.memory_mb = saved.at("memory_mb").as_int64();
  function.ephemeral_mb = saved.at("ephemeral_mb").as_int64();
  function.variables = json::value_to<std::map<std::string, std::string>>(saved.at("variables"));
  function.architecture = text_at(saved, "architecture");
  function.dead_letter_arn = text_at(saved, "dead_letter_arn");
  function.tracing_mode = text_at(saved, "tracing_mode");
  function.log_format = text_at(saved, "log_format");
  function.application_log_level = text_at(saved, "application_log_level");
  function.system_log_level = text_at(saved, "system_log_level");
  function.log_group = text_at(saved, "log_group");
  function.tags = json::value_to<std::map<std::string, std::string>>(saved.at("tags"));
  function.code = std::make_shared<const std::string>(
      from_base64(text_at(saved, "code")).value_or(std::string()));
  function.code_sha256 = text_at(saved, "code_sha256");
  function.last_modified = instant_at(saved, "last_modified_ms");
  function.revision_id = text_at(saved, "revision_id");
  function.environment_id = text_at(saved, "environment_id");
  for (const json::value& item : saved.at("permissions").as_array()) {
    const json::object& permission = item.as_object();
    function.permissions.push_back({.statement_id = text_at(permission, "statement_id"),
                                    .action = text_at(permission, "action"),
                                    .principal = text_at(permission, "principal"),
                                    .source_arn = text_at(permission, "source_arn"),
                                    .source_account = text_at(permission, "source_account")});
  }
  function.policy_revision_id = text_at(saved, "policy_revision_id");
  function.reserved_concurrency = integer_at(saved, "reserved_concurrency");
  if (const json::value& config = saved.at("event_invoke"); !config.is_null()) {
    const json::object& fields = config.as_object();
    function.event_invoke = {.last_modified = instant_at(fields, "last_modified_ms"),
                             .retries_max = integer_at(fields, "retries_max"),
                             .age_max_seconds = integer_at(fields, "age_max_seconds"),
                             .on_failure = text_at(fields, "on_failure")};
  }
  return function;
}

}  // namespace

json::value LambdaModel::save() const {
  json::array saved_functions;
  for (const auto& [arn, function] : functions) saved_functions.push_back(save_function(function));
  // One that was running goes on waiting: it is run again, as AWS promises no more than at least
  // once.
  json::array saved_queue;
  for (const LambdaQueued& item : queue) {
    saved_queue.push_back(json::object{{"request_id", item.request_id},
                                       {"function_arn", item.function_arn},
                                       {"payload", item.payload},
                                       {"accepted_ms", ms_of(item.accepted)},
                                       {"not_before_ms", ms_of(item.not_before)},
                                       {"attempts", item.attempts},
                                       {"throttles", item.throttles}});
  }
  return json::object{{"ids_drawn", ids.drawn()},
                      {"functions", std::move(saved_functions)},
                      {"queue", std::move(saved_queue)}};
}

void LambdaModel::load(const json::value& saved) {
  const json::object& root = saved.as_object();
  ids.set_drawn(json::value_to<unsigned long>(root.at("ids_drawn")));
  functions.clear();
  for (const json::value& item : root.at("functions").as_array()) {
    LambdaFunction function = load_function(item.as_object());
    std::string arn = function.arn;
    functions.emplace(std::move(arn), std::move(function));
  }
  queue.clear();
  for (const json::value& item : root.at("queue").as_array()) {
    const json::object& fields = item.as_object();
    queue.push_back({.request_id = text_at(fields, "request_id"),
                     .function_arn = text_at(fields, "function_arn"),
                     .payload = text_at(fields, "payload"),
                     .accepted = instant_at(fields, "accepted_ms"),
                     .not_before = instant_at(fields, "not_before_ms"),
                     .attempts = fields.at("attempts").as_int64(),
                     .throttles = fields.at("throttles").as_int64()});
  }
}

}  // namespace snapferry::emulator
