// Filter patterns of FilterLogEvents: terms, and comparisons of JSON members.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator {

struct JsonComparison {
  std::string path;  ///< "$.detail.level"
  std::string sign;  ///< "=", "!=", "<", "<=", ">", ">="
  boost::json::value wanted;
};

struct FilterPattern {
  std::vector<std::string> terms;     ///< all must be there
  std::vector<std::string> optional;  ///< "?term": one must be there
  std::vector<std::string> unwanted;  ///< "-term": none may be there
  /// One of these lists must hold whole; empty: not a JSON pattern.
  std::vector<std::vector<JsonComparison>> alternatives;
};

/// Errors:   InvalidParameterException. Ours: space-delimited patterns ("[ip, user]"), regular
///           expressions ("%...%"), parentheses, IS and EXISTS are refused, not misread.
/// Source:   CloudWatch Logs User Guide, "Filter pattern syntax", 2025.
ServiceResult<FilterPattern> parse_filter_pattern(const std::string& text);

bool is_match(const FilterPattern& pattern, const std::string& message);

}  // namespace snapferry::emulator
