// Event patterns: which events a rule is for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator {

/// Errors:   InvalidEventPatternException with the reason. Ours: cidr and null-byte comparisons are
///           refused, since nothing here sends addresses.
/// Source:   EventBridge User Guide, "Creating event patterns" and "Comparison operators", 2025.
ServiceResult<boost::json::object> parse_event_pattern(const std::string& text);

/// Requires: `pattern` is what parse_event_pattern() gave.
bool is_match(const boost::json::object& pattern, const boost::json::object& event);

}  // namespace snapferry::emulator
