// Digests and checksums as AWS writes them, and base64.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace snapferry::emulator {

/// Returns lower-case hex: S3's ETag, SQS's MD5OfMessageBody.
std::string md5_hex(std::string_view text);
std::string to_hex(std::string_view bytes);

std::string base64_encode(std::string_view bytes);
/// Returns: nothing when the text is no padded base64.
std::optional<std::string> base64_decode(std::string_view text);

/// Returns the bytes, big end first, of the checksum that S3 calls by that name in its headers:
/// "crc32", "crc32c", "crc64nvme", "sha1", "sha256", and "md5" for Content-MD5; nothing for other
/// names.
/// Source: Amazon S3 User Guide, "Checking object integrity", 2025; botocore 1.43 httpchecksum.py.
std::optional<std::string> checksum(std::string_view name, std::string_view bytes);

}  // namespace snapferry::emulator
