// TLS, against servers with every kind of wrong certificate. Each row is a server that a client
// without verification would have talked to.
// SPDX-License-Identifier: Apache-2.0
#include "aws/http/tls_session.h"

#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/http/http_client.h"
#include "aws/http/http_test_server.h"
#include "aws/http/tls_test_certificates.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using testing::HasSubstr;

const TestIdentity& authority() {
  static const TestIdentity kMade = TestIdentity::authority("Test Authority");
  return kMade;
}

const TestIdentity& stranger() {
  static const TestIdentity kMade = TestIdentity::authority("Unknown Authority");
  return kMade;
}

void tls_echo(Peer& peer) {
  for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    peer.send(answer(200, request));
  }
}

/// A bundle of the one authority that the client trusts.
class Tls : public testing::Test {
 protected:
  Tls() { authority().append_to(folder_.path("ca.pem")); }

  [[nodiscard]] HttpClientOptions options() const {
    HttpClientOptions options;
    options.ca_bundle = folder_.path("ca.pem");
    return options;
  }

  [[nodiscard]] static HttpRequest request_to(const std::string& url) {
    HttpRequest request;
    request.url = url;
    request.body = "Action=X";
    request.connect_timeout = core::Milliseconds(20000);
    request.read_timeout = core::Milliseconds(20000);
    return request;
  }

  TestFolder folder_;
};

struct Row {
  const char* name;
  CertificateWish wish;
  const char* host = "localhost";
  const char* refusal = "";  ///< empty: accepted
  const TestIdentity& (*issuer)() = &authority;
};

class TlsMatrix : public Tls, public testing::WithParamInterface<Row> {};

TEST_P(TlsMatrix, Verifies) {
  auto identity = GetParam().issuer().issue(GetParam().wish);
  auto context = identity.server();
  TestServer server(tls_echo, context.get());
  HttpClient client(options());
  auto response =
      client.send(request_to(fmt::format("https://{}:{}/", GetParam().host, server.port())));
  if (*GetParam().refusal == '\0') {
    ASSERT_TRUE(response) << core::describe(response.error());
    EXPECT_EQ(response->status, 200);
    return;
  }
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::denied);
  EXPECT_THAT(response.error().message, HasSubstr(GetParam().refusal));
  EXPECT_THAT(response.error().message, HasSubstr(GetParam().host));
  EXPECT_THAT(response.error().hint, HasSubstr("AWS_CA_BUNDLE"));
}

INSTANTIATE_TEST_SUITE_P(
    Tls, TlsMatrix,
    testing::Values(
        Row{"good_name", {}}, Row{"good_address", {}, "127.0.0.1"},
        Row{"wildcard", {.alternative_names = "DNS:*.test,DNS:localhost"}},
        Row{"wrong_host",
            {.alternative_names = "DNS:other.example"},
            "localhost",
            "hostname mismatch"},
        Row{"wrong_address",
            {.alternative_names = "IP:127.0.0.2"},
            "127.0.0.1",
            "IP address mismatch"},
        Row{"address_as_name",
            {.alternative_names = "DNS:127.0.0.1"},
            "127.0.0.1",
            "IP address mismatch"},
        Row{"only_common_name", {.alternative_names = ""}, "localhost", "hostname mismatch"},
        Row{"common_name_beside_other",
            {.common_name = "localhost", .alternative_names = "DNS:other.example"},
            "localhost",
            "hostname mismatch"},
        Row{"expired",
            {.valid_from_seconds = -7200, .valid_to_seconds = -3600},
            "localhost",
            "certificate has expired"},
        Row{"not_yet_valid",
            {.valid_from_seconds = 3600, .valid_to_seconds = 7200},
            "localhost",
            "certificate is not yet valid"},
        Row{"for_clients_only", {.usage = "clientAuth"}, "localhost", "unsuitable certificate"},
        Row{"unknown_authority",
            {},
            "localhost",
            "unable to get local issuer certificate",
            &stranger}),
    [](const auto& row) { return row.param.name; });

TEST_F(Tls, RefusesSelfSigned) {
  auto context = stranger().server();
  TestServer server(tls_echo, context.get());
  auto response = HttpClient(options()).send(request_to(server.url()));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::denied);
  EXPECT_THAT(response.error().message, HasSubstr("self-signed certificate"));
}

TEST_F(Tls, RefusesOldVersions) {
  auto context = authority().issue({}).server(TLS1_1_VERSION);
  TestServer server(tls_echo, context.get());
  auto response = HttpClient(options()).send(request_to(server.url()));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::denied);
  EXPECT_THAT(response.error().hint, HasSubstr("TLS 1.2"));
}

TEST_F(Tls, SpeaksVersion12) {
  auto context = authority().issue({}).server(TLS1_2_VERSION);
  TestServer server(tls_echo, context.get());
  EXPECT_TRUE(HttpClient(options()).send(request_to(server.url())));
}

TEST_F(Tls, SaysWhenTheServerSpeaksPlainHttp) {
  TestServer server([](Peer& peer) {
    (void)peer.read_more();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  });
  auto response =
      HttpClient(options()).send(request_to(fmt::format("https://127.0.0.1:{}/", server.port())));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::denied);
  EXPECT_THAT(response.error().message, HasSubstr("wrong version number"));
}

TEST_F(Tls, HandshakesThatBreakOrStallAreTransient) {
  TestServer closing([](Peer& peer) { (void)peer.read_more(); });
  TestServer silent([](Peer& peer) { peer.wait_for_close(); });
  for (const auto* server : {&closing, &silent}) {
    auto request = request_to(fmt::format("https://127.0.0.1:{}/", server->port()));
    request.connect_timeout = core::Milliseconds(100);
    auto response = HttpClient(options()).send(request);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, ErrorKind::transient);
    EXPECT_THAT(response.error().message, HasSubstr("tls handshake with '127.0.0.1' failed"));
  }
}

TEST_F(Tls, ReusesConnectionsInSpiteOfSessionTickets) {
  auto context = authority().issue({}).server();
  TestServer server(tls_echo, context.get());
  HttpClient client(options());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.send(request_to(server.url())));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(Tls, CarriesLargeBodiesBothWays) {
  auto context = authority().issue({}).server();
  TestServer server(tls_echo, context.get());
  auto request = request_to(server.url());
  request.body = std::string(3 << 20, 'x');
  auto response = HttpClient(options()).send(request);
  ASSERT_TRUE(response) << core::describe(response.error());
  EXPECT_TRUE(response->body.ends_with(request.body));
}

TEST_F(Tls, ABodyThatEndsByCloseNeedsTheGoodbye) {
  auto context = authority().issue({}).server();
  bool is_polite = false;
  TestServer server(
      [&](Peer& peer) {
        (void)peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
        if (is_polite) peer.say_goodbye();
      },
      context.get());
  auto cut = HttpClient(options()).send(request_to(server.url()));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, ErrorKind::unknown);
  is_polite = true;
  EXPECT_EQ(HttpClient(options()).send(request_to(server.url()))->body, "hello");
}

TEST_F(Tls, ReplacesAConnectionThatWasClosedWhileIdle) {
  auto context = authority().issue({}).server();
  std::atomic<int> served{0};
  std::mutex closing;
  TestServer server(
      [&](Peer& peer) {
        std::lock_guard lock(closing);
        (void)peer.read_request();
        peer.send(answer(200, "once"));
        peer.say_goodbye();
        ::shutdown(peer.fd(), SHUT_RDWR);
        ++served;
      },
      context.get());
  HttpClient client(options());
  for (int i = 0; i < 3; ++i) {
    auto response = client.send(request_to(server.url()));
    ASSERT_TRUE(response) << core::describe(response.error());
    std::lock_guard lock(closing);  // held until the close is on its way
  }
  EXPECT_EQ(served, 3);
}

TEST_F(Tls, FindsAuthoritiesInHashedFolders) {
  auto context = authority().issue({}).server();
  TestServer server(tls_echo, context.get());
  TestFolder hashed;
  stranger().write_hashed(hashed.path());
  HttpClientOptions by_folder;
  by_folder.environment =
      core::Environment(std::map<std::string, std::string>{{"SSL_CERT_DIR", hashed.path()}});
  EXPECT_FALSE(HttpClient(by_folder).send(request_to(server.url())));
  authority().write_hashed(hashed.path());
  EXPECT_TRUE(HttpClient(by_folder).send(request_to(server.url())));
}

TEST_F(Tls, ReportsABundleThatIsNotThere) {
  HttpClientOptions absent;
  absent.ca_bundle = folder_.path("absent.pem");
  auto context = authority().issue({}).server();
  TestServer server(tls_echo, context.get());
  auto response = HttpClient(absent).send(request_to(server.url()));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::invalid);
  EXPECT_THAT(response.error().message, HasSubstr("absent.pem"));
}

TEST_F(Tls, ServesManyThreadsFromOneLazyBundle) {
  auto context = authority().issue({}).server();
  TestServer server(tls_echo, context.get());
  HttpClient client(options());
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) {
        if (client.send(request_to(server.url()))) ++answered;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, 40);
}

/// Joins both ends until one closes: what a proxy does after CONNECT.
void relay(Peer& client, int port) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&server), sizeof server), 0);
  auto pump = [](int from, int to) {
    char buffer[4096];
    for (auto got = ::recv(from, buffer, sizeof buffer, 0); got > 0;
         got = ::recv(from, buffer, sizeof buffer, 0)) {
      if (::send(to, buffer, static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) break;
    }
    ::shutdown(from, SHUT_RDWR);
    ::shutdown(to, SHUT_RDWR);
  };
  std::thread back([&] { pump(fd, client.fd()); });
  pump(client.fd(), fd);
  back.join();
  ::close(fd);
}

TEST_F(Tls, GoesThroughAProxysTunnelAndVerifiesTheHost) {
  auto context = authority().issue({.alternative_names = "DNS:rds.test"}).server();
  TestServer server(tls_echo, context.get());
  std::mutex mutex;
  std::string asked;
  TestServer proxy([&](Peer& peer) {
    auto request = peer.read_request();
    {
      std::lock_guard lock(mutex);
      asked = request;
    }
    peer.send("HTTP/1.1 200 Connection established\r\nContent-Length: 7\r\n\r\n");
    relay(peer, server.port());
  });
  auto through = options();
  through.environment = core::Environment(std::map<std::string, std::string>{
      {"HTTPS_PROXY", fmt::format("http://u:p@127.0.0.1:{}", proxy.port())}});
  HttpClient client(through);
  for (int i = 0; i < 2; ++i) {
    auto response = client.send(request_to("https://rds.test/"));
    ASSERT_TRUE(response) << core::describe(response.error());
    EXPECT_TRUE(response->body.starts_with("POST / HTTP/1.1\r\nHost: rds.test\r\n"));
  }
  EXPECT_EQ(proxy.connections(), 1);
  {
    std::lock_guard lock(mutex);
    EXPECT_EQ(asked,
              "CONNECT rds.test:443 HTTP/1.1\r\nHost: rds.test:443\r\n"
              "Proxy-Authorization: Basic dTpw\r\n\r\n");
  }
  auto other = client.send(request_to("https://kms.test/"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::denied);
}

}  // namespace
}  // namespace snapferry::aws
