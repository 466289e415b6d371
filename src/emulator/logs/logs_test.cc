// CloudWatch Logs as its clients see it, on a clock moved by hand.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"
#include "emulator/logs/emf.h"
#include "emulator/logs/filter_pattern.h"
#include "emulator/services.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

class LogsTest : public testing::Test {
 protected:
  ServiceResult<json::object> call(const std::string& operation, const std::string& input) {
    const std::scoped_lock lock(world_.mutex);
    return call_json(world_, caller_, "logs", operation, json::parse(input).as_object());
  }

  std::string refusal(const std::string& operation, const std::string& input) {
    const auto result = call(operation, input);
    return result ? "" : result.error().code + ": " + result.error().message;
  }

  long stamp(core::Milliseconds before = core::Milliseconds(0)) {
    return (clock_.now() - before).time_since_epoch().count();
  }

  void append(const std::string& line) {
    world_.logs.append(world_, caller_.account, caller_.region, "group", "stream", clock_.now(),
                       line);
  }

  Caller caller_{core::AccountId("123456789012"), core::Region("eu-west-1"), "aws",
                 "arn:aws:iam::123456789012:root"};
  HandClock host_;
  EmulatorClock clock_{host_, 1};
  World world_{clock_, 1};
};

TEST_F(LogsTest, KeepsLinesByTimeOverAllStreams) {
  ASSERT_TRUE(call("CreateLogGroup", R"j({"logGroupName": "g", "tags": {"k": "v"}})j"));
  for (const char* stream : {"one", "two"}) {
    ASSERT_TRUE(call("CreateLogStream",
                     fmt::format(R"j({{"logGroupName": "g", "logStreamName": "{}"}})j", stream)));
  }
  const auto put = [&](const char* stream, long time, const char* message) {
    return call("PutLogEvents", fmt::format(R"j({{"logGroupName": "g", "logStreamName": "{}",
        "logEvents": [{{"timestamp": {}, "message": "{}"}}]}})j",
                                            stream, time, message));
  };
  ASSERT_TRUE(put("one", stamp(), "last"));
  ASSERT_TRUE(put("two", stamp(std::chrono::minutes(5)), "first ERROR"));
  const auto all = call("FilterLogEvents", R"j({"logGroupName": "g"})j");
  ASSERT_TRUE(all);
  const json::array& events = all->at("events").as_array();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("message").as_string(), "first ERROR");
  EXPECT_EQ(events[1].at("logStreamName").as_string(), "one");
  const auto some = call("FilterLogEvents", R"j({"logGroupName": "g", "filterPattern": "ERROR"})j");
  EXPECT_EQ(some->at("events").as_array().size(), 1U);
  const auto page = call("FilterLogEvents", R"j({"logGroupName": "g", "limit": 1})j");
  EXPECT_EQ(page->at("events").as_array().size(), 1U);
  EXPECT_EQ(page->at("nextToken").as_string(), "1");
}

TEST_F(LogsTest, GetLogEventsEndsWhenItsTokenRepeats) {
  for (int i = 0; i < 5; ++i) append(fmt::format("line {}", i));
  std::string token;
  std::vector<std::string> lines;
  for (int i = 0; i < 10; ++i) {
    const std::string with = token.empty() ? "" : fmt::format(R"j(, "nextToken": "{}")j", token);
    const auto page = call("GetLogEvents", R"j({"logGroupName": "group", "logStreamName": "stream",
        "limit": 2, "startFromHead": true)j" + with +
                                               "}");
    ASSERT_TRUE(page) << page.error().message;
    for (const json::value& event : page->at("events").as_array()) {
      lines.emplace_back(event.at("message").as_string());
    }
    const std::string next(page->at("nextForwardToken").as_string());
    if (next == token) break;
    token = next;
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"line 0", "line 1", "line 2", "line 3", "line 4"}));
}

TEST_F(LogsTest, RefusesAsLogsDoes) {
  EXPECT_EQ(refusal("FilterLogEvents", R"j({"logGroupName": "no"})j"),
            "ResourceNotFoundException: The specified log group does not exist.");
  append("x");
  EXPECT_EQ(refusal("CreateLogGroup", R"j({"logGroupName": "group"})j"),
            "ResourceAlreadyExistsException: The specified log group already exists");
  EXPECT_EQ(refusal("PutLogEvents", fmt::format(R"j({{"logGroupName": "group",
      "logStreamName": "stream", "logEvents": [{{"timestamp": {}, "message": "a"}},
      {{"timestamp": {}, "message": "b"}}]}})j",
                                                stamp(), stamp(std::chrono::minutes(1)))),
            "InvalidParameterException: Log events in a single PutLogEvents request must be in "
            "chronological order.");
  EXPECT_TRUE(refusal("PutRetentionPolicy", R"j({"logGroupName": "group", "retentionInDays": 10})j")
                  .starts_with("InvalidParameterException: 1 validation error detected: Value "
                               "'10' at 'retentionInDays'"));
  EXPECT_EQ(refusal("StartQuery", "{}"),
            "UnknownOperationException: The emulator knows no logs:StartQuery");
}

TEST_F(LogsTest, RetentionDropsOldLines) {
  append("old");
  ASSERT_TRUE(call("PutRetentionPolicy", R"j({"logGroupName": "group", "retentionInDays": 3})j"));
  clock_.advance(std::chrono::days(4));
  append("new");
  const auto all = call("FilterLogEvents", R"j({"logGroupName": "group"})j");
  ASSERT_EQ(all->at("events").as_array().size(), 1U);
}

TEST_F(LogsTest, EmfLinesBecomeMetrics) {
  append(fmt::format(R"j({{"_aws":{{"Timestamp":{},"CloudWatchMetrics":[{{"Namespace":"Snapferry",
      "Dimensions":[["Policy"]],"Metrics":[{{"Name":"RecoveryPointAge","Unit":"Seconds"}}]}}]}},
      "Policy":"p","RecoveryPointAge":812}})j",
                     stamp()));
  EXPECT_TRUE(world_.logs.emf_errors.empty());
  const MetricKey key = {
      caller_.account, caller_.region, "Snapferry", "RecoveryPointAge", {{"Policy", "p"}}};
  const auto found = world_.metrics.statistics(key, clock_.now() - std::chrono::minutes(1),
                                               clock_.now() + std::chrono::minutes(1), "Seconds");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->maximum, 812);
  append(R"j({"_aws":{"CloudWatchMetrics":[]}})j");
  ASSERT_EQ(world_.logs.emf_errors.size(), 1U);
  EXPECT_EQ(world_.logs.emf_errors[0].reason, "_aws.Timestamp must be milliseconds since 1970");
}

TEST_F(LogsTest, OutlivesARestart) {
  append("a line");
  append(R"j({"_aws":{"CloudWatchMetrics":[]}})j");
  const json::value saved = world_.logs.save();
  LogsModel other(1);
  other.load(saved);
  EXPECT_EQ(other.save(), saved);
  EXPECT_EQ(other.groups.begin()->second.streams.at("stream").lines.size(), 2U);
}

TEST(EmfTest, RefusesWhatCloudWatchWouldNotTake) {
  const core::Instant now = *core::parse_instant("2026-11-22T00:00:00Z");
  const auto line = [&](const std::string& directive, const std::string& root, core::Instant time) {
    return fmt::format(R"j({{"_aws":{{"Timestamp":{},"CloudWatchMetrics":[{}]}}{}}})j",
                       time.time_since_epoch().count(), directive, root);
  };
  const std::string good =
      R"j({"Namespace":"N","Dimensions":[["D"]],"Metrics":[{"Name":"M","Unit":"Count"}]})j";
  const std::string root = R"j(,"D":"d","M":[1,2])j";
  EXPECT_EQ(read_emf(line(good, root, now), now).data.size(), 2U);
  EXPECT_TRUE(read_emf("plain text", now).error.empty());
  struct Row {
    std::string line;
    const char* reason;
  };
  const Row rows[] = {
      {line(good, R"j(,"D":"d")j", now), "the metric M has no value at the root"},
      {line(good, R"j(,"D":"d","M":"7")j", now), "the metric M must be a number or a list"},
      {line(good, R"j(,"M":1)j", now), "the dimension D has no value at the root"},
      {line(good, R"j(,"D":5,"M":1)j", now), "the dimension D must be a string"},
      {line(good, root, now - std::chrono::days(15)), "_aws.Timestamp"},
      {line(good, root, now + std::chrono::hours(3)), "_aws.Timestamp"},
      {line(R"j({"Namespace":"N","Dimensions":[["D"]],"Metrics":[{"Name":"M","Unit":"Days"}]})j",
            root, now),
       "Days is no unit"},
      {line(R"j({"Namespace":"AWS/RDS","Dimensions":[[]],"Metrics":[{"Name":"M"}]})j", root, now),
       "the namespace AWS/RDS is AWS's own"},
      {line(R"j({"Namespace":"N","Dimensions":[],"Metrics":[{"Name":"M"}]})j", root, now),
       "Dimensions is empty"},
      {line(R"j({"Namespace":"N","Dimensions":[["D"]],"Metric":[]})j", root, now),
       "a metric directive has no member Metric"},
      {R"j({"_aws": {)j", "the line is not JSON"},
  };
  for (const Row& row : rows) {
    const EmfReading reading = read_emf(row.line, now);
    EXPECT_TRUE(reading.data.empty()) << row.line;
    EXPECT_TRUE(reading.error.starts_with(row.reason)) << row.line << "\n" << reading.error;
  }
}

TEST(FilterPatternTest, Matches) {
  struct Row {
    const char* pattern;
    const char* line;
    bool is_match;
  };
  const Row rows[] = {
      {"", "anything", true},
      {"ERROR", "an ERROR here", true},
      {"ERROR", "an error here", false},
      {"one two", "two and one", true},
      {"\"one two\"", "two and one", false},
      {"one -two", "two and one", false},
      {"?x ?one", "two and one", true},
      {R"j({ $.level = "ERROR" })j", R"j({"level":"ERROR"})j", true},
      {R"j({ $.level = "ERROR" })j", R"j({"level":"INFO"})j", false},
      {R"j({ $.level = ERROR })j", R"j({"level":"ERROR"})j", true},
      {R"j({ $.a.b >= 5 && $.c = "x*" })j", R"j({"a":{"b":5},"c":"xyz"})j", true},
      {R"j({ $.a != 1 || $.b = true })j", R"j({"a":1,"b":true})j", true},
      {R"j({ $.level = "ERROR" })j", "no JSON", false},
  };
  for (const Row& row : rows) {
    const auto pattern = parse_filter_pattern(row.pattern);
    ASSERT_TRUE(pattern) << row.pattern << pattern.error().message;
    EXPECT_EQ(is_match(*pattern, row.line), row.is_match) << row.pattern << " " << row.line;
  }
  for (const char* text :
       {"[ip, user]", "%x%", "{ level = 1 }", "{ $.a IS NULL }", "\"open", "{ $.a = 1"}) {
    EXPECT_FALSE(parse_filter_pattern(text)) << text;
  }
}

}  // namespace
}  // namespace snapferry::emulator
