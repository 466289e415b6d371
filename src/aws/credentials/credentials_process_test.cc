// credential_process: real commands, good, wrong, hanging and talking too much.
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <string>
#include <sys/types.h>
#include <vector>

#include <gtest/gtest.h>

#include "aws/credentials/credentials_fixture.h"

namespace snapferry::aws {
namespace {

class ProcessTest : public CredentialsTest {
 protected:
  // A command that prints what is in `text`.
  void print(const std::string& text) {
    home.write("out", text);
    set_up("[default]\ncredential_process = /bin/cat " + home.path("out") + "\n", "");
  }
};

TEST_F(ProcessTest, OutputIsTaken) {
  print(std::string(R"({"Version":1,"AccessKeyId":"PROC","SecretAccessKey":")") + kMarker +
        R"(","SessionToken":"t","Expiration":"2026-11-22T13:00:00Z"})");
  const auto credentials = get();
  ASSERT_TRUE(credentials.has_value()) << text_of(credentials);
  EXPECT_EQ(credentials->key.access_key_id, "PROC");
  EXPECT_EQ(credentials->key.secret_access_key, kMarker);
  EXPECT_EQ(credentials->key.session_token, "t");
  EXPECT_EQ(credentials->expiration, core::parse_instant("2026-11-22T13:00:00Z"));
  EXPECT_EQ(credentials->source, "credential_process of profile default");
}

struct OutputRow {
  const char* name;
  const char* output;
  const char* text;
};

TEST_F(ProcessTest, OutputThatIsNoneIsNamedAndNotShown) {
  const std::vector<OutputRow> rows = {
      {"version_2", R"({"Version":2,"SecretAccessKey":"MARKERSECRET0123456789"})",
       "credential_process of profile default answered with version 2, not 1"},
      {"version_as_text", R"({"Version":"1","SecretAccessKey":"MARKERSECRET0123456789"})",
       "answered without a version"},
      {"no_version", R"({"SecretAccessKey":"MARKERSECRET0123456789"})",
       "answered without a version"},
      {"no_json", "MARKERSECRET0123456789", "did not answer with a JSON object"},
      {"empty", "", "did not answer with a JSON object"},
      {"no_id", R"({"Version":1,"SecretAccessKey":"MARKERSECRET0123456789"})",
       "gave no AccessKeyId"},
      {"no_secret", R"({"Version":1,"AccessKeyId":"A"})", "gave no SecretAccessKey"},
      {"no_time",
       R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"MARKERSECRET0123456789","Expiration":"x"})",
       "gave an Expiration that is no RFC 3339 time"},
      {"expired",
       R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"x","Expiration":"2026-11-22T11:00:00Z"})",
       "gave credentials that expired at 2026-11-22T11:00:00Z"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    print(row.output);
    const std::string text = text_of(get());
    EXPECT_NE(text.find(row.text), std::string::npos) << text;
    EXPECT_NE(text.find("credential_process of profile default"), std::string::npos) << text;
  }
}

TEST_F(ProcessTest, CommandThatCannotRunIsNamedWithoutItsArguments) {
  set_up(std::string("[default]\ncredential_process = /nowhere/helper --secret ") + kMarker + "\n",
         "");
  const std::string absent = text_of(get());
  EXPECT_NE(absent.find("/nowhere/helper cannot be started: No such file or directory"),
            std::string::npos)
      << absent;
  set_up(std::string("[default]\ncredential_process = /bin/sh -c 'exit 3' ") + kMarker + "\n", "");
  const std::string failed = text_of(get());
  EXPECT_NE(failed.find("/bin/sh ended with status 3"), std::string::npos) << failed;
  set_up(std::string("[default]\ncredential_process = 'open ") + kMarker + "\n", "");
  const std::string open = text_of(get());
  EXPECT_NE(open.find("has an open quote or no command"), std::string::npos) << open;
}

using Words = std::vector<std::string>;

TEST(RunCommand, GivesOutputAndEnvironmentWithoutAShell) {
  const core::Environment environment(std::map<std::string, std::string>{{"NAME", "value"}});
  EXPECT_EQ(*run_command({"printenv", "NAME"}, environment, {}), "value\n");
  EXPECT_EQ(*run_command({"echo", "-n", "$NAME; `id`"}, environment, {}), "$NAME; `id`");
}

TEST(RunCommand, IsBounded) {
  const ProcessLimits limits{.timeout = std::chrono::milliseconds(200), .output_max = 10000};
  const auto hanging = run_command({"sleep", "600"}, {}, limits);
  ASSERT_FALSE(hanging.has_value());
  EXPECT_EQ(hanging.error().message.find("sleep did not end within"), 0U)
      << hanging.error().message;
  const auto deaf = run_command({"sh", "-c", "exec >&-; exec sleep 600"}, {}, limits);
  EXPECT_FALSE(deaf.has_value());
  const auto endless = run_command({"yes", kMarker}, {}, {.output_max = 10000});
  ASSERT_FALSE(endless.has_value());
  EXPECT_EQ(endless.error().message, "yes wrote more than 10000 bytes");
  const auto killed = run_command({"sh", "-c", "kill -9 $$"}, {}, {});
  ASSERT_FALSE(killed.has_value());
  EXPECT_EQ(killed.error().message, "sh was ended by signal 9");
}

TEST(RunCommand, DoesNotWaitForWhatTheCommandLeavesBehind) {
  // The command's child keeps the output open; that it still runs afterwards shows that nobody
  // waited.
  const auto result =
      run_command({"sh", "-c", "sleep 600 2>/dev/null & echo $!"}, {}, ProcessLimits{});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const pid_t child = std::stoi(*result);
  ASSERT_GT(child, 1);
  EXPECT_EQ(kill(child, SIGKILL), 0);
}

TEST(RunCommand, ReadsLongOutputWhole) {
  const auto result = run_command({"head", "-c", "300000", "/dev/zero"}, {}, {});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->size(), 300000U);
}

}  // namespace
}  // namespace snapferry::aws
