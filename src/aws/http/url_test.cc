// What is a url to us, and what is refused.
// SPDX-License-Identifier: Apache-2.0
#include "aws/http/url.h"

#include <gtest/gtest.h>

namespace snapferry::aws {
namespace {

struct Good {
  const char* name;
  const char* text;
  const char* host;
  int port;
  const char* target;
  const char* authority;
};

class GoodUrl : public testing::TestWithParam<Good> {};

TEST_P(GoodUrl, IsParsed) {
  auto url = parse_url(GetParam().text);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->host, GetParam().host);
  EXPECT_EQ(url->port, GetParam().port);
  EXPECT_EQ(url->target, GetParam().target);
  EXPECT_EQ(url->authority(), GetParam().authority);
}

INSTANTIATE_TEST_SUITE_P(
    Url, GoodUrl,
    testing::Values(
        Good{"https", "https://rds.eu-west-1.amazonaws.com", "rds.eu-west-1.amazonaws.com", 443,
             "/", "rds.eu-west-1.amazonaws.com"},
        Good{"port", "http://127.0.0.1:4566/", "127.0.0.1", 4566, "/", "127.0.0.1:4566"},
        Good{"default_port_written", "https://a.example:443/x", "a.example", 443, "/x",
             "a.example"},
        Good{"http_on_443", "http://a.example:443/", "a.example", 443, "/", "a.example:443"},
        Good{"upper_case", "HTTPS://A.Example/Path", "a.example", 443, "/Path", "a.example"},
        Good{"query", "https://a.example/p?x=1&y=%20", "a.example", 443, "/p?x=1&y=%20",
             "a.example"},
        Good{"query_without_path", "https://a.example?x=1", "a.example", 443, "/?x=1", "a.example"},
        Good{"at_in_query", "https://a.example/?m=a@b", "a.example", 443, "/?m=a@b", "a.example"},
        Good{"ipv6", "http://[fd00:ec2::23]/v1", "fd00:ec2::23", 80, "/v1", "[fd00:ec2::23]"},
        Good{"ipv6_port", "http://[::1]:8080", "::1", 8080, "/", "[::1]:8080"},
        Good{"underscore", "http://minio_1:9000/", "minio_1", 9000, "/", "minio_1:9000"}),
    [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  const char* text;
  const char* says;
};

class BadUrl : public testing::TestWithParam<Bad> {};

TEST_P(BadUrl, IsRefusedWithItsReason) {
  auto url = parse_url(GetParam().text);
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().kind, core::ErrorKind::invalid);
  EXPECT_NE(url.error().message.find(GetParam().says), std::string::npos) << url.error().message;
  EXPECT_EQ(url.error().message.find("secret"), std::string::npos) << url.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Url, BadUrl,
    testing::Values(Bad{"empty", "", "does not start with"},
                    Bad{"no_scheme", "rds.amazonaws.com", "does not start with"},
                    Bad{"other_scheme", "ftp://a.example/", "does not start with"},
                    Bad{"no_host", "https:///x", "names no host"},
                    Bad{"only_port", "https://:443/", "names no host"},
                    Bad{"user", "https://me:secret@a.example/", "user information"},
                    Bad{"user_in_broken", "htps://me:secret@a.example/", "does not start"},
                    Bad{"space", "https://a.example/a b", "space"},
                    Bad{"line_break", "https://a.example/\r\nX: y", "space"},
                    Bad{"fragment", "https://a.example/#x", "fragment"},
                    Bad{"port_zero", "https://a.example:0/", "not a port"},
                    Bad{"port_empty", "https://a.example:/", "not a port"},
                    Bad{"port_large", "https://a.example:65536/", "not a port"},
                    Bad{"port_text", "https://a.example:8x/", "not a port"},
                    Bad{"bare_ipv6", "http://::1/", "names no host"},
                    Bad{"ipv6_open", "http://[::1/", "lacks a ']'"},
                    Bad{"ipv6_not_one", "http://[zz]/", "not an IPv6 address"},
                    Bad{"ipv6_trailing", "http://[::1]x/", "follows the ']'"},
                    Bad{"host_marks", "http://a,b/", "not a host name"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace snapferry::aws
