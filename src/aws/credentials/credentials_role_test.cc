// Roles: the requests that STS gets, chains of profiles, and profiles that lead nowhere.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "aws/credentials/credentials_fixture.h"
#include "aws/credentials/sts_api.h"

namespace snapferry::aws {
namespace {

constexpr const char* kRole = "arn:aws:iam::123456789012:role/copier";

class RoleTest : public CredentialsTest {
 protected:
  void SetUp() override {
    transport.answer = [](const HttpRequest& request) {
      const bool is_web = request.body.find("WithWebIdentity") != std::string::npos;
      const std::string action = is_web ? "AssumeRoleWithWebIdentity" : "AssumeRole";
      return reply(200, sts_answer(action, "ASSUMED"));
    };
  }

  /// The secret is not the one that sts_answer hands out: what an answer repeats of it is hidden.
  static std::string keys(const std::string& id) {
    return "aws_access_key_id = " + id + "\naws_secret_access_key = base" + kMarker + "\n";
  }
  static std::string role() { return std::string("role_arn = ") + kRole + "\n"; }
};

TEST_F(RoleTest, IsAssumedWithTheKeysOfItsSource) {
  set_up("[default]\nregion = eu-west-1\n" + role() +
             "source_profile = base\nexternal_id = e:1\nrole_session_name = nightly\n"
             "duration_seconds = 7200\n",
         "[base]\n" + keys("BASE"));
  const auto credentials = get();
  ASSERT_TRUE(credentials.has_value()) << text_of(credentials);
  EXPECT_EQ(credentials->key.access_key_id, "ASSUMED");
  EXPECT_EQ(credentials->key.session_token, std::string("t") + kMarker);
  EXPECT_EQ(credentials->expiration, core::parse_instant("2026-11-22T13:00:00Z"));
  EXPECT_EQ(credentials->source, std::string("role ") + kRole + " of profile default");
  ASSERT_EQ(transport.requests.size(), 1U);
  const HttpRequest& request = transport.requests[0];
  EXPECT_EQ(request.url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(
      request.body,
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2F"
      "copier&RoleSessionName=nightly&DurationSeconds=7200&ExternalId=e%3A1");
  EXPECT_NE(header_of(request, "Authorization").find("Credential=BASE/20261122/eu-west-1/sts/"),
            std::string::npos);
}

TEST_F(RoleTest, OwnKeysAndLongerChainsServeToo) {
  set_up("[default]\n" + role() + "source_profile = default\n", "[default]\n" + keys("OWN"));
  ASSERT_TRUE(get().has_value());
  EXPECT_NE(transport.requests[0].body.find("RoleSessionName=snapferry-1795348800"),
            std::string::npos)
      << transport.requests[0].body;

  transport.requests.clear();
  set_up("[default]\n" + role() + "source_profile = middle\n[profile middle]\n" + role() +
             "source_profile = base\n",
         "[base]\n" + keys("BASE"));
  ASSERT_TRUE(get().has_value());
  ASSERT_EQ(transport.requests.size(), 2U);
  EXPECT_NE(header_of(transport.requests[0], "Authorization").find("Credential=BASE/"),
            std::string::npos);
  EXPECT_NE(header_of(transport.requests[1], "Authorization").find("Credential=ASSUMED/"),
            std::string::npos);
}

TEST_F(RoleTest, CredentialSourceIsTheEnvironment) {
  set_up("[profile a]\n" + role() + "credential_source = Environment\n", "",
         {{"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", kMarker}}, "a");
  const auto credentials = get();
  ASSERT_TRUE(credentials.has_value()) << text_of(credentials);
  EXPECT_NE(header_of(transport.requests[0], "Authorization").find("Credential=ENV/"),
            std::string::npos);
}

struct WrongRow {
  const char* name;
  std::string config;
  core::ErrorKind kind;
  const char* text;  ///< part of the line or its hint
};

TEST_F(RoleTest, WrongProfilesAreNamed) {
  const std::vector<WrongRow> rows = {
      {"self_without_keys", "[default]\n" + role() + "source_profile = default\n",
       core::ErrorKind::invalid, "source_profile runs in a circle: default -> default"},
      {"loop",
       "[default]\n" + role() + "source_profile = a\n[profile a]\n" + role() +
           "source_profile = b\n[profile b]\n" + role() + "source_profile = a\n",
       core::ErrorKind::invalid, "source_profile runs in a circle: default -> a -> b -> a"},
      {"unknown", "[profile base]\n[default]\n" + role() + "source_profile = bsae\n",
       core::ErrorKind::invalid, "Did you mean base?"},
      {"both", "[default]\n" + role() + "source_profile = a\ncredential_source = Environment\n",
       core::ErrorKind::invalid,
       "profile default has role_arn with both source_profile and credential_source"},
      {"neither", "[default]\n" + role(), core::ErrorKind::invalid,
       "profile default has role_arn with neither source_profile nor credential_source"},
      {"unknown_source", "[default]\n" + role() + "credential_source = Moon\n",
       core::ErrorKind::invalid, "Use Environment, EcsContainer or Ec2InstanceMetadata."},
      {"empty_source", "[default]\n" + role() + "credential_source = EcsContainer\n",
       core::ErrorKind::denied, "takes its credentials from EcsContainer, which has none"},
      {"mfa", "[default]\n" + role() + "source_profile = default\nmfa_serial = x\n",
       core::ErrorKind::invalid, "profile default wants a code of an mfa device"},
      {"duration", "[default]\n" + role() + "source_profile = default\nduration_seconds = 60\n",
       core::ErrorKind::invalid,
       "duration_seconds of profile default is no number from 900 to 43200"},
      {"session_name",
       "[default]\n" + role() + "source_profile = default\nrole_session_name = a b\n",
       core::ErrorKind::invalid, "the role session name of profile default is none"},
      {"no_arn", "[default]\nrole_arn = admin\nsource_profile = default\n",
       core::ErrorKind::invalid, "the role of profile default is no ARN"},
      {"source_without_keys",
       "[default]\n" + role() + "source_profile = a\n[profile a]\nregion = x\n",
       core::ErrorKind::denied, "profile a, source_profile of default, holds no credentials"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    set_up(row.config, "");
    const auto credentials = get();
    const std::string text = text_of(credentials);
    ASSERT_FALSE(credentials.has_value());
    EXPECT_EQ(credentials.error().kind, row.kind);
    EXPECT_NE(text.find(row.text), std::string::npos) << text;
    EXPECT_TRUE(transport.requests.empty());
  }
}

TEST_F(RoleTest, RefusalOfStsNamesTheRole) {
  set_up("[default]\n" + role() + "source_profile = base\n", "[base]\n" + keys("BASE"));
  transport.answer = [](const HttpRequest&) {
    return reply(
        403,
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User is "
        "not authorized</Message></Error></ErrorResponse>");
  };
  const auto credentials = get();
  const std::string text = text_of(credentials);
  ASSERT_FALSE(credentials.has_value());
  EXPECT_EQ(credentials.error().kind, core::ErrorKind::denied);
  EXPECT_NE(text.find(kRole), std::string::npos) << text;
  EXPECT_NE(text.find("profile base of"), std::string::npos) << text;
}

TEST_F(RoleTest, AnswerThatIsNoneShowsNothingOfItself) {
  set_up("[default]\n" + role() + "source_profile = base\n", "[base]\n" + keys("BASE"));
  const std::vector<std::string> bodies = {"", kMarker,
                                           std::string("<AssumeRoleResponse>") + kMarker,
                                           std::string("{\"SecretAccessKey\":\"") + kMarker + "\"}",
                                           sts_answer("AssumeRole", "").substr(0, 200)};
  for (const auto& body : bodies) {
    SCOPED_TRACE(body);
    transport.answer = [&](const HttpRequest&) { return reply(200, body); };
    const auto credentials = get();
    EXPECT_NE(text_of(credentials).find("the answer to sts AssumeRole holds no credentials"),
              std::string::npos);
    ASSERT_FALSE(credentials.has_value());
    EXPECT_EQ(credentials.error().kind, core::ErrorKind::transient);
  }
}

TEST_F(RoleTest, WebIdentityComesFromEnvironmentOrProfile) {
  home.write("token", std::string("jwt") + kMarker + "\n");
  set_up("", "",
         {{"AWS_WEB_IDENTITY_TOKEN_FILE", home.path("token")},
          {"AWS_ROLE_ARN", kRole},
          {"AWS_ROLE_SESSION_NAME", "pod"},
          {"AWS_REGION", "eu-north-1"}});
  const auto credentials = get();
  ASSERT_TRUE(credentials.has_value()) << text_of(credentials);
  EXPECT_EQ(credentials->source, std::string("role ") + kRole + " with web identity");
  const HttpRequest& request = transport.requests.at(0);
  EXPECT_EQ(request.url, "https://sts.eu-north-1.amazonaws.com/");
  EXPECT_EQ(header_of(request, "Authorization"), "");
  EXPECT_NE(request.body.find("RoleSessionName=pod&WebIdentityToken=jwtMARKERSECRET0123456789"),
            std::string::npos);

  transport.requests.clear();
  set_up("[profile a]\n" + role() + "web_identity_token_file = " + home.path("token") + "\n", "",
         {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"}}, "a");
  ASSERT_TRUE(get().has_value());
  EXPECT_EQ(transport.requests.size(), 1U);
}

TEST_F(RoleTest, WebIdentityThatIsIncompleteOrRefusedIsAnError) {
  home.write("token", std::string("jwt") + kMarker);
  home.write("empty", "");
  set_up("", "", {{"AWS_WEB_IDENTITY_TOKEN_FILE", home.path("token")}});
  EXPECT_NE(text_of(get()).find("no role to assume with it"), std::string::npos);
  set_up("", "", {{"AWS_WEB_IDENTITY_TOKEN_FILE", home.path("none")}, {"AWS_ROLE_ARN", kRole}});
  EXPECT_NE(text_of(get()).find("none is not there"), std::string::npos);
  set_up("", "", {{"AWS_WEB_IDENTITY_TOKEN_FILE", home.path("empty")}, {"AWS_ROLE_ARN", kRole}});
  EXPECT_NE(text_of(get()).find("empty is empty"), std::string::npos);

  set_up("", "", {{"AWS_WEB_IDENTITY_TOKEN_FILE", home.path("token")}, {"AWS_ROLE_ARN", kRole}});
  transport.answer = [](const HttpRequest& request) { return reply(502, request.body); };
  EXPECT_EQ(get().error().kind, core::ErrorKind::transient);
  text_of(get());
  transport.answer = [](const HttpRequest& request) {
    return reply(400, "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>" +
                          request.body + "</Message></Error></ErrorResponse>");
  };
  EXPECT_EQ(get().error().kind, core::ErrorKind::denied);
  text_of(get());
}

TEST(StsRegion, IsThatOfTheSettingsOrOfThePartition) {
  Settings settings;
  EXPECT_EQ(sts_region(settings, kRole).str(), "us-east-1");
  EXPECT_EQ(sts_region(settings, "arn:aws-cn:iam::1:role/r").str(), "cn-north-1");
  EXPECT_EQ(sts_region(settings, "arn:aws-us-gov:iam::1:role/r").str(), "us-gov-west-1");
  settings.region = core::Region("eu-west-3");
  EXPECT_EQ(sts_region(settings, "arn:aws-cn:iam::1:role/r").str(), "eu-west-3");
}

}  // namespace
}  // namespace snapferry::aws
