// The Query door: what it refuses by name, and the XML it writes.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/rds/rds_wire.h"

#include <gtest/gtest.h>

namespace snapferry::emulator {
namespace {

class StillClock : public core::Clock {
 public:
  core::Instant now() override { return core::parse_instant("2026-11-22T00:00:00Z").value(); }
  bool sleep(core::Milliseconds) override { return true; }
};

class RdsWireTest : public testing::Test {
 protected:
  RdsWireTest() { add_lab(world); }

  ServiceResult<std::string> send(const std::string& form) {
    const Caller caller{core::AccountId("123456789012"), core::Region("eu-west-1"), "aws", "arn"};
    QueryParameters parameters(parse_form("Version=2014-10-31&Action=" + form).value());
    return serve_rds(world, caller, parameters, "request-1");
  }

  StillClock host;
  EmulatorClock clock{host, 0};
  World world{clock, 1};
};

struct RefusedCase {
  const char* name;
  const char* form;
  const char* code;
};

TEST_F(RdsWireTest, RefusesByName) {
  const RefusedCase cases[] = {
      {"unknown action", "MakeCoffee", "InvalidAction"},
      {"unknown parameter", "DescribeDBInstances&Colour=red", "InvalidQueryParameter"},
      {"missing parameter", "CreateDBSnapshot&DBSnapshotIdentifier=a", "MissingParameter"},
      {"MaxRecords too small", "DescribeDBSnapshots&MaxRecords=19", "InvalidParameterValue"},
      {"MaxRecords too large", "DescribeDBSnapshots&MaxRecords=101", "InvalidParameterValue"},
      {"MaxRecords no number", "DescribeDBSnapshots&MaxRecords=x", "InvalidParameterValue"},
      {"marker of nobody", "DescribeDBSnapshots&Marker=zz", "InvalidParameterValue"},
      {"unknown filter",
       "DescribeDBSnapshots&Filters.Filter.1.Name=x&Filters.Filter.1.Values.Value.1=y",
       "InvalidParameterValue"},
      {"flag no flag", "DescribeDBSnapshots&IncludeShared=yes", "InvalidParameterValue"},
      {"unknown type", "DescribeDBSnapshots&SnapshotType=odd", "InvalidParameterValue"},
      {"reserved tag",
       "CreateDBSnapshot&DBSnapshotIdentifier=a&DBInstanceIdentifier=gtp-paul-mysql-lab-db"
       "&Tags.Tag.1.Key=aws%3Ax&Tags.Tag.1.Value=1",
       "InvalidParameterValue"},
      {"no password",
       "CreateDBInstance&DBInstanceIdentifier=a&DBInstanceClass=db.t3.micro&Engine=mysql"
       "&AllocatedStorage=20&MasterUsername=admin",
       "MissingParameter"},
  };
  for (const RefusedCase& row : cases) {
    SCOPED_TRACE(row.name);
    const auto answer = send(row.form);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, row.code) << answer.error().message;
  }
  EXPECT_TRUE(world.rds.snapshots.empty());
}

TEST_F(RdsWireTest, WritesASnapshotBeingTaken) {
  const auto answer = send(
      "CreateDBSnapshot&DBSnapshotIdentifier=First&DBInstanceIdentifier=gtp-paul-mysql-lab-db"
      "&Tags.member.7.Key=a&Tags.member.7.Value=1+2");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  for (const char* part :
       {"<CreateDBSnapshotResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">"
        "<CreateDBSnapshotResult><DBSnapshot><DBSnapshotIdentifier>first</DBSnapshotIdentifier>",
        "<Status>creating</Status>", "<PercentProgress>0</PercentProgress>",
        "<Encrypted>true</Encrypted>", "<ProcessorFeatures></ProcessorFeatures>",
        "<TagList><Tag><Key>a</Key><Value>1 2</Value></Tag></TagList>",
        "<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>"}) {
    EXPECT_NE(answer->find(part), std::string::npos) << part << "\n" << *answer;
  }
  EXPECT_EQ(answer->find("SnapshotCreateTime"), std::string::npos);
}

TEST_F(RdsWireTest, TagCallsHaveNoResultElement) {
  const auto answer = send(
      "AddTagsToResource&ResourceName=arn%3Aaws%3Ards%3Aeu-west-1%3A123456789012%3Adb%3A"
      "gtp-paul-mysql-lab-db&Tags.Tag.1.Key=a&Tags.Tag.1.Value=");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->find("Result>"), std::string::npos);
}

}  // namespace
}  // namespace snapferry::emulator
