// A Runtime API loop for python3.x functions: what AWS's own python image brings, small.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace snapferry::emulator {

/// Returns the program: `python3 FILE SECONDS`, with the function's time-out.
std::string_view python_runtime();

}  // namespace snapferry::emulator
