// A template's text, YAML or JSON, as one JSON value with the short tags (!Ref, !Sub, ...) written
// out in their long form.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator::cloudformation {

/// Errors:   ValidationError "Template format error: YAML not well-formed. (line 3, column 5)", the
///           same for JSON; duplicate keys, aliases and unknown tags are refused too.
/// Source: CloudFormation User Guide, "Template formats" and "Intrinsic function reference", 2025.
ServiceResult<boost::json::value> read_template_text(const std::string& text);

/// Returns a scalar as CloudFormation writes it into a string: true, 14, 0.5, text as it is; other
/// values as JSON.
std::string to_text(const boost::json::value& value);

}  // namespace snapferry::emulator::cloudformation
