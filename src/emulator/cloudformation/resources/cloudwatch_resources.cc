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

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11. PromQL alarms are left out,
// and so refused.
constexpr std::string_view kAlarm = R"(
ActionsEnabled boolean
AlarmActions strings
AlarmDescription string
AlarmName! string
ComparisonOperator string
DatapointsToAlarm integer
Dimensions objects
  Name* string
  Value* string
EvaluateLowSampleCountPercentile string
EvaluationPeriods integer
ExtendedStatistic string
InsufficientDataActions strings
MetricName string
Metrics objects
  AccountId string
  Expression string
  Id* string
  Label string
  MetricStat object
    Metric* object
      Dimensions objects
        Name* string
        Value* string
      MetricName string
      Namespace string
    Period* integer
    Stat* string
    Unit string
  Period integer
  ReturnData boolean
Namespace string
OKActions strings
Period integer
Statistic string
Tags objects
  Key* string
  Value* string
Threshold number
ThresholdMetricId string
TreatMissingData string
Unit string
)";
constexpr std::string_view kDashboard = R"(
DashboardBody* string
DashboardName! string
)";

ServiceResult<json::object> cloudwatch(ResourceCall& call, const std::string& operation,
                                       const json::object& input) {
  return call_json(call.world, call.caller, "monitoring", operation, input);
}

std::string alarm_arn(const ResourceCall& call, const std::string& name) {
  return fmt::format("arn:{}:cloudwatch:{}:{}:alarm:{}", call.caller.partition,
                     call.caller.region.str(), call.caller.account.str(), name);
}

// PutMetricAlarm replaces all of an alarm but its tags, which it takes for a new one only.
ServiceResult<Made> put_alarm(ResourceCall& call, const std::string& name,
                              const json::object& wanted, bool is_new) {
  json::object input = wanted;
  input.erase("Tags");
  input["AlarmName"] = name;
  const json::object tags = call.tags(wanted);
  if (is_new && !tags.empty()) input["Tags"] = tag_list(tags);
  TRY(cloudwatch(call, "PutMetricAlarm", input));
  return Made{.physical_id = name, .attributes = {{"Arn", alarm_arn(call, name)}}};
}

ServiceResult<Made> create_alarm(ResourceCall& call, const json::object& wanted) {
  std::string name = text_of(wanted, "AlarmName");
  if (name.empty()) name = call.generated_name(255);
  return put_alarm(call, name, wanted, true);
}

ServiceResult<Made> update_alarm(ResourceCall& call, const std::string& name,
                                 const json::object& had, const json::object& wanted) {
  Made made = TRY(put_alarm(call, name, wanted, false));
  if (is_changed(had, wanted, "Tags")) {
    const std::string arn = alarm_arn(call, name);
    json::array gone;
    for (const std::string& key : removed_keys(call.tags(had), call.tags(wanted))) {
      gone.emplace_back(key);
    }
    if (!gone.empty()) {
      TRY(cloudwatch(call, "UntagResource", {{"ResourceARN", arn}, {"TagKeys", gone}}));
    }
    TRY(cloudwatch(call, "TagResource",
                   {{"ResourceARN", arn}, {"Tags", tag_list(call.tags(wanted))}}));
  }
  return made;
}

ServiceResult<void> remove_alarm(ResourceCall& call, const std::string& name, const json::object&) {
  const auto removed = cloudwatch(call, "DeleteAlarms", {{"AlarmNames", json::array{name}}});
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

ServiceResult<Made> put_dashboard(ResourceCall& call, const std::string& name,
                                  const json::object& wanted) {
  TRY(cloudwatch(call, "PutDashboard",
                 {{"DashboardName", name}, {"DashboardBody", wanted.at("DashboardBody")}}));
  return Made{.physical_id = name};
}

ServiceResult<Made> create_dashboard(ResourceCall& call, const json::object& wanted) {
  std::string name = text_of(wanted, "DashboardName");
  if (name.empty()) name = call.generated_name(255);
  return put_dashboard(call, name, wanted);
}

ServiceResult<Made> update_dashboard(ResourceCall& call, const std::string& name,
                                     const json::object&, const json::object& wanted) {
  return put_dashboard(call, name, wanted);
}

ServiceResult<void> remove_dashboard(ResourceCall& call, const std::string& name,
                                     const json::object&) {
  const auto removed =
      cloudwatch(call, "DeleteDashboards", {{"DashboardNames", json::array{name}}});
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

constexpr std::array kCloudWatchTypes = {
    ResourceType{"AWS::CloudWatch::Alarm", "CloudWatch", kAlarm, "Arn", "AlarmName", create_alarm,
                 update_alarm, remove_alarm},
    ResourceType{"AWS::CloudWatch::Dashboard", "CloudWatch", kDashboard, "", "DashboardName",
                 create_dashboard, update_dashboard, remove_dashboard},
};

}  // namespace

std::span<const ResourceType> cloudwatch_resources() {
  return kCloudWatchTypes;
}

}  // namespace snapferry::emulator::cloudformation
