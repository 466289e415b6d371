// What the tests of rights share: the lab behind a door, a role with one policy, and a session of
// it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"
#include "emulator/door/door_http.h"
#include "emulator/world.h"

namespace snapferry::emulator {

inline constexpr const char* kTrust =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)"
    R"({"AWS":"arn:aws:iam::123456789012:root","Service":"lambda.amazonaws.com"},)"
    R"("Action":"sts:AssumeRole"}]})";
inline constexpr const char* kIamVersionField = "&Version=2010-05-08";

inline std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return result;
}

class AccessTest : public testing::Test {
 protected:
  AccessTest() { add_lab(world); }

  WireResponse query(const std::string& service, const std::string& form, Signer signer = {},
                     const std::string& region = "eu-west-1") {
    signer.service = service;
    signer.region = region;
    return door.answer(query_request(form, signer, host.now())).response;
  }
  WireResponse iam(const std::string& form) { return query("iam", form + kIamVersionField); }
  WireResponse rds(const std::string& form, const std::string& region = "eu-west-1") {
    return query("rds", form + "&Version=2014-10-31", session, region);
  }
  WireResponse rds_as_root(const std::string& form, const std::string& region = "eu-west-1") {
    return query("rds", form + "&Version=2014-10-31", {}, region);
  }
  WireResponse kms(const std::string& operation, const std::string& body,
                   const std::string& region = "eu-central-1") {
    Signer signer = session;
    signer.region = region;
    return door.answer(kms_request(operation, body, signer, host.now())).response;
  }
  WireResponse assume(const std::string& name = "backup", Signer signer = {}) {
    return query("sts",
                 "Action=AssumeRole&Version=2011-06-15&RoleSessionName=me&RoleArn="
                 "arn:aws:iam::123456789012:role/" +
                     name,
                 signer);
  }
  void make_role(const std::string& name = "backup", const std::string& trust = kTrust) {
    const WireResponse made =
        iam("Action=CreateRole&RoleName=" + name + "&AssumeRolePolicyDocument=" + encoded(trust));
    ASSERT_EQ(made.status, 200) << made.body;
  }
  // `statements` of the policy named "p"; the session is taken when there is none yet.
  void allow(const std::string& statements, const std::string& role = "backup") {
    const std::string text = R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
    const WireResponse put = iam("Action=PutRolePolicy&RoleName=" + role +
                                 "&PolicyName=p&PolicyDocument=" + encoded(text));
    ASSERT_EQ(put.status, 200) << put.body;
    if (!session.key.session_token.empty()) return;
    const WireResponse assumed = assume(role);
    ASSERT_EQ(assumed.status, 200) << assumed.body;
    session.key = {.access_key_id = element(assumed.body, "AccessKeyId"),
                   .secret_access_key = element(assumed.body, "SecretAccessKey"),
                   .session_token = element(assumed.body, "SessionToken")};
  }
  // Long enough for a snapshot, and a session lives on.
  void finish_work() { clock.advance(std::chrono::minutes(25)); }

  HandClock host;
  EmulatorClock clock{host, 1};
  World world{clock, 1};
  DoorHttp door{world, 1};
  Signer session;
};

inline void expect_refused(const WireResponse& response, int status, const std::string& code,
                           const std::string& message) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(element(response.body, "Code"), code);
  EXPECT_THAT(element(response.body, "Message"), testing::HasSubstr(message));
}

}  // namespace snapferry::emulator
