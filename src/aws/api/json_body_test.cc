// Bodies of JSON requests, character by character.
// SPDX-License-Identifier: Apache-2.0
#include "aws/api/json_body.h"

#include <gtest/gtest.h>

namespace snapferry::aws {
namespace {

TEST(JsonBody, SpacesMembersAsBotocoreDoes) {
  EXPECT_EQ(JsonBody().text(), "{}");
  EXPECT_EQ(JsonBody().add("A", "x").add("B", true).add_json("C", "[1, 2]").text(),
            R"({"A": "x", "B": true, "C": [1, 2]})");
}

TEST(JsonBody, EscapesWhatIsNotPrintableAscii) {
  EXPECT_EQ(json_string("a\"\\/\n\r\t\b\f\x01\x7f"), R"("a\"\\/\n\r\t\b\f\u0001\u007f")");
  EXPECT_EQ(json_string("\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x9a\xa2"),
            R"("\u00e9 \u65e5 \ud83d\udea2")");
}

TEST(JsonBody, ReplacesWhatIsNoUtf8) {
  for (const char* text :
       {"\xff", "\xc3", "\xc0\x80x", "\xe6\x97", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    const std::string quoted = json_string(text);
    EXPECT_NE(quoted.find("\\ufffd"), std::string::npos) << quoted;
    for (char c : quoted) EXPECT_TRUE(c >= ' ' && c <= '~');
  }
}

}  // namespace
}  // namespace snapferry::aws
