// SPDX-License-Identifier: Apache-2.0
#include "emulator/query/xml_writer.h"

#include <gtest/gtest.h>

#include "emulator/query/query_answer.h"

namespace snapferry::emulator {
namespace {

TEST(XmlWriterTest, ElementsInOrder) {
  XmlWriter xml;
  xml.open("A", "http://x/").element("T", "a<b&\"c\"").element("B", true).element("N", -3);
  xml.element("Empty", "").element_if("Left", "").open("L").close().close();
  EXPECT_EQ(xml.text(),
            "<A xmlns=\"http://x/\"><T>a&lt;b&amp;&quot;c&quot;</T><B>true</B><N>-3</N><Empty/>"
            "<L></L></A>");
}

TEST(XmlWriterTest, TimesAlwaysHaveMilliseconds) {
  EXPECT_EQ(format_wire_time(*core::parse_instant("2019-06-04T09:16:42.649Z")),
            "2019-06-04T09:16:42.649Z");
  EXPECT_EQ(format_wire_time(*core::parse_instant("2019-06-04T09:16:42Z")),
            "2019-06-04T09:16:42.000Z");
}

TEST(XmlWriterTest, CharactersThatXmlCannotHoldAreReplaced) {
  EXPECT_EQ(escape_xml(std::string("a\0b\x01\tc\n", 7)), "a?b?\tc\n");
}

TEST(QueryAnswerTest, Frames) {
  EXPECT_EQ(query_answer("Op", "http://x/", "<A/>", "id"),
            "<OpResponse xmlns=\"http://x/\"><OpResult><A/></OpResult><ResponseMetadata>"
            "<RequestId>id</RequestId></ResponseMetadata></OpResponse>");
  EXPECT_EQ(query_error({404, "DBSnapshotNotFound", "DBSnapshot not found: x"}, "http://x/", "id"),
            "<ErrorResponse xmlns=\"http://x/\"><Error><Type>Sender</Type>"
            "<Code>DBSnapshotNotFound</Code><Message>DBSnapshot not found: x</Message></Error>"
            "<RequestId>id</RequestId></ErrorResponse>");
  EXPECT_NE(query_error({500, "InternalFailure", "m"}, "x", "id").find("<Type>Receiver</Type>"),
            std::string::npos);
}

}  // namespace
}  // namespace snapferry::emulator
