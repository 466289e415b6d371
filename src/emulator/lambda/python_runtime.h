// A Runtime API loop for python3.x functions: what AWS's own python image brings, small.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace snapferry::emulator {

/// The program: `python3 FILE SECONDS`, with the function's time-out.
extern const std::string_view kPythonRuntime;

}  // namespace snapferry::emulator
