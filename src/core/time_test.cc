// SPDX-License-Identifier: Apache-2.0
#include "core/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace snapferry::core {
namespace {

TEST(Time, ReadsAndWritesRfc3339) {
  EXPECT_EQ(format_instant(*parse_instant("2026-11-22T00:23:17Z")), "2026-11-22T00:23:17Z");
  EXPECT_EQ(format_instant(*parse_instant("2019-06-04T09:16:42.649Z")), "2019-06-04T09:16:42.649Z");
  EXPECT_EQ(format_instant(*parse_instant("2019-06-04T09:16:42.6491234+00:00")),
            "2019-06-04T09:16:42.649Z");
  EXPECT_EQ(format_instant(*parse_instant("2028-02-29T23:59:59.5Z")), "2028-02-29T23:59:59.500Z");
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026-11-22", "2026-11-22T00:23:17", "2026-13-22T00:23:17Z", "2026-02-30T00:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T00:60:00Z", "2026-11-22 00:23:17Z",
        "2026-11-22T00:23:17.Z", "2026-11-22T00:23:17+02:00", "1969-12-31T23:59:59Z", "x"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(Time, CompactFormIsTheNamesForm) {
  const Instant instant = *parse_instant("2026-11-22T00:23:17.900Z");
  EXPECT_EQ(format_compact(instant), "20261122002317");
  EXPECT_EQ(parse_compact("20261122002317"), parse_instant("2026-11-22T00:23:17Z"));
  for (const char* text :
       {"", "2026112200231", "202611220023170", "20261322002317", "2026112200231x"}) {
    EXPECT_FALSE(parse_compact(text)) << text;
  }
}

RC_GTEST_PROP(Time, EveryInstantSurvivesARoundTrip, ()) {
  const Instant instant{Milliseconds(*rc::gen::inRange<long>(0, 253402300799999L))};
  RC_ASSERT(parse_instant(format_instant(instant)) == instant);
}

TEST(Duration, ReadsUnitsFromLargeToSmall) {
  using namespace std::chrono_literals;  // NOLINT
  EXPECT_EQ(*parse_duration("26h"), 26h);
  EXPECT_EQ(*parse_duration("1d12h"), 36h);
  EXPECT_EQ(*parse_duration("90m"), 90min);
  EXPECT_EQ(*parse_duration("1h30m5s250ms"), 90min + 5s + 250ms);
  EXPECT_EQ(*parse_duration("0"), 0ms);
  for (const char* text :
       {"", "h", "26", "26x", "5m1h", "-5m", "1h1h", "99999999999d", "1.5h", "5 m"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, ShowsTwoUnits) {
  using namespace std::chrono_literals;  // NOLINT
  EXPECT_EQ(format_duration(45s), "45s");
  EXPECT_EQ(format_duration(200s), "3m20s");
  EXPECT_EQ(format_duration(125min), "2h05m");
  EXPECT_EQ(format_duration(76h), "3d04h");
  EXPECT_EQ(format_duration(-90s), "-1m30s");
}

}  // namespace
}  // namespace snapferry::core
