// SPDX-License-Identifier: Apache-2.0
#include "emulator/query/query_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace snapferry::emulator {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

QueryParameters parse(std::string_view form) {
  return QueryParameters(parse_form(form).value());
}

TEST(QueryParametersTest, FormsAreDecoded) {
  struct Row {
    const char* name;
    const char* form;
    Fields wanted;
  };
  const Row rows[] = {
      {"plain", "a=1&b=2", {{"a", "1"}, {"b", "2"}}},
      {"plus is a space", "a=x+y", {{"a", "x y"}}},
      {"percent", "a=%2A%c3%A9", {{"a", "*\xC3\xA9"}}},
      {"no value", "a=&b", {{"a", ""}, {"b", ""}}},
      {"empty pairs", "&&a=1&", {{"a", "1"}}},
      {"equals in a value", "a=b=c", {{"a", "b=c"}}},
      {"nothing", "", {}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(parse_form(row.form).value(), row.wanted);
  }
}

TEST(QueryParametersTest, BadPercentIsRefused) {
  for (const char* form : {"a=%", "a=%4", "a=%zz", "%4=1"}) {
    SCOPED_TRACE(form);
    const auto fields = parse_form(form);
    ASSERT_FALSE(fields.has_value());
    EXPECT_EQ(fields.error().code, "MalformedQueryString");
    EXPECT_EQ(fields.error().http_status, 404);
  }
}

TEST(QueryParametersTest, ListsTakeTheModelsNameAndMember) {
  EXPECT_THAT(parse("S.SourceId.1=a&S.SourceId.2=b").texts("S", "SourceId"), ElementsAre("a", "b"));
  EXPECT_THAT(parse("S.member.1=a").texts("S", "SourceId"), ElementsAre("a"));
}

TEST(QueryParametersTest, ListsMayBeSparseAndAreSortedByNumber) {
  EXPECT_THAT(parse("S.member.10=c&S.member.9=b&S.member.2=a").texts("S"),
              ElementsAre("a", "b", "c"));
}

TEST(QueryParametersTest, EmptyListIsThere) {
  QueryParameters parameters = parse("Tags=");
  EXPECT_TRUE(parameters.has("Tags"));
  EXPECT_THAT(parameters.pairs("Tags", "Tag"), IsEmpty());
  EXPECT_TRUE(parameters.refuse_unread().has_value());
  EXPECT_FALSE(parse("TagKeys=").has("Tag"));
  EXPECT_TRUE(parse("Tags.Tag.1.Key=a").has("Tags"));
}

TEST(QueryParametersTest, NestedLists) {
  QueryParameters parameters = parse(
      "Tags.Tag.1.Key=a&Tags.Tag.1.Value=1&Tags.Tag.2.Key=b"
      "&Filters.Filter.1.Name=engine&Filters.Filter.1.Values.Value.2=mysql"
      "&Filters.Filter.1.Values.Value.1=postgres");
  EXPECT_THAT(parameters.pairs("Tags", "Tag"), ElementsAre(Pair("a", "1"), Pair("b", "")));
  const auto filters = read_filters(parameters);
  ASSERT_EQ(filters.size(), 1U);
  EXPECT_EQ(filters[0].name, "engine");
  EXPECT_THAT(filters[0].values, ElementsAre("postgres", "mysql"));
  EXPECT_TRUE(parameters.refuse_unread().has_value());
}

TEST(QueryParametersTest, UnreadParameterIsRefusedByName) {
  for (const char* form : {"A=1&Typo=2", "A=1&Tags.Tag.1.Kye=2", "A=1&Tags.Tag.0.Key=2"}) {
    SCOPED_TRACE(form);
    QueryParameters parameters = parse(form);
    (void)parameters.text("A");
    (void)parameters.pairs("Tags", "Tag");
    const auto refused = parameters.refuse_unread();
    ASSERT_FALSE(refused.has_value());
    const std::string name = std::string(form).substr(4, std::string(form).rfind('=') - 4);
    EXPECT_EQ(refused.error().message, "The parameter " + name + " is not recognized");
  }
}

TEST(QueryParametersTest, ScalarsAreTyped) {
  QueryParameters parameters = parse("I=12&B=true&T=2026-01-01T02:03:04Z&Bad=x");
  EXPECT_EQ(parameters.integer("I").value(), 12);
  EXPECT_EQ(parameters.boolean("B").value(), true);
  EXPECT_EQ(parameters.timestamp("T").value(), core::parse_instant("2026-01-01T02:03:04Z"));
  EXPECT_EQ(parameters.integer("None").value(), std::nullopt);
  for (const auto& code :
       {parameters.integer("Bad").error().code, parameters.boolean("Bad").error().code,
        parameters.timestamp("Bad").error().code}) {
    EXPECT_EQ(code, "InvalidParameterValue");
  }
  EXPECT_EQ(parameters.required("None").error().code, "MissingParameter");
}

}  // namespace
}  // namespace snapferry::emulator
