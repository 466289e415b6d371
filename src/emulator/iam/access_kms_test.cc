// Keys and roles: the key's policy and the role's together, and RDS using a key in a role's name.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/iam/access_fixture.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

class AccessKmsTest : public AccessTest {
 protected:
  WireResponse kms_as_root(const std::string& operation, const json::object& input) {
    Signer signer;
    signer.region = "eu-central-1";
    return door.answer(kms_request(operation, json::serialize(input), signer, host.now())).response;
  }
  // A key in eu-central-1; its policy lets its account in unless told otherwise.
  std::string make_key(const std::string& policy = {}) {
    json::object input = {{"BypassPolicyLockoutSafetyCheck", true}};
    if (!policy.empty()) input["Policy"] = policy;
    const WireResponse made = kms_as_root("CreateKey", input);
    EXPECT_EQ(made.status, 200) << made.body;
    const json::value key = json::parse(made.body).at("KeyMetadata");
    key_id = std::string(key.at("KeyId").as_string());
    return std::string(key.at("Arn").as_string());
  }
  static std::string key_policy(const std::string& statement) {
    return R"({"Version":"2012-10-17","Statement":[)" + statement + "]}";
  }
  std::string describe() { return kms("DescribeKey", R"({"KeyId":")" + key_id + "\"}").body; }

  std::string key_id;
};

constexpr const char* kToRole =
    R"("Principal":{"AWS":"arn:aws:iam::123456789012:role/backup"},"Resource":"*")";

TEST_F(AccessKmsTest, BothPoliciesHaveTheirSay) {
  make_role();
  allow(R"({"Effect":"Allow","Action":"rds:*","Resource":"*"})");
  const std::string arn = make_key();
  EXPECT_THAT(describe(), HasSubstr("because no identity-based policy allows the kms:DescribeKey"));
  allow(R"({"Effect":"Allow","Action":"kms:DescribeKey","Resource":")" + arn + "\"}");
  EXPECT_THAT(describe(), HasSubstr("KeyMetadata"));

  // A key that delegates nothing to its account: identity policies alone are not enough.
  make_key(key_policy(R"({"Effect":"Allow","Action":"kms:*","Resource":"*",)"
                      R"("Principal":{"AWS":"arn:aws:iam::123456789012:role/other"}})"));
  allow(R"({"Effect":"Allow","Action":"kms:*","Resource":"*"})");
  EXPECT_THAT(describe(), HasSubstr("because no resource-based policy allows the kms:DescribeKey"));

  // A key that names the role needs no identity policy.
  allow(R"({"Effect":"Allow","Action":"rds:*","Resource":"*"})");
  make_key(
      key_policy(std::string(R"({"Effect":"Allow","Action":"kms:Describe*",)") + kToRole + "}"));
  EXPECT_THAT(describe(), HasSubstr("KeyMetadata"));

  // Either one's explicit deny is the last word.
  allow(R"({"Effect":"Deny","Action":"kms:*","Resource":"*"})");
  EXPECT_THAT(describe(), HasSubstr("with an explicit deny in an identity-based policy"));
  allow(R"({"Effect":"Allow","Action":"kms:*","Resource":"*"})");
  make_key(key_policy(std::string(R"({"Effect":"Deny","Action":"kms:*",)") + kToRole + "}"));
  EXPECT_THAT(describe(), HasSubstr("with an explicit deny in a resource-based policy"));
}

TEST_F(AccessKmsTest, CopiesUseTheKeyInTheRolesName) {
  make_role();
  const std::string arn = make_key();
  ASSERT_EQ(rds_as_root("Action=CreateDBSnapshot&DBSnapshotIdentifier=s"
                        "&DBInstanceIdentifier=gtp-paul-mysql-lab-db")
                .status,
            200);
  finish_work();
  const auto copy = [&](const std::string& name) {
    return rds("Action=CopyDBSnapshot&TargetDBSnapshotIdentifier=" + name + "&KmsKeyId=" + arn +
                   "&SourceDBSnapshotIdentifier=arn:aws:rds:eu-west-1:123456789012:snapshot:s",
               "eu-central-1");
  };
  const std::string rights = R"({"Effect":"Allow","Action":"rds:CopyDBSnapshot","Resource":"*"})";
  const auto on_key = [&](const std::string& action, const std::string& condition) {
    return R"(,{"Effect":"Allow","Action":"kms:)" + action + R"(","Resource":")" + arn +
           R"(","Condition":)" + condition + "}";
  };
  const std::string via = R"({"StringEquals":{"kms:ViaService":"rds.eu-central-1.amazonaws.com"}})";
  const std::string for_aws = R"({"Bool":{"kms:GrantIsForAWSResource":"true"}})";
  const auto expect_no_key = [&](const std::string& statements, const std::string& name) {
    SCOPED_TRACE(name);
    allow(statements);
    expect_refused(copy(name), 400, "KMSKeyNotAccessibleFault",
                   "does not exist, is not enabled or you do not have permissions to access it.");
  };
  const std::vector<std::string> uses = {"DescribeKey", "Encrypt", "Decrypt", "ReEncrypt*",
                                         "GenerateDataKey*"};
  const auto use_without = [&](const std::string& missing) {
    std::string statements = rights;
    for (const std::string& use : uses) {
      if (use != missing) statements += on_key(use, via);
    }
    return statements;
  };
  const std::string use = use_without("");
  expect_no_key(rights, "no-rights");
  expect_no_key(use, "no-grant");
  for (const std::string& missing : uses) {
    expect_no_key(use_without(missing) + on_key("CreateGrant", for_aws),
                  "no-" + missing.substr(0, missing.find('*')));
  }
  const std::string via_elsewhere =
      R"({"StringEquals":{"kms:ViaService":"rds.eu-west-1.amazonaws.com"}})";
  expect_no_key(use + on_key("CreateGrant", via_elsewhere), "grant-elsewhere");
  expect_no_key(
      use_without("Encrypt") + on_key("Encrypt", via_elsewhere) + on_key("CreateGrant", for_aws),
      "use-elsewhere");
  allow(use + on_key("CreateGrant", for_aws));
  EXPECT_EQ(copy("allowed").status, 200);
  // Through RDS only: not by a call of the role's own.
  EXPECT_THAT(describe(), HasSubstr("AccessDeniedException"));
  // The source's region must be one that the policy lets RDS ask.
  allow(R"({"Effect":"Allow","Action":"rds:CopyDBSnapshot","Resource":"*","Condition":)"
        R"({"StringEquals":{"aws:RequestedRegion":"eu-central-1"}}})" +
        use.substr(rights.size()) + on_key("CreateGrant", for_aws));
  expect_refused(copy("pinned"), 403, "AccessDenied", "rds:CopyDBSnapshot");
}

TEST_F(AccessKmsTest, SnapshotsUseTheKeyOfTheirDatabase) {
  make_role();
  const std::string arn = make_key();
  ASSERT_EQ(rds_as_root("Action=CreateDBInstance&DBInstanceIdentifier=own-key&Engine=mysql"
                        "&DBInstanceClass=db.t3.micro&AllocatedStorage=20&MasterUsername=admin"
                        "&MasterUserPassword=not-a-secret-1&StorageEncrypted=true&KmsKeyId=" +
                            arn,
                        "eu-central-1")
                .status,
            200);
  finish_work();
  const auto create = [&](const std::string& name) {
    return rds("Action=CreateDBSnapshot&DBInstanceIdentifier=own-key&DBSnapshotIdentifier=" + name,
               "eu-central-1");
  };
  const std::string rights = R"({"Effect":"Allow","Action":"rds:CreateDBSnapshot","Resource":"*"})";
  allow(rights);
  expect_refused(create("refused"), 400, "KMSKeyNotAccessibleFault",
                 "Specified KMS key [" + arn + "] does not exist, is not enabled or you do not");
  allow(rights + R"(,{"Effect":"Allow","Action":"kms:*","Resource":")" + arn +
        R"(","Condition":{"StringEquals":{"kms:ViaService":"rds.eu-central-1.amazonaws.com"}}})");
  EXPECT_EQ(create("made").status, 200);
}

TEST_F(AccessKmsTest, WhoMakesAKeyForAStack) {
  make_role();
  const std::string tags =
      R"(,"Condition":{"StringEquals":{"aws:RequestTag/snapferry:stack":"S"}})";
  allow(R"({"Effect":"Allow","Action":["kms:CreateKey","kms:TagResource"],"Resource":"*")" + tags +
        R"(},{"Effect":"Allow","Action":"kms:CreateAlias",)"
        R"("Resource":"arn:aws:kms:eu-central-1:123456789012:alias/snapferry-S"},)"
        R"({"Effect":"Allow","Action":["kms:CreateAlias","kms:EnableKeyRotation",)"
        R"("kms:GetKeyRotationStatus"],"Resource":"arn:aws:kms:eu-central-1:123456789012:key/*",)"
        R"("Condition":{"StringEquals":{"aws:ResourceTag/snapferry:stack":"S"}}})");
  EXPECT_THAT(kms("CreateKey", "{}").body, HasSubstr("AccessDeniedException"));
  const WireResponse made =
      kms("CreateKey", R"({"Tags":[{"TagKey":"snapferry:stack","TagValue":"S"}]})");
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string id(json::parse(made.body).at("KeyMetadata").at("KeyId").as_string());
  const auto about = [&](const std::string& rest) {
    return R"({"KeyId":")" + id + "\"" + rest + "}";
  };
  EXPECT_EQ(kms("EnableKeyRotation", about(R"(,"RotationPeriodInDays":90)")).status, 200);
  EXPECT_THAT(kms("GetKeyRotationStatus", about("")).body,
              HasSubstr(R"("RotationPeriodInDays":90)"));
  EXPECT_THAT(kms("EnableKeyRotation", about(R"(,"RotationPeriodInDays":89)")).body,
              HasSubstr("ValidationException"));
  const auto alias = [&](const std::string& name) {
    return kms("CreateAlias",
               R"({"AliasName":"alias/)" + name + R"(","TargetKeyId":")" + id + "\"}");
  };
  EXPECT_THAT(alias("other").body, HasSubstr("AccessDeniedException"));
  EXPECT_EQ(alias("snapferry-S").status, 200);
  EXPECT_THAT(kms("DisableKey", about("")).body, HasSubstr("AccessDeniedException"));
}

TEST_F(AccessKmsTest, EncryptedTopicsNeedTheirKey) {
  make_role();
  const std::string topic = "arn:aws:sns:eu-central-1:123456789012:t";
  const std::string arn = make_key();
  world.sns.topics[topic] = {.arn = topic,
                             .account = core::AccountId("123456789012"),
                             .region = core::Region("eu-central-1"),
                             .attributes = {{"KmsMasterKeyId", key_id}},
                             .tags = {}};
  const auto publish = [&] {
    return query("sns", "Action=Publish&Version=2010-03-31&Message=m&TopicArn=" + topic, session,
                 "eu-central-1");
  };
  const std::string rights =
      R"({"Effect":"Allow","Action":"sns:Publish","Resource":")" + topic + "\"}";
  allow(rights);
  expect_refused(publish(), 400, "KMSAccessDenied", "kms:GenerateDataKey on resource: " + arn);
  allow(rights +
        R"(,{"Effect":"Allow","Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":")" + arn +
        R"(","Condition":{"StringEquals":{"kms:ViaService":"sns.eu-central-1.amazonaws.com"}}})");
  EXPECT_EQ(publish().status, 200);
}

TEST_F(AccessKmsTest, PoliciesThatKmsRefuses) {
  const auto put = [&](const std::string& policy, bool is_lockout_fine) {
    return kms_as_root("PutKeyPolicy", {{"KeyId", key_id},
                                        {"Policy", policy},
                                        {"BypassPolicyLockoutSafetyCheck", is_lockout_fine}})
        .body;
  };
  make_key();
  const std::string to_role =
      key_policy(std::string(R"({"Effect":"Allow","Action":"kms:*",)") + kToRole + "}");
  EXPECT_THAT(put("{}", false), HasSubstr("MalformedPolicyDocumentException"));
  EXPECT_THAT(put(to_role, false),
              HasSubstr("will not allow you to update the key policy in the future"));
  EXPECT_EQ(put(to_role, true), "");
}

TEST_F(AccessKmsTest, AliasesMove) {
  make_key();
  const std::string first = key_id;
  ASSERT_EQ(kms_as_root("CreateAlias", {{"AliasName", "alias/x"}, {"TargetKeyId", first}}).status,
            200);
  make_key();
  EXPECT_THAT(kms_as_root("UpdateAlias", {{"AliasName", "alias/y"}, {"TargetKeyId", key_id}}).body,
              HasSubstr("NotFoundException"));
  ASSERT_EQ(kms_as_root("UpdateAlias", {{"AliasName", "alias/x"}, {"TargetKeyId", key_id}}).status,
            200);
  EXPECT_THAT(kms_as_root("DescribeKey", {{"KeyId", "alias/x"}}).body, HasSubstr(key_id));
  World other(clock, 1);
  other.kms.load(world.kms.save());
  EXPECT_EQ(other.kms.save(), world.kms.save());
}

}  // namespace
}  // namespace snapferry::emulator
