// Groups and streams. Lines are in logs_event_calls.cc.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/logs/logs_service.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/result.h"
#include "emulator/logs/logs_calls.h"
#include "emulator/world.h"

namespace snapferry::emulator {

namespace json = boost::json;

long to_epoch_milliseconds(core::Instant instant) {
  return instant.time_since_epoch().count();
}

std::string LogsCall::group_arn(const std::string& name) const {
  return log_group_arn(caller.account, caller.region, name);
}

ServiceResult<LogGroup*> LogsCall::group() const {
  std::string name = TRY(input.text("logGroupName"));
  if (name.empty()) name = TRY(input.text("logGroupIdentifier"));
  if (name.empty()) name = TRY(input.required("logGroupName", 512));
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  const auto found = logs.groups.find(name.starts_with("arn:") ? name : group_arn(name));
  if (found == logs.groups.end()) {
    return refuse(400, "ResourceNotFoundException", "The specified log group does not exist.");
  }
  return &found->second;
}

ServiceResult<LogStream*> LogsCall::stream(LogGroup& group) const {
  const std::string name = TRY(input.required("logStreamName", 512));
  const auto found = group.streams.find(name);
  if (found == group.streams.end()) {
    return refuse(400, "ResourceNotFoundException", "The specified log stream does not exist.");
  }
  return &found->second;
}

ServiceResult<json::object> LogsCall::page(const char* name, std::vector<json::object> items,
                                           long most) const {
  const long limit = TRY(input.integer("limit", 1, most)).value_or(most);
  const std::string token = TRY(input.text("nextToken"));
  size_t first = 0;
  if (!token.empty()) {
    char* end = nullptr;
    first = std::strtoul(token.c_str(), &end, 10);
    if (*end != '\0' || first > items.size()) {
      return input.refuse("The specified nextToken is invalid.");
    }
  }
  const size_t last = std::min(items.size(), first + static_cast<size_t>(limit));
  json::array shown;
  for (size_t i = first; i < last; ++i) shown.push_back(std::move(items[i]));
  json::object result = {{name, std::move(shown)}};
  if (last < items.size()) result["nextToken"] = std::to_string(last);
  return result;
}

namespace {

using Output = ServiceResult<json::object>;

bool is_group_name(std::string_view name) {
  return std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view(".-_/#").find(char(c)) != std::string_view::npos;
  });
}

Output create_log_group(const LogsCall& call) {
  TRY(call.input.only({"logGroupName", "kmsKeyId", "tags", "logGroupClass"}));
  const std::string name = TRY(call.input.required("logGroupName", 512));
  const std::string key = TRY(call.input.text("kmsKeyId"));
  const auto tags = TRY(call.input.text_map("tags"));
  TRY(call.input.choice("logGroupClass", {"STANDARD"}));
  if (!is_group_name(name)) {
    return call.input.refuse(
        fmt::format("1 validation error detected: Value '{}' at 'logGroupName' failed to satisfy "
                    "constraint: Member must satisfy regular expression pattern: "
                    "[\\.\\-_/#A-Za-z0-9]+",
                    name));
  }
  if (call.logs.groups.contains(call.group_arn(name))) {
    return refuse(400, "ResourceAlreadyExistsException", "The specified log group already exists");
  }
  LogGroup& group = call.logs.make_group(call.caller.account, call.caller.region, name, call.now);
  group.kms_key = key;
  group.tags = tags;
  return json::object();
}

Output delete_log_group(const LogsCall& call) {
  TRY(call.input.only({"logGroupName"}));
  const LogGroup* group = TRY(call.group());
  call.logs.groups.erase(std::string(group->arn));
  return json::object();
}

json::object shown(const LogGroup& group) {
  size_t bytes = 0;
  for (const auto& [name, stream] : group.streams) {
    for (const LogLine& line : stream.lines) bytes += line.message.size();
  }
  json::object result = {
      {"logGroupName", group.name}, {"creationTime", to_epoch_milliseconds(group.created)},
      {"metricFilterCount", 0},     {"arn", group.arn + ":*"},
      {"storedBytes", bytes},       {"logGroupClass", "STANDARD"},
      {"logGroupArn", group.arn}};
  if (group.retention_days) result["retentionInDays"] = *group.retention_days;
  if (!group.kms_key.empty()) result["kmsKeyId"] = group.kms_key;
  return result;
}

Output describe_log_groups(const LogsCall& call) {
  TRY(call.input.only({"logGroupNamePrefix", "logGroupNamePattern", "nextToken", "limit",
                       "logGroupClass", "includeLinkedAccounts"}));
  const std::string prefix = TRY(call.input.text("logGroupNamePrefix"));
  const std::string part = TRY(call.input.text("logGroupNamePattern"));
  std::vector<json::object> items;
  for (const auto& [arn, group] : call.logs.groups) {
    const bool is_here = group.account == call.caller.account && group.region == call.caller.region;
    const bool is_meant =
        group.name.starts_with(prefix) && group.name.find(part) != std::string::npos;
    if (is_here && is_meant) items.push_back(shown(group));
  }
  return call.page("logGroups", std::move(items), 50);
}

Output put_retention_policy(const LogsCall& call) {
  TRY(call.input.only({"logGroupName", "retentionInDays"}));
  // Source: CloudWatch Logs API, PutRetentionPolicy, "Possible values are", 2025.
  constexpr std::array kDays = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};
  LogGroup* group = TRY(call.group());
  const std::optional<long> days = TRY(call.input.integer("retentionInDays", 1, 3653));
  if (!days || std::ranges::find(kDays, *days) == kDays.end()) {
    return call.input.refuse(
        fmt::format("1 validation error detected: Value '{}' at 'retentionInDays' failed to "
                    "satisfy constraint: Member must satisfy enum value set: [{}]",
                    days.value_or(0), fmt::join(kDays, ", ")));
  }
  group->retention_days = static_cast<int>(*days);
  return json::object();
}

Output delete_retention_policy(const LogsCall& call) {
  TRY(call.input.only({"logGroupName"}));
  TRY(call.group())->retention_days.reset();
  return json::object();
}

Output create_log_stream(const LogsCall& call) {
  TRY(call.input.only({"logGroupName", "logStreamName"}));
  LogGroup* group = TRY(call.group());
  const std::string name = TRY(call.input.required("logStreamName", 512));
  if (name.find_first_of(":*") != std::string::npos) {
    return call.input.refuse(fmt::format("Log stream name {} may not hold : or *", name));
  }
  if (group->streams.contains(name)) {
    return refuse(400, "ResourceAlreadyExistsException", "The specified log stream already exists");
  }
  group->streams[name].created = call.now;
  return json::object();
}

Output delete_log_stream(const LogsCall& call) {
  TRY(call.input.only({"logGroupName", "logStreamName"}));
  LogGroup* group = TRY(call.group());
  TRY(call.stream(*group));
  group->streams.erase(TRY(call.input.text("logStreamName")));
  return json::object();
}

Output describe_log_streams(const LogsCall& call) {
  TRY(call.input.only({"logGroupName", "logGroupIdentifier", "logStreamNamePrefix", "orderBy",
                       "descending", "nextToken", "limit"}));
  const LogGroup* group = TRY(call.group());
  const std::string prefix = TRY(call.input.text("logStreamNamePrefix"));
  const std::string order = TRY(call.input.choice("orderBy", {"LogStreamName", "LastEventTime"}));
  const bool is_descending = TRY(call.input.boolean("descending")).value_or(false);
  if (order == "LastEventTime" && !prefix.empty()) {
    return call.input.refuse("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  std::vector<std::pair<core::Instant, json::object>> found;
  for (const auto& [name, stream] : group->streams) {
    if (!name.starts_with(prefix)) continue;
    json::object item = {{"logStreamName", name},
                         {"creationTime", to_epoch_milliseconds(stream.created)},
                         {"arn", fmt::format("{}:log-stream:{}", group->arn, name)},
                         {"storedBytes", 0}};
    core::Instant last = stream.created;
    if (!stream.lines.empty()) {
      last = stream.lines.back().time;
      item["firstEventTimestamp"] = to_epoch_milliseconds(stream.lines.front().time);
      item["lastEventTimestamp"] = to_epoch_milliseconds(last);
      item["lastIngestionTime"] = to_epoch_milliseconds(stream.lines.back().ingested);
      item["uploadSequenceToken"] = fmt::format("{:056}", 1);
    }
    found.emplace_back(last, std::move(item));
  }
  if (order == "LastEventTime") {
    std::ranges::sort(found, [](const auto& left, const auto& right) {
      return std::pair(left.first, left.second.at("logStreamName").as_string()) <
             std::pair(right.first, right.second.at("logStreamName").as_string());
    });
  }
  if (is_descending) std::ranges::reverse(found);
  std::vector<json::object> items;
  items.reserve(found.size());
  for (auto& [time, item] : found) items.push_back(std::move(item));
  return call.page("logStreams", std::move(items), 50);
}

// Source: CloudWatch Logs API, TagResource: the ARN of a group is given without ":*", 2025.
ServiceResult<std::map<std::string, std::string>*> tags_of(const LogsCall& call) {
  std::string arn = TRY(call.input.required("resourceArn", 1011));
  const auto found = call.logs.groups.find(arn);
  if (found == call.logs.groups.end()) {
    return refuse(400, "ResourceNotFoundException", "The specified resource does not exist.");
  }
  return &found->second.tags;
}

Output tag_resource(const LogsCall& call) {
  TRY(call.input.only({"resourceArn", "tags"}));
  auto* tags = TRY(tags_of(call));
  for (const auto& [key, value] : TRY(call.input.text_map("tags"))) (*tags)[key] = value;
  return json::object();
}

Output untag_resource(const LogsCall& call) {
  TRY(call.input.only({"resourceArn", "tagKeys"}));
  auto* tags = TRY(tags_of(call));
  for (const std::string& key : TRY(call.input.texts("tagKeys"))) tags->erase(key);
  return json::object();
}

Output list_tags(const LogsCall& call) {
  TRY(call.input.only({"resourceArn"}));
  return json::object{{"tags", json::value_from(*TRY(tags_of(call)))}};
}

struct Operation {
  std::string_view name;
  Output (*serve)(const LogsCall&);
};

constexpr std::array kOperations = {
    Operation{"CreateLogGroup", create_log_group},
    Operation{"DeleteLogGroup", delete_log_group},
    Operation{"DescribeLogGroups", describe_log_groups},
    Operation{"PutRetentionPolicy", put_retention_policy},
    Operation{"DeleteRetentionPolicy", delete_retention_policy},
    Operation{"CreateLogStream", create_log_stream},
    Operation{"DeleteLogStream", delete_log_stream},
    Operation{"DescribeLogStreams", describe_log_streams},
    Operation{"PutLogEvents", put_log_events},
    Operation{"GetLogEvents", get_log_events},
    Operation{"FilterLogEvents", filter_log_events},
    Operation{"TagResource", tag_resource},
    Operation{"UntagResource", untag_resource},
    Operation{"ListTagsForResource", list_tags},
};

}  // namespace

ServiceResult<json::object> serve_logs(ServiceCall& call) {
  const auto* found = std::ranges::find(kOperations, call.operation, &Operation::name);
  if (found == kOperations.end()) {
    return refuse(400, "UnknownOperationException",
                  fmt::format("The emulator knows no logs:{}", call.operation));
  }
  const JsonInput input(call.input, "InvalidParameterException");
  return found->serve({call.world, call.world.logs, call.caller, call.now, input});
}

}  // namespace snapferry::emulator
