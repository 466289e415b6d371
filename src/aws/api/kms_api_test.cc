// DescribeKey's JSON, both ways.
// SPDX-License-Identifier: Apache-2.0
#include "aws/api/kms_api.h"

#include <gtest/gtest.h>

namespace snapferry::aws {
namespace {

constexpr std::string_view kAnswer =
    R"({"KeyMetadata":{"AWSAccountId":"123456789012","Arn":"arn:aws:kms:eu-central-1:123456789012:key/k",
"KeyId":"k","CreationDate":1.7E9,"Enabled":true,"KeyUsage":"ENCRYPT_DECRYPT","KeyState":"Enabled",
"KeyManager":"CUSTOMER","CustomerMasterKeySpec":"SYMMETRIC_DEFAULT","KeySpec":"SYMMETRIC_DEFAULT"}})";

TEST(KmsApi, WritesTheBodyAsBotocoreSpacesIt) {
  EXPECT_EQ(describe_key_body(core::KeyRef("alias/dr")), R"({"KeyId": "alias/dr"})");
  EXPECT_EQ(describe_key_body(core::KeyRef("a\"b\\c")), R"({"KeyId": "a\"b\\c"})");
}

TEST(KmsApi, ReadsAKey) {
  auto key = parse_describe_key(kAnswer);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->arn, "arn:aws:kms:eu-central-1:123456789012:key/k");
  EXPECT_EQ(key->key_id, "k");
  EXPECT_EQ(key->state, "Enabled");
  EXPECT_TRUE(key->is_customer_managed);
  EXPECT_TRUE(key->is_symmetric_encryption);
}

struct KeyRow {
  std::string name;
  std::string metadata;
  bool is_customer_managed;
  bool is_symmetric_encryption;
};

class KmsKey : public testing::TestWithParam<KeyRow> {};

TEST_P(KmsKey, IsOfAKind) {
  auto key = parse_describe_key(R"({"KeyMetadata":{"KeyId":"k",)" + GetParam().metadata + "}}");
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->is_customer_managed, GetParam().is_customer_managed);
  EXPECT_EQ(key->is_symmetric_encryption, GetParam().is_symmetric_encryption);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, KmsKey,
    testing::Values(
        KeyRow{"AwsManaged",
               R"("KeyManager":"AWS","KeySpec":"SYMMETRIC_DEFAULT","KeyUsage":"ENCRYPT_DECRYPT")",
               false, true},
        KeyRow{"OldName",
               R"("KeyManager":"CUSTOMER","CustomerMasterKeySpec":"SYMMETRIC_DEFAULT",)"
               R"("KeyUsage":"ENCRYPT_DECRYPT")",
               true, true},
        KeyRow{"Asymmetric",
               R"("KeyManager":"CUSTOMER","KeySpec":"RSA_2048","KeyUsage":"ENCRYPT_DECRYPT")", true,
               false},
        KeyRow{"Mac",
               R"("KeyManager":"CUSTOMER","KeySpec":"HMAC_256","KeyUsage":"GENERATE_VERIFY_MAC")",
               true, false},
        KeyRow{"OddTypes", R"("KeyManager":1,"KeySpec":null,"KeyUsage":[])", false, false}),
    [](const auto& row) { return row.param.name; });

TEST(KmsApi, EveryCutIsAnError) {
  for (std::size_t size = 0; size < kAnswer.size(); ++size) {
    EXPECT_FALSE(parse_describe_key(kAnswer.substr(0, size)).has_value()) << size;
  }
  for (const char* odd :
       {"[]", "{}", "1", R"({"KeyMetadata":[]})", R"({"KeyMetadata":{}})", "<html>"}) {
    EXPECT_FALSE(parse_describe_key(odd).has_value()) << odd;
  }
}

}  // namespace
}  // namespace snapferry::aws
