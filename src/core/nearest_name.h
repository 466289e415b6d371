// "did you mean": the known name that a mistyped one most likely stands for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace snapferry::core {

/// Returns the candidate with the fewest single-character edits (insert, delete, replace, swap of
/// neighbours) from `text`; the first of equals; empty when even the nearest is too far to be
/// meant.
std::string nearest_name(std::string_view text, const std::vector<std::string>& candidates);

}  // namespace snapferry::core
