// The Runtime API, answer by answer.
// SPDX-License-Identifier: Apache-2.0
#include "lambda/runtime_client.h"

#include <gtest/gtest.h>

#include "aws/scripted_transport.h"

namespace snapferry::lambda {
namespace {

using core::ErrorKind;

class Runtime : public testing::Test {
 protected:
  aws::ScriptedTransport transport;
  RuntimeClient client{transport, "127.0.0.1:9001"};
  Invocation invocation{.request_id = "r-1"};
};

TEST_F(Runtime, WaitsForAnEventWithoutATimeOut) {
  transport.answer(
      200, R"({"action":"plan"})",
      {{"Lambda-Runtime-Aws-Request-Id", "r-1"}, {"Lambda-Runtime-Deadline-Ms", "1700000000123"}});
  const auto next = client.next();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->request_id, "r-1");
  EXPECT_EQ(next->deadline.time_since_epoch().count(), 1'700'000'000'123);
  EXPECT_EQ(next->event, R"({"action":"plan"})");
  const aws::HttpRequest& request = transport.requests.at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next");
  EXPECT_EQ(request.read_timeout, RuntimeClient::kWaitMax);
  EXPECT_FALSE(request.use_proxy);
}

TEST_F(Runtime, EndsWhenTheApiIsBroken) {
  transport.answer(500, "");
  transport.answer(200, "{}", {{"Lambda-Runtime-Aws-Request-Id", "r-1"}});
  transport.answer(
      200, "{}", {{"Lambda-Runtime-Aws-Request-Id", "r-1"}, {"Lambda-Runtime-Deadline-Ms", "1x"}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.next().error().kind, ErrorKind::invalid);
}

TEST_F(Runtime, HandsOverAnAnswer) {
  transport.answer(202, "");
  EXPECT_TRUE(client.reply(invocation, Answer{.text = "{}", .shorter = ""}).has_value());
  EXPECT_EQ(transport.requests.at(0).url,
            "http://127.0.0.1:9001/2018-06-01/runtime/invocation/r-1/response");
}

TEST_F(Runtime, HandsOverAFailureWithItsType) {
  transport.answer(202, "");
  const Reply failed = std::unexpected(Failure{"Snapferry.TickFailed", "a \"b\""});
  EXPECT_TRUE(client.reply(invocation, failed).has_value());
  EXPECT_EQ(transport.header(0, "Lambda-Runtime-Function-Error-Type"), "Snapferry.TickFailed");
  EXPECT_EQ(transport.requests.at(0).body,
            R"({"errorMessage":"a \"b\"","errorType":"Snapferry.TickFailed","stackTrace":[]})");
}

TEST_F(Runtime, ShortensWhatLambdaFindsTooLarge) {
  transport.answer(413, "");
  transport.answer(202, "");
  EXPECT_TRUE(client.reply(invocation, Answer{.text = "long", .shorter = "short"}).has_value());
  EXPECT_EQ(transport.requests.at(1).body, "short");
}

TEST_F(Runtime, DoesNotOfferWhatIsTooLarge) {
  transport.answer(202, "");
  const Answer answer{.text = std::string(kAnswerMax + 1, 'x'), .shorter = "short"};
  EXPECT_TRUE(client.reply(invocation, answer).has_value());
  EXPECT_EQ(transport.requests.at(0).body, "short");
}

TEST_F(Runtime, GoesOnAfterAnAnswerThatCameTooLate) {
  for (const int status : {400, 403}) {
    transport.answer(status, "");
    EXPECT_EQ(client.reply(invocation, Answer{}).error().kind, ErrorKind::conflict) << status;
  }
  transport.answer(500, "");
  EXPECT_EQ(client.reply(invocation, Answer{}).error().kind, ErrorKind::invalid);
}

TEST_F(Runtime, RepeatsAnAnswerThatWasNotSent) {
  transport.fail(ErrorKind::transient, "the kept connection was closed");
  transport.answer(202, "");
  EXPECT_TRUE(client.reply(invocation, Answer{.text = "{}", .shorter = ""}).has_value());
  transport.fail(ErrorKind::unknown, "cut off");
  EXPECT_FALSE(client.reply(invocation, Answer{.text = "{}", .shorter = ""}).has_value());
  EXPECT_EQ(transport.requests.size(), 3);
}

}  // namespace
}  // namespace snapferry::lambda
