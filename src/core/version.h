// The version, in its one place: --version shows it, the User-Agent carries it, CMakeLists.txt
// reads it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace snapferry::core {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace snapferry::core
