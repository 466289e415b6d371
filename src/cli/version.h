// SPDX-License-Identifier: Apache-2.0
// The version, as --version shows it and as it goes into the User-Agent. CMakeLists.txt holds it
// too; the tidy test holds the two together.
#pragma once

namespace snapferry::cli {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace snapferry::cli
