// Reads the zip files that functions come in, from memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace snapferry::emulator {

/// The most that a function may be, unpacked. Source: Lambda quotas, deployment package, 250 MB,
/// 2025.
inline constexpr size_t kUnpackedMax = 262'144'000;

struct ZipEntry {
  std::string name;      ///< relative, without ".."
  unsigned mode = 0644;  ///< permission bits
  bool is_folder = false;
  std::string content;
};

enum class ZipTrouble {
  damaged,    ///< no zip, or one that cannot be unpacked
  too_large,  ///< unpacked, past `unpacked_max`
};

/// Units: `unpacked_max` is bytes.
std::expected<std::vector<ZipEntry>, ZipTrouble> read_zip(std::string_view zip,
                                                          size_t unpacked_max);

}  // namespace snapferry::emulator
