// The client over plain http: what is sent, what is reused, and what every way of failing means.
// SPDX-License-Identifier: Apache-2.0
#include "aws/http/http_client.h"

#include <atomic>
#include <future>
#include <map>
#include <poll.h>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/http/http_test_server.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Variables = std::map<std::string, std::string>;

/// Long enough never to matter where no time-out is meant.
constexpr core::Milliseconds kPatience{20000};
/// Short, where the time-out is what the test waits for.
constexpr core::Milliseconds kShort{50};

HttpRequest request_to(const std::string& url, const std::string& method = "POST") {
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.connect_timeout = kPatience;
  request.read_timeout = kPatience;
  if (method == "POST") request.body = "Action=X";
  return request;
}

/// Answers every request on a connection with its own text.
void echo(Peer& peer) {
  for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    peer.send(answer(200, request));
  }
}

TEST(HttpClient, SendsWhatWasAsked) {
  TestServer server(echo);
  HttpClient client({});
  auto request = request_to(server.url("/p?q=1"));
  request.headers = {{"X-Amz-Date", "20261122T000000Z"}, {"Host", "other"}, {"connection", "x"}};
  auto response = client.send(request);
  ASSERT_TRUE(response) << core::describe(response.error());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body,
            "POST /p?q=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                "\r\nX-Amz-Date: 20261122T000000Z\r\nContent-Length: 8\r\n"
                "Connection: keep-alive\r\n\r\nAction=X");
}

TEST(HttpClient, SendsNoLengthWithoutABody) {
  TestServer server(echo);
  HttpClient client({});
  EXPECT_THAT(client.send(request_to(server.url(), "GET"))->body, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(client.send(request_to(server.url(), "PUT"))->body, HasSubstr("Content-Length: 0"));
}

TEST(HttpClient, RefusesHeadersThatBreakOut) {
  HttpClient client({});
  for (const auto& [name, value] :
       Fields{{"X", "a\r\nY: b"}, {"X", "a\nb"}, {"X Y", "a"}, {"", "a"}, {"X:", "a"}}) {
    auto request = request_to("http://127.0.0.1:1/");
    request.headers = {{name, value}};
    auto response = client.send(request);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, ErrorKind::invalid);
  }
  EXPECT_EQ(client.send(request_to("http://127.0.0.1:1/", "GE T")).error().kind,
            ErrorKind::invalid);
  EXPECT_EQ(client.send(request_to("not a url")).error().kind, ErrorKind::invalid);
}

TEST(HttpClient, PassesEveryStatusOn) {
  std::atomic<int> status{0};
  TestServer server([&](Peer& peer) {
    while (!peer.read_request().empty()) peer.send(answer(status, "body"));
  });
  HttpClient client({});
  for (int expected : {200, 302, 400, 403, 407, 500, 503}) {
    status = expected;
    EXPECT_EQ(client.send(request_to(server.url()))->status, expected);
  }
}

TEST(HttpClient, AnswersToHeadHaveNoBody) {
  TestServer server([](Peer& peer) {
    while (!peer.read_request().empty()) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    }
  });
  HttpClient client({});
  ASSERT_TRUE(client.send(request_to(server.url(), "HEAD")));
  ASSERT_TRUE(client.send(request_to(server.url(), "HEAD")));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, ReusesConnections) {
  TestServer server(echo);
  HttpClient client({});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.send(request_to(server.url())));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, DoesNotReuseWhatTheServerCloses) {
  TestServer server([](Peer& peer) {
    (void)peer.read_request();
    peer.send(answer(200, "x", "Connection: close\r\n"));
  });
  HttpClient client({});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.send(request_to(server.url())));
  EXPECT_EQ(server.connections(), 3);
}

TEST(HttpClient, DoesNotReuseWhatIsTooOld) {
  TestServer server(echo);
  HttpClientOptions options;
  options.idle_time_max = core::Milliseconds(0);
  HttpClient client(options);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.send(request_to(server.url())));
  EXPECT_EQ(server.connections(), 3);
}

TEST(HttpClient, KeepsNoMoreThanAllowed) {
  TestServer one(echo);
  TestServer other(echo);
  HttpClientOptions options;
  options.idle_connections_max = 1;
  HttpClient client(options);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(client.send(request_to(one.url())));
    ASSERT_TRUE(client.send(request_to(other.url())));
  }
  EXPECT_EQ(one.connections(), 2);
  EXPECT_EQ(other.connections(), 2);
}

TEST(HttpClient, ServesManyThreads) {
  TestServer server(echo);
  HttpClient client({});
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        auto request = request_to(server.url());
        request.body = std::to_string(t * 100 + i);
        auto response = client.send(request);
        if (response && response->body.ends_with("\r\n\r\n" + request.body)) ++answered;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, 160);
  EXPECT_LE(server.connections(), 8);
}

TEST(HttpClient, ReplacesAConnectionThatWasClosedWhileIdle) {
  // The first connection is closed after its answer; the promise tells when the close is on its
  // way.
  std::promise<void> closed;
  std::atomic<bool> is_first{true};
  TestServer server([&](Peer& peer) {
    if (!is_first.exchange(false)) return echo(peer);
    (void)peer.read_request();
    peer.send(answer(200, "first"));
    ::shutdown(peer.fd(), SHUT_RDWR);
    closed.set_value();
  });
  HttpClient client({});
  EXPECT_EQ(client.send(request_to(server.url()))->body, "first");
  closed.get_future().wait();
  auto second = client.send(request_to(server.url()));
  ASSERT_TRUE(second) << core::describe(second.error());
  EXPECT_EQ(server.connections(), 2);
}

/// Serves one request on the first connection, then closes it upon the second without an answer.
TestServer::Play close_upon_second_request(std::atomic<bool>& is_first) {
  return [&](Peer& peer) {
    if (!is_first.exchange(false)) return echo(peer);
    (void)peer.read_request();
    peer.send(answer(200, "first"));
    (void)peer.read_request();
  };
}

TEST(HttpClient, DoesNotRepeatAPostThatWasSent) {
  std::atomic<bool> is_first{true};
  TestServer server(close_upon_second_request(is_first));
  HttpClient client({});
  ASSERT_TRUE(client.send(request_to(server.url())));
  auto second = client.send(request_to(server.url()));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::unknown);
  EXPECT_THAT(core::describe(second.error()), HasSubstr("closed without an answer"));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, RepeatsAGetOnceOnAFreshConnection) {
  std::atomic<bool> is_first{true};
  TestServer server(close_upon_second_request(is_first));
  HttpClient client({});
  ASSERT_TRUE(client.send(request_to(server.url(), "GET")));
  ASSERT_TRUE(client.send(request_to(server.url(), "GET")));
  EXPECT_EQ(server.connections(), 2);
}

struct Failure {
  const char* name;
  TestServer::Play play;
  const char* says;
};

class BrokenAnswer : public testing::TestWithParam<Failure> {};

TEST_P(BrokenAnswer, IsUnknown) {
  TestServer server(GetParam().play);
  HttpClient client({});
  auto request = request_to(server.url());
  request.read_timeout = kShort * 4;
  auto response = client.send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::unknown);
  EXPECT_THAT(core::describe(response.error()), StartsWith("http://127.0.0.1:"));
  EXPECT_THAT(core::describe(response.error()), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    HttpClient, BrokenAnswer,
    testing::Values(Failure{"closed", [](Peer& peer) { (void)peer.read_request(); },
                            "without an answer"},
                    Failure{"reset",
                            [](Peer& peer) {
                              (void)peer.read_request();
                              peer.reset();
                            },
                            "reset by peer"},
                    Failure{"silent",
                            [](Peer& peer) {
                              (void)peer.read_request();
                              peer.wait_for_close();
                            },
                            "no answer in 200 ms"},
                    Failure{"stalled",
                            [](Peer& peer) {
                              (void)peer.read_request();
                              peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                              peer.wait_for_close();
                            },
                            "no answer in 200 ms"},
                    Failure{"garbage",
                            [](Peer& peer) {
                              (void)peer.read_request();
                              peer.send("220 mail.example ESMTP\r\n");
                              peer.wait_for_close();
                            },
                            "not http"},
                    Failure{"too_large",
                            [](Peer& peer) {
                              (void)peer.read_request();
                              peer.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
                              peer.wait_for_close();
                            },
                            "larger than 16 MiB"}),
    [](const auto& row) { return row.param.name; });

TEST(HttpClient, ASilentServerIsGivenUpWhenTheTimeIsOver) {
  TestServer server([](Peer& peer) {
    (void)peer.read_request();
    peer.wait_for_close();
  });
  HttpClientOptions options;
  int asked = 0;
  options.time_left = [&] {
    ++asked;
    return core::Milliseconds(50);
  };
  HttpClient client(options);
  auto response = client.send(request_to(server.url()));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::unknown);
  EXPECT_THAT(core::describe(response.error()), HasSubstr("no whole answer in 50 ms"));
  EXPECT_EQ(asked, 1);
}

TEST(HttpClient, AnAnswerThatDripsEndsAtItsDeadline) {
  // Each byte comes long before the time-out between two reads, and the last never.
  TestServer server([](Peer& peer) {
    (void)peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    pollfd hang_up{.fd = peer.fd(), .events = POLLRDHUP, .revents = 0};
    while (::poll(&hang_up, 1, 5) == 0) peer.send("x");
  });
  HttpClientOptions options;
  options.exchange_time_max = core::Milliseconds(200);
  HttpClient client(options);
  auto response = client.send(request_to(server.url()));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::unknown);
  EXPECT_THAT(core::describe(response.error()), HasSubstr("no whole answer in 200 ms"));
}

TEST(HttpClient, AnAnswerCutAtAnyByteIsUnknown) {
  const std::string whole = answer(200, "<Response/>", "x-amzn-RequestId: 1\r\n");
  std::size_t length = 0;
  TestServer server([&](Peer& peer) {
    (void)peer.read_request();
    peer.send(std::string_view(whole).substr(0, length));
  });
  HttpClient client({});
  for (; length < whole.size(); ++length) {
    auto response = client.send(request_to(server.url()));
    ASSERT_FALSE(response) << length;
    EXPECT_EQ(response.error().kind, ErrorKind::unknown) << length;
  }
  EXPECT_TRUE(client.send(request_to(server.url())));
}

TEST(HttpClient, ReadsAnAnswerGivenBeforeTheRequestWasRead) {
  // The server answers at once and closes; the rest of the large body meets a closed connection.
  TestServer server([](Peer& peer) {
    (void)peer.read_more();
    peer.send(answer(413, "too large", "Connection: close\r\n"));
    ::shutdown(peer.fd(), SHUT_WR);
    peer.wait_for_close();
  });
  HttpClient client({});
  auto request = request_to(server.url());
  request.body = std::string(4 << 20, 'x');
  auto response = client.send(request);
  ASSERT_TRUE(response) << core::describe(response.error());
  EXPECT_EQ(response->status, 413);
}

TEST(HttpClient, RefusedConnectionsAreTransient) {
  int port = 0;
  {
    TestServer gone([](Peer&) {});
    port = gone.port();
  }
  HttpClient client({});
  auto response = client.send(request_to(fmt::format("http://127.0.0.1:{}/", port)));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::transient);
  EXPECT_EQ(
      core::describe(response.error()),
      fmt::format("cannot connect to http://127.0.0.1:{}: Connection refused (127.0.0.1)", port));
  EXPECT_FALSE(response.error().hint.empty());
}

TEST(HttpClient, UnknownHostsAreTransient) {
  HttpClient client({});
  // A label of 64 letters is too long for DNS, so no server is asked.
  std::string host(64, 'a');
  auto response = client.send(request_to("http://" + host + "/"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::transient);
  EXPECT_THAT(response.error().message, HasSubstr(host));
}

TEST(HttpClient, ConnectsToLocalhostByName) {
  TestServer server(echo);
  HttpClient client({});
  EXPECT_TRUE(client.send(request_to(fmt::format("http://localhost:{}/", server.port()))));
}

/// A listener whose queue is full: to connect to it is to wait.
TEST(HttpClient, ConnectTimeOutsAreTransient) {
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof local;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&local), length), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&local), &length);
  std::vector<int> queue;
  for (int i = 0; i < 4; ++i) {
    queue.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    (void)::connect(queue.back(), reinterpret_cast<sockaddr*>(&local), length);
  }
  HttpClient client({});
  auto request = request_to(fmt::format("http://127.0.0.1:{}/", ntohs(local.sin_port)));
  request.connect_timeout = kShort;
  auto response = client.send(request);
  for (int fd : queue) ::close(fd);
  ::close(listener);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::transient);
  EXPECT_THAT(response.error().message, HasSubstr("no answer in 50 ms"));
}

TEST(Socket, TriesEveryAddress) {
  TestServer server(echo);
  // 127.0.0.2 is loopback too, but nobody listens there.
  auto addresses = *resolve_host("127.0.0.2", static_cast<std::uint16_t>(server.port()));
  addresses.push_back(
      resolve_host("127.0.0.1", static_cast<std::uint16_t>(server.port()))->front());
  EXPECT_TRUE(Socket::connect(addresses, kPatience, "test"));
}

HttpClientOptions with(const Variables& variables) {
  HttpClientOptions options;
  options.environment = core::Environment(variables);
  return options;
}

TEST(HttpClientProxy, TellsTheProxyTheWholeUrl) {
  TestServer proxy(echo);
  HttpClient client(with({{"HTTP_PROXY", fmt::format("http://u:p@127.0.0.1:{}", proxy.port())}}));
  auto response = client.send(request_to("http://rds.test:8080/x?y", "GET"));
  ASSERT_TRUE(response) << core::describe(response.error());
  EXPECT_THAT(response->body, StartsWith("GET http://rds.test:8080/x?y HTTP/1.1\r\n"
                                         "Host: rds.test:8080\r\n"));
  EXPECT_THAT(response->body, HasSubstr("Proxy-Authorization: Basic dTpw\r\n"));
}

TEST(HttpClientProxy, IsLeftAsideWhereAsked) {
  TestServer server(echo);
  Variables variables = {{"HTTP_PROXY", "http://127.0.0.1:1"}};
  auto request = request_to(server.url());
  EXPECT_FALSE(HttpClient(with(variables)).send(request));
  request.use_proxy = false;
  EXPECT_TRUE(HttpClient(with(variables)).send(request));
  request.use_proxy = true;
  variables["NO_PROXY"] = "127.0.0.1";
  EXPECT_TRUE(HttpClient(with(variables)).send(request));
}

struct Refusal {
  const char* name;
  const char* url;
  std::string answer;
  ErrorKind kind;
  const char* says;
};

class ProxyRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(ProxyRefusal, SaysWhoRefused) {
  TestServer proxy([](Peer& peer) {
    (void)peer.read_request();
    peer.send(GetParam().answer);
  });
  std::string address = fmt::format("http://me:secret@127.0.0.1:{}", proxy.port());
  HttpClient client(with({{"HTTP_PROXY", address}, {"HTTPS_PROXY", address}}));
  auto response = client.send(request_to(GetParam().url));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, GetParam().kind);
  EXPECT_THAT(response.error().message, StartsWith("proxy http://127.0.0.1:"));
  EXPECT_THAT(response.error().message, HasSubstr(GetParam().says));
  EXPECT_THAT(core::describe(response.error()) + response.error().hint, Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(
    HttpClient, ProxyRefusal,
    testing::Values(Refusal{"credentials", "https://rds.test/", answer(407, "who?"),
                            ErrorKind::denied, "refused the credentials given (407)"},
                    Refusal{"credentials_plain", "http://rds.test/", answer(407, "who?"),
                            ErrorKind::denied, "refused the credentials given (407)"},
                    Refusal{"forbidden", "https://rds.test/", answer(403, ""), ErrorKind::denied,
                            "refused the tunnel with status 403"},
                    Refusal{"unreachable", "https://rds.test/", answer(503, ""),
                            ErrorKind::transient, "status 503"},
                    Refusal{"closed", "https://rds.test/", "", ErrorKind::transient,
                            "without an answer to CONNECT"},
                    Refusal{"garbage", "https://rds.test/", "SSH-2.0-x\r\n\r\n",
                            ErrorKind::transient, "not http"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace snapferry::aws
