// CloudWatch as its clients see it, on a clock moved by hand.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"
#include "emulator/json_input.h"
#include "emulator/metrics/alarms.h"
#include "emulator/services.h"
#include "emulator/time/conductor.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

class MetricsTest : public testing::Test {
 protected:
  ServiceResult<json::object> call(const std::string& operation, const std::string& input) {
    const std::scoped_lock lock(world_.mutex);
    return call_json(world_, caller_, "monitoring", operation, json::parse(input).as_object());
  }

  std::string refusal(const std::string& operation, const std::string& input) {
    const auto result = call(operation, input);
    return result ? "" : result.error().code + ": " + result.error().message;
  }

  void put(double value) {
    world_.metrics.put(caller_.account, caller_.region, "N", "M", {{"D", "d"}}, clock_.now(), value,
                       "Seconds");
  }

  // An alarm on the metric that put() puts, over periods of five minutes.
  std::string alarm(const std::string& more) {
    return R"j({"AlarmName": "a", "Namespace": "N", "MetricName": "M", "Statistic": "Maximum",
        "Dimensions": [{"Name": "D", "Value": "d"}], "Period": 300, "Threshold": 10,
        "ComparisonOperator": "GreaterThanThreshold", )j" +
           more + "}";
  }

  std::string state() {
    return std::string(call("DescribeAlarms", R"j({"AlarmNames": ["a"]})j")
                           ->at("MetricAlarms")
                           .at(0)
                           .at("StateValue")
                           .as_string());
  }

  Caller caller_{core::AccountId("123456789012"), core::Region("eu-west-1"), "aws",
                 "arn:aws:iam::123456789012:root"};
  HandClock host_;
  EmulatorClock clock_{host_, 1};
  World world_{clock_, 1};
};

constexpr std::chrono::minutes kPeriod{5};

TEST_F(MetricsTest, AnAlarmTurnsAndTurnsBack) {
  ASSERT_TRUE(call("PutMetricAlarm", alarm(R"j("EvaluationPeriods": 1)j")));
  EXPECT_EQ(state(), "INSUFFICIENT_DATA");
  put(11);
  ASSERT_TRUE(advance_world(world_, kPeriod));
  EXPECT_EQ(state(), "ALARM");
  put(10);
  ASSERT_TRUE(advance_world(world_, kPeriod));
  EXPECT_EQ(state(), "OK");
  // The last point stays in view for the two periods that the range is longer.
  ASSERT_TRUE(advance_world(world_, kPeriod * 4));
  EXPECT_EQ(state(), "INSUFFICIENT_DATA");
  const auto history =
      call("DescribeAlarmHistory", R"j({"AlarmName": "a", "HistoryItemType": "StateUpdate"})j");
  ASSERT_EQ(history->at("AlarmHistoryItems").as_array().size(), 3U);
  EXPECT_EQ(history->at("AlarmHistoryItems").at(2).at("HistorySummary").as_string(),
            "Alarm updated from INSUFFICIENT_DATA to ALARM");
}

TEST_F(MetricsTest, SilenceIsWhatTheAlarmSaysItIs) {
  struct Row {
    const char* missing;
    const char* state;
  };
  const Row rows[] = {{"breaching", "ALARM"},
                      {"notBreaching", "OK"},
                      {"ignore", "INSUFFICIENT_DATA"},
                      {"missing", "INSUFFICIENT_DATA"}};
  for (const Row& row : rows) {
    world_.metrics.alarms.clear();
    ASSERT_TRUE(call(
        "PutMetricAlarm",
        alarm(fmt::format(R"j("EvaluationPeriods": 2, "TreatMissingData": "{}")j", row.missing))));
    ASSERT_TRUE(advance_world(world_, kPeriod * 2));
    EXPECT_EQ(state(), row.state) << row.missing;
  }
}

// Source: CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data", the table
// for 3 out of 3, newest point last.
TEST_F(MetricsTest, MissingPointsAreTreatedAsInTheGuide) {
  struct Row {
    const char* points;
    const char* missing;
    const char* ignore;
    const char* breaching;
    const char* not_breaching;
  };
  const Row rows[] = {
      {"0-X-X", "OK", "OK", "OK", "OK"},
      {"0----", "OK", "OK", "OK", "OK"},
      {"-----", "INSUFFICIENT_DATA", "retain", "ALARM", "OK"},
      {"0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"},
      {"--X--", "ALARM", "retain", "ALARM", "OK"},
  };
  const core::Instant at = *core::parse_instant("2026-11-22T01:00:00Z");
  for (const Row& row : rows) {
    MetricsModel metrics;
    for (size_t i = 0; i < 5; ++i) {
      if (row.points[i] == '-') continue;
      metrics.put(caller_.account, caller_.region, "N", "M", {},
                  at - kPeriod * static_cast<int>(5 - i), row.points[i] == 'X' ? 11 : 0, "");
    }
    const std::pair<const char*, const char*> treatments[] = {{"missing", row.missing},
                                                              {"ignore", row.ignore},
                                                              {"breaching", row.breaching},
                                                              {"notBreaching", row.not_breaching}};
    for (const auto& [treatment, state] : treatments) {
      Alarm alarm;
      alarm.account = caller_.account;
      alarm.region = caller_.region;
      alarm.state = "retain";
      alarm.config = {{"Namespace", "N"},       {"MetricName", "M"},
                      {"Statistic", "Maximum"}, {"ComparisonOperator", "GreaterThanThreshold"},
                      {"Period", 300},          {"EvaluationPeriods", 3},
                      {"Threshold", 10},        {"TreatMissingData", treatment}};
      read_alarm_config(alarm);
      EXPECT_EQ(look(metrics, alarm, at).state, state) << row.points << " " << treatment;
    }
  }
}

TEST_F(MetricsTest, MOutOfNNeedsM) {
  ASSERT_TRUE(call("PutMetricAlarm", alarm(R"j("EvaluationPeriods": 3, "DatapointsToAlarm": 2)j")));
  for (const double value : {11, 5, 5}) {
    put(value);
    ASSERT_TRUE(advance_world(world_, kPeriod));
  }
  EXPECT_EQ(state(), "OK");
  for (const double value : {11, 11}) {
    put(value);
    ASSERT_TRUE(advance_world(world_, kPeriod));
  }
  EXPECT_EQ(state(), "ALARM");
}

TEST_F(MetricsTest, TheMessageIsThatOfARealAlarm) {
  ASSERT_TRUE(call("PutMetricAlarm", alarm(R"j("EvaluationPeriods": 1, "AlarmDescription": "why",
      "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:alerts"])j")));
  put(11);
  ASSERT_TRUE(advance_world(world_, kPeriod));
  const Alarm& alarm = world_.metrics.alarms.begin()->second;
  const json::object message = json::parse(alarm_message(alarm, "OK", clock_.now())).as_object();
  EXPECT_EQ(message.at("NewStateValue").as_string(), "ALARM");
  EXPECT_EQ(message.at("OldStateValue").as_string(), "OK");
  EXPECT_EQ(message.at("Region").as_string(), "EU (Ireland)");
  EXPECT_EQ(message.at("AlarmArn").as_string(),
            "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a");
  EXPECT_EQ(message.at("Trigger").at("Statistic").as_string(), "MAXIMUM");
  EXPECT_EQ(message.at("Trigger").at("Dimensions").at(0).at("value").as_string(), "d");
  EXPECT_EQ(message.at("NewStateReason").as_string(),
            "Threshold Crossed: 1 out of the last 1 datapoints [11.0 (22/11/26 00:20:00)] was "
            "greater than the threshold (10.0) (minimum 1 datapoint for OK -> ALARM transition).");
  const auto history =
      call("DescribeAlarmHistory", R"j({"AlarmName": "a", "HistoryItemType": "Action"})j");
  EXPECT_EQ(history->at("AlarmHistoryItems").as_array().size(), 1U);
}

TEST_F(MetricsTest, PointsComeBackAsStatistics) {
  const double from = to_epoch_seconds(clock_.now());
  ASSERT_TRUE(call("PutMetricData", R"j({"Namespace": "N", "MetricData": [
      {"MetricName": "m", "Value": 2, "Unit": "Count"},
      {"MetricName": "m", "Values": [1, 5], "Counts": [2, 1], "Unit": "Count"},
      {"MetricName": "m", "StatisticValues":
          {"SampleCount": 2, "Sum": 9, "Minimum": 3, "Maximum": 6}, "Unit": "Count"}]})j"));
  const auto answer =
      call("GetMetricStatistics",
           fmt::format(R"j({{"Namespace": "N", "MetricName": "m", "StartTime": {}, "EndTime": {},
          "Period": 60, "Statistics": ["Sum", "SampleCount", "Minimum", "Maximum", "Average"]}})j",
                       from, from + 60));
  ASSERT_TRUE(answer) << answer.error().message;
  const json::value& point = answer->at("Datapoints").at(0);
  EXPECT_EQ(point.at("Sum").to_number<double>(), 18);
  EXPECT_EQ(point.at("SampleCount").to_number<double>(), 6);
  EXPECT_EQ(point.at("Minimum").to_number<double>(), 1);
  EXPECT_EQ(point.at("Maximum").to_number<double>(), 6);
  EXPECT_EQ(point.at("Average").to_number<double>(), 3);
  EXPECT_EQ(point.at("Unit").as_string(), "Count");
}

TEST_F(MetricsTest, OldPointsGo) {
  put(1);
  clock_.advance(std::chrono::days(16));
  put(2);
  EXPECT_EQ(world_.metrics.series.begin()->second.at("Seconds").size(), 1U);
}

TEST_F(MetricsTest, RefusesAsCloudWatchDoes) {
  EXPECT_EQ(refusal("PutMetricAlarm", alarm(R"j("EvaluationPeriods": 1, "Metrics": [])j")),
            "ValidationError: The emulator knows no parameter Metrics here");
  EXPECT_EQ(refusal("PutMetricAlarm", alarm(R"j("EvaluationPeriods": 1,
      "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:x"])j")),
            "ValidationError: Invalid region us-east-1 specified. Only eu-west-1 is supported.");
  EXPECT_EQ(refusal("PutMetricAlarm", alarm(R"j("EvaluationPeriods": 300)j")),
            "ValidationError: Metrics cannot be checked across more than a day (EvaluationPeriods "
            "* Period must be <= 86400).");
  EXPECT_EQ(refusal("PutMetricData", R"j({"Namespace": "AWS/X", "MetricData": []})j"),
            "InvalidParameterValue: The value AWS/ for parameter Namespace is invalid.");
  EXPECT_EQ(
      refusal("SetAlarmState", R"j({"AlarmName": "no", "StateValue": "OK", "StateReason": "r"})j"),
      "ResourceNotFound: Alarm no does not exist");
  EXPECT_TRUE(refusal("PutDashboard", R"j({"DashboardName": "d", "DashboardBody": "no"})j")
                  .starts_with("InvalidParameterInput: "));
}

TEST_F(MetricsTest, OutlivesARestart) {
  ASSERT_TRUE(call("PutMetricAlarm", alarm(R"j("EvaluationPeriods": 1)j")));
  ASSERT_TRUE(call("PutDashboard", R"j({"DashboardName": "d",
      "DashboardBody": "{\"widgets\": []}"})j"));
  put(11);
  ASSERT_TRUE(advance_world(world_, kPeriod));
  const json::value saved = world_.metrics.save();
  MetricsModel other;
  other.load(saved);
  EXPECT_EQ(other.save(), saved);
  EXPECT_EQ(other.next_due(world_), world_.metrics.next_due(world_));
  EXPECT_EQ(other.dashboards.size(), 1U);
}

}  // namespace
}  // namespace snapferry::emulator
