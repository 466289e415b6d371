// Refusals in every form that AWS and what stands before it send, whole, odd and cut.
// SPDX-License-Identifier: Apache-2.0
#include "aws/refusal.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using namespace std::chrono_literals;

struct FormRow {
  std::string name;
  HttpResponse response;
  std::string code;
  std::string message;
  std::string request_id;
};

class RefusalForm : public testing::TestWithParam<FormRow> {};

TEST_P(RefusalForm, IsRead) {
  Refusal refusal = read_refusal(GetParam().response);
  EXPECT_EQ(refusal.code, GetParam().code);
  EXPECT_EQ(refusal.message, GetParam().message);
  EXPECT_EQ(refusal.request_id, GetParam().request_id);
}

HttpResponse answer(std::string body, Fields headers = {}) {
  return {400, std::move(headers), std::move(body)};
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RefusalForm,
    testing::Values(
        FormRow{
            "Query",
            answer("<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/"
                   "2014-10-31/\"><Error><Type>Sender</Type><Code>DBSnapshotNotFound</Code>"
                   "<Message>DBSnapshot not found: x &amp; y</Message></Error>"
                   "<RequestId>r-1</RequestId></ErrorResponse>"),
            "DBSnapshotNotFound", "DBSnapshot not found: x & y", "r-1"},
        FormRow{"Ec2",
                answer("<Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message>"
                       "</Error></Errors><RequestID>r-2</RequestID></Response>"),
                "AuthFailure", "no", "r-2"},
        FormRow{"BareError",
                answer("<Error><Code>SlowDown</Code><Message>slow</Message>"
                       "<RequestId>r-3</RequestId></Error>"),
                "SlowDown", "slow", "r-3"},
        FormRow{"Json", answer(R"({"__type":"NotFoundException","message":"no key"})"),
                "NotFoundException", "no key", ""},
        FormRow{"JsonPrefix",
                answer(R"( {"__type":"com.amazonaws.kms#NotFoundException","Message":"no key"})",
                       {{"x-amzn-RequestId", "r-4"}}),
                "NotFoundException", "no key", "r-4"},
        FormRow{"JsonHeader",
                answer(R"({"message":"late"})",
                       {{"X-Amzn-ErrorType", "ExpiredTokenException:http://internal.amazon.com/"}}),
                "ExpiredTokenException", "late", ""},
        FormRow{"HeaderGoesBeforeBody",
                answer("<ErrorResponse><Error><Code>Throttling</Code></Error>"
                       "<RequestId>body</RequestId></ErrorResponse>",
                       {{"x-amzn-requestid", "header"}}),
                "Throttling", "", "header"},
        FormRow{"Empty", answer(""), "", "", ""}, FormRow{"Blanks", answer(" \n"), "", "", ""},
        FormRow{"Html", answer("<html><body><h1>503</h1></body></html>"), "", "", ""},
        FormRow{"JsonList", answer("[1]"), "", "", ""},
        FormRow{"JsonCut", answer(R"({"__type":"NotFoundEx)"), "", "", ""},
        FormRow{"JsonOddTypes", answer(R"({"__type":5,"message":{}})"), "", "", ""},
        FormRow{"CodeIsNoWord",
                answer("<ErrorResponse><Error><Code>a b\nc</Code></Error></ErrorResponse>"), "", "",
                ""},
        FormRow{"Binary", answer(std::string("\x7f\x45\x00\xff", 4)), "", "", ""}),
    [](const auto& row) { return row.param.name; });

TEST(ReadError, ShowsAShortPrintableExcerptOfWhatIsNotAws) {
  HttpResponse response{
      403,
      {},
      "<html>\n\t<title>Blocked\x01 by policy</title>" + std::string(500, 'x') + "</html>"};
  core::Error error = read_error("rds", "rds DescribeDBSnapshots in eu-west-1", response, false);
  EXPECT_EQ(error.kind, ErrorKind::denied);
  EXPECT_TRUE(error.message.starts_with(
      "rds DescribeDBSnapshots in eu-west-1: answered with HTTP status 403 and no error of AWS: "
      "\"<html> <title>Blocked by policy</title>xxx"))
      << error.message;
  EXPECT_LT(error.message.size(), 200U);
  EXPECT_FALSE(error.hint.empty());
}

TEST(ReadError, AnEmptyServerFailureIsUnknownForAWrite) {
  EXPECT_EQ(read_error("rds", "c", {502, {}, ""}, true).kind, ErrorKind::unknown);
  EXPECT_EQ(read_error("rds", "c", {502, {}, ""}, false).kind, ErrorKind::transient);
  EXPECT_EQ(read_error("rds", "c", {502, {}, ""}, false).message,
            "c: answered with HTTP status 502");
}

TEST(ReadError, LeavesOutWhatAwsEchoesOfSignedHeaders) {
  HttpResponse response{
      403,
      {},
      "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we "
      "calculated does not match the signature you provided. Check your AWS Secret Access Key.\n\n"
      "The Canonical String for this request should have been\n'POST\nx-amz-security-token:SECRET"
      "TOKEN'</Message></Error></ErrorResponse>"};
  core::Error error = read_error("rds", "c", response, false);
  EXPECT_EQ(error.message.find("SECRETTOKEN"), std::string::npos) << error.message;
  EXPECT_TRUE(error.message.ends_with("Check your AWS Secret Access Key")) << error.message;

  response.body =
      "<ErrorResponse><Error><Code>IncompleteSignature</Code><Message>Credential must have 5 parts "
      "Authorization=AWS4-HMAC-SHA256 SECRETTOKEN</Message></Error></ErrorResponse>";
  EXPECT_EQ(read_error("rds", "c", response, false).message.find("SECRETTOKEN"), std::string::npos);
}

TEST(ReadError, LongMessagesAreCut) {
  HttpResponse response{400,
                        {},
                        "<ErrorResponse><Error><Code>ValidationError</Code><Message>" +
                            std::string(100000, 'x') + "</Message></Error></ErrorResponse>"};
  EXPECT_LT(read_error("rds", "c", response, false).message.size(), 700U);
}

struct PauseRow {
  std::string name;
  Fields headers;
  std::optional<core::Milliseconds> pause;
};

class RetryAfter : public testing::TestWithParam<PauseRow> {};

TEST_P(RetryAfter, IsRead) {
  core::Error error = read_error("rds", "c", {503, GetParam().headers, ""}, false);
  EXPECT_EQ(error.retry_after, GetParam().pause);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RetryAfter,
    testing::Values(
        PauseRow{"None", {}, std::nullopt}, PauseRow{"Seconds", {{"retry-after", "3"}}, 3s},
        PauseRow{"Milliseconds", {{"X-Amz-Retry-After", "1500"}}, 1500ms},
        PauseRow{"OwnGoesFirst", {{"Retry-After", "9"}, {"x-amz-retry-after", "20"}}, 20ms},
        PauseRow{"Date", {{"Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"}}, std::nullopt},
        PauseRow{"Negative", {{"Retry-After", "-1"}}, std::nullopt},
        PauseRow{"Huge", {{"Retry-After", "9223372036854775807"}}, 1h},
        PauseRow{"TooLargeANumber", {{"Retry-After", "99999999999999999999"}}, std::nullopt}),
    [](const auto& row) { return row.param.name; });

TEST(ReadError, SurvivesEveryCutOfARealRefusal) {
  const std::string xml =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ErrorResponse "
      "xmlns=\"http://rds.amazonaws.com/doc/"
      "2014-10-31/\"><Error><Type>Sender</Type><Code>InvalidDBInstanceState</Code><Message>Cannot "
      "create a snapshot because the database instance orders is not currently in the available "
      "state.</Message></Error><RequestId>id</RequestId></ErrorResponse>";
  const std::string json =
      R"({"__type":"com.amazonaws.kms#NotFoundException","message":"no \u00e9"})";
  for (const std::string& whole : {xml, json}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      core::Error error = read_error("rds", "c", {400, {}, whole.substr(0, size)}, true);
      EXPECT_EQ(error.kind, ErrorKind::invalid) << size;
      EXPECT_EQ(error.aws_code, "") << size;
    }
  }
}

}  // namespace
}  // namespace snapferry::aws
