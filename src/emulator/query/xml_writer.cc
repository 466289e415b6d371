// SPDX-License-Identifier: Apache-2.0
#include "emulator/query/xml_writer.h"

#include "core/result.h"

namespace snapferry::emulator {

std::string escape_xml(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\r':
        // A bare carriage return would be read back as a line feed.
        result += "&#xD;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        result += byte < 0x20 && c != '\t' && c != '\n' ? '?' : c;
      }
    }
  }
  return result;
}

std::string format_wire_time(core::Instant instant) {
  std::string text = core::format_instant(instant);
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000");
  return text;
}

XmlWriter& XmlWriter::open(std::string_view name) {
  text_.append("<").append(name).append(">");
  open_.emplace_back(name);
  return *this;
}

XmlWriter& XmlWriter::open(std::string_view name, std::string_view xmlns) {
  text_.append("<").append(name).append(" xmlns=\"").append(escape_xml(xmlns)).append("\">");
  open_.emplace_back(name);
  return *this;
}

XmlWriter& XmlWriter::close() {
  ASSERT(!open_.empty());
  text_.append("</").append(open_.back()).append(">");
  open_.pop_back();
  return *this;
}

XmlWriter& XmlWriter::element(std::string_view name, std::string_view text) {
  if (text.empty()) {
    text_.append("<").append(name).append("/>");
    return *this;
  }
  text_.append("<").append(name).append(">").append(escape_xml(text));
  text_.append("</").append(name).append(">");
  return *this;
}

XmlWriter& XmlWriter::element(std::string_view name, bool value) {
  return element(name, std::string_view(value ? "true" : "false"));
}

XmlWriter& XmlWriter::element(std::string_view name, long value) {
  return element(name, std::string_view(std::to_string(value)));
}

XmlWriter& XmlWriter::element(std::string_view name, core::Instant value) {
  return element(name, std::string_view(format_wire_time(value)));
}

XmlWriter& XmlWriter::element_if(std::string_view name, std::string_view text) {
  return text.empty() ? *this : element(name, text);
}

XmlWriter& XmlWriter::raw(std::string_view xml) {
  text_ += xml;
  return *this;
}

const std::string& XmlWriter::text() const {
  ASSERT(open_.empty());
  return text_;
}

}  // namespace snapferry::emulator
