// EventBridge as its clients see it, on a clock moved by hand.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"
#include "emulator/events/event_delivery.h"
#include "emulator/json_input.h"
#include "emulator/services.h"
#include "emulator/time/conductor.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

class EventsTest : public testing::Test {
 protected:
  EventsTest() { add_lab(world_); }

  ServiceResult<json::object> call(const std::string& operation, const std::string& input,
                                   const char* service = "events") {
    const std::scoped_lock lock(world_.mutex);
    return call_json(world_, caller_, service, operation, json::parse(input).as_object());
  }

  std::string refusal(const std::string& operation, const std::string& input) {
    const auto result = call(operation, input);
    return result ? "" : result.error().code + ": " + result.error().message;
  }

  // What a rule sent to the log group of that name, newest last.
  std::vector<json::object> logged(const std::string& group = "seen") {
    std::vector<json::object> events;
    const auto answer =
        call("FilterLogEvents", json::serialize(json::object{{"logGroupName", group}}), "logs");
    if (!answer) return events;
    for (const json::value& event : answer->at("events").as_array()) {
      events.push_back(json::parse(event.at("message").as_string()).as_object());
    }
    return events;
  }

  Caller caller_{core::AccountId("123456789012"), core::Region("eu-west-1"), "aws",
                 "arn:aws:iam::123456789012:root"};
  HandClock host_;
  EmulatorClock clock_{host_, 1};
  World world_{clock_, 1};
};

constexpr const char* kLogTarget =
    R"j({"Rule": "daily", "Targets": [
        {"Id": "log", "Arn": "arn:aws:logs:eu-west-1:123456789012:log-group:seen"}]})j";

TEST_F(EventsTest, ARateRuleFiresOncePerPeriodAfterItWasMade) {
  const auto made = clock_.now();
  ASSERT_TRUE(call("PutRule", R"j({"Name": "daily", "ScheduleExpression": "rate(1 day)"
})j"));
  ASSERT_TRUE(call("PutTargets", kLogTarget));
  ASSERT_TRUE(advance_world(world_, std::chrono::hours(23)));
  EXPECT_TRUE(logged().empty());
  ASSERT_TRUE(advance_world(world_, std::chrono::hours(49)));
  const auto events = logged();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].at("detail-type").as_string(), "Scheduled Event");
  EXPECT_EQ(events[0].at("source").as_string(), "aws.events");
  EXPECT_EQ(events[0].at("version").as_string(), "0");
  EXPECT_EQ(events[0].at("resources").as_array().at(0).as_string(),
            "arn:aws:events:eu-west-1:123456789012:rule/daily");
  EXPECT_TRUE(events[0].at("detail").as_object().empty());
  EXPECT_EQ(events[2].at("time").as_string(), core::format_instant(made + std::chrono::hours(72)));
}

TEST_F(EventsTest, ADisabledRuleIsSilentAndBeginsAnewWhenEnabled) {
  ASSERT_TRUE(call("PutRule", R"j({"Name": "daily", "ScheduleExpression": "rate(1 day)"})j"));
  ASSERT_TRUE(call("PutTargets", kLogTarget));
  ASSERT_TRUE(call("DisableRule", R"j({"Name": "daily"})j"));
  ASSERT_TRUE(advance_world(world_, std::chrono::hours(60)));
  EXPECT_TRUE(logged().empty());
  ASSERT_TRUE(call("EnableRule", R"j({"Name": "daily"})j"));
  ASSERT_TRUE(advance_world(world_, std::chrono::hours(24)));
  EXPECT_EQ(logged().size(), 1U);
}

TEST_F(EventsTest, SnapshotEventsReachMatchingRulesAtTheirTime) {
  ASSERT_TRUE(call("PutRule", R"j({"Name": "daily", "EventPattern":
      "{\"source\":[\"aws.rds\"],\"detail\":{\"EventID\":[\"RDS-EVENT-0042\"]}}"})j"));
  ASSERT_TRUE(call("PutTargets", kLogTarget));
  const auto start = clock_.now();
  ASSERT_TRUE(world_.rds.create_db_snapshot(caller_, {"one", "gtp-paul-mysql-lab-db", {}}));
  ASSERT_TRUE(advance_world(world_, std::chrono::hours(1)));
  const auto events = logged();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].at("detail-type").as_string(), "RDS DB Snapshot Event");
  const json::object& detail = events[0].at("detail").as_object();
  EXPECT_EQ(detail.at("SourceType").as_string(), "SNAPSHOT");
  EXPECT_EQ(detail.at("SourceIdentifier").as_string(), "one");
  EXPECT_EQ(detail.at("Message").as_string(), "Manual snapshot created");
  EXPECT_EQ(detail.at("SourceArn").as_string(), "arn:aws:rds:eu-west-1:123456789012:snapshot:one");
  EXPECT_TRUE(std::string_view(detail.at("Date").as_string()).ends_with(".000Z"));
  EXPECT_GT(*core::parse_instant(std::string_view(events[0].at("time").as_string())), start);
}

TEST_F(EventsTest, EventsGoToAnotherRegionOnceAndKeepTheirOwn) {
  ASSERT_TRUE(
      call("PutRule", R"j({"Name": "forward", "EventPattern": "{\"source\":[\"test\"]}"})j"));
  const std::string bus = "arn:aws:events:eu-central-1:123456789012:event-bus/default";
  EXPECT_EQ(refusal("PutTargets", R"j({"Rule": "forward", "Targets": [{"Id": "bus", "Arn": ")j" +
                                      bus + R"j("}]})j"),
            "ValidationException: RoleArn is required for target " + bus + ".");
  EXPECT_EQ(refusal("PutTargets",
                    R"j({"Rule": "forward", "Targets": [{"Id": "bus", "Arn":
        "arn:aws:sqs:eu-central-1:123456789012:away"}]})j"),
            "ValidationException: Parameter arn:aws:sqs:eu-central-1:123456789012:away is not "
            "valid. Reason: the target must be in eu-west-1");
}

TEST_F(EventsTest, PutEventsTellsEachEntryItsOwnFate) {
  ASSERT_TRUE(call("PutRule", R"j({"Name": "daily", "EventPattern": "{\"source\":[\"mine\"]}"})j"));
  ASSERT_TRUE(call("PutTargets", kLogTarget));
  const auto answer = call("PutEvents", R"j({"Entries": [
      {"Source": "mine", "DetailType": "t", "Detail": "{\"a\": 1}"},
      {"Source": "aws.rds", "DetailType": "t", "Detail": "{}"},
      {"Source": "mine", "DetailType": "t", "Detail": "no"},
      {"Source": "mine", "Detail": "{}"}]})j");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at("FailedEntryCount").as_int64(), 3);
  const json::array& entries = answer->at("Entries").as_array();
  EXPECT_TRUE(entries[0].as_object().contains("EventId"));
  EXPECT_EQ(entries[1].at("ErrorCode").as_string(), "NotAuthorizedForSourceException");
  EXPECT_EQ(entries[2].at("ErrorCode").as_string(), "MalformedDetail");
  EXPECT_EQ(entries[3].at("ErrorCode").as_string(), "InvalidArgument");
  ASSERT_EQ(logged().size(), 1U);
  EXPECT_EQ(logged()[0].at("id"), entries[0].at("EventId"));
}

TEST_F(EventsTest, AFailedDeliveryIsCounted) {
  ASSERT_TRUE(call("PutRule", R"j({"Name": "daily", "ScheduleExpression": "rate(1 hour)"})j"));
  ASSERT_TRUE(call("PutTargets", R"j({"Rule": "daily", "Targets": [{"Id": "f",
      "Arn": "arn:aws:lambda:eu-west-1:123456789012:function:missing"}]})j"));
  const double from = to_epoch_seconds(clock_.now());
  ASSERT_TRUE(advance_world(world_, std::chrono::hours(3)));
  const auto answer =
      call("GetMetricStatistics",
           json::serialize(json::object{
               {"Namespace", "AWS/Events"},
               {"MetricName", "FailedInvocations"},
               {"Dimensions", json::array{json::object{{"Name", "RuleName"}, {"Value", "daily"}}}},
               {"StartTime", from - 86400},
               {"EndTime", from + 86400},
               {"Period", 86400 * 3},
               {"Statistics", json::array{"Sum"}}}),
           "monitoring");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->at("Datapoints").as_array().at(0).at("Sum").to_number<double>(), 3);
}

TEST_F(EventsTest, ShapesWhatATargetIsSent) {
  const json::object event =
      json::parse(
          R"j({"source": "s", "resources": ["r0", "r1"], "detail": {"n": 7, "q": "a\"b"}})j")
          .as_object();
  EventRule rule;
  rule.name = "daily";
  rule.arn = "arn:rule";
  struct Row {
    const char* target;
    const char* payload;
  };
  const Row rows[] = {
      {R"j({"Input": "{\"action\":\"apply\"}"})j", R"j({"action":"apply"})j"},
      {R"j({"InputPath": "$.detail.n"})j", "7"},
      {R"j({"InputPath": "$.resources[1]"})j", R"j("r1")j"},
      {R"j({"InputPath": "$.gone"})j", "null"},
      {R"j({"InputTransformer": {"InputPathsMap": {"n": "$.detail.n", "q": "$.detail.q"},
          "InputTemplate": "{\"n\": <n>, \"q\": <q>, \"text\": \"<q> of <aws.events.rule-name>\"}"}})j",
       R"j({"n": 7, "q": "a\"b", "text": "a\"b of daily"})j"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(payload_of(rule, json::parse(row.target).as_object(), event, clock_.now()),
              row.payload);
  }
  EXPECT_EQ(payload_of(rule, {}, event, clock_.now()), json::serialize(event));
}

TEST_F(EventsTest, RefusesAsEventBridgeDoes) {
  EXPECT_EQ(refusal("PutRule", R"j({"Name": "r"})j"),
            "ValidationException: Parameter(s) EventPattern or ScheduleExpression must be "
            "specified.");
  EXPECT_EQ(refusal("PutRule", R"j({"Name": "r", "ScheduleExpression": "rate(1 days)"
})j"),
            "ValidationException: Parameter ScheduleExpression is not valid.");
  EXPECT_TRUE(refusal("PutRule", R"j({"Name": "r", "EventPattern": "{\"a\": 1}"})j")
                  .starts_with("InvalidEventPatternException: Event pattern is not valid."));
  EXPECT_EQ(
      refusal("PutRule", R"j({"Name": "r", "EventPattern": "{\"a\":[1]}", "EventBusName": "x"})j"),
      "ResourceNotFoundException: Event bus x does not exist.");
  EXPECT_EQ(refusal("PutRule", R"j({"Nmae": "r"})j"),
            "ValidationException: The emulator knows no parameter Nmae here");
  EXPECT_EQ(refusal("DescribeRule", R"j({"Name": "r"})j"),
            "ResourceNotFoundException: Rule r does not exist on EventBus default.");
  ASSERT_TRUE(call("PutRule", R"j({"Name": "daily", "ScheduleExpression": "rate(1 day)"
  })j"));
  ASSERT_TRUE(call("PutTargets", kLogTarget));
  EXPECT_EQ(refusal("DeleteRule", R"j({"Name": "daily"})j"),
            "ValidationException: Rule can't be deleted since it has targets.");
  ASSERT_TRUE(call("RemoveTargets", R"j({"Rule": "daily", "Ids": ["log"]})j"));
  ASSERT_TRUE(call("DeleteRule", R"j({"Name": "daily"})j"));
  EXPECT_TRUE(call("ListRules", "{}")->at("Rules").as_array().empty());
}

TEST_F(EventsTest, OutlivesARestart) {
  ASSERT_TRUE(call("PutRule", R"j({"Name": "daily", "ScheduleExpression": "rate(1 day)",
      "EventPattern": "{\"source\":[\"mine\"]}", "Tags": [{"Key": "k", "Value": "v"}]})j"));
  ASSERT_TRUE(call("PutTargets", kLogTarget));
  ASSERT_TRUE(call("CreateEventBus", R"j({"Name": "second"})j"));
  const json::value saved = world_.events.save();
  EventsModel other(1);
  other.load(saved);
  EXPECT_EQ(other.save(), saved);
  ASSERT_EQ(other.rules.size(), 1U);
  EXPECT_EQ(other.next_due(world_), world_.events.next_due(world_));
  EXPECT_FALSE(other.rules.begin()->second.parsed_pattern.empty());
}

}  // namespace
}  // namespace snapferry::emulator
