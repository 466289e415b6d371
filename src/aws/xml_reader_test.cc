// The XML reader on good, odd and hostile text.
// SPDX-License-Identifier: Apache-2.0
#include "aws/xml_reader.h"

#include <gtest/gtest.h>

namespace snapferry::aws {
namespace {

TEST(XmlReader, ReadsNamesWithoutNamespace) {
  auto document = XmlDocument::parse(
      "<?xml version=\"1.0\"?><r:A xmlns:r=\"u\"><r:B>x &amp; y</r:B><B>z</B><C/></r:A>");
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->root().name(), "A");
  EXPECT_EQ(document->root().text("B"), "x & y");
  EXPECT_EQ(document->root().children("B").size(), 2U);
  EXPECT_TRUE(document->root().child("C").exists());
  EXPECT_FALSE(document->root().child("D").child("E").exists());
  EXPECT_EQ(document->root().child("D").text("E"), "");
}

TEST(XmlReader, JoinsTextAndKeepsAValueOfOneSpace) {
  auto document = XmlDocument::parse("<A><V>a<!-- c -->b<![CDATA[<c>]]></V><W> </W></A>");
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->root().text("V"), "ab<c>");
  EXPECT_EQ(document->root().text("W"), " ");
}

TEST(XmlReader, NeverExpandsEntities) {
  auto document = XmlDocument::parse(
      "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\"><!ENTITY f \"&e;&e;\">]><A>&f;</A>");
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->root().text(), "&f;");
}

struct BadText {
  std::string name;
  std::string text;
  std::string message;
};

class XmlReaderRefuses : public testing::TestWithParam<BadText> {};

TEST_P(XmlReaderRefuses, WithAnError) {
  auto document = XmlDocument::parse(GetParam().text);
  ASSERT_FALSE(document.has_value());
  EXPECT_EQ(document.error().kind, core::ErrorKind::invalid);
  EXPECT_NE(document.error().message.find(GetParam().message), std::string::npos)
      << document.error().message;
}

std::string nested(int depth) {
  std::string open;
  std::string close;
  for (int i = 0; i < depth; ++i) {
    open += "<a>";
    close += "</a>";
  }
  return open + close;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, XmlReaderRefuses,
    testing::Values(BadText{"Empty", "", "answer is empty"},
                    BadText{"Words", "upstream connect error", "upstream connect error"},
                    BadText{"Html", "<html><body><p>Sign in<br></body></html>", "not XML"},
                    BadText{"Cut", "<A><B>x</B>", "not XML"},
                    BadText{"Binary", std::string("\x00\x01\x02<A", 5), "not XML"},
                    BadText{"TooDeep", nested(1000), "deeper than 64"},
                    BadText{"TooLarge", std::string(17U << 20U, ' '), "larger than"}),
    [](const auto& row) { return row.param.name; });

TEST(XmlReader, AllowsTheDepthOfRealAnswers) {
  EXPECT_TRUE(XmlDocument::parse(nested(60)).has_value());
}

TEST(Excerpt, IsShortPrintableAndOnOneLine) {
  EXPECT_EQ(excerpt("  a\n\t b\x01 c\xc3\xa9 ", 80), "a b c??");
  EXPECT_EQ(excerpt(std::string(100, 'x'), 10), "xxxxxxxxxx...");
  EXPECT_EQ(excerpt("", 10), "");
}

}  // namespace
}  // namespace snapferry::aws
