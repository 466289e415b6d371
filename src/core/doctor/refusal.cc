// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/refusal.h"

namespace snapferry::core {
namespace {

// Returns the word after `mark`, without what AWS sets around or behind it.
std::string word_after(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return {};
  std::string_view word = text.substr(at + mark.size());
  word = word.substr(0, word.find(' '));
  while (!word.empty() && (word.back() == '.' || word.back() == '"' || word.back() == ',')) {
    word.remove_suffix(1);
  }
  if (word.starts_with('"')) word.remove_prefix(1);
  return std::string(word);
}

bool says(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

std::optional<AccessRefusal> read_refusal(std::string_view message) {
  AccessRefusal refusal;
  refusal.action = word_after(message, "is not authorized to perform: ");
  if (refusal.action.find(':') == std::string::npos) return std::nullopt;
  refusal.resource = word_after(message, " on resource: ");
  if (refusal.resource.empty()) refusal.resource = "*";
  if (says(message, "explicit deny")) {
    refusal.by = RefusedBy::explicit_deny;
  } else if (says(message, "no resource-based policy allows")) {
    refusal.by = RefusedBy::resource;
  } else if (says(message, "no identity-based policy allows") || !says(message, "because no ")) {
    refusal.by = RefusedBy::identity;
  } else {
    refusal.by = RefusedBy::other;
  }
  return refusal;
}

}  // namespace snapferry::core
