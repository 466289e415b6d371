// SSO: where the login's token is looked for, what the portal is asked, and what a person is told.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "aws/credentials/credentials_fixture.h"

namespace snapferry::aws {
namespace {

constexpr const char* kSession =
    "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Read+Only\n"
    "[sso-session corp]\nsso_region = eu-north-1\nsso_start_url = https://corp.example/start\n";
// sha1 of "corp", and of the start URL: told by sha1sum.
constexpr const char* kSessionFile = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
constexpr const char* kLegacyFile = ".aws/sso/cache/f7c9b39d0b4c7a7d82c79307585f77e1c5e74378.json";

class SsoTest : public CredentialsTest {
 protected:
  void SetUp() override {
    transport.answer = [](const HttpRequest&) {
      return reply(200,
                   std::string(R"({"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":")") +
                       kMarker + R"(","sessionToken":"t)" + kMarker +
                       R"(","expiration":1795352400000}})");
    };
  }

  void log_in(const std::string& file, const std::string& expiration) const {
    home.write(file, std::string(R"({"accessToken":"bearer)") + kMarker + R"(","expiresAt":")" +
                         expiration + R"(","region":"eu-north-1"})");
  }
};

TEST_F(SsoTest, TokenOfTheSessionGetsTheRole) {
  log_in(kSessionFile, "2026-11-22T12:00:01Z");
  set_up(kSession, "", {}, "dev");
  const auto credentials = get();
  ASSERT_TRUE(credentials.has_value()) << text_of(credentials);
  EXPECT_EQ(credentials->key.access_key_id, "SSO");
  EXPECT_EQ(credentials->expiration, core::parse_instant("2026-11-22T13:00:00Z"));
  EXPECT_EQ(credentials->source, "sso role Read+Only of profile dev");
  const HttpRequest& request = transport.requests.at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(
      request.url,
      "https://portal.sso.eu-north-1.amazonaws.com/federation/credentials?role_name=Read%2BOnly"
      "&account_id=123456789012");
  EXPECT_EQ(header_of(request, "x-amz-sso_bearer_token"), std::string("bearer") + kMarker);
}

TEST_F(SsoTest, OlderFormGoesByTheStartUrl) {
  log_in(kLegacyFile, "2026-11-22T18:00:00UTC");
  set_up(
      "[default]\nsso_start_url = https://corp.example/start\nsso_region = eu-north-1\n"
      "sso_account_id = 123456789012\nsso_role_name = r\n",
      "", {{"AWS_ENDPOINT_URL_SSO", "http://127.0.0.1:1"}});
  const auto credentials = get();
  ASSERT_TRUE(credentials.has_value()) << text_of(credentials);
  EXPECT_TRUE(transport.requests.at(0).url.starts_with("http://127.0.0.1:1/federation/"));
}

TEST_F(SsoTest, TokenThatCannotServeAsksForALogin) {
  set_up(kSession, "", {}, "dev");
  EXPECT_EQ(text_of(get()),
            "profile dev is not logged in to sso | Run aws sso login --profile dev.");
  log_in(kSessionFile, "2026-11-22T12:00:00Z");
  EXPECT_EQ(text_of(get()),
            "the sso token of profile dev expired at 2026-11-22T12:00:00Z | Run aws sso login "
            "--profile dev.");
  EXPECT_EQ(get().error().kind, core::ErrorKind::denied);
  for (const std::string text :
       {"", "{}", "[]", R"({"accessToken":"MARKERSECRET0123456789"})",
        R"({"accessToken":"MARKERSECRET0123456789\r\nx: y","expiresAt":"2027-01-01T00:00:00Z"})"}) {
    home.write(kSessionFile, text);
    EXPECT_NE(text_of(get()).find("holds no sso token"), std::string::npos) << text;
  }
  EXPECT_TRUE(transport.requests.empty());
}

struct PortalRow {
  const char* name;
  int status;
  core::ErrorKind kind;
  const char* text;
};

TEST_F(SsoTest, PortalsRefusalsAreTold) {
  log_in(kSessionFile, "2026-11-22T18:00:00Z");
  set_up(kSession, "", {}, "dev");
  const std::vector<PortalRow> rows = {
      {"token", 401, core::ErrorKind::denied, "Run aws sso login --profile dev."},
      {"role", 403, core::ErrorKind::denied,
       "the sso portal gave no credentials for role Read+Only in account 123456789012 (HTTP 403)"},
      {"throttled", 429, core::ErrorKind::transient, "the sso portal answered HTTP 429"},
      {"trouble", 503, core::ErrorKind::transient, "the sso portal answered HTTP 503"},
      {"garbage", 200, core::ErrorKind::transient, "the sso portal's answer holds no credentials"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    transport.answer = [&](const HttpRequest&) { return reply(row.status, kMarker); };
    const auto credentials = get();
    const std::string text = text_of(credentials);
    ASSERT_FALSE(credentials.has_value());
    EXPECT_EQ(credentials.error().kind, row.kind);
    EXPECT_NE(text.find(row.text), std::string::npos) << text;
  }
  transport.answer = [](const HttpRequest&) {
    return core::Result<HttpResponse>(core::fail(core::ErrorKind::unknown, "no answer"));
  };
  EXPECT_EQ(get().error().kind, core::ErrorKind::transient) << "it only reads";
}

struct SetUpRow {
  const char* name;
  const char* config;
  const char* text;
};

TEST_F(SsoTest, IncompleteSetUpIsNamed) {
  const std::vector<SetUpRow> rows = {
      {"no_session", "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n",
       "profile default names the sso-session corp, which is not in"},
      {"no_region",
       "[default]\nsso_start_url = https://corp.example\nsso_account_id = 1\nsso_role_name = r\n",
       "profile default is set up for sso but has no sso_region"},
      {"no_role",
       "[default]\nsso_start_url = https://c\nsso_account_id = 1\nsso_region = eu-west-1\n",
       "profile default is set up for sso but has no sso_role_name"},
      {"differs",
       "[default]\nsso_session = corp\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = "
       "r\n"
       "[sso-session corp]\nsso_region = eu-west-2\nsso_start_url = https://c\n",
       "sso_region of profile default is not that of its sso-session"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    set_up(row.config, "");
    const std::string text = text_of(get());
    EXPECT_NE(text.find(row.text), std::string::npos) << text;
  }
  EXPECT_TRUE(transport.requests.empty());
}

}  // namespace
}  // namespace snapferry::aws
