// SPDX-License-Identifier: Apache-2.0
#include "core/rules/tags.h"

#include <string_view>

#include "core/rules/names.h"
#include "core/text.h"

namespace snapferry::core {
namespace {

constexpr size_t kKeyLengthMax = 128;
constexpr size_t kValueLengthMax = 256;

bool is_reserved(std::string_view key) {
  const std::string folded = to_lower(key.substr(0, 4));
  return folded == "aws:" || folded == "rds:";
}

// RDS takes letters, digits and spaces of any script; what lies beyond ASCII is left for RDS to
// judge.
bool is_tag_text(std::string_view text) {
  for (unsigned char c : text) {
    const bool is_plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
    if (!is_plain && std::string_view(" _.:/=+-@").find(char(c)) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// Whether the text is well-formed UTF-8, as far as lengths and lead bytes go.
bool is_utf8(std::string_view text) {
  size_t to_follow = 0;
  for (unsigned char c : text) {
    if (to_follow > 0) {
      if ((c & 0xC0) != 0x80) return false;
      --to_follow;
    } else if (c >= 0x80) {
      if (c < 0xC2 || c > 0xF4) return false;
      to_follow = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    }
  }
  return to_follow == 0;
}

// RDS counts characters, not bytes.
size_t characters(std::string_view text) {
  size_t count = 0;
  for (unsigned char c : text) count += (c & 0xC0) != 0x80;
  return count;
}

}  // namespace

ComposedTags compose_tags(const Tags& ours, const Tags& user, const Tags& inherited) {
  ComposedTags composed{.tags = ours, .dropped = {}};
  for (const auto& [key, value] : user) composed.tags.emplace(key, value);
  ASSERT(composed.tags.size() <= kTagCountMax);
  for (const auto& [key, value] : inherited) {
    if (composed.tags.contains(key)) continue;
    // A source's own marks must not pass for the copy's.
    const bool is_foreign_mark = key.starts_with("snapferry:");
    if (is_reserved(key) || is_foreign_mark || composed.tags.size() == kTagCountMax) {
      if (!is_foreign_mark) composed.dropped.push_back(key);
      continue;
    }
    composed.tags.emplace(key, value);
  }
  return composed;
}

std::optional<std::string> problem_of_tag(const std::string& key, const std::string& value) {
  if (key.empty()) return "the key is empty";
  if (!is_utf8(key) || !is_utf8(value)) return "it is no UTF-8 text";
  if (characters(key) > kKeyLengthMax) return "the key is longer than 128 characters";
  if (characters(value) > kValueLengthMax) return "the value is longer than 256 characters";
  if (is_reserved(key)) return "keys that begin with aws: or rds: are AWS's own";
  if (key.starts_with("snapferry:")) return "keys that begin with snapferry: say what is ours";
  if (!is_tag_text(key) || !is_tag_text(value)) {
    return "RDS takes letters, digits, spaces and _ . : / = + - @ in tags";
  }
  return std::nullopt;
}

}  // namespace snapferry::core
