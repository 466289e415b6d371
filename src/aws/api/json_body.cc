// SPDX-License-Identifier: Apache-2.0
#include "aws/api/json_body.h"

#include <cstdint>

#include <fmt/format.h>

namespace snapferry::aws {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

struct Decoded {
  std::uint32_t point = kReplacement;
  std::size_t length = 1;
};

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

// Overlong forms, surrogates and cut sequences are no text, and must not become some.
Decoded decode(std::string_view text, std::size_t at) {
  const unsigned char first = byte_at(text, at);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return {};
  std::uint32_t point = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const unsigned char next = byte_at(text, at + i);
    if ((next & 0xC0U) != 0x80) return {};
    point = (point << 6U) | (next & 0x3FU);
  }
  const bool is_overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool is_surrogate = point >= 0xD800 && point < 0xE000;
  if (is_overlong || is_surrogate || point > 0x10FFFF) return {};
  return {point, length};
}

void append_escaped(std::string& out, std::uint32_t point) {
  if (point >= 0x10000) {
    const std::uint32_t rest = point - 0x10000;
    out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U), 0xDC00 + (rest & 0x3FFU));
    return;
  }
  out += fmt::format("\\u{:04x}", point);
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const Decoded decoded = decode(text, at);
    at += decoded.length;
    switch (decoded.point) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (decoded.point < ' ' || decoded.point > '~') {
          append_escaped(out, decoded.point);
        } else {
          out += static_cast<char>(decoded.point);
        }
    }
  }
  return out + '"';
}

JsonBody& JsonBody::add(std::string_view name, std::string_view value) {
  return add_json(name, json_string(value));
}

JsonBody& JsonBody::add(std::string_view name, const char* value) {
  return add(name, std::string_view(value));
}

JsonBody& JsonBody::add(std::string_view name, bool value) {
  return add_json(name, value ? "true" : "false");
}

JsonBody& JsonBody::add_json(std::string_view name, std::string_view json) {
  if (!members_.empty()) members_ += ", ";
  members_ += json_string(name);
  members_ += ": ";
  members_ += json;
  return *this;
}

std::string JsonBody::text() const {
  return "{" + members_ + "}";
}

}  // namespace snapferry::aws
