// What CloudFormation's tests share: a world, calls as a client makes them, and functions that are
// played instead of run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "emulator/cloudformation/cloudformation_service.h"
#include "emulator/door/door_fixture.h"
#include "emulator/lambda/function_runner.h"
#include "emulator/world.h"

namespace snapferry::emulator::cloudformation {

/// Answers each invocation by calling `play` with the payload, the lock not held.
class PlayedFunctions : public FunctionRunner {
 public:
  std::function<InvocationResult(const boost::json::object& payload)> play;

  InvocationResult invoke(const std::string& /*arn*/, const std::string& payload,
                          const std::string& /*request_id*/) override {
    return play(boost::json::parse(payload).as_object());
  }
  void wake() override {}
  bool wait_idle(core::Milliseconds /*limit*/) override { return true; }
};

class StackTest : public ::testing::Test {
 protected:
  /// Makes a call and waits for what it started. Returns the answer's XML.
  ServiceResult<std::string> call(const std::string& operation, Fields fields) {
    fields.emplace_back("Action", operation);
    fields.emplace_back("Version", std::string(kCloudFormationVersion));
    const WireRequest request{.method = "POST", .target = "/", .headers = {}, .body = {}};
    ServiceCall service{.world = world,
                        .caller = caller,
                        .now = clock.now(),
                        .operation = operation,
                        .request_id = "request-1",
                        .request = request,
                        .path = "/",
                        .parameters = QueryParameters(std::move(fields))};
    ServiceResult<std::string> answer;
    {
      const std::scoped_lock lock(world.mutex);
      answer = serve_cloudformation(service);
    }
    if (!answer || !service.after_unlock) return answer;
    auto late = service.after_unlock();
    if (!late) return std::unexpected(late.error());
    return late->body;
  }

  ServiceResult<std::string> create(const std::string& text, Fields more = {}) {
    more.emplace_back("StackName", "demo");
    more.emplace_back("TemplateBody", text);
    return call("CreateStack", std::move(more));
  }
  ServiceResult<std::string> update(const std::string& text, Fields more = {}) {
    more.emplace_back("StackName", "demo");
    more.emplace_back("TemplateBody", text);
    return call("UpdateStack", std::move(more));
  }

  /// The refusal of a call, "Code: message"; what was answered when there is none.
  static std::string refusal(const ServiceResult<std::string>& answer) {
    return answer ? "answered: " + *answer : answer.error().code + ": " + answer.error().message;
  }

  Stack& stack() {
    Stack* found = world.cloudformation.find_stack(caller, "demo");
    if (found == nullptr) throw std::runtime_error("there is no stack demo");
    return *found;
  }
  std::string status() { return stack().status; }

  HandClock host;
  EmulatorClock clock{host, 1};
  World world{clock, 1};
  PlayedFunctions functions;
  Caller caller{.account = core::AccountId("123456789012"),
                .region = core::Region("eu-west-1"),
                .partition = "aws",
                .principal_arn = "arn:aws:iam::123456789012:root"};
};

}  // namespace snapferry::emulator::cloudformation
