// Base64 (RFC 4648) with padding: how JSON carries bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace snapferry::emulator {

[[nodiscard]] std::string to_base64(std::string_view bytes);

/// Returns nothing when the text is not base64.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// Returns the SHA-256 of the bytes in base64: CodeSha256.
[[nodiscard]] std::string sha256_base64(std::string_view bytes);

}  // namespace snapferry::emulator
