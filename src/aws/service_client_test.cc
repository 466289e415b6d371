// One call and its two corrections, against a scripted server.
// SPDX-License-Identifier: Apache-2.0
#include "aws/service_client.h"

#include <map>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "aws/scripted_transport.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;

std::string refusal(const std::string& code, const std::string& message = "no") {
  return fmt::format(
      "<ErrorResponse><Error><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>", code,
      message);
}

class ServiceClientTest : public testing::Test {
 protected:
  static ServiceCall read_call() {
    ServiceCall call;
    call.service = "rds";
    call.region = core::Region("eu-west-1");
    call.operation = "DescribeDBSnapshots";
    call.content_type = kQueryContentType;
    call.body = "Action=DescribeDBSnapshots&Version=2014-10-31";
    return call;
  }
  static ServiceCall write_call() {
    ServiceCall call = read_call();
    call.operation = "CopyDBSnapshot";
    call.is_write = true;
    return call;
  }

  ScriptedTransport transport_;
  HandedCredentials credentials_;
  Settings settings_;
  StandingClock clock_;
  ServiceClient client_{transport_, &credentials_, settings_, clock_};
};

TEST_F(ServiceClientTest, SendsASignedRequest) {
  credentials_.key.session_token = "TOKEN";
  transport_.answer(200, "<A/>");
  auto response = client_.call(read_call());
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->body, "<A/>");
  ASSERT_EQ(transport_.requests.size(), 1U);
  EXPECT_EQ(transport_.requests[0].method, "POST");
  EXPECT_EQ(transport_.requests[0].url, "https://rds.eu-west-1.amazonaws.com/");
  EXPECT_EQ(transport_.header(0, "Content-Type"), kQueryContentType);
  EXPECT_EQ(transport_.header(0, "X-Amz-Date"), "20260115T120000Z");
  EXPECT_EQ(transport_.header(0, "X-Amz-Security-Token"), "TOKEN");
  EXPECT_TRUE(transport_.header(0, "User-Agent").starts_with("snapferry/"));
  EXPECT_TRUE(transport_.header(0, "Authorization")
                  .starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260115/eu-west-1/rds/"
                               "aws4_request, SignedHeaders=content-type;host;x-amz-date;"
                               "x-amz-security-token, Signature="));
}

TEST_F(ServiceClientTest, UsesTheEndpointThatTheUserSet) {
  settings_.environment = core::Environment(
      std::map<std::string, std::string>{{"AWS_ENDPOINT_URL_RDS", "http://127.0.0.1:4566"}});
  transport_.answer(200, "<A/>");
  ASSERT_TRUE(client_.call(read_call()).has_value());
  EXPECT_EQ(transport_.requests[0].url, "http://127.0.0.1:4566/");
  auto url =
      client_.presign("rds", core::Region("eu-west-1"), {{"Action", "A"}}, core::Seconds(60));
  ASSERT_TRUE(url.has_value());
  EXPECT_TRUE(url->starts_with("http://127.0.0.1:4566/?Action=A&X-Amz-Algorithm=")) << *url;
}

TEST_F(ServiceClientTest, AnUnsignedCallNeedsNoCredentials) {
  ServiceClient client(transport_, nullptr, settings_, clock_);
  ServiceCall call = read_call();
  call.is_signed = false;
  transport_.answer(403, refusal("ExpiredTokenException"));
  auto response = client.call(call);
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().aws_code, "ExpiredTokenException");
  EXPECT_EQ(transport_.header(0, "Authorization"), "");
  EXPECT_EQ(transport_.requests.size(), 1U);
}

TEST_F(ServiceClientTest, MissingCredentialsSendNothing) {
  credentials_.key.access_key_id.clear();
  auto response = client_.call(read_call());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind, ErrorKind::denied);
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(ServiceClientTest, ALostAnswerIsUnknownForAWriteOnly) {
  transport_.fail(ErrorKind::unknown, "no answer");
  auto read = client_.call(read_call());
  transport_.fail(ErrorKind::unknown, "no answer");
  auto write = client_.call(write_call());
  transport_.fail(ErrorKind::transient, "refused");
  auto unsent = client_.call(write_call());
  ASSERT_FALSE(read.has_value() || write.has_value() || unsent.has_value());
  EXPECT_EQ(read.error().kind, ErrorKind::transient);
  EXPECT_EQ(write.error().kind, ErrorKind::unknown);
  EXPECT_EQ(unsent.error().kind, ErrorKind::transient);
  EXPECT_EQ(core::describe(write.error()), "rds CopyDBSnapshot in eu-west-1: no answer");
}

TEST_F(ServiceClientTest, CorrectsItsClockOnceAndRemembers) {
  // The server is 20 minutes ahead.
  transport_.answer(403, refusal("SignatureDoesNotMatch", "Signature expired"),
                    {{"Date", "Thu, 15 Jan 2026 12:20:00 GMT"}});
  transport_.answer(200, "<A/>");
  transport_.answer(200, "<A/>");
  ASSERT_TRUE(client_.call(read_call()).has_value());
  ASSERT_TRUE(client_.call(read_call()).has_value());
  ASSERT_EQ(transport_.requests.size(), 3U);
  EXPECT_EQ(transport_.header(0, "X-Amz-Date"), "20260115T120000Z");
  EXPECT_EQ(transport_.header(1, "X-Amz-Date"), "20260115T122000Z");
  EXPECT_EQ(transport_.header(2, "X-Amz-Date"), "20260115T122000Z");
}

TEST_F(ServiceClientTest, CorrectsItsClockOnlyOnceInACall) {
  for (const char* date : {"Thu, 15 Jan 2026 12:20:00 GMT", "Thu, 15 Jan 2026 13:20:00 GMT"}) {
    transport_.answer(400, refusal("RequestExpired"), {{"Date", date}});
  }
  auto response = client_.call(read_call());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind, ErrorKind::denied);
  EXPECT_EQ(transport_.requests.size(), 2U);
}

TEST_F(ServiceClientTest, AWrongSecretIsNoClockFault) {
  transport_.answer(403, refusal("SignatureDoesNotMatch"),
                    {{"Date", "Thu, 15 Jan 2026 12:04:59 GMT"}});
  ASSERT_FALSE(client_.call(read_call()).has_value());
  transport_.answer(403, refusal("SignatureDoesNotMatch"));
  ASSERT_FALSE(client_.call(read_call()).has_value());
  transport_.answer(403, refusal("AccessDenied"), {{"Date", "Thu, 15 Jan 2026 12:20:00 GMT"}});
  ASSERT_FALSE(client_.call(read_call()).has_value());
  EXPECT_EQ(transport_.requests.size(), 3U);
}

TEST_F(ServiceClientTest, RenewsExpiredCredentialsOnce) {
  transport_.answer(403, refusal("ExpiredToken"));
  transport_.answer(200, "<A/>");
  ASSERT_TRUE(client_.call(read_call()).has_value());
  EXPECT_EQ(credentials_.invalidated, 1);
  EXPECT_NE(transport_.header(1, "Authorization").find("AKIDEXAMPLE1/"), std::string::npos);

  transport_.answer(400, refusal("ExpiredTokenException"));
  transport_.answer(400, refusal("ExpiredTokenException"));
  auto response = client_.call(read_call());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind, ErrorKind::denied);
  EXPECT_EQ(credentials_.invalidated, 2);
  EXPECT_EQ(transport_.requests.size(), 4U);
}

TEST_F(ServiceClientTest, ShowsNoSecretThatTheServerEchoes) {
  credentials_.key.session_token = "SESSIONTOKEN";
  transport_.answer(400, refusal("ValidationError",
                                 "bad SESSIONTOKEN and " + credentials_.key.secret_access_key));
  auto response = client_.call(read_call());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().message,
            "rds DescribeDBSnapshots in eu-west-1: ValidationError: bad *** and ***");
}

TEST_F(ServiceClientTest, ShowsNoPartOfALongTokenThatTheServerEchoes) {
  // As long as real ones: longer than what a message shows of an answer. Its blocks tell any part.
  std::string& token = credentials_.key.session_token;
  while (token.size() < 1000) token += "+TOK/";
  struct Row {
    std::string name;
    int status;
    std::string body;
  };
  for (const Row& row :
       {Row{"Message", 400, refusal("ValidationError", "bad " + token)},
        Row{"EncodedMessage", 400, refusal("ValidationError", "bad " + uri_encode(token))},
        Row{"Html", 502, "<html>" + token + "</html>"},
        Row{"EncodedHtml", 403, "<html>" + uri_encode(token) + "</html>"},
        Row{"Secret", 403, std::string(70, '.') + credentials_.key.secret_access_key}}) {
    SCOPED_TRACE(row.name);
    transport_.answer(row.status, row.body);
    auto response = client_.call(read_call());
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().message.find("TOK"), std::string::npos) << response.error().message;
    EXPECT_EQ(response.error().message.find("wJalr"), std::string::npos)
        << response.error().message;
    EXPECT_NE(response.error().message.find("***"), std::string::npos) << response.error().message;
  }
  transport_.answer(200, "<html>" + token + "</html>");
  EXPECT_EQ(client_.call(read_call())->body, "<html>***</html>");
}

TEST_F(ServiceClientTest, AnEmulatorsShortSecretLeavesNamesAlone) {
  credentials_.key.secret_access_key = "test";
  transport_.answer(200, "<A>test-1</A>");
  EXPECT_EQ(client_.call(read_call())->body, "<A>test-1</A>");
}

TEST_F(ServiceClientTest, RefusesAnAnswerLargerThanAny) {
  for (const auto& [call, kind] : {std::pair(read_call(), ErrorKind::transient),
                                   std::pair(write_call(), ErrorKind::unknown)}) {
    transport_.answer(200, std::string((16U << 20U) + 1, 'x'));
    auto response = client_.call(call);
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, kind);
  }
}

TEST_F(ServiceClientTest, ARegionThatIsNoneSendsNothing) {
  ServiceCall call = read_call();
  call.region = core::Region("eu-wset-1.evil.example/");
  auto response = client_.call(call);
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(transport_.requests.empty());
}

struct DateRow {
  std::string name;
  std::string text;
  std::string instant;  // empty: refused
};

class HttpDate : public testing::TestWithParam<DateRow> {};

TEST_P(HttpDate, IsRead) {
  auto instant = parse_http_date(GetParam().text);
  EXPECT_EQ(instant ? core::format_instant(*instant) : "", GetParam().instant);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, HttpDate,
    testing::Values(DateRow{"Good", "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"},
                    DateRow{"December", "Thu, 31 Dec 2026 23:59:59 GMT", "2026-12-31T23:59:59Z"},
                    DateRow{"NoMonth", "Sun, 06 anF 1994 08:49:37 GMT", ""},
                    DateRow{"NoDay", "Sun, 36 Nov 1994 08:49:37 GMT", ""},
                    DateRow{"Sign", "Sun, -6 Nov 1994 08:49:37 GMT", ""},
                    DateRow{"OldForm", "Sunday, 06-Nov-94 08:49:37 GMT", ""},
                    DateRow{"Empty", "", ""}, DateRow{"Blanks", std::string(29, ' '), ""}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace snapferry::aws
