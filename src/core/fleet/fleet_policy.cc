// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/fleet_policy.h"

#include <algorithm>

namespace snapferry::core {

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // The last star seen, and how much of the text it has swallowed so far.
  size_t star = std::string_view::npos;
  size_t swallowed = 0;
  size_t p = 0;
  size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      swallowed = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++swallowed;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches(const DatabaseSelector& selector, const Database& database) {
  if (selector.id && selector.id->str() != database.id.str()) return false;
  if (!selector.id_like.empty() && !matches_pattern(selector.id_like, database.id.str())) {
    return false;
  }
  const auto& engines = selector.engines;
  if (!engines.empty() && std::ranges::find(engines, database.engine) == engines.end()) {
    return false;
  }
  return std::ranges::all_of(selector.tags, [&](const auto& tag) {
    const auto found = database.tags.find(tag.first);
    return found != database.tags.end() && found->second == tag.second;
  });
}

bool is_excepted(const FleetPolicy& policy, const Database& database) {
  return std::ranges::any_of(
      policy.except, [&](const DatabaseSelector& selector) { return matches(selector, database); });
}

bool matches(const FleetPolicy& policy, const Database& database) {
  const bool is_meant = std::ranges::any_of(
      policy.databases,
      [&](const DatabaseSelector& selector) { return matches(selector, database); });
  return is_meant && !is_excepted(policy, database);
}

}  // namespace snapferry::core
