// A Runtime API loop for python3.x functions: what AWS's own python image brings, small.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace snapferry::emulator {

/// The program: `python3 FILE`, started in the function's folder.
extern const std::string_view kPythonRuntime;

}  // namespace snapferry::emulator
