// SPDX-License-Identifier: Apache-2.0
#include "emulator/door/http_server.h"

#include <atomic>
#include <future>
#include <list>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"

namespace snapferry::emulator {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only
using testing::HasSubstr;
using testing::StartsWith;

std::unique_ptr<HttpServer> serve(const HttpServer::Handler& handler,
                                  const HttpServerOptions& options = {}) {
  return HttpServer::start(options, handler).value();
}

Reply echo(const WireRequest& request) {
  return {.response = {.status = 200,
                       .headers = {{"X-Target", request.target}},
                       .body = request.method + " " + request.body}};
}

TEST(HttpServerTest, KeepsTheConnectionAndTakesPipelinedRequests) {
  const auto server = serve(echo);
  TestConnection client(server->port());
  client.send(
      "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
      "GET /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string first = client.receive();
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\nX-Target: /a?b=c\r\n"));
  EXPECT_THAT(first, HasSubstr("\r\n\r\nPOST hi"));
  EXPECT_THAT(first + client.receive(), HasSubstr("X-Target: /second"));
}

TEST(HttpServerTest, ReadsABodyThatComesInPieces) {
  const auto server = serve(echo);
  TestConnection client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Le");
  client.send("ngth: 6\r\n\r\nabc");
  client.send("def");
  EXPECT_THAT(client.receive(), HasSubstr("\r\n\r\nPOST abcdef"));
}

TEST(HttpServerTest, SaysContinueBeforeALargeBody) {
  const auto server = serve(echo);
  TestConnection client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("ok");
  EXPECT_THAT(client.receive(), HasSubstr("POST ok"));
}

TEST(HttpServerTest, RefusesWhatIsTooLargeOrNoHttp) {
  const auto server = serve(echo, {.body_max = 10, .header_max = 200});
  struct Row {
    const char* name;
    std::string text;
    const char* wanted;
  };
  const Row rows[] = {
      {"no http", "hello world\r\n\r\n", "HTTP/1.1 400 "},
      {"body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890",
       "HTTP/1.1 413 "},
      {"header", "GET / HTTP/1.1\r\nX: " + std::string(300, 'x') + "\r\n\r\n", "HTTP/1.1 431 "},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    TestConnection client(server->port());
    client.send(row.text);
    EXPECT_THAT(client.receive(), StartsWith(row.wanted));
  }
}

TEST(HttpServerTest, LostReplyClosesWithoutAnAnswer) {
  const auto server =
      serve([](const WireRequest&) { return Reply{.response = {}, .is_lost = true}; });
  TestConnection client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive(), "");
}

TEST(HttpServerTest, SilentClientIsDroppedAfterTheReadTimeout) {
  const auto server = serve(echo, {.read_timeout = 20ms});
  TestConnection client(server->port());
  client.send("GET / HTT");
  EXPECT_EQ(client.receive(), "");
}

TEST(HttpServerTest, StopEndsADelayAndIdleConnections) {
  std::promise<void> entered;
  const auto server = serve([&](const WireRequest&) {
    entered.set_value();
    return Reply{.response = {}, .is_lost = false, .delay = 1h};
  });
  TestConnection idle(server->port());
  TestConnection waiting(server->port());
  waiting.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.get_future().wait();
  server->stop();
  EXPECT_EQ(waiting.receive(), "");
  EXPECT_EQ(idle.receive(), "");
  EXPECT_FALSE(TestConnection(server->port()).is_open());
  server->stop();
}

TEST(HttpServerTest, MoreClientsThanThreadsWaitForTheirTurn) {
  const auto server = serve(echo, {.connections_max = 1});
  TestConnection second(server->port());
  {
    TestConnection first(server->port());
    // Whichever was accepted first, the other is served once it has gone.
    first.send("GET /1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    second.send("GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(second.receive(), HasSubstr("X-Target: /2"));
    EXPECT_THAT(first.receive(), HasSubstr("X-Target: /1"));
  }
}

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(HttpServerTest, IdleConnectionMakesRoomForAClientThatWaits) {
  const auto server = serve(echo, {.connections_max = 1, .first_request_grace = 1h});
  TestConnection idle(server->port());
  idle.send(kGet);
  EXPECT_THAT(idle.receive(), HasSubstr("200 OK"));
  TestConnection next(server->port());
  next.send(kGet);
  EXPECT_THAT(next.receive(), HasSubstr("200 OK"));
  EXPECT_EQ(idle.receive(), "");
}

TEST(HttpServerTest, ConnectionThatNeverSpokeMakesRoomAfterItsGrace) {
  const auto server = serve(echo, {.connections_max = 1, .first_request_grace = 1ms});
  TestConnection silent(server->port());
  TestConnection next(server->port());
  next.send(kGet);
  EXPECT_THAT(next.receive(), HasSubstr("200 OK"));
  EXPECT_EQ(silent.receive(), "");
}

TEST(HttpServerTest, LongestIdleMakesRoomFirst) {
  // Idle from the moment of their acceptance, which is in the order of their connecting.
  const auto server = serve(echo, {.connections_max = 2, .first_request_grace = 0ms});
  TestConnection longest(server->port());
  TestConnection other(server->port());
  TestConnection next(server->port());
  next.send(kGet);
  EXPECT_THAT(next.receive(), HasSubstr("200 OK"));
  EXPECT_EQ(longest.receive(), "");
  other.send(kGet);
  EXPECT_THAT(other.receive(), HasSubstr("200 OK"));
}

TEST(HttpServerTest, ConnectionBeingServedIsNeverClosedToMakeRoom) {
  std::promise<void> entered;
  std::promise<void> released;
  const auto server = serve(
      [&](const WireRequest& request) {
        if (request.target == "/slow") {
          entered.set_value();
          released.get_future().wait();
        }
        return echo(request);
      },
      {.connections_max = 2, .first_request_grace = 1h});
  TestConnection slow(server->port());
  slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.get_future().wait();
  std::list<TestConnection> idle;
  for (int i = 0; i < 3; ++i) {
    // Each takes the place of the one before, which is idle, and not that of the older one.
    TestConnection& next = idle.emplace_back(server->port());
    next.send(kGet);
    EXPECT_THAT(next.receive(), HasSubstr("200 OK"));
  }
  released.set_value();
  EXPECT_THAT(slow.receive(), HasSubstr("X-Target: /slow"));
}

TEST(HttpServerTest, AddressAndPortThatCannotBeHadAreNamed) {
  const auto server = serve(echo);
  const auto taken = HttpServer::start({.port = server->port()}, echo);
  ASSERT_FALSE(taken.has_value());
  EXPECT_THAT(taken.error().message,
              HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(server->port())));
  const auto no_address = HttpServer::start({.address = "localhost"}, echo);
  ASSERT_FALSE(no_address.has_value());
  EXPECT_THAT(no_address.error().message, HasSubstr("\"localhost\" is not a numeric IP address"));
}

}  // namespace
}  // namespace snapferry::emulator
