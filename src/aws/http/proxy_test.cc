// Which proxy is chosen, and when none is.
// SPDX-License-Identifier: Apache-2.0
#include "aws/http/proxy.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace snapferry::aws {
namespace {

struct Exception {
  const char* name;
  const char* no_proxy;
  const char* url;
  bool is_excepted;
};

class NoProxy : public testing::TestWithParam<Exception> {};

TEST_P(NoProxy, Excepts) {
  EXPECT_EQ(is_excepted(GetParam().no_proxy, *parse_url(GetParam().url)), GetParam().is_excepted);
}

INSTANTIATE_TEST_SUITE_P(
    Proxy, NoProxy,
    testing::Values(Exception{"empty", "", "http://a.example/", false},
                    Exception{"star", "*", "http://a.example/", true},
                    Exception{"star_in_list", "x, *", "http://a.example/", true},
                    Exception{"same", "a.example", "http://a.example/", true},
                    Exception{"other_case", "A.Example", "http://a.EXAMPLE/", true},
                    Exception{"below", "example", "http://a.example/", true},
                    Exception{"dot", ".example", "http://a.example/", true},
                    Exception{"dot_matches_itself", ".a.example", "http://a.example/", true},
                    Exception{"not_in_a_word", "ample", "http://a.example/", false},
                    Exception{"above", "b.a.example", "http://a.example/", false},
                    Exception{"spaces", " b.example ,\ta.example ", "http://a.example/", true},
                    Exception{"empty_entries", ",,", "http://a.example/", false},
                    Exception{"only_dots", "...", "http://a.example/", false},
                    Exception{"port", "a.example:8080", "http://a.example:8080/", true},
                    Exception{"other_port", "a.example:8080", "http://a.example/", false},
                    Exception{"default_port", "a.example:443", "https://a.example/", true},
                    Exception{"address", "127.0.0.1", "http://127.0.0.1:99/", true},
                    Exception{"loopback_is_not_special", "a.example", "http://127.0.0.1/", false},
                    Exception{"network", "10.0.0.0/8", "http://10.255.1.2/", true},
                    Exception{"network_odd_bits", "10.16.0.0/12", "http://10.31.9.9/", true},
                    Exception{"outside_network", "10.16.0.0/12", "http://10.32.0.1/", false},
                    Exception{"whole_network", "0.0.0.0/0", "http://10.32.0.1/", true},
                    Exception{"network_of_names", "10.0.0.0/8", "http://a.example/", false},
                    Exception{"network_malformed", "10.0.0.0/99", "http://10.0.0.1/", false},
                    Exception{"network_v6", "fd00::/8", "http://[fd00:ec2::23]/", true},
                    Exception{"v6", "[::1]", "http://[::1]/", true},
                    Exception{"v6_bare", "::1", "http://[::1]/", true},
                    Exception{"v6_port", "[::1]:80", "http://[::1]/", true},
                    Exception{"v6_broken", "[", "http://[::1]/", false}),
    [](const auto& row) { return row.param.name; });

struct Choice {
  const char* name;
  std::map<std::string, std::string> variables;
  const char* url;
  const char* origin;  ///< empty: no proxy
};

class ChooseProxy : public testing::TestWithParam<Choice> {};

TEST_P(ChooseProxy, ReadsTheVariables) {
  auto proxy = choose_proxy(core::Environment(GetParam().variables), *parse_url(GetParam().url));
  ASSERT_TRUE(proxy) << proxy.error().message;
  EXPECT_EQ(*proxy ? (*proxy)->origin : "", GetParam().origin);
}

INSTANTIATE_TEST_SUITE_P(
    Proxy, ChooseProxy,
    testing::Values(
        Choice{"none", {}, "https://a.example/", ""},
        Choice{"https", {{"HTTPS_PROXY", "http://p:3128"}}, "https://a.example/", "http://p:3128"},
        Choice{"https_only", {{"HTTPS_PROXY", "http://p:3128"}}, "http://a.example/", ""},
        Choice{"http", {{"HTTP_PROXY", "http://p:3128"}}, "http://a.example/", "http://p:3128"},
        Choice{"http_only", {{"http_proxy", "http://p:3128"}}, "https://a.example/", ""},
        Choice{"lower_case_wins",
               {{"https_proxy", "http://l:1"}, {"HTTPS_PROXY", "http://u:2"}},
               "https://a.example/",
               "http://l:1"},
        Choice{"lower_case_empty_wins",
               {{"https_proxy", ""}, {"HTTPS_PROXY", "http://u:2"}},
               "https://a.example/",
               ""},
        Choice{"cgi",
               {{"HTTP_PROXY", "http://p:1"}, {"REQUEST_METHOD", "GET"}},
               "http://a.example/",
               ""},
        Choice{"all_proxy_is_not_read", {{"ALL_PROXY", "http://p:1"}}, "https://a.example/", ""},
        Choice{"no_scheme", {{"HTTPS_PROXY", "p:3128"}}, "https://a.example/", "http://p:3128"},
        Choice{"no_port", {{"HTTPS_PROXY", "http://p/"}}, "https://a.example/", "http://p"},
        Choice{"loopback_too", {{"HTTP_PROXY", "p:1"}}, "http://127.0.0.1:4566/", "http://p:1"},
        Choice{"excepted",
               {{"HTTPS_PROXY", "p:1"}, {"NO_PROXY", "amazonaws.com"}},
               "https://rds.eu-west-1.amazonaws.com/",
               ""}),
    [](const auto& row) { return row.param.name; });

TEST(ParseProxy, EncodesCredentials) {
  EXPECT_EQ(parse_proxy("http://Aladdin:open%20sesame@p:1")->authorization,
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617 section 2
  EXPECT_EQ(parse_proxy("user@p:1")->authorization, "Basic dXNlcjo=");
  EXPECT_EQ(parse_proxy("http://a:b/c@d@p:1/")->origin, "http://p:1");
  EXPECT_EQ(parse_proxy("http://p:1")->authorization, "");
}

TEST(ParseProxy, RefusesWithoutShowingThePassword) {
  for (const char* text : {"https://me:secret@p:1", "socks5://me:secret@p:1", "me:secret@p:99999",
                           "http://me:secret@", "me:secret@p q"}) {
    auto proxy = parse_proxy(text);
    ASSERT_FALSE(proxy) << text;
    EXPECT_EQ(proxy.error().kind, core::ErrorKind::invalid);
    EXPECT_EQ(core::describe(proxy.error()).find("secret"), std::string::npos);
  }
}

TEST(ParseProxy, ErrorsNameTheVariable) {
  std::map<std::string, std::string> variables = {{"HTTPS_PROXY", "socks5://p:1"}};
  core::Environment environment(variables);
  auto proxy = choose_proxy(environment, *parse_url("https://a.example/"));
  ASSERT_FALSE(proxy);
  EXPECT_EQ(core::describe(proxy.error()), "https_proxy: proxy socks5://p:1 is not an http one");
}

}  // namespace
}  // namespace snapferry::aws
