// The encoding of Query bodies.
// SPDX-License-Identifier: Apache-2.0
#include "aws/query_form.h"

#include <gtest/gtest.h>

namespace snapferry::aws {
namespace {

struct Row {
  std::string name;
  std::string value;
  std::string encoded;
};

class QueryFormEncodes : public testing::TestWithParam<Row> {};

TEST_P(QueryFormEncodes, AsBotocoreDoes) {
  EXPECT_EQ(QueryForm("A", "V").add("n", std::string_view(GetParam().value)).body(),
            "Action=A&Version=V&n=" + GetParam().encoded);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, QueryFormEncodes,
    testing::Values(Row{"Empty", "", ""}, Row{"Plain", "aZ09-._~", "aZ09-._~"},
                    Row{"Space", "a b", "a+b"}, Row{"Plus", "a+b", "a%2Bb"},
                    Row{"Percent", "%20", "%2520"}, Row{"Star", "*'()!", "%2A%27%28%29%21"},
                    Row{"Reserved", "a=b&c/d:e", "a%3Db%26c%2Fd%3Ae"},
                    Row{"Unicode", "\xc3\xa9\xf0\x9f\x9a\xa2", "%C3%A9%F0%9F%9A%A2"},
                    Row{"Newline", "a\nb", "a%0Ab"}),
    [](const auto& row) { return row.param.name; });

TEST(QueryForm, KeepsTheOrderAndWritesEachKind) {
  QueryForm form("Act", "1");
  form.add("z", "literal").add("y", true).add("x", 20L).add_if("left-out", "").add_if("w", "v");
  EXPECT_EQ(form.body(), "Action=Act&Version=1&z=literal&y=true&x=20&w=v");
  EXPECT_EQ(form.fields().size(), 6U);
}

}  // namespace
}  // namespace snapferry::aws
