// SPDX-License-Identifier: Apache-2.0
#include "core/ids.h"

#include <gtest/gtest.h>

#include "core/domain.h"

namespace snapferry::core {
namespace {

TEST(Arn, KeepsColonsInItsResource) {
  const std::string text = "arn:aws:rds:us-east-1:123456789012:snapshot:rds:mydb-2019-06-06-08-38";
  const auto arn = parse_arn(text);
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->resource, "snapshot:rds:mydb-2019-06-06-08-38");
  EXPECT_EQ(arn->account, AccountId("123456789012"));
  EXPECT_EQ(arn->str(), text);
}

TEST(Arn, RefusesOtherText) {
  for (const char* text : {"", "arn", "arn:aws:rds:eu-west-1:1", "arn:aws:rds:eu-west-1:1:",
                           "urn:aws:rds:eu-west-1:1:x", "arn::rds:eu-west-1:1:x", "alias/dr"}) {
    EXPECT_FALSE(parse_arn(text)) << text;
  }
}

TEST(Partition, ComesFromTheRegion) {
  const std::map<std::string, std::string_view> rows = {{"eu-west-1", "aws"},
                                                        {"us-east-1", "aws"},
                                                        {"ap-southeast-7", "aws"},
                                                        {"mx-central-1", "aws"},
                                                        {"cn-north-1", "aws-cn"},
                                                        {"us-gov-west-1", "aws-us-gov"},
                                                        {"us-iso-east-1", "aws-iso"},
                                                        {"us-isob-west-1", "aws-iso-b"},
                                                        {"us-isof-south-1", "aws-iso-f"},
                                                        {"eu-isoe-west-1", "aws-iso-e"},
                                                        {"eusc-de-east-1", "aws-eusc"}};
  for (const auto& [region, partition] : rows) {
    EXPECT_EQ(partition_of(Region(region)), partition) << region;
  }
  for (const char* region : {"", "eu", "eu-west", "eu-west-", "eu-west-x", "mars-west-1", "eu--1",
                             "eu-west-1.evil.test", "EU-WEST-1"}) {
    EXPECT_FALSE(partition_of(Region(region))) << region;
  }
}

TEST(SnapshotState, UnknownIsInProgress) {
  EXPECT_EQ(state_of("available"), SnapshotState::available);
  EXPECT_EQ(state_of("failed"), SnapshotState::failed);
  EXPECT_EQ(state_of("incompatible-restore"), SnapshotState::failed);
  EXPECT_EQ(state_of("deleting"), SnapshotState::deleting);
  for (const char* status : {"creating", "pending", "copying", "", "a-word-aws-adds-tomorrow"}) {
    EXPECT_EQ(state_of(status), SnapshotState::in_progress) << status;
  }
}

}  // namespace
}  // namespace snapferry::core
