// The chain's order, keys that stand as they are, and the provider that keeps what was found.
// SPDX-License-Identifier: Apache-2.0
#include "aws/credentials/credentials.h"

#include <atomic>
#include <thread>

#include "aws/credentials/credentials_fixture.h"

namespace snapferry::aws {
namespace {

const std::string kSecret = std::string("aws_secret_access_key = ") + kMarker + "\n";

class ChainTest : public CredentialsTest {};

struct OrderRow {
  const char* name;
  std::map<std::string, std::string> variables;
  const char* flag;
  const char* config;
  std::string credentials;
  const char* id;  ///< the access key id that wins
};

TEST_F(ChainTest, FirstSourceThatIsSetUpWins) {
  const std::string in_file = "[default]\naws_access_key_id = FILE\n" + kSecret;
  const std::vector<OrderRow> rows = {
      {"environment_before_file",
       {{"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", kMarker}},
       "",
       "",
       in_file,
       "ENV"},
      {"profile_variable_does_not_hide_the_environment",
       {{"AWS_ACCESS_KEY_ID", "ENV"},
        {"AWS_SECRET_ACCESS_KEY", kMarker},
        {"AWS_PROFILE", "default"}},
       "",
       "",
       in_file,
       "ENV"},
      {"profile_flag_does",
       {{"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", kMarker}},
       "default",
       "",
       in_file,
       "FILE"},
      {"credentials_file_before_process",
       {},
       "",
       "[default]\ncredential_process = /bin/echo '{\"Version\":1,\"AccessKeyId\":\"PROCESS\","
       "\"SecretAccessKey\":\"x\"}'\n",
       in_file,
       "FILE"},
      {"process_before_config_file",
       {},
       "",
       "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = x\n"
       "credential_process = /bin/echo '{\"Version\":1,\"AccessKeyId\":\"PROCESS\","
       "\"SecretAccessKey\":\"x\"}'\n",
       "",
       "PROCESS"},
      {"config_file",
       {},
       "",
       "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = x\n",
       "",
       "CONFIG"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    set_up(row.config, row.credentials, row.variables, row.flag);
    const auto credentials = get();
    ASSERT_TRUE(credentials.has_value()) << text_of(credentials);
    EXPECT_EQ(credentials->key.access_key_id, row.id);
    EXPECT_TRUE(transport.requests.empty());
  }
}

TEST_F(ChainTest, EnvironmentIsTakenWhole) {
  set_up("", "",
         {{"AWS_ACCESS_KEY_ID", "ENV"},
          {"AWS_SECRET_ACCESS_KEY", "s"},
          {"AWS_SESSION_TOKEN", "t"},
          {"AWS_CREDENTIAL_EXPIRATION", "2026-11-22T18:00:00Z"}});
  const auto credentials = get();
  ASSERT_TRUE(credentials.has_value());
  EXPECT_EQ(credentials->key.secret_access_key, "s");
  EXPECT_EQ(credentials->key.session_token, "t");
  EXPECT_EQ(credentials->expiration, core::parse_instant("2026-11-22T18:00:00Z"));
  EXPECT_EQ(credentials->source, "environment");
}

struct RefusedRow {
  const char* name;
  std::map<std::string, std::string> variables;
  const char* config;
  std::string credentials;
  core::ErrorKind kind;
  const char* message;
};

TEST_F(ChainTest, HalfASourceIsAnError) {
  const std::vector<RefusedRow> rows = {
      {"no_id",
       {{"AWS_SECRET_ACCESS_KEY", kMarker}},
       "",
       "",
       core::ErrorKind::invalid,
       "AWS_SECRET_ACCESS_KEY is set but AWS_ACCESS_KEY_ID is not"},
      {"no_secret",
       {{"AWS_ACCESS_KEY_ID", "A"}},
       "",
       "",
       core::ErrorKind::invalid,
       "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not"},
      {"expired",
       {{"AWS_ACCESS_KEY_ID", "A"},
        {"AWS_SECRET_ACCESS_KEY", kMarker},
        {"AWS_CREDENTIAL_EXPIRATION", "2026-11-22T11:59:59Z"}},
       "",
       "",
       core::ErrorKind::denied,
       "the credentials in the environment expired at 2026-11-22T11:59:59Z"},
      {"no_time",
       {{"AWS_ACCESS_KEY_ID", "A"},
        {"AWS_SECRET_ACCESS_KEY", kMarker},
        {"AWS_CREDENTIAL_EXPIRATION", "soon"}},
       "",
       "",
       core::ErrorKind::invalid,
       "AWS_CREDENTIAL_EXPIRATION is no RFC 3339 time in UTC"},
      {"file_without_secret",
       {},
       "",
       "[default]\naws_access_key_id = A\n",
       core::ErrorKind::invalid,
       "profile default has aws_access_key_id but no aws_secret_access_key"},
      {"config_without_id",
       {},
       "[default]\naws_secret_access_key = MARKERSECRET0123456789\n",
       "",
       core::ErrorKind::invalid,
       "profile default has aws_secret_access_key but no aws_access_key_id"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    set_up(row.config, row.credentials, row.variables);
    const auto credentials = get();
    text_of(credentials);
    ASSERT_FALSE(credentials.has_value());
    EXPECT_EQ(credentials.error().kind, row.kind);
    EXPECT_EQ(credentials.error().message, row.message);
    EXPECT_FALSE(credentials.error().hint.empty());
  }
}

TEST_F(ChainTest, NothingAnywhereListsWhatWasTried) {
  set_up("", "");
  const auto credentials = get();
  ASSERT_FALSE(credentials.has_value());
  EXPECT_EQ(credentials.error().kind, core::ErrorKind::denied);
  EXPECT_EQ(credentials.error().message,
            "no aws credentials found for profile default; tried environment: not set, role: no "
            "role_arn, web identity: not set, sso: not set, credentials file: no keys, "
            "credential_process: not set, config file: no keys, container: not set, instance "
            "metadata: not reachable");
  EXPECT_NE(credentials.error().hint.find("aws configure"), std::string::npos);
  EXPECT_EQ(transport.requests.size(), 1U);
}

// The container endpoint stands for any source whose credentials expire.
class KeepingTest : public CredentialsTest {
 protected:
  void SetUp() override {
    set_up("", "", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x"}});
    transport.answer = [this](const HttpRequest&) {
      ++asked;
      if (is_down) return reply(403, "");
      return reply(200, json_credentials("ID" + std::to_string(asked.load()),
                                         core::format_instant(clock.time + lifetime)));
    };
  }

  std::string id() {
    const auto credentials = get();
    return credentials ? credentials->key.access_key_id : text_of(credentials);
  }

  std::atomic<int> asked{0};
  std::atomic<bool> is_down{false};
  core::Milliseconds lifetime = std::chrono::hours(1);
};

TEST_F(KeepingTest, NothingIsAskedBeforeTheFirstGet) {
  EXPECT_EQ(asked, 0);
}

TEST_F(KeepingTest, AreKeptUntilAQuarterOfAnHourBeforeTheyExpire) {
  EXPECT_EQ(id(), "ID1");
  clock.time += std::chrono::minutes(44);
  EXPECT_EQ(id(), "ID1");
  clock.time += std::chrono::minutes(1);
  EXPECT_EQ(id(), "ID2");
  EXPECT_EQ(id(), "ID2");
}

TEST_F(KeepingTest, RefusedRefreshIsNoErrorBeforeTheyExpire) {
  EXPECT_EQ(id(), "ID1");
  is_down = true;
  clock.time += std::chrono::minutes(46);
  EXPECT_EQ(id(), "ID1");
  EXPECT_EQ(asked, 2);
  clock.time += std::chrono::seconds(59);
  EXPECT_EQ(id(), "ID1");
  EXPECT_EQ(asked, 2) << "a source in trouble is left alone for a minute";
  clock.time += std::chrono::minutes(10);
  EXPECT_EQ(id(), "ID1");
  EXPECT_EQ(asked, 3);
  clock.time += std::chrono::minutes(10);
  EXPECT_NE(id().find("the container endpoint answered HTTP 403"), std::string::npos);
  is_down = false;
  EXPECT_EQ(id(), "ID5");
}

TEST_F(KeepingTest, ShortLivedOnesAreNotFetchedAtEveryCall) {
  lifetime = std::chrono::minutes(5);
  EXPECT_EQ(id(), "ID1");
  EXPECT_EQ(id(), "ID1");
  clock.time += std::chrono::minutes(1);
  EXPECT_EQ(id(), "ID2");
}

TEST_F(KeepingTest, InvalidatedOnesAreFetchedAnew) {
  EXPECT_EQ(id(), "ID1");
  provider->invalidate();
  EXPECT_EQ(id(), "ID2");
  provider->invalidate();
  is_down = true;
  EXPECT_NE(id().find("HTTP 403"), std::string::npos) << "what AWS refused does not serve on";
}

TEST_F(KeepingTest, ThreadsThatAskTogetherAskOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (id() == "ID1") ++right;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 8);
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace snapferry::aws
