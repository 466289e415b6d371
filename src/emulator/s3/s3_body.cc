// SPDX-License-Identifier: Apache-2.0
#include "emulator/s3/s3_body.h"

#include <charconv>

#include <fmt/format.h>

#include "core/result.h"
#include "core/text.h"
#include "emulator/digests.h"

namespace snapferry::emulator {
namespace {

constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";

std::unexpected<ServiceError> incomplete() {
  return refuse(400, "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP "
                "header.");
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

struct Chunks {
  std::string bytes;
  Fields trailers;
};

// size-in-hex CRLF bytes CRLF ... 0 CRLF name:value CRLF ... CRLF
ServiceResult<Chunks> read_chunks(std::string_view text) {
  constexpr std::string_view kEnd = "\r\n";
  Chunks chunks;
  const auto take_line = [&]() -> ServiceResult<std::string_view> {
    const auto end = text.find(kEnd);
    if (end == std::string_view::npos) return incomplete();
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + kEnd.size());
    return line;
  };
  while (true) {
    const std::string_view line = TRY(take_line());
    size_t size = 0;
    const auto [end, status] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    if (status != std::errc() || end != line.data() + line.size()) return incomplete();
    if (size == 0) break;
    if (size > text.size()) return incomplete();
    chunks.bytes += text.substr(0, size);
    text.remove_prefix(size);
    if (!TRY(take_line()).empty()) return incomplete();
  }
  while (!text.empty()) {
    const std::string_view line = TRY(take_line());
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return incomplete();
    chunks.trailers.emplace_back(core::to_lower(line.substr(0, colon)),
                                 trim(line.substr(colon + 1)));
  }
  return text.empty() ? ServiceResult<Chunks>(std::move(chunks)) : incomplete();
}

ServiceResult<Chunks> unframe(const WireRequest& request) {
  const std::string_view kind = request.header("x-amz-content-sha256");
  if (!kind.starts_with("STREAMING-")) return Chunks{.bytes = request.body, .trailers = {}};
  if (kind != "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    return std::unexpected(ServiceError{
        501, "NotImplemented",
        fmt::format("A header you provided implies functionality that is not implemented: {}",
                    kind)});
  }
  Chunks chunks = TRY(read_chunks(request.body));
  const std::string_view length = request.header("x-amz-decoded-content-length");
  if (length.empty()) {
    return std::unexpected(ServiceError{411, "MissingContentLength",
                                        "You must provide the Content-Length HTTP header."});
  }
  if (length != std::to_string(chunks.bytes.size())) return incomplete();
  // Announced and sent must be the same: a trailer that was cut off would let anything pass.
  const std::string announced = core::to_lower(request.header("x-amz-trailer"));
  const std::string sent = chunks.trailers.empty() ? "" : chunks.trailers[0].first;
  if (chunks.trailers.size() > 1 || announced != sent) {
    return refuse(400, "MalformedTrailerError",
                  "The request contained trailing data that was not well-formed or did not conform "
                  "to our published schema.");
  }
  return chunks;
}

ServiceResult<void> verify(const std::string& name, const std::string& value,
                           const std::string& bytes) {
  const std::string algorithm = name.substr(kChecksumPrefix.size());
  const auto computed = checksum(algorithm, bytes);
  if (!computed) {
    return refuse(400, "InvalidRequest",
                  fmt::format("The emulator does not compute the checksum {}", name));
  }
  const auto given = base64_decode(value);
  if (!given || given->size() != computed->size()) {
    return refuse(400, "InvalidRequest", fmt::format("Value for {} header is invalid.", name));
  }
  if (*given != *computed) {
    return refuse(400, "BadDigest",
                  fmt::format("The {} you specified did not match the calculated "
                              "checksum.",
                              upper(algorithm)));
  }
  return {};
}

ServiceResult<void> verify_md5(std::string_view value, const std::string& bytes) {
  const auto given = base64_decode(value);
  const auto computed = checksum("md5", bytes);
  if (!given || given->size() != computed->size()) {
    return refuse(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
  }
  if (*given != *computed) {
    return refuse(400, "BadDigest",
                  "The Content-MD5 you specified did not match what we received.");
  }
  return {};
}

}  // namespace

ServiceResult<S3Body> read_s3_body(const WireRequest& request) {
  Chunks chunks = TRY(unframe(request));
  S3Body body{.bytes = std::move(chunks.bytes), .checksums = {}};
  Fields given = std::move(chunks.trailers);
  for (const auto& [name, value] : request.headers) {
    const std::string key = core::to_lower(name);
    const bool is_value = key.starts_with(kChecksumPrefix) && !key.ends_with("-algorithm") &&
                          !key.ends_with("-type") && !key.ends_with("-mode");
    if (is_value) given.emplace_back(key, value);
  }
  for (const auto& [name, value] : given) {
    if (!name.starts_with(kChecksumPrefix)) {
      return refuse(400, "InvalidRequest",
                    "The value specified in the x-amz-trailer header is not supported");
    }
    TRY(verify(name, value, body.bytes));
    body.checksums[name] = value;
  }
  if (given.size() > 1) {
    return refuse(400, "InvalidRequest",
                  "Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
                  "allowed.");
  }
  const std::string algorithm = core::to_lower(request.header("x-amz-sdk-checksum-algorithm"));
  if (!algorithm.empty() && !body.checksums.contains(std::string(kChecksumPrefix) + algorithm)) {
    return refuse(
        400, "InvalidRequest",
        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
        "x-amz-trailer headers were found.");
  }
  const std::string_view md5 = request.header("Content-MD5");
  if (!md5.empty()) TRY(verify_md5(md5, body.bytes));
  return body;
}

}  // namespace snapferry::emulator
