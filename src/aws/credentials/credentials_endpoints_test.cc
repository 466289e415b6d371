// The endpoints of a machine: containers' and instance metadata's.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "aws/credentials/credentials_fixture.h"

namespace snapferry::aws {
namespace {

using Variables = std::map<std::string, std::string>;

class ContainerTest : public CredentialsTest {
 protected:
  void SetUp() override {
    transport.answer = [](const HttpRequest&) {
      return reply(200, json_credentials("TASK", "2026-11-22T18:00:00Z"));
    };
  }
};

struct HostRow {
  const char* name;
  const char* variable;
  const char* value;
  const char* url;  ///< what is asked; empty: refused
};

TEST_F(ContainerTest, OnlyHostsOfTheMachineAreAsked) {
  const char* full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  const char* relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  const std::vector<HostRow> rows = {
      {"relative", relative, "/v2/x?id=1", "http://169.254.170.2/v2/x?id=1"},
      {"relative_without_slash", relative, "@evil.example/", ""},
      {"relative_with_line_end", relative, "/x\r\nHost: y", ""},
      {"ecs", full, "http://169.254.170.2/x", "http://169.254.170.2/x"},
      {"eks", full, "http://169.254.170.23/v1/credentials", "http://169.254.170.23/v1/credentials"},
      {"eks_ipv6", full, "http://[fd00:ec2::23]/x", "http://[fd00:ec2::23]/x"},
      {"eks_ipv6_long", full, "http://[fd00:ec2:0:0:0:0:0:23]/x",
       "http://[fd00:ec2:0:0:0:0:0:23]/x"},
      {"loopback", full, "http://127.9.9.9:8080/x", "http://127.9.9.9:8080/x"},
      {"loopback_ipv6", full, "http://[::1]/x", "http://[::1]/x"},
      {"localhost", full, "http://localhost/x", "http://localhost/x"},
      {"https", full, "https://any.example/x", "https://any.example/x"},
      {"elsewhere", full, "http://any.example/x", ""},
      {"looks_like_loopback", full, "http://127.0.0.1.evil.example/x", ""},
      {"user_part", full, "http://127.0.0.1@evil.example/x", ""},
      {"metadata", full, "http://169.254.169.254/x", ""},
      {"no_url", full, "169.254.170.2", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    transport.requests.clear();
    set_up("", "", {{row.variable, row.value}});
    const auto credentials = get();
    if (*row.url == '\0') {
      ASSERT_FALSE(credentials.has_value());
      EXPECT_EQ(credentials.error().kind, core::ErrorKind::invalid);
      EXPECT_TRUE(transport.requests.empty());
      continue;
    }
    ASSERT_TRUE(credentials.has_value()) << text_of(credentials);
    EXPECT_EQ(credentials->key.access_key_id, "TASK");
    EXPECT_EQ(credentials->key.session_token, std::string("t") + kMarker);
    EXPECT_EQ(transport.requests.at(0).url, row.url);
    EXPECT_FALSE(transport.requests.at(0).use_proxy);
    EXPECT_EQ(transport.requests.at(0).read_timeout, core::Seconds(2));
  }
}

TEST_F(ContainerTest, TokenIsSentAndItsFileWins) {
  Variables variables{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/x"},
                      {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "plain"}};
  set_up("", "", variables);
  ASSERT_TRUE(get().has_value());
  EXPECT_EQ(header_of(transport.requests.back(), "Authorization"), "plain");
  home.write("token", "fromfile");
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = home.path("token");
  set_up("", "", variables);
  ASSERT_TRUE(get().has_value());
  EXPECT_EQ(header_of(transport.requests.back(), "Authorization"), "fromfile");
  home.write("token", std::string(kMarker) + "\r\nx: y");
  provider->invalidate();
  EXPECT_NE(
      text_of(get()).find("the token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE has a line end"),
      std::string::npos);
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = home.path("none");
  set_up("", "", variables);
  EXPECT_NE(text_of(get()).find("none is not there"), std::string::npos);
}

TEST_F(ContainerTest, TroubleIsTriedThreeTimesRefusalOnce) {
  set_up("", "", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/x"}});
  transport.answer = [](const HttpRequest&) { return reply(500, kMarker); };
  auto credentials = get();
  text_of(credentials);
  EXPECT_EQ(credentials.error().kind, core::ErrorKind::transient);
  EXPECT_EQ(transport.requests.size(), 3U);
  EXPECT_EQ(clock.slept.size(), 2U);
  transport.requests.clear();
  transport.answer = [](const HttpRequest&) { return reply(404, kMarker); };
  credentials = get();
  text_of(credentials);
  EXPECT_EQ(credentials.error().kind, core::ErrorKind::denied);
  EXPECT_EQ(transport.requests.size(), 1U);
  transport.answer = [](const HttpRequest&) { return reply(200, kMarker); };
  EXPECT_NE(text_of(get()).find("the container endpoint did not answer with a JSON object"),
            std::string::npos);
}

class MetadataTest : public CredentialsTest {
 protected:
  static constexpr const char* kBase = "http://127.0.0.1:9/latest/";

  void SetUp() override {
    set_up("", "", {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9"}});
    transport.answer = [this](const HttpRequest& request) {
      const std::string path = request.url.substr(std::string(kBase).size());
      if (path == "api/token") return reply(token_status, "session-token");
      if (path == "meta-data/iam/security-credentials/") return reply(role_status, role);
      return reply(200, credentials_body);
    };
  }

  int token_status = 200;
  int role_status = 200;
  std::string role = "worker";
  std::string credentials_body = json_credentials("INSTANCE", "2026-11-22T18:00:00Z");
};

TEST_F(MetadataTest, AsksWithASessionToken) {
  const auto credentials = get();
  ASSERT_TRUE(credentials.has_value()) << text_of(credentials);
  EXPECT_EQ(credentials->key.access_key_id, "INSTANCE");
  EXPECT_EQ(credentials->source, "instance role worker");
  ASSERT_EQ(transport.requests.size(), 3U);
  EXPECT_EQ(transport.requests[0].method, "PUT");
  EXPECT_EQ(header_of(transport.requests[0], "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(transport.requests[2].url,
            std::string(kBase) + "meta-data/iam/security-credentials/worker");
  for (const auto& request : transport.requests) {
    EXPECT_FALSE(request.use_proxy);
    EXPECT_EQ(request.connect_timeout, core::Seconds(1));
    EXPECT_EQ(header_of(request, "x-aws-ec2-metadata-token"),
              request.method == "PUT" ? "" : "session-token");
  }
}

TEST_F(MetadataTest, FallsBackToVersionOneUnlessThatIsDisabled) {
  for (const int status : {403, 404, 405}) {
    token_status = status;
    provider->invalidate();
    ASSERT_TRUE(get().has_value()) << status;
    EXPECT_EQ(header_of(transport.requests.back(), "x-aws-ec2-metadata-token"), "");
  }
  set_up("", "",
         {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9"},
          {"AWS_EC2_METADATA_V1_DISABLED", "true"}});
  EXPECT_NE(text_of(get()).find("gave no session token, and version 1 is disabled"),
            std::string::npos);
}

struct NoneRow {
  const char* name;
  int token_status;
  int role_status;
  std::string role;
  std::string body;
  const char* note;
};

TEST_F(MetadataTest, WhatIsWrongIsToldInTheListOfThoseTried) {
  const std::vector<NoneRow> rows = {
      {"refused", 400, 200, "r", "", "instance metadata: refused a session (HTTP 400)"},
      {"no_role", 200, 404, "", "", "instance metadata: the instance has no role"},
      {"role_is_a_page", 200, 200, "<html>", "", "instance metadata: gave no role (HTTP 200)"},
      {"role_with_path", 200, 200, "../../x", "", "instance metadata: gave no role (HTTP 200)"},
      {"not_trusted", 200, 200, "r",
       R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"})",
       "instance metadata: refused role r (AssumeRoleUnauthorizedAccess)"},
      {"garbage", 200, 200, "r", kMarker,
       "instance metadata: it did not answer with a JSON object"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    token_status = row.token_status;
    role_status = row.role_status;
    role = row.role;
    credentials_body = row.body;
    const auto credentials = get();
    const std::string text = text_of(credentials);
    ASSERT_FALSE(credentials.has_value());
    EXPECT_EQ(credentials.error().kind, core::ErrorKind::denied);
    EXPECT_NE(text.find(row.note), std::string::npos) << text;
  }
}

TEST_F(MetadataTest, CanBeDisabledAndMoved) {
  transport.requests.clear();
  set_up("", "", {{"AWS_EC2_METADATA_DISABLED", "TRUE"}});
  EXPECT_NE(text_of(get()).find("disabled by AWS_EC2_METADATA_DISABLED"), std::string::npos);
  EXPECT_TRUE(transport.requests.empty());
  transport.answer = [](const HttpRequest&) {
    return core::Result<HttpResponse>(core::fail(core::ErrorKind::transient, "refused"));
  };
  set_up("", "", {{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}});
  text_of(get());
  ASSERT_EQ(transport.requests.size(), 1U) << "one try, so that a laptop fails fast";
  EXPECT_EQ(transport.requests[0].url, "http://[fd00:ec2::254]/latest/api/token");
}

TEST_F(MetadataTest, StaleOnesAreKeptWhileTheServiceIsInTrouble) {
  credentials_body = json_credentials("INSTANCE", "2026-11-22T13:00:00Z");
  ASSERT_TRUE(get().has_value());
  clock.time += std::chrono::hours(2);
  token_status = 400;
  const auto stale = get();
  ASSERT_TRUE(stale.has_value()) << text_of(stale);
  EXPECT_EQ(stale->key.access_key_id, "INSTANCE");
  provider->invalidate();
  EXPECT_FALSE(get().has_value()) << "AWS itself has refused them";
}

}  // namespace
}  // namespace snapferry::aws
