// Writes the XML of an AWS Query answer: elements in order, escaped, no white space between them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace snapferry::emulator {

class XmlWriter {
 public:
  XmlWriter& open(std::string_view name);
  /// Opens an element with its namespace.
  XmlWriter& open(std::string_view name, std::string_view xmlns);
  /// Closes the element opened last.
  XmlWriter& close();

  XmlWriter& element(std::string_view name, std::string_view text);
  XmlWriter& element(std::string_view name, const char* text) {
    return element(name, std::string_view(text));
  }
  XmlWriter& element(std::string_view name, const std::string& text) {
    return element(name, std::string_view(text));
  }
  XmlWriter& element(std::string_view name, bool value);
  XmlWriter& element(std::string_view name, long value);
  XmlWriter& element(std::string_view name, int value) { return element(name, long{value}); }
  /// With milliseconds, always: "2019-06-04T09:16:42.649Z".
  XmlWriter& element(std::string_view name, core::Instant value);
  /// Writes nothing when the text is empty: AWS leaves members without a value out.
  XmlWriter& element_if(std::string_view name, std::string_view text);

  /// Appends XML that is written already.
  XmlWriter& raw(std::string_view xml);

  /// Requires: every open element was closed.
  [[nodiscard]] const std::string& text() const;

 private:
  std::string text_;
  std::vector<std::string> open_;
};

/// Returns the text with & < > and quotes escaped, and characters that XML 1.0 cannot hold replaced
/// by "?".
std::string escape_xml(std::string_view text);

/// Returns "2019-06-04T09:16:42.649Z": RDS always writes milliseconds.
/// Source: rds-facts 1.1, 2026-08.
std::string format_wire_time(core::Instant instant);

}  // namespace snapferry::emulator
