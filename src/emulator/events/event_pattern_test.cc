// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/event_pattern.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace snapferry::emulator {
namespace {

constexpr const char* kEvent = R"({
  "source": "aws.rds", "detail-type": "RDS DB Snapshot Event", "resources": ["arn:one", "arn:two"],
  "detail": {"EventID": "RDS-EVENT-0042", "Message": "Manual snapshot created", "n": 7}})";

TEST(EventPatternTest, Matches) {
  struct Row {
    const char* pattern;
    bool is_match;
  };
  const Row rows[] = {
      {R"({"source": ["aws.rds"]})", true},
      {R"({"source": ["aws.ec2"]})", false},
      {R"({"source": ["aws.ec2", "aws.rds"], "detail": {"EventID": ["RDS-EVENT-0042"]}})", true},
      {R"({"source": ["aws.rds"], "detail": {"EventID": ["RDS-EVENT-0091"]}})", false},
      {R"({"resources": ["arn:two"]})", true},
      {R"({"resources": [{"prefix": "arn:t"}]})", true},
      {R"({"detail": {"Message": [{"suffix": "created"}]}})", true},
      {R"({"detail": {"Message": [{"prefix": {"equals-ignore-case": "MANUAL"}}]}})", true},
      {R"({"detail": {"Message": [{"equals-ignore-case": "manual SNAPSHOT created"}]}})", true},
      {R"({"detail": {"Message": [{"wildcard": "Manual*ed"}]}})", true},
      {R"({"detail": {"EventID": [{"anything-but": "RDS-EVENT-0042"}]}})", false},
      {R"({"detail": {"EventID": [{"anything-but": ["RDS-EVENT-0041"]}]}})", true},
      {R"({"detail": {"EventID": [{"anything-but": {"prefix": "RDS"}}]}})", false},
      {R"({"detail": {"nothing": [{"anything-but": "x"}]}})", false},
      {R"({"detail": {"nothing": [{"exists": false}]}})", true},
      {R"({"detail": {"EventID": [{"exists": true}]}})", true},
      {R"({"detail": {"n": [{"numeric": [">", 5, "<=", 7]}]}})", true},
      {R"({"detail": {"n": [{"numeric": ["<", 7]}]}})", false},
      {R"({"detail": {"n": [7.0]}})", true},
      {R"({"$or": [{"source": ["x"]}, {"detail": {"n": [7]}}]})", true},
      {R"({"detail": {"n": {"m": ["x"]}}})", false},
  };
  const boost::json::object event = boost::json::parse(kEvent).as_object();
  for (const Row& row : rows) {
    const auto pattern = parse_event_pattern(row.pattern);
    ASSERT_TRUE(pattern) << row.pattern << pattern.error().message;
    EXPECT_EQ(is_match(*pattern, event), row.is_match) << row.pattern;
  }
}

TEST(EventPatternTest, RefusesWhatMeansNothing) {
  for (const char* text :
       {"", "[]", "{}", R"({"source": "aws.rds"})", R"({"source": []})", R"({"detail": {}})",
        R"({"source": [{"begins": "x"}]})", R"({"n": [{"numeric": [5]}]})",
        R"({"n": [{"exists": "yes"}]})", R"({"$or": [{"a": ["b"]}]})", R"({"a": [["b"]]})",
        R"({"a": [{"prefix": "b", "suffix": "c"}]})", R"({"a": [{"cidr": "10.0.0.0/8"}]})"}) {
    const auto pattern = parse_event_pattern(text);
    ASSERT_FALSE(pattern) << text;
    EXPECT_EQ(pattern.error().code, "InvalidEventPatternException");
  }
}

}  // namespace
}  // namespace snapferry::emulator
