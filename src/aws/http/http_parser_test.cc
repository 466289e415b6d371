// Answers whole, in pieces, cut, too large, and no answers at all.
// SPDX-License-Identifier: Apache-2.0
#include "aws/http/http_parser.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace snapferry::aws {
namespace {

using Rule = ResponseReader::BodyRule;

struct Whole {
  const char* name;
  std::string bytes;
  int status;
  std::string body;
  bool keeps;
  bool ends_by_close = false;
  Rule rule = Rule::by_headers;
};

class WholeAnswer : public testing::TestWithParam<Whole> {};

TEST_P(WholeAnswer, IsReadInOnePiece) {
  ResponseReader reader(GetParam().rule);
  auto fed = reader.feed(GetParam().bytes);
  ASSERT_TRUE(fed) << fed.error().message;
  EXPECT_EQ(*fed, !GetParam().ends_by_close);
  if (!*fed) {
    ASSERT_TRUE(reader.finish());
  }
  EXPECT_EQ(reader.keeps_connection(), GetParam().keeps);
  auto response = reader.take();
  EXPECT_EQ(response.status, GetParam().status);
  EXPECT_EQ(response.body, GetParam().body);
}

TEST_P(WholeAnswer, IsReadByteByByte) {
  ResponseReader reader(GetParam().rule);
  bool is_whole = false;
  for (char byte : GetParam().bytes) {
    if (is_whole) break;
    auto fed = reader.feed({&byte, 1});
    ASSERT_TRUE(fed) << fed.error().message;
    is_whole = *fed;
  }
  if (!is_whole) {
    ASSERT_TRUE(reader.finish());
  }
  EXPECT_EQ(reader.take().body, GetParam().body);
}

TEST_P(WholeAnswer, IsUnknownWhereverItIsCut) {
  const auto& bytes = GetParam().bytes;
  // Where the close ends the body, a cut body is a shorter body; only the head can be seen cut.
  std::size_t end = GetParam().ends_by_close ? bytes.find("\r\n\r\n") + 3 : bytes.size();
  for (std::size_t length = 0; length < end; ++length) {
    ResponseReader reader(GetParam().rule);
    auto fed = reader.feed(std::string_view(bytes).substr(0, length));
    ASSERT_TRUE(fed) << length;
    if (*fed) {  // only what follows the answer was cut
      EXPECT_EQ(GetParam().keeps, false);
      continue;
    }
    auto finished = reader.finish();
    ASSERT_FALSE(finished) << length;
    EXPECT_EQ(finished.error().kind, core::ErrorKind::unknown);
  }
}

INSTANTIATE_TEST_SUITE_P(
    ResponseReader, WholeAnswer,
    testing::Values(
        Whole{"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true},
        Whole{"empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", true},
        Whole{"no_reason", "HTTP/1.1 400 \r\nContent-Length: 2\r\n\r\nno", 400, "no", true},
        Whole{"chunked",
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
              "4;x=y\r\nwiki\r\n5\r\npedia\r\n0\r\nTrailer: t\r\n\r\n",
              200, "wikipedia", true},
        Whole{"by_close", "HTTP/1.1 200 OK\r\nServer: s\r\n\r\nhello", 200, "hello", false, true},
        Whole{"closing", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", 200,
              "hi", false},
        Whole{"http_1_0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi", false},
        Whole{"interim",
              "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
              200, "hi", true},
        Whole{"no_content", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
        Whole{"head", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 200, "", true, false,
              Rule::none}),
    [](const auto& row) { return row.param.name; });

TEST(ResponseReader, KeepsHeadersInOrder) {
  ResponseReader reader(Rule::by_headers);
  ASSERT_TRUE(
      *reader.feed("HTTP/1.1 200 OK\r\nX-One: a\r\nx-amzn-RequestId:  id \r\n"
                   "Content-Length: 0\r\n\r\n"));
  auto response = reader.take();
  ASSERT_EQ(response.headers.size(), 3U);
  EXPECT_EQ(response.headers[0].first, "X-One");
  EXPECT_EQ(response.header("X-AMZN-REQUESTID"), "id");
  EXPECT_EQ(response.header("absent"), "");
}

TEST(ResponseReader, BytesBehindTheAnswerEndTheConnection) {
  ResponseReader reader(Rule::by_headers);
  ASSERT_TRUE(*reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200"));
  EXPECT_FALSE(reader.keeps_connection());
  EXPECT_EQ(reader.take().body, "hi");
}

struct NoAnswer {
  const char* name;
  std::string bytes;
  const char* says;
};

class Garbage : public testing::TestWithParam<NoAnswer> {};

TEST_P(Garbage, IsUnknownWithItsReason) {
  ResponseReader reader(Rule::by_headers);
  auto fed = reader.feed(GetParam().bytes);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().kind, core::ErrorKind::unknown);
  EXPECT_NE(fed.error().message.find(GetParam().says), std::string::npos) << fed.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    ResponseReader, Garbage,
    testing::Values(
        NoAnswer{"ssh", "SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "not http"},
        NoAnswer{"html", "<html><body>captive portal</body></html>\r\n\r\n", "not http"},
        NoAnswer{"bad_length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "not http"},
        NoAnswer{"two_lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                 "not http"},
        NoAnswer{"bad_chunk",
                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
                 "not http"},
        NoAnswer{"upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "another protocol"},
        NoAnswer{"large_body", "HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n",
                 "larger than 16 MiB"},
        NoAnswer{"large_header",
                 "HTTP/1.1 200 OK\r\nX: " + std::string(kHeaderBytesMax, 'x') + "\r\n\r\n",
                 "larger than 64 KiB"},
        NoAnswer{"endless_header", "HTTP/1.1 200 OK\r\nX: " + std::string(kHeaderBytesMax, 'x'),
                 "larger than 64 KiB"},
        NoAnswer{"endless_first_line", "HTTP/1.1 200 " + std::string(kHeaderBytesMax, 'x'),
                 "larger than 64 KiB"}),
    [](const auto& row) { return row.param.name; });

TEST(ResponseReader, BoundsBodiesOfUntoldLength) {
  ResponseReader reader(Rule::by_headers);
  ASSERT_TRUE(reader.feed("HTTP/1.1 200 OK\r\n\r\n"));
  std::string mebibyte(1 << 20, 'x');
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(reader.feed(mebibyte)) << i;
  EXPECT_FALSE(reader.feed("x"));
}

RC_GTEST_PROP(ResponseReader, SurvivesAnyBytes,
              (const std::string& head, const std::string& rest)) {
  ResponseReader reader(Rule::by_headers);
  auto fed = reader.feed(*rc::gen::arbitrary<bool>() ? "HTTP/1.1 200 OK\r\n" + head : head);
  if (fed && !*fed) fed = reader.feed(rest);
  if (fed && !*fed) (void)reader.finish();
}

}  // namespace
}  // namespace snapferry::aws
