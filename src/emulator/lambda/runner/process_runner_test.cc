// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/runner/process_runner.h"

#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/lambda/lambda_for_test.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

// Ours: far more than any of these takes on a slow machine.
constexpr core::Milliseconds kLong{60'000};

class ProcessRunnerTest : public LambdaTest {
 protected:
  ProcessRunnerTest() {
    const std::scoped_lock lock(world.mutex);
    world.functions = &runner;
    world.endpoint_url = "http://127.0.0.1:1";
  }
  ~ProcessRunnerTest() override { runner.stop(); }

  void create(json::object change = {}) {
    json::object input = create_input();
    for (const auto& member : change) input[member.key()] = member.value();
    parsed(call("POST", functions, input));
  }
  static json::object mode(const std::string& value) {
    return {{"Environment", json::object{{"Variables", json::object{{"MODE", value}}}}}};
  }
  InvocationResult invoke(const std::string& event) {
    return runner.invoke(worker_arn, "\"" + event + "\"", "request-1");
  }
  std::string enqueue(const std::string& event) {
    const std::scoped_lock lock(world.mutex);
    return world.lambda.enqueue_allowed(world, *world.lambda.find(worker_arn), "\"" + event + "\"");
  }
  // As the conductor does it, in one leap. Returns how many invocations are queued after it.
  size_t advance(core::Milliseconds by) {
    clock.advance(by);
    {
      const std::scoped_lock lock(world.mutex);
      world.lambda.run_due(world, clock.now());
    }
    EXPECT_TRUE(runner.wait_idle(kLong));
    const std::scoped_lock lock(world.mutex);
    return world.lambda.queue.size();
  }

  ProcessRunner runner{world};
};

TEST_F(ProcessRunnerTest, AnswersAndStaysWarm) {
  create();
  const InvocationResult first = invoke("hello");
  EXPECT_EQ(first.payload, R"("hello")");
  EXPECT_EQ(first.function_error, "");
  EXPECT_THAT(first.log_tail,
              MatchesRegex("INIT_START Runtime Version: provided.al2023\n"
                           "START RequestId: request-1 Version: \\$LATEST\n"
                           "got \"hello\"\n"
                           "END RequestId: request-1\n"
                           "REPORT RequestId: request-1\tDuration: [0-9.]+ ms\tBilled Duration: "
                           "[0-9]+ ms\tMemory Size: 128 MB\tMax Memory Used: [0-9]+ MB\tInit "
                           "Duration: [0-9.]+ ms\t\n"));
  EXPECT_EQ(invoke("count").payload, "2");
  // Ten minutes of rest are kept, more are not.
  clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(invoke("count").payload, "3");
  clock.advance(std::chrono::minutes(21));
  EXPECT_EQ(invoke("count").payload, "1");
  // A change ends what runs the old configuration.
  parsed(call("PUT", worker + "/configuration", {{"Timeout", 10}}));
  EXPECT_EQ(invoke("count").payload, "1");
}

TEST_F(ProcessRunnerTest, EnvironmentIsThatOfLambda) {
  create({{"MemorySize", 256},
          {"Environment", json::object{{"Variables", json::object{{"SNAPFERRY_X", "y"}}}}}});
  const std::string env = "\n" + invoke("env").payload;
  for (const std::string line :
       {"AWS_LAMBDA_FUNCTION_NAME=worker", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
        "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "_HANDLER=bootstrap", "AWS_REGION=eu-west-1",
        "AWS_DEFAULT_REGION=eu-west-1", "TZ=:UTC", "AWS_ENDPOINT_URL=http://127.0.0.1:1",
        "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/worker", "AWS_LAMBDA_LOG_FORMAT=Text",
        "SNAPFERRY_X=y"}) {
    EXPECT_THAT(env, HasSubstr("\n" + line + "\n"));
  }
  EXPECT_THAT(env, HasSubstr("\nAWS_LAMBDA_LOG_STREAM_NAME=2026/11/22/[$LATEST]"));
  EXPECT_THAT(env, HasSubstr("\nAWS_ACCESS_KEY_ID=ASIA"));
  EXPECT_THAT(env, HasSubstr("\nAWS_SESSION_TOKEN="));
  // Nothing of the emulator's own.
  EXPECT_THAT(env, Not(HasSubstr("\nHOME=")));
}

TEST_F(ProcessRunnerTest, HeadersNameTheRequestAndItsDeadline) {
  create();
  EXPECT_EQ(invoke("header").payload, "request-1 " + worker_arn);
  clock.advance(std::chrono::hours(24));
  const auto deadline = (clock.now() + std::chrono::seconds(20)).time_since_epoch().count();
  EXPECT_EQ(invoke("deadline").payload, std::to_string(deadline));
}

TEST_F(ProcessRunnerTest, FailuresAreToldAsLambdaTellsThem) {
  create({{"Timeout", 1}});
  const InvocationResult failed = invoke("fail");
  EXPECT_EQ(failed.function_error, "Unhandled");
  EXPECT_THAT(failed.payload, StartsWith(R"({"errorMessage":"no luck","errorType":"Bad"})"));
  const InvocationResult crashed = invoke("crash");
  EXPECT_EQ(crashed.function_error, "Unhandled");
  EXPECT_EQ(crashed.payload,
            R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: request-1 Error: )"
            R"(Runtime exited with error: exit status 3"})");
  const InvocationResult hung = invoke("hang");
  EXPECT_EQ(hung.payload,
            R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: request-1 Error: Task )"
            R"(timed out after 1.00 seconds"})");
  EXPECT_THAT(hung.log_tail, AllOf(HasSubstr("Duration: 1000.00 ms"), HasSubstr("Status: timeout"),
                                   HasSubstr("request-1 Task timed out after 1.00 seconds")));
}

TEST_F(ProcessRunnerTest, RuntimeApiRefusesWhatIsOutOfTurn) {
  create();
  EXPECT_EQ(invoke("state").payload, "400 403 403");
  const InvocationResult large = invoke("large");
  EXPECT_THAT(large.payload,
              HasSubstr("Response payload size exceeded maximum allowed payload size (6291556"));
  EXPECT_THAT(large.log_tail, HasSubstr("RequestEntityTooLarge"));
  EXPECT_EQ(invoke("count").payload, "3");
}

TEST_F(ProcessRunnerTest, InitThatFailsIsTriedOnceMoreAndIsTheFunctionsError) {
  create(mode("init_exit"));
  const InvocationResult exited = invoke("x");
  EXPECT_THAT(exited.payload, HasSubstr("Runtime exited with error: exit status 7"));
  EXPECT_THAT(exited.log_tail, HasSubstr("no start\nno start\n"));
  parsed(call("PUT", worker + "/configuration", mode("init_error")));
  EXPECT_EQ(invoke("x").payload, R"({"errorMessage":"no table","errorType":"BadSetUp"})");
  EXPECT_EQ(invoke("x").function_error, "Unhandled");
}

TEST_F(ProcessRunnerTest, CodeThatCannotStartIsAnInvalidEntrypoint) {
  struct Row {
    const char* name;
    FileForZip file;
    const char* message;
  };
  const Row rows[] = {
      {"none", {"main", "#!/bin/sh\n"}, "Couldn't find valid bootstrap(s)"},
      {"mode", {"bootstrap", "#!/bin/sh\n", 0644}, "bootstrap: Permission denied"},
      {"format", {"bootstrap", "hello"}, "bootstrap: Exec format error"},
      {"machine",
       {"bootstrap",
        std::string("\177ELF") + std::string(14, '\0') + "\xB7" + std::string(9, '\0')},
       "bootstrap: exec format error"},
  };
  create();
  for (const Row& row : rows) {
    parsed(call("PUT", worker + "/code", {{"ZipFile", to_base64(make_zip({row.file}))}}));
    const InvocationResult result = invoke("x");
    EXPECT_THAT(result.payload,
                AllOf(HasSubstr("Runtime.InvalidEntrypoint"), HasSubstr(row.message)))
        << row.name;
  }
}

TEST_F(ProcessRunnerTest, PythonHandlersRun) {
  const std::string code =
      "def run(event, context):\n"
      "    if event == 'fail': raise ValueError('no luck')\n"
      "    return [event, context.function_name]\n";
  json::object input = create_input();
  input["Runtime"] = "python3.12";
  input["Handler"] = "index.run";
  input["Code"] = json::object{{"ZipFile", to_base64(make_zip({{"index.py", code, 0644}}))}};
  parsed(call("POST", functions, input));
  EXPECT_EQ(invoke("hello").payload, R"(["hello", "worker"])");
  EXPECT_THAT(invoke("fail").payload, HasSubstr(R"("errorType": "ValueError")"));
}

TEST_F(ProcessRunnerTest, ReservedConcurrencyThrottles) {
  create();
  parsed(call("PUT", "/2017-10-31/functions/worker/concurrency",
              {{"ReservedConcurrentExecutions", 0}}));
  EXPECT_TRUE(invoke("x").is_throttled);
  enqueue("x");
  EXPECT_EQ(advance(core::Milliseconds(0)), 1U);
  {
    const std::scoped_lock lock(world.mutex);
    EXPECT_EQ(world.lambda.next_due(world), clock.now() + std::chrono::seconds(1));
  }
  EXPECT_EQ(call("DELETE", "/2017-10-31/functions/worker/concurrency")->status, 204);
  EXPECT_EQ(advance(std::chrono::seconds(1)), 0U);
}

TEST_F(ProcessRunnerTest, AsynchronousFailuresAreRetriedAfterOneAndTwoMinutes) {
  create();
  enqueue("fail");
  EXPECT_EQ(advance(core::Milliseconds(0)), 1U);
  {
    const std::scoped_lock lock(world.mutex);
    EXPECT_EQ(world.lambda.next_due(world), clock.now() + std::chrono::minutes(1));
  }
  EXPECT_EQ(advance(std::chrono::seconds(59)), 1U);
  EXPECT_EQ(world.lambda.queue.front().attempts, 1);
  EXPECT_EQ(advance(std::chrono::seconds(1)), 1U);
  EXPECT_EQ(world.lambda.queue.front().attempts, 2);
  EXPECT_EQ(advance(std::chrono::minutes(1)), 1U);
  EXPECT_EQ(advance(std::chrono::minutes(1)), 0U);
}

TEST_F(ProcessRunnerTest, AsynchronousEventsAgeOut) {
  create();
  parsed(call("PUT", "/2019-09-25/functions/worker/event-invoke-config",
              {{"MaximumEventAgeInSeconds", 60}}));
  clock.advance(std::chrono::seconds(1));
  enqueue("fail");
  // The retry would come past the age it may have.
  parsed(call("PUT", "/2017-10-31/functions/worker/concurrency",
              {{"ReservedConcurrentExecutions", 0}}));
  EXPECT_LE(advance(core::Milliseconds(0)), 1U);
  EXPECT_EQ(advance(std::chrono::seconds(61)), 0U);
}

TEST_F(ProcessRunnerTest, WhatIsGivenUpGoesToTheDeadLettersAndTheDestination) {
  const std::string dead = "arn:aws:sns:eu-west-1:123456789012:dead";
  const std::string failed = "arn:aws:sns:eu-west-1:123456789012:failed";
  {
    const std::scoped_lock lock(world.mutex);
    ASSERT_TRUE(call_query(world, root, "sns", "CreateTopic", {{"Name", "dead"}}).has_value());
    ASSERT_TRUE(call_query(world, root, "sns", "CreateTopic", {{"Name", "failed"}}).has_value());
  }
  create({{"DeadLetterConfig", json::object{{"TargetArn", dead}}}});
  parsed(call(
      "PUT", "/2019-09-25/functions/worker/event-invoke-config",
      {{"MaximumRetryAttempts", 0},
       {"DestinationConfig", json::object{{"OnFailure", json::object{{"Destination", failed}}}}}}));
  const std::string request_id = enqueue("fail");
  EXPECT_EQ(advance(core::Milliseconds(0)), 0U);
  ASSERT_EQ(world.sns.outbox.size(), 2U);
  const SnsMessage& letter = world.sns.outbox.front();
  EXPECT_EQ(letter.topic_arn, dead);
  EXPECT_EQ(letter.message, R"("fail")");
  EXPECT_THAT(letter.attributes, testing::ElementsAre(testing::Pair("ErrorCode", "200"),
                                                      testing::Pair("ErrorMessage", "no luck"),
                                                      testing::Pair("RequestID", request_id)));
  EXPECT_EQ(world.sns.outbox.back().topic_arn, failed);
  const json::object record = json::parse(world.sns.outbox.back().message).as_object();
  EXPECT_EQ(json::serialize(record.at("requestContext")),
            R"({"requestId":")" + request_id + R"(","functionArn":")" + worker_arn +
                R"(:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":1})");
  EXPECT_EQ(text_of(record.at("requestPayload")), "fail");
  EXPECT_EQ(text_of(record.at("responsePayload").at("errorType")), "Bad");
}

TEST_F(ProcessRunnerTest, LinesAreLoggedAsFarAsTheRoleMayLog) {
  create();
  const auto logged = [&] {
    const std::scoped_lock lock(world.mutex);
    const auto answer =
        call_json(world, root, "logs", "FilterLogEvents", {{"logGroupName", "/aws/lambda/worker"}});
    return answer ? json::serialize(*answer) : answer.error().message;
  };
  invoke("hello");
  const std::string lines = logged();
  EXPECT_THAT(lines, AllOf(HasSubstr("START RequestId: request-1"), HasSubstr(R"(got \"hello\")"),
                           HasSubstr("REPORT RequestId: request-1")));
  {
    const std::scoped_lock lock(world.mutex);
    ASSERT_TRUE(call_query(world, root, "iam", "DeleteRolePolicy",
                           {{"RoleName", "worker"}, {"PolicyName", "all"}})
                    .has_value());
  }
  EXPECT_EQ(invoke("again").payload, R"("again")");
  EXPECT_EQ(logged(), lines);
}

TEST_F(ProcessRunnerTest, InvocationsAreCounted) {
  create();
  invoke("hello");
  invoke("fail");
  const auto sum = [&](const std::string& metric) {
    const std::scoped_lock lock(world.mutex);
    const auto answer = call_json(
        world, root, "monitoring", "GetMetricStatistics",
        {{"Namespace", "AWS/Lambda"},
         {"MetricName", metric},
         {"Dimensions", json::array{json::object{{"Name", "FunctionName"}, {"Value", "worker"}}}},
         {"StartTime", clock.now().time_since_epoch().count() / 1000 - 3600},
         {"EndTime", clock.now().time_since_epoch().count() / 1000 + 3600},
         {"Period", 86400},
         {"Statistics", json::array{"Sum"}}});
    if (!answer) return answer.error().message;
    double total = 0;
    for (const json::value& point : answer->at("Datapoints").as_array()) {
      total += point.at("Sum").to_number<double>();
    }
    return std::to_string(static_cast<long>(total));
  };
  EXPECT_EQ(sum("Invocations"), "2");
  EXPECT_EQ(sum("Errors"), "1");
  EXPECT_EQ(sum("Throttles"), "0");
}

TEST_F(ProcessRunnerTest, StopEndsWhatRunsAndKeepsWhatWasQueued) {
  create();
  EXPECT_EQ(invoke("hello").payload, R"("hello")");
  enqueue("hang");
  // The process has the event once its line is there; nothing tells of that but the queue.
  const auto is_running = [&] {
    const std::scoped_lock lock(world.mutex);
    return world.lambda.queue.front().is_running;
  };
  while (!is_running()) std::this_thread::yield();
  runner.stop();
  EXPECT_TRUE(invoke("x").is_stopped);
  EXPECT_EQ(world.lambda.queue.size(), 1U);
  EXPECT_FALSE(world.lambda.queue.front().is_running);
  EXPECT_EQ(world.lambda.queue.front().attempts, 0);
}

}  // namespace
}  // namespace snapferry::emulator
