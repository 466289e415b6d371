// SPDX-License-Identifier: Apache-2.0
#include "core/rules/names.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace snapferry::core {
namespace {

const DatabaseId kDb("gtp-paul-mysql-lab-db");

NameTemplate name(std::string_view text) {
  return *NameTemplate::parse(text, kDb, "--copy-name");
}

TEST(Names, AreWhatTheUserAskedFor) {
  const Instant slot = *parse_instant("2026-11-22T00:23:17Z");
  EXPECT_EQ(name("rds-auto-snapshot-{time}").render(kDb, slot).str(),
            "rds-auto-snapshot-20261122002317");
  EXPECT_EQ(name("Copy-{DB}-{time}").render(kDb, slot).str(),
            "copy-gtp-paul-mysql-lab-db-20261122002317");
}

TEST(Names, TellTheirSlot) {
  const NameTemplate copy = name("c-{db}-{time}-x");
  EXPECT_EQ(copy.slot_of(kDb, SnapshotId("c-gtp-paul-mysql-lab-db-20261122002317-x")),
            parse_instant("2026-11-22T00:23:17Z"));
  for (const char* other : {"c-gtp-paul-mysql-lab-db-20261122002317", "c-other-20261122002317-x",
                            "c-gtp-paul-mysql-lab-db-20261322002317-x", "", "x"}) {
    EXPECT_FALSE(copy.slot_of(kDb, SnapshotId(other))) << other;
  }
}

TEST(Names, BadTemplatesAreRefusedWithAWayOut) {
  const std::string long_text(242, 'a');
  for (const std::string& text :
       std::vector<std::string>{"plain", "{time}", "1-{time}", "a--{time}", "a-{time}-", "a_{time}",
                                "a-{time}-{time}", "a-{date}-{time}", "a-{time", "ä-{time}",
                                long_text + "{time}", "a {time}", "rds:{time}"}) {
    const auto parsed = NameTemplate::parse(text, kDb, "--copy-name");
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::invalid);
    EXPECT_NE(parsed.error().message.find("--copy-name"), std::string::npos) << text;
    EXPECT_FALSE(parsed.error().hint.empty()) << text;
  }
  EXPECT_TRUE(NameTemplate::parse(std::string(241, 'a') + "{time}", kDb, "x"));
}

TEST(Names, DatabaseIdsFollowTheirOwnLength) {
  EXPECT_FALSE(problem_of_database_id("gtp-paul-mysql-lab-db"));
  EXPECT_FALSE(problem_of_database_id(std::string(63, 'a')));
  EXPECT_TRUE(problem_of_database_id(std::string(64, 'a')));
  EXPECT_TRUE(problem_of_database_id("a;drop"));
}

RC_GTEST_PROP(Names, EverySlotComesBackOutOfItsName, ()) {
  const NameTemplate copy = name("rds-auto-copy-{db}-{time}");
  const Instant slot{Seconds(*rc::gen::inRange<long>(0, 253402300799L))};
  RC_ASSERT(copy.slot_of(kDb, copy.render(kDb, slot)) == slot);
}

}  // namespace
}  // namespace snapferry::core
