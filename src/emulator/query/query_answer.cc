// SPDX-License-Identifier: Apache-2.0
#include "emulator/query/query_answer.h"

#include "emulator/query/xml_writer.h"

namespace snapferry::emulator {

std::string query_answer(std::string_view operation, std::string_view xmlns,
                         std::string_view inner_xml, std::string_view request_id, bool has_result) {
  const std::string name(operation);
  XmlWriter xml;
  xml.open(name + "Response", xmlns);
  if (has_result) xml.open(name + "Result").raw(inner_xml).close();
  xml.open("ResponseMetadata").element("RequestId", request_id).close();
  xml.close();
  return xml.text();
}

std::string query_error(const ServiceError& error, std::string_view xmlns,
                        std::string_view request_id) {
  XmlWriter xml;
  xml.open("ErrorResponse", xmlns);
  xml.open("Error")
      .element("Type", error.http_status >= 500 ? "Receiver" : "Sender")
      .element("Code", error.code)
      .element("Message", error.message)
      .close();
  xml.element("RequestId", request_id);
  xml.close();
  return xml.text();
}

}  // namespace snapferry::emulator
