// Lines as Lambda reads them.
// SPDX-License-Identifier: Apache-2.0
#include "lambda/log_lines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/fake_clouds_for_test.h"

namespace snapferry::lambda {
namespace {

struct Written {
  engine::ManualClock clock;
  std::vector<std::string> lines;

  LogLines at(Level level) {
    return {clock, level, [this](std::string_view line) { lines.emplace_back(line); }};
  }
};

TEST(LogLines, HoldTimestampLevelAndRequest) {
  Written written;
  LogLines log = written.at(Level::info);
  log.log(Level::info, "start\n\"x\"");
  log.set_request("r-1");
  log.log(Level::warn, "more", {{"n", 1}});
  ASSERT_EQ(written.lines.size(), 2);
  EXPECT_EQ(written.lines[0],
            "{\"timestamp\":\"2026-11-22T12:00:00.000Z\",\"level\":\"INFO\","
            "\"message\":\"start\\n\\\"x\\\"\"}\n");
  EXPECT_EQ(written.lines[1],
            "{\"timestamp\":\"2026-11-22T12:00:00.000Z\",\"level\":\"WARN\","
            "\"requestId\":\"r-1\",\"message\":\"more\",\"n\":1}\n");
}

TEST(LogLines, AreKeptBackBelowTheLevel) {
  Written written;
  LogLines log = written.at(Level::error);
  log.log(Level::warn, "no");
  log.log(Level::error, "yes");
  log.log(Level::fatal, "yes");
  EXPECT_EQ(written.lines.size(), 2);
}

TEST(LogLines, MetricsPassEveryLevel) {
  Written written;
  for (const auto& [level, name] :
       {std::pair{Level::debug, "INFO"}, {Level::info, "INFO"}, {Level::fatal, "FATAL"}}) {
    LogLines log = written.at(level);
    log.metrics({{"Failures", 0}});
    EXPECT_NE(written.lines.back().find(fmt::format("\"level\":\"{}\"", name)), std::string::npos);
  }
  EXPECT_EQ(written.lines.size(), 3);
}

TEST(LogLines, LevelComesFromTheEnvironment) {
  const auto level = [](const std::string& text) {
    return level_from_environment(core::Environment({{"AWS_LAMBDA_LOG_LEVEL", text}}));
  };
  EXPECT_EQ(level("debug"), Level::debug);
  EXPECT_EQ(level("FATAL"), Level::fatal);
  EXPECT_EQ(level("loud"), Level::info);
  EXPECT_EQ(level(""), Level::info);
}

}  // namespace
}  // namespace snapferry::lambda
