// SPDX-License-Identifier: Apache-2.0
#include "core/nearest_name.h"

#include <algorithm>

namespace snapferry::core {
namespace {

// Names past this length are not compared: the cost is the product of both lengths, and no region
// or profile that a person types is longer.
constexpr std::size_t kLengthMax = 128;

// Restricted Damerau-Levenshtein distance, on three rows of the table.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({row[j - 1] + 1, last[j] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view text, const std::vector<std::string>& candidates) {
  if (text.empty() || text.size() > kLengthMax) return {};
  // A third of the letters may be wrong: beyond that a suggestion is a guess and misleads.
  std::size_t best = std::max<std::size_t>(1, text.size() / 3) + 1;
  const std::string* nearest = nullptr;
  for (const auto& candidate : candidates) {
    if (candidate.size() > kLengthMax) continue;
    const std::size_t edits = edits_between(text, candidate);
    if (edits < best) {
      best = edits;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? std::string() : *nearest;
}

}  // namespace snapferry::core
