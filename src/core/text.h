// ASCII text: identifiers and header names are compared without regard to case.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace snapferry::core {

/// Returns ASCII lower case; every other byte stays as it is.
std::string to_lower(std::string_view text);

}  // namespace snapferry::core
