// What runs and watches things: CloudWatch and its logs, Systems Manager parameters,
// CloudFormation, IAM and STS. What their calls need.
// Source: IAM Service Authorization Reference, 2026-06.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <span>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/iam/access_needs.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// Logs asks about a group as about all of its streams: "log-group:NAME:log-stream:". A policy on
// "log-group:NAME" alone, without ":*", does not reach it. Source: refusals in public reports
// (serverless#5919), 2019.
std::string group_arn(const ServiceCall& call, const std::string& group,
                      const std::string& stream) {
  return arn_here(call, "logs", fmt::format("log-group:{}:log-stream:{}", group, stream));
}

std::vector<std::string> log_group(const ServiceCall& call, std::string_view member) {
  std::string name = peek(call.input, member);
  // logGroupIdentifier may be an ARN.
  constexpr std::string_view kMarker = ":log-group:";
  if (const auto at = name.find(kMarker); name.starts_with("arn:") && at != std::string::npos) {
    name = name.substr(at + kMarker.size());
  }
  return {group_arn(call, name, "")};
}

std::vector<std::string> log_stream(const ServiceCall& call, std::string_view member) {
  return {group_arn(call, peek(call.input, member), peek(call.input, "logStreamName"))};
}

constexpr auto kLogs = std::to_array<AccessRow>({
    {"CreateLogGroup", "", log_group, "logGroupName", "TagResource"},
    {"DeleteLogGroup", "", log_group, "logGroupName"},
    {"PutRetentionPolicy", "", log_group, "logGroupName"},
    {"DeleteRetentionPolicy", "", log_group, "logGroupName"},
    {"DescribeLogGroups", "", log_group, "logGroupNamePattern"},
    {"DescribeLogStreams", "", log_group, "logGroupName"},
    {"FilterLogEvents", "", log_group, "logGroupName"},
    {"ListTagsLogGroup", "", log_group, "logGroupName"},
    {"AssociateKmsKey", "", log_group, "logGroupName"},
    {"DisassociateKmsKey", "", log_group, "logGroupName"},
    {"PutMetricFilter", "", log_group, "logGroupName"},
    {"CreateLogStream", "", log_stream, "logGroupName"},
    {"DeleteLogStream", "", log_stream, "logGroupName"},
    {"PutLogEvents", "", log_stream, "logGroupName"},
    {"GetLogEvents", "", log_stream, "logGroupName"},
    {"TagResource", "", arn_parameter, "resourceArn"},
    {"UntagResource", "", arn_parameter, "resourceArn"},
    {"ListTagsForResource", "", arn_parameter, "resourceArn"},
});

std::vector<std::string> texts(const ServiceCall& call, std::string_view member) {
  std::vector<std::string> result;
  const json::value* value = call.input.if_contains(member);
  if (value == nullptr || !value->is_array()) return result;
  for (const json::value& item : value->get_array()) {
    if (item.is_string()) result.emplace_back(item.get_string());
  }
  return result;
}

std::vector<std::string> alarm(const ServiceCall& call, std::string_view member) {
  std::vector<std::string> names = texts(call, member);
  const std::string one = peek(call.input, member);
  if (!one.empty()) names.push_back(one);
  // A describe that names none is asked about all.
  if (names.empty()) names.emplace_back("*");
  for (std::string& name : names)
    name = arn_here(call, "cloudwatch", fmt::format("alarm:{}", name));
  return names;
}

std::vector<std::string> dashboard(const ServiceCall& call, std::string_view member) {
  std::vector<std::string> names = texts(call, member);
  const std::string one = peek(call.input, member);
  if (!one.empty()) names.push_back(one);
  if (names.empty()) names.emplace_back("*");
  for (std::string& name : names) {
    name = fmt::format("arn:{}:cloudwatch::{}:dashboard/{}", call.caller.partition,
                       call.caller.account.str(), name);
  }
  return names;
}

constexpr auto kMetrics = std::to_array<AccessRow>({
    {"PutMetricData", "", everything},
    {"GetMetricData", "", everything},
    {"GetMetricStatistics", "", everything},
    {"ListMetrics", "", everything},
    {"PutMetricAlarm", "", alarm, "AlarmName", "TagResource"},
    {"DeleteAlarms", "", alarm, "AlarmNames"},
    {"DescribeAlarms", "", alarm, "AlarmNames"},
    {"DescribeAlarmsForMetric", "", everything},
    {"DescribeAlarmHistory", "", alarm, "AlarmName"},
    {"SetAlarmState", "", alarm, "AlarmName"},
    {"EnableAlarmActions", "", alarm, "AlarmNames"},
    {"DisableAlarmActions", "", alarm, "AlarmNames"},
    {"PutDashboard", "", dashboard, "DashboardName"},
    {"GetDashboard", "", dashboard, "DashboardName"},
    {"DeleteDashboards", "", dashboard, "DashboardNames"},
    {"ListDashboards", "", dashboard},
    {"TagResource", "", arn_parameter, "ResourceARN"},
    {"UntagResource", "", arn_parameter, "ResourceARN"},
    {"ListTagsForResource", "", arn_parameter, "ResourceARN"},
});

// "/a/b" is parameter/a/b, "a" is parameter/a.
std::string parameter_arn(const ServiceCall& call, const std::string& name) {
  if (name.starts_with("arn:")) return name;
  return arn_here(call, "ssm", (name.starts_with('/') ? "parameter" : "parameter/") + name);
}

std::vector<std::string> ssm_parameter(const ServiceCall& call, std::string_view member) {
  std::vector<std::string> names = texts(call, member);
  const std::string one = peek(call.input, member);
  if (!one.empty()) names.push_back(one);
  for (std::string& name : names) name = parameter_arn(call, name);
  return names.empty() ? std::vector<std::string>{parameter_arn(call, "*")} : names;
}

constexpr auto kSsm = std::to_array<AccessRow>({
    {"GetParameter", "", ssm_parameter, "Name"},
    {"GetParameters", "", ssm_parameter, "Names"},
    {"GetParametersByPath", "", ssm_parameter, "Path"},
    {"PutParameter", "", ssm_parameter, "Name", "AddTagsToResource"},
    {"DeleteParameter", "", ssm_parameter, "Name"},
    {"DeleteParameters", "", ssm_parameter, "Names"},
    {"DescribeParameters", "", everything},
    {"AddTagsToResource", "", ssm_parameter, "ResourceId"},
    {"RemoveTagsFromResource", "", ssm_parameter, "ResourceId"},
    {"ListTagsForResource", "", ssm_parameter, "ResourceId"},
});

std::vector<std::string> stack(const ServiceCall& call, std::string_view member) {
  const std::string name = peek(call, member);
  if (name.starts_with("arn:")) return {name};
  return {arn_here(call, "cloudformation", fmt::format("stack/{}/*", name.empty() ? "*" : name))};
}

constexpr auto kCloudFormation = std::to_array<AccessRow>({
    {"CreateStack", "", stack, "StackName", "TagResource"},
    {"UpdateStack", "", stack, "StackName", "TagResource"},
    {"DeleteStack", "", stack, "StackName"},
    {"DescribeStacks", "", stack, "StackName"},
    {"DescribeStackEvents", "", stack, "StackName"},
    {"DescribeStackResource", "", stack, "StackName"},
    {"DescribeStackResources", "", stack, "StackName"},
    {"ListStackResources", "", stack, "StackName"},
    {"CreateChangeSet", "", stack, "StackName", "TagResource"},
    {"DescribeChangeSet", "", stack, "StackName"},
    {"ExecuteChangeSet", "", stack, "StackName"},
    {"DeleteChangeSet", "", stack, "StackName"},
    {"ListChangeSets", "", stack, "StackName"},
    {"GetTemplate", "", stack, "StackName"},
    {"GetTemplateSummary", "", stack, "StackName"},
    {"ContinueUpdateRollback", "", stack, "StackName"},
    {"CancelUpdateStack", "", stack, "StackName"},
    {"UpdateTerminationProtection", "", stack, "StackName"},
    {"ListStacks", "", everything},
    {"ListExports", "", everything},
    {"ValidateTemplate", "", everything},
});

std::vector<std::string> role(const ServiceCall& call, std::string_view member) {
  const std::string name = peek(call, member);
  if (const IamRole* found = call.world.iam.find(call.caller.account, name)) return {found->arn};
  const std::string path = peek(call, "Path");
  return {fmt::format("arn:{}:iam::{}:role{}{}", call.caller.partition, call.caller.account.str(),
                      path.empty() ? "/" : path, name)};
}

constexpr auto kIam = std::to_array<AccessRow>({
    {"CreateRole", "", role, "RoleName", "TagRole"},
    {"GetRole", "", role, "RoleName"},
    {"DeleteRole", "", role, "RoleName"},
    {"UpdateRole", "", role, "RoleName"},
    {"UpdateAssumeRolePolicy", "", role, "RoleName"},
    {"ListRoles", "", role},
    {"PutRolePolicy", "", role, "RoleName"},
    {"GetRolePolicy", "", role, "RoleName"},
    {"DeleteRolePolicy", "", role, "RoleName"},
    {"ListRolePolicies", "", role, "RoleName"},
    {"ListAttachedRolePolicies", "", role, "RoleName"},
    {"AttachRolePolicy", "", role, "RoleName"},
    {"DetachRolePolicy", "", role, "RoleName"},
    {"TagRole", "", role, "RoleName"},
    {"UntagRole", "", role, "RoleName"},
    {"ListRoleTags", "", role, "RoleName"},
    {"ListAccountAliases", "", everything},
    {"SimulatePrincipalPolicy", "", arn_parameter, "PolicySourceArn"},
});

Needs iam_needs(const ServiceCall& call) {
  Needs needs = find_needs(call, "iam", kIam);
  const std::string policy = peek(call, "PolicyArn");
  if (needs && !policy.empty()) {
    for (AccessRequest& need : *needs) need.context["iam:PolicyARN"] = {policy};
  }
  return needs;
}

Needs cloudformation_needs(const ServiceCall& call) {
  Needs needs = find_needs(call, "cloudformation", kCloudFormation);
  const std::string service_role = peek(call, "RoleARN");
  if (needs && !service_role.empty()) {
    needs->push_back(pass_role(service_role, "cloudformation.amazonaws.com"));
  }
  return needs;
}

Needs metrics_needs(const ServiceCall& call) {
  Needs needs = find_needs(call, "cloudwatch", kMetrics);
  const std::string name = peek(call.input, "Namespace");
  if (needs && !name.empty()) {
    for (AccessRequest& need : *needs) need.context["cloudwatch:namespace"] = {name};
  }
  return needs;
}

// STS itself judges who may assume what, since the role's trust policy has the first word; and
// nobody needs a right to ask who they are.
Needs sts_needs(const ServiceCall& call) {
  constexpr auto kJudgedThere = std::to_array<std::string_view>(
      {"GetCallerIdentity", "AssumeRole", "GetSessionToken", "AssumeRoleWithWebIdentity"});
  for (const std::string_view operation : kJudgedThere) {
    if (operation == call.operation) return std::vector<AccessRequest>();
  }
  return std::nullopt;
}

}  // namespace

Needs operations_needs(const ServiceCall& call, std::string_view service) {
  if (service == "logs") return find_needs(call, "logs", kLogs);
  if (service == "monitoring") return metrics_needs(call);
  if (service == "ssm") return find_needs(call, "ssm", kSsm);
  if (service == "cloudformation") return cloudformation_needs(call);
  if (service == "iam") return iam_needs(call);
  if (service == "sts") return sts_needs(call);
  return std::nullopt;
}

}  // namespace snapferry::emulator
