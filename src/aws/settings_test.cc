// Settings and profile files: what is read from where, and what is said of a file that is wrong.
// SPDX-License-Identifier: Apache-2.0
#include "aws/settings.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "aws/credentials/shell_words.h"
#include "aws/temporary_home.h"

namespace snapferry::aws {
namespace {

constexpr const char* kMarker = "MARKERSECRET";

using Variables = std::map<std::string, std::string>;

ProfileFiles parsed(const std::string& config, const std::string& credentials) {
  ProfileFiles files;
  EXPECT_TRUE(parse_profile_file(config, "config", true, files).has_value());
  EXPECT_TRUE(parse_profile_file(credentials, "credentials", false, files).has_value());
  return files;
}

TEST(ProfileFiles, AreReadAsBotocoreReadsThem) {
  const auto files = parsed(
      "\xEF\xBB\xBF# a comment\r\n"
      "[default]\r\n"
      "Region = eu-west-1\r\n"
      "\r\n"
      "; another\n"
      "[profile \"two words\"] # what follows the bracket does not count\n"
      "region: eu-central-1\n"
      "url = http://host/?a=b # not a comment\n"
      "s3 =\n"
      "  # a comment inside\n"
      "  addressing_style = path\n"
      "\n"
      "  max = 3\n"
      "output=json\n"
      "[profile bare]\n"
      "region = a\n"
      "  b\n"
      "[sso-session corp]\n"
      "sso_region=eu-north-1\n"
      "[services lab]\n"
      "rds = \n"
      "    endpoint_url = http://127.0.0.1:4566\n"
      "kms =\n"
      "    endpoint_url = http://127.0.0.1:4567\n"
      "[preview]\n"
      "x = 1\n"
      "[profile not quoted name]\n"
      "x = 1\n",
      "[default]\n"
      "aws_access_key_id = AKID\n"
      "aws_secret_access_key = x/y+z==\n"
      "[profile odd]\n"
      "k = v\n");
  EXPECT_EQ(files.get("default", "region"), "eu-west-1");
  EXPECT_EQ(files.get("default", "aws_secret_access_key"), "x/y+z==");
  EXPECT_EQ(files.get("two words", "region"), "eu-central-1");
  EXPECT_EQ(files.get("two words", "url"), "http://host/?a=b # not a comment");
  EXPECT_EQ(files.get("two words", "s3.addressing_style"), "path");
  EXPECT_EQ(files.get("two words", "s3.max"), "3");
  EXPECT_EQ(files.get("two words", "s3"), std::nullopt);
  EXPECT_EQ(files.get("two words", "output"), "json");
  EXPECT_EQ(files.get("bare", "region"), "a\nb");
  EXPECT_EQ(files.sso_sessions.at("corp").at("sso_region"), "eu-north-1");
  EXPECT_EQ(files.services.at("lab").at("rds.endpoint_url"), "http://127.0.0.1:4566");
  EXPECT_EQ(files.services.at("lab").at("kms.endpoint_url"), "http://127.0.0.1:4567");
  EXPECT_EQ(files.get("profile odd", "k"), "v");
  EXPECT_FALSE(files.profiles.contains("preview"));
  EXPECT_FALSE(files.profiles.contains("not quoted name"));
  EXPECT_TRUE(files.keyed_in_credentials.contains("default"));
}

TEST(ProfileFiles, CredentialsFileWins) {
  const auto files = parsed("[default]\naws_access_key_id=config\nregion=r\n",
                            "[default]\naws_access_key_id=credentials\n");
  EXPECT_EQ(files.get("default", "aws_access_key_id"), "credentials");
  EXPECT_EQ(files.get("default", "region"), "r");
}

struct MalformedRow {
  const char* name;
  std::string text;
  const char* message;
};

TEST(ProfileFiles, MalformedLineIsNamedAndNeverShown) {
  const std::string marker = kMarker;
  const std::vector<MalformedRow> rows = {
      {"before_any_section", "\n# c\naws_secret_access_key = " + marker + "\n",
       "/home/u/config:3: a line stands before the first [section]"},
      {"no_delimiter", "[default]\n" + marker + "\n",
       "/home/u/config:2: a line is no 'key = value'"},
      {"no_key", "[default]\n= " + marker + "\n", "/home/u/config:2: a line is no 'key = value'"},
      {"open_section", "[default\nregion = x\n",
       "/home/u/config:1: a section's name is not closed"},
      {"empty_section", "[]\n", "/home/u/config:1: a section's name is not closed"},
      {"section_twice", "[default]\n[profile a]\n[default]\n",
       "/home/u/config:3: the section [default] is there twice"},
      {"key_twice", "[default]\nregion = a\nREGION = " + marker + "\n",
       "/home/u/config:3: the key region is there twice in one section"},
      {"nested", "[default]\ns3 =\n  " + marker + "\n",
       "/home/u/config:3: a line nested under s3 is no 'key = value'"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    ProfileFiles files;
    const auto result = parse_profile_file(row.text, "/home/u/config", true, files);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, core::ErrorKind::invalid);
    EXPECT_EQ(result.error().message, row.message);
    EXPECT_EQ(result.error().message.find(marker), std::string::npos);
    EXPECT_FALSE(result.error().hint.empty());
    EXPECT_EQ(result.error().hint.find(marker), std::string::npos);
  }
}

TEST(ProfileFiles, PathsAreExpanded) {
  const core::Environment environment(Variables{{"HOME", "/h"}, {"WHERE", "w"}});
  const std::map<std::string, std::string> rows = {
      {"~/x", "/h/x"},          {"~", "/h"},
      {"$HOME/x", "/h/x"},      {"${HOME}/$WHERE", "/h/w"},
      {"$UNSET/x", "$UNSET/x"}, {"${HOME", "${HOME"},
      {"~u/x", "~u/x"},         {"a$", "a$"},
  };
  for (const auto& [path, expanded] : rows) {
    EXPECT_EQ(expand_path(path, environment), expanded) << path;
  }
}

TEST(ProfileFiles, FileThatCannotBeUsedIsNamed) {
  const TemporaryHome home;
  home.write("big", std::string(5UL << 20, '#'));
  const auto big =
      load_profile_files(core::Environment(Variables{{"AWS_CONFIG_FILE", home.path("big")}}));
  ASSERT_FALSE(big.has_value());
  EXPECT_EQ(big.error().message, home.path("big") + " is longer than 4194304 bytes");
  const auto absent = load_profile_files(core::Environment(
      {{"AWS_CONFIG_FILE", "/dev/null"}, {"AWS_SHARED_CREDENTIALS_FILE", home.path("none")}}));
  ASSERT_TRUE(absent.has_value());
  EXPECT_TRUE(absent->profiles.empty());
}

TEST(Settings, ComeFromEnvironmentThenProfile) {
  const TemporaryHome home;
  home.write(".aws/config",
             "[default]\nregion = eu-west-1\n"
             "[profile work]\nregion = eu-west-2\nca_bundle = ~/ca.pem\nuse_fips_endpoint = TRUE\n"
             "use_dualstack_endpoint = true\nmax_attempts = 7\n");
  const auto plain = load_settings(home.environment(), "");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->profile, "default");
  EXPECT_FALSE(plain->is_profile_chosen);
  EXPECT_EQ(plain->region, core::Region("eu-west-1"));
  EXPECT_EQ(plain->attempts_max, 3);
  EXPECT_FALSE(plain->use_fips);
  EXPECT_EQ(plain->ca_bundle, "");

  const auto flag = load_settings(home.environment({{"AWS_PROFILE", "none"}}), "work");
  ASSERT_TRUE(flag.has_value());
  EXPECT_TRUE(flag->is_profile_chosen);
  EXPECT_EQ(flag->region, core::Region("eu-west-2"));
  EXPECT_EQ(flag->ca_bundle, home.path("ca.pem"));
  EXPECT_TRUE(flag->use_fips);
  EXPECT_TRUE(flag->use_dualstack);
  EXPECT_EQ(flag->attempts_max, 7);

  const auto variables = load_settings(home.environment({{"AWS_DEFAULT_PROFILE", "work"},
                                                         {"AWS_DEFAULT_REGION", "us-east-1"},
                                                         {"AWS_REGION", "us-east-2"},
                                                         {"AWS_USE_FIPS_ENDPOINT", "false"},
                                                         {"AWS_MAX_ATTEMPTS", "1"},
                                                         {"AWS_CA_BUNDLE", "/x"}}),
                                       "");
  ASSERT_TRUE(variables.has_value());
  EXPECT_EQ(variables->profile, "work");
  EXPECT_FALSE(variables->is_profile_chosen);
  EXPECT_EQ(variables->region, core::Region("us-east-2"));
  EXPECT_FALSE(variables->use_fips);
  EXPECT_EQ(variables->attempts_max, 1);
  EXPECT_EQ(variables->ca_bundle, "/x");
}

struct RefusedRow {
  const char* name;
  std::map<std::string, std::string> environment;
  const char* profile_flag;
  const char* message;
  const char* hint;
};

TEST(Settings, WrongOnesAreRefused) {
  const TemporaryHome home;
  home.write(".aws/config",
             "[profile production]\nregion = eu-west-1\nuse_fips_endpoint = yes\n"
             "[profile mistyped]\nservices = labb\n[profile absent]\nservices = nowhere\n"
             "[services lab]\nrds =\n  endpoint_url = http://127.0.0.1:4566\n");
  const std::string nowhere =
      "is neither in " + home.path(".aws/config") + " nor in " + home.path(".aws/credentials");
  const std::string flag_message = "the profile 'prodution' " + nowhere;
  const std::string other_message = "the profile 'x' " + nowhere;
  const std::string mistyped = "the profile 'mistyped' names services = labb, and " +
                               home.path(".aws/config") + " has no [services labb]";
  const std::string absent = "the profile 'absent' names services = nowhere, and " +
                             home.path(".aws/config") + " has no [services nowhere]";
  const std::vector<RefusedRow> rows = {
      {"services_mistyped", {}, "mistyped", mistyped.c_str(), "Did you mean lab?"},
      {"services_absent",
       {},
       "absent",
       absent.c_str(),
       "Write a section [services nowhere], or leave services out."},
      {"unknown_profile", {}, "prodution", flag_message.c_str(), "Did you mean production?"},
      {"unknown_profile_of_variable",
       {{"AWS_PROFILE", "x"}},
       "",
       other_message.c_str(),
       "Run aws configure --profile x or name another."},
      {"switch_of_profile",
       {},
       "production",
       "use_fips_endpoint of profile production is neither true nor false",
       "Write true or false."},
      {"switch_of_variable",
       {{"AWS_USE_DUALSTACK_ENDPOINT", "1"}},
       "",
       "AWS_USE_DUALSTACK_ENDPOINT is neither true nor false",
       "Write true or false."},
      {"attempts",
       {{"AWS_MAX_ATTEMPTS", "0"}},
       "",
       "AWS_MAX_ATTEMPTS (max_attempts) is no number from 1 to 1000",
       "Write how often a call is tried in all, for example 3."},
      {"endpoint_and_fips",
       {{"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_ENDPOINT_URL_KMS", "http://localhost"}},
       "",
       "a custom kms endpoint cannot be used together with fips endpoints",
       "Unset the endpoint URL, or AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT."},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto settings = load_settings(home.environment(row.environment), row.profile_flag);
    ASSERT_FALSE(settings.has_value());
    EXPECT_EQ(settings.error().kind, core::ErrorKind::invalid);
    EXPECT_EQ(settings.error().message, row.message);
    EXPECT_EQ(settings.error().hint, row.hint);
  }
  EXPECT_TRUE(
      load_settings(home.environment({{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}), "absent"));
}

TEST(ShellWords, AreSplitAsAShellSplitsThem) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(split_shell_words("a  b\tc"), (Words{"a", "b", "c"}));
  EXPECT_EQ(split_shell_words("'a b' \"c \\\" d\" e\\ f \"\""),
            (Words{"a b", "c \" d", "e f", ""}));
  EXPECT_EQ(split_shell_words("\"a\\n\" '\\'"), (Words{"a\\n", "\\"}));
  EXPECT_EQ(split_shell_words("$HOME `x` #y"), (Words{"$HOME", "`x`", "#y"}));
  EXPECT_EQ(split_shell_words("  "), Words{});
  EXPECT_EQ(split_shell_words("'open"), std::nullopt);
  EXPECT_EQ(split_shell_words("open\\"), std::nullopt);
}

}  // namespace
}  // namespace snapferry::aws
