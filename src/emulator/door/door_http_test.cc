// SPDX-License-Identifier: Apache-2.0
#include "emulator/door/door_http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/door/auth.h"
#include "emulator/door/door_fixture.h"

namespace snapferry::emulator {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only
using testing::HasSubstr;

constexpr const char* kWhoAmI = "Action=GetCallerIdentity&Version=2011-06-15";
constexpr const char* kAssume =
    "Action=AssumeRole&Version=2011-06-15&RoleSessionName=me"
    "&RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fops%2Fbackup";

class DoorHttpTest : public testing::Test {
 protected:
  WireResponse query(const std::string& form, Signer signer, core::Milliseconds skew = 0ms) {
    return door.answer(query_request(form, signer, host.now() + skew)).response;
  }
  WireResponse sts(const std::string& form) { return query(form, sts_signer()); }
  WireResponse sns(const std::string& form) {
    Signer signer;
    signer.service = "sns";
    return query(form, signer);
  }
  WireResponse kms(const std::string& operation, const std::string& body) {
    return door.answer(kms_request(operation, body, Signer(), host.now())).response;
  }
  static Signer sts_signer() {
    Signer signer;
    signer.service = "sts";
    return signer;
  }
  static Signer signer_of(const std::string& xml) {
    Signer signer = sts_signer();
    signer.key = {.access_key_id = element(xml, "AccessKeyId"),
                  .secret_access_key = element(xml, "SecretAccessKey"),
                  .session_token = element(xml, "SessionToken")};
    return signer;
  }
  WireResponse control(const std::string& method, const std::string& name,
                       const std::string& body = {}) {
    return door
        .answer({.method = method, .target = "/_emulator/" + name, .headers = {}, .body = body})
        .response;
  }

  HandClock host;
  EmulatorClock clock{host, 1};
  World world{clock, 1};
  DoorHttp door{world, 1};
};

void expect_error(const WireResponse& response, int status, const std::string& code,
                  const std::string& message) {
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(element(response.body, "Code"), code);
  EXPECT_THAT(element(response.body, "Message"), HasSubstr(message));
}

TEST_F(DoorHttpTest, RootIdentities) {
  struct Row {
    const char* name;
    const char* access_key_id;
    const char* region;
    const char* arn;
  };
  const Row rows[] = {
      {"testing", "testing", "eu-west-1", "arn:aws:iam::123456789012:root"},
      {"an account id", "111122223333", "eu-west-1", "arn:aws:iam::111122223333:root"},
      {"china", "testing", "cn-north-1", "arn:aws-cn:iam::123456789012:root"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    Signer signer = sts_signer();
    signer.key.access_key_id = row.access_key_id;
    signer.region = row.region;
    const WireResponse response = query(kWhoAmI, signer);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(element(response.body, "Arn"), row.arn);
  }
}

TEST_F(DoorHttpTest, SignaturesThatAreRefused) {
  const auto expect = [&](const char* name, const WireResponse& response, int status,
                          const char* code, const char* message) {
    SCOPED_TRACE(name);
    expect_error(response, status, code, message);
  };
  Signer signer = sts_signer();
  signer.key.secret_access_key = "wrong";
  expect("wrong secret", query(kWhoAmI, signer), 403, "SignatureDoesNotMatch",
         "The request signature we calculated does not match");
  signer = sts_signer();
  signer.key.access_key_id = "AKIAIOSFODNN7EXAMPLE";
  expect("unknown key", query(kWhoAmI, signer), 403, "InvalidClientTokenId",
         "The security token included in the request is invalid.");
  signer = sts_signer();
  signer.key.session_token = "token";
  expect("token beside a root key", query(kWhoAmI, signer), 403, "InvalidClientTokenId", "invalid");
  signer = sts_signer();
  signer.region = "mars-north-1";
  expect("no region", query(kWhoAmI, signer), 403, "SignatureDoesNotMatch",
         "Credential should be scoped to a valid region, not 'mars-north-1'.");
  signer = sts_signer();
  signer.service = "ec2";
  expect("no service", query(kWhoAmI, signer), 501, "NotImplemented", "not ec2");
  expect("slow clock", query(kWhoAmI, sts_signer(), -16min), 403, "SignatureDoesNotMatch",
         "Signature expired: 20261122T000717Z is now earlier than 20261122T000817Z "
         "(20261122T002317Z - 15 min.)");
  expect("fast clock", query(kWhoAmI, sts_signer(), 16min), 403, "SignatureDoesNotMatch",
         "Signature not yet current: 20261122T003917Z is still later than 20261122T003817Z "
         "(20261122T002317Z + 15 min.)");

  WireRequest request = query_request(kWhoAmI, sts_signer(), host.now());
  request.body += "&x=y";
  expect("changed body", door.answer(request).response, 403, "SignatureDoesNotMatch", "");
  request = query_request(kWhoAmI, sts_signer(), host.now());
  request.headers[0].second = "text/plain";
  expect("changed header", door.answer(request).response, 403, "SignatureDoesNotMatch", "");
  expect("nothing",
         door.answer({.method = "POST", .target = "/", .headers = {}, .body = kWhoAmI}).response,
         403, "MissingAuthenticationToken", "missing Authentication Token");
  expect("half",
         door.answer({.method = "POST",
                      .target = "/",
                      .headers = {{"Authorization", "AWS4-HMAC-SHA256 Credential=a/b"}},
                      .body = kWhoAmI})
             .response,
         400, "IncompleteSignature", "requires 'Signature' parameter");
}

TEST_F(DoorHttpTest, SignaturesKnowNothingOfAdvances) {
  EXPECT_EQ(control("POST", "advance", R"({"by":"3h"})").status, 200);
  EXPECT_EQ(sts(kWhoAmI).status, 200);
}

TEST_F(DoorHttpTest, PresignedQueryIsAsGoodAsAHeader) {
  aws::SignableRequest signable;
  signable.method = "GET";
  signable.host = "127.0.0.1:4566";
  signable.path = "/";
  signable.query = {{"Action", "GetCallerIdentity"}, {"Version", "2011-06-15"}};
  const std::string url = aws::presign_url(
      signable, Signer().key, {.time = host.now(), .region = "eu-west-1", .service = "sts"}, 60s);
  const WireRequest request{.method = "GET",
                            .target = url.substr(url.find("/?")),
                            .headers = {{"Host", signable.host}},
                            .body = {}};
  EXPECT_EQ(door.answer(request).response.status, 200);
  const AuthTimes times{.host = host.now(), .emulated = host.now()};
  EXPECT_EQ(authenticate_url(url, world.sts, times).value().parameters, signable.query);
  EXPECT_FALSE(authenticate_url(url + "0", world.sts, times).has_value());
  host.advance(61s);
  expect_error(door.answer(request).response, 400, "RequestExpired", "Request has expired.");
}

TEST_F(DoorHttpTest, AssumedRoleWorksUntilItExpires) {
  const WireResponse assumed = sts(kAssume);
  ASSERT_EQ(assumed.status, 200) << assumed.body;
  const Signer role = signer_of(assumed.body);
  const WireResponse who = query(kWhoAmI, role);
  EXPECT_EQ(element(who.body, "Arn"), "arn:aws:sts::210987654321:assumed-role/backup/me");
  EXPECT_EQ(element(who.body, "Account"), "210987654321");
  Signer other_token = role;
  other_token.key.session_token = "x";
  expect_error(query(kWhoAmI, other_token), 403, "InvalidClientTokenId", "");
  Signer china = role;
  china.region = "cn-north-1";
  expect_error(query(kWhoAmI, china), 403, "InvalidClientTokenId", "");
  clock.advance(1h);
  expect_error(query(kWhoAmI, role), 403, "ExpiredToken",
               "The security token included in the request is expired");
}

TEST_F(DoorHttpTest, AssumeRoleRefusals) {
  struct Row {
    const char* name;
    std::string form;
    const char* code;
    const char* message;
  };
  const std::string head = "Action=AssumeRole&Version=2011-06-15";
  const std::string role = "&RoleArn=arn:aws:iam::210987654321:role/b";
  const Row rows[] = {
      {"no name", head + role, "MissingParameter", "RoleSessionName"},
      {"bad name", head + role + "&RoleSessionName=a!b", "ValidationError", "'roleSessionName'"},
      {"long name", head + role + "&RoleSessionName=" + std::string(65, 'a'), "ValidationError",
       "Member must have length less than or equal to 64"},
      {"short", head + role + "&RoleSessionName=me&DurationSeconds=899", "ValidationError",
       "greater than or equal to 900"},
      {"no role", head + "&RoleArn=arn:aws:iam::210987654321:user/b&RoleSessionName=me",
       "ValidationError", "is invalid"},
      {"unknown parameter", head + role + "&RoleSessionName=me&Color=red", "InvalidQueryParameter",
       "Color"},
      {"unknown action", "Action=Dance&Version=2011-06-15", "InvalidAction",
       "Could not find operation Dance for version 2011-06-15"},
      {"other version", "Action=AssumeRole&Version=1999-01-01", "InvalidAction", "1999-01-01"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    expect_error(sts(row.form), 400, row.code, row.message);
  }
}

TEST_F(DoorHttpTest, WebIdentityNeedsNoSignature) {
  const auto assume = [&](const std::string& token) {
    return door
        .answer({.method = "POST",
                 .target = "/",
                 .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                 .body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=me"
                         "&RoleArn=arn:aws:iam::210987654321:role/pod&WebIdentityToken=" +
                         token})
        .response;
  };
  const WireResponse assumed = assume("emulator:subject");
  ASSERT_EQ(assumed.status, 200) << assumed.body;
  EXPECT_EQ(query(kWhoAmI, signer_of(assumed.body)).status, 200);
  expect_error(assume("eyJhbGciOi"), 400, "InvalidIdentityToken", "not a valid JWT");
  expect_error(assume("emulator:subject:2026-01-01T00:00:00Z"), 400, "ExpiredTokenException",
               "Token expired");
}

TEST_F(DoorHttpTest, KmsSpeaksJson) {
  const WireResponse created = kms("CreateKey", "{}");
  EXPECT_EQ(created.status, 200);
  EXPECT_THAT(created.body, HasSubstr(R"("KeyState":"Enabled")"));
  struct Row {
    const char* name;
    const char* operation;
    const char* body;
    const char* wanted;
  };
  const Row rows[] = {
      {"no alias", "DescribeKey", R"({"KeyId":"alias/x"})",
       R"({"__type":"NotFoundException","message":"Alias arn:aws:kms:eu-west-1:123456789012:alias/x is not found."})"},
      {"no key", "DescribeKey", R"({"KeyId":"5c0a1bd4-0e1c-4ff3-8b38-3f9b3d7f0aaa"})",
       "Key 'arn:aws:kms:eu-west-1:123456789012:key/5c0a1bd4-0e1c-4ff3-8b38-3f9b3d7f0aaa' does not "
       "exist"},
      {"no id", "DescribeKey", R"({"KeyId":"x"})", "Invalid keyId 'x'"},
      {"other region", "DescribeKey", R"({"KeyId":"arn:aws:kms:us-east-1:123456789012:key/x"})",
       "Invalid arn us-east-1"},
      {"missing", "DescribeKey", "{}", "Value null at 'keyId' failed to satisfy constraint"},
      {"unknown member", "DescribeKey", R"({"Keyid":"x"})", "DescribeKey has no member Keyid"},
      {"not json", "DescribeKey", "{", "SerializationException"},
      {"unknown operation", "Dance", "{}", "UnknownOperationException"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const WireResponse response = kms(row.operation, row.body);
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr(row.wanted));
  }
  Signer stranger;
  stranger.key.access_key_id = "AKIAIOSFODNN7EXAMPLE";
  const auto refused = door.answer(kms_request("ListKeys", "{}", stranger, host.now())).response;
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr(R"("__type":"UnrecognizedClientException")"));
}

TEST_F(DoorHttpTest, KmsKeyStates) {
  Caller caller = root_of(core::AccountId("123456789012"), core::Region("eu-west-1"));
  const KmsKey& key = world.kms.create_key(caller, clock.now());
  const std::string id = R"({"KeyId":")" + key.key_id + R"("})";
  EXPECT_EQ(kms("DisableKey", id).status, 200);
  EXPECT_EQ(key.state, "Disabled");
  const std::string grant = R"({"GranteePrincipal":"x","Operations":["Decrypt"],"KeyId":")";
  EXPECT_THAT(kms("CreateGrant", grant + key.key_id + "\"}").body,
              HasSubstr(key.arn + " is disabled."));
  EXPECT_EQ(kms("EnableKey", id).status, 200);
  EXPECT_EQ(kms("CreateGrant", grant + key.key_id + "\"}").status, 200);
  EXPECT_EQ(kms("ScheduleKeyDeletion", id).status, 200);
  EXPECT_THAT(kms("EnableKey", id).body, HasSubstr(key.arn + " is pending deletion."));
  EXPECT_THAT(kms("DescribeKey", id).body, HasSubstr(R"("DeletionDate":)"));
  clock.advance(std::chrono::days(30));
  EXPECT_THAT(kms("DescribeKey", id).body, HasSubstr("does not exist"));
  EXPECT_TRUE(world.kms.grants.empty());
}

TEST_F(DoorHttpTest, ForeignKeyNeedsAPolicyThatLetsIn) {
  Caller owner = root_of(core::AccountId("210987654321"), core::Region("eu-west-1"));
  KmsKey& key = world.kms.create_key(owner, clock.now());
  const std::string id = R"({"KeyId":")" + key.arn + R"("})";
  EXPECT_THAT(kms("DescribeKey", id).body, HasSubstr("AccessDeniedException"));
  key.policy = R"({"Statement":[{"Effect":"Allow","Action":"kms:*",)"
               R"("Principal":{"AWS":["arn:aws:iam::123456789012:root"]}}]})";
  EXPECT_EQ(kms("DescribeKey", id).status, 200);
  EXPECT_THAT(kms("DisableKey", id).body, HasSubstr("AccessDeniedException"));
}

TEST_F(DoorHttpTest, SnsKeepsMessagesInTheOutbox) {
  const WireResponse created = sns("Action=CreateTopic&Version=2010-03-31&Name=alarms");
  const std::string arn = element(created.body, "TopicArn");
  EXPECT_EQ(arn, "arn:aws:sns:eu-west-1:123456789012:alarms");
  const std::string publish = "Action=Publish&Version=2010-03-31&Message=hello&TopicArn=";
  EXPECT_EQ(sns(publish + arn +
                "&MessageAttributes.entry.1.Name=a"
                "&MessageAttributes.entry.1.Value.DataType=String"
                "&MessageAttributes.entry.1.Value.StringValue=b")
                .status,
            200);
  EXPECT_THAT(control("GET", "outbox").body,
              HasSubstr(R"("message":"hello","attributes":{"a":"b"})"));
  expect_error(sns(publish + arn + "x"), 404, "NotFound", "Topic does not exist");
  expect_error(sns("Action=Publish&Version=2010-03-31&TopicArn=" + arn), 400, "InvalidParameter",
               "Empty message");
}

TEST_F(DoorHttpTest, FaultsStrikeAroundTheModel) {
  const std::string create = "Action=CreateTopic&Version=2010-03-31&Name=";
  const auto order = [&](const std::string& fault) {
    EXPECT_EQ(control("POST", "faults", fault).status, 200);
  };
  order(R"([{"kind":"throttle","operation":"CreateTopic"},{"kind":"server_error"}])");
  expect_error(sns(create + "a"), 400, "Throttling", "Rate exceeded");
  expect_error(sns(create + "a"), 500, "InternalFailure", "");
  EXPECT_TRUE(world.sns.topics.empty());

  Signer signer;
  signer.service = "sns";
  order(R"({"kind":"lost_reply","region":"eu-west-1"})");
  EXPECT_TRUE(door.answer(query_request(create + "b", signer, host.now())).is_lost);
  EXPECT_EQ(world.sns.topics.size(), 1U);
  order(R"({"kind":"slow","delay":"5s"})");
  EXPECT_EQ(door.answer(query_request(create + "c", signer, host.now())).delay, 5s);
  order(R"({"kind":"garbage"})");
  EXPECT_THAT(sns(create + "d").body, HasSubstr("<html>"));
  EXPECT_EQ(world.sns.topics.size(), 3U);
  EXPECT_EQ(control("DELETE", "faults").body, "[]\n");
  EXPECT_EQ(control("GET", "faults").body, "[]\n");
}

TEST_F(DoorHttpTest, CallsAreLoggedAndForgotten) {
  EXPECT_EQ(sts(kWhoAmI).status, 200);
  EXPECT_EQ(sts("Action=Dance&Version=2011-06-15").status, 400);
  const std::string calls = control("GET", "calls").body;
  EXPECT_THAT(calls, HasSubstr(R"("service":"sts","operation":"GetCallerIdentity","region":)"
                               R"("eu-west-1","account":"123456789012","status":200,"code":"")"));
  EXPECT_THAT(calls, HasSubstr(R"("status":400,"code":"InvalidAction")"));
  EXPECT_EQ(control("DELETE", "calls").status, 200);
  EXPECT_EQ(control("GET", "calls").body, "[]\n");
}

TEST_F(DoorHttpTest, ControlNamesWhatIsWrong) {
  struct Row {
    const char* name;
    const char* method;
    const char* path;
    const char* body;
    int status;
    const char* message;
  };
  const Row rows[] = {
      {"no json", "POST", "advance", "{", 400, "the body is not JSON at offset 1"},
      {"no by", "POST", "advance", "{}", 400, "the body must be"},
      {"bad length", "POST", "advance", R"({"by":"soon"})", 400, "is not a length of time"},
      {"bad kind", "POST", "faults", R"({"kind":"flood"})", 400, "is no kind of fault"},
      {"no kind", "POST", "faults", "{}", 400, "a fault needs a"},
      {"no delay", "POST", "faults", R"({"kind":"slow"})", 400, "slow needs a"},
      {"unknown member", "POST", "faults", R"({"kind":"slow","dely":"1s"})", 400, "dely"},
      {"no times", "POST", "faults", R"({"kind":"garbage","times":0})", 400,
       "from 1 to 1000000, or -1"},
      {"less than always", "POST", "faults", R"({"kind":"garbage","times":-2})", 400,
       "from 1 to 1000000, or -1"},
      {"no such endpoint", "GET", "weather", "", 404, "there is no /_emulator/weather"},
      {"wrong method", "PUT", "calls", "", 405, "does not take PUT"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const WireResponse response = control(row.method, row.path, row.body);
    EXPECT_EQ(response.status, row.status);
    EXPECT_THAT(response.body, HasSubstr(row.message));
  }
  EXPECT_TRUE(world.faults.all().empty());
  WireRequest remote{.method = "GET", .target = "/_emulator/health", .headers = {}, .body = {}};
  EXPECT_EQ(door.answer(remote).response.status, 200);
  remote.is_from_loopback = false;
  EXPECT_EQ(door.answer(remote).response.status, 403);
}

TEST_F(DoorHttpTest, EveryAnswerHasARequestIdAndTheHostsDate) {
  for (const std::string& form : {std::string(kWhoAmI), std::string("Action=Dance&Version=1")}) {
    const WireResponse response = sts(form);
    WireRequest as_headers;
    as_headers.headers = response.headers;
    EXPECT_EQ(as_headers.header("x-amzn-requestid"), element(response.body, "RequestId"));
    EXPECT_EQ(as_headers.header("Date"), "Sun, 22 Nov 2026 00:23:17 GMT");
  }
}

}  // namespace
}  // namespace snapferry::emulator
