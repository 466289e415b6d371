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

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11. Policies on groups are left
// out, and so refused.
constexpr std::string_view kLogGroup = R"(
KmsKeyId string
LogGroupClass string
LogGroupName! string
RetentionInDays integer
Tags objects
  Key* string
  Value* string
)";

ServiceResult<json::object> logs(ResourceCall& call, const std::string& operation,
                                 const json::object& input) {
  return call_json(call.world, call.caller, "logs", operation, input);
}

std::string group_arn(const ResourceCall& call, const std::string& name) {
  return fmt::format("arn:{}:logs:{}:{}:log-group:{}", call.caller.partition,
                     call.caller.region.str(), call.caller.account.str(), name);
}

// Source: AWS::Logs::LogGroup, "Return values", 2025: the Arn ends with ":*".
Made group_of(const ResourceCall& call, const std::string& name) {
  return {.physical_id = name, .attributes = {{"Arn", group_arn(call, name) + ":*"}}};
}

ServiceResult<void> set_retention(ResourceCall& call, const std::string& name,
                                  const json::object& wanted) {
  if (!wanted.contains("RetentionInDays")) {
    TRY(logs(call, "DeleteRetentionPolicy", {{"logGroupName", name}}));
    return {};
  }
  TRY(logs(call, "PutRetentionPolicy",
           {{"logGroupName", name}, {"retentionInDays", wanted.at("RetentionInDays")}}));
  return {};
}

ServiceResult<void> remove_group(ResourceCall& call, const std::string& name, const json::object&) {
  const auto removed = logs(call, "DeleteLogGroup", {{"logGroupName", name}});
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

ServiceResult<Made> create_group(ResourceCall& call, const json::object& wanted) {
  std::string name = text_of(wanted, "LogGroupName");
  if (name.empty()) name = call.generated_name(512);
  json::object input = {{"logGroupName", name}};
  if (wanted.contains("KmsKeyId")) input["kmsKeyId"] = wanted.at("KmsKeyId");
  if (wanted.contains("LogGroupClass")) input["logGroupClass"] = wanted.at("LogGroupClass");
  const json::object tags = call.tags(wanted);
  if (!tags.empty()) input["tags"] = tags;
  TRY(logs(call, "CreateLogGroup", input));
  if (wanted.contains("RetentionInDays")) {
    if (const auto set = set_retention(call, name, wanted); !set) {
      // Nobody knows the group by a physical id yet: a rollback would leave it behind.
      TRY(remove_group(call, name, wanted));
      return std::unexpected(set.error());
    }
  }
  return group_of(call, name);
}

ServiceResult<Made> update_group(ResourceCall& call, const std::string& name,
                                 const json::object& had, const json::object& wanted) {
  if (is_changed(had, wanted, "RetentionInDays")) TRY(set_retention(call, name, wanted));
  if (is_changed(had, wanted, "KmsKeyId")) {
    if (wanted.contains("KmsKeyId")) {
      TRY(logs(call, "AssociateKmsKey",
               {{"logGroupName", name}, {"kmsKeyId", wanted.at("KmsKeyId")}}));
    } else {
      TRY(logs(call, "DisassociateKmsKey", {{"logGroupName", name}}));
    }
  }
  if (is_changed(had, wanted, "LogGroupClass")) {
    return std::unexpected(ServiceError{400, "InvalidParameterException",
                                        "The log group class of a log group cannot be changed"});
  }
  if (is_changed(had, wanted, "Tags")) {
    const std::string arn = group_arn(call, name);
    json::array gone;
    for (const std::string& key : removed_keys(call.tags(had), call.tags(wanted))) {
      gone.emplace_back(key);
    }
    if (!gone.empty()) TRY(logs(call, "UntagResource", {{"resourceArn", arn}, {"tagKeys", gone}}));
    TRY(logs(call, "TagResource", {{"resourceArn", arn}, {"tags", call.tags(wanted)}}));
  }
  return group_of(call, name);
}

constexpr std::array kLogsTypes = {
    ResourceType{"AWS::Logs::LogGroup", "CloudWatchLogs", kLogGroup, "Arn", "LogGroupName",
                 create_group, update_group, remove_group},
};

}  // namespace

std::span<const ResourceType> logs_resources() {
  return kLogsTypes;
}

}  // namespace snapferry::emulator::cloudformation
