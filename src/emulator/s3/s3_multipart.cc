// Uploads in parts: begun, filled, joined or given up.
// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <vector>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "core/result.h"
#include "emulator/digests.h"
#include "emulator/query/xml_writer.h"
#include "emulator/s3/s3_body.h"
#include "emulator/s3/s3_objects.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

using Answer = ServiceResult<WireResponse>;

// Source: Amazon S3 User Guide, "Amazon S3 multipart upload limits", 2024.
constexpr long kPartNumberMax = 10000;
constexpr size_t kPartMin = size_t{5} * 1024 * 1024;

ServiceResult<S3Upload*> need_upload(S3Call& call) {
  TRY(need_bucket(call));
  const auto found = call.s3.uploads.find(query_value(call, "uploadId"));
  const bool is_found = found != call.s3.uploads.end() &&
                        found->second.bucket == call.target.bucket &&
                        found->second.key == call.target.key;
  if (!is_found) {
    return refuse(404, "NoSuchUpload",
                  "The specified upload does not exist. The upload ID may be invalid, or "
                  "the upload may have been aborted or completed.");
  }
  return &found->second;
}

std::string without_quotes(std::string text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

struct Joined {
  std::string body;
  std::string digests;  // of the parts, one after the other
  size_t count = 0;
};

std::unexpected<ServiceError> invalid_part() {
  return refuse(400, "InvalidPart",
                "One or more of the specified parts could not be found. The part may not "
                "have been uploaded, or the specified entity tag may not match the part's "
                "entity tag.");
}

// "ChecksumCRC32" of a part in the request, as "x-amz-checksum-crc32".
bool has_checksums(const S3Part& part, const pugi::xml_node& node) {
  for (const pugi::xml_node& child : node.children()) {
    std::string name = child.name();
    constexpr std::string_view kPrefix = "Checksum";
    if (!name.starts_with(kPrefix)) continue;
    name.erase(0, kPrefix.size());
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto found = part.checksums.find("x-amz-checksum-" + name);
    if (found == part.checksums.end() || found->second != child.child_value()) return false;
  }
  return true;
}

ServiceResult<Joined> join(const S3Upload& upload, const pugi::xml_node& root) {
  Joined joined;
  long last = 0;
  size_t last_size = kPartMin;
  for (const pugi::xml_node& node : root.children("Part")) {
    const long number = node.child("PartNumber").text().as_llong();
    if (number <= last) {
      return refuse(400, "InvalidPartOrder",
                    "The list of parts was not in ascending order. The parts list must be "
                    "specified in order by part number.");
    }
    last = number;
    const auto found = upload.parts.find(number);
    if (found == upload.parts.end()) return invalid_part();
    const S3Part& part = found->second;
    if (without_quotes(node.child_value("ETag")) != part.etag) return invalid_part();
    if (!has_checksums(part, node)) return invalid_part();
    // All but the last have to be of some size.
    if (last_size < kPartMin) {
      return refuse(400, "EntityTooSmall",
                    "Your proposed upload is smaller than the minimum allowed size");
    }
    last_size = part.body.size();
    joined.body += part.body;
    joined.digests += *checksum("md5", part.body);
    ++joined.count;
  }
  if (joined.body.size() > kS3ObjectMax) {
    return refuse(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  return joined;
}

}  // namespace

Answer s3_create_multipart_upload(S3Call& call) {
  TRY(need_bucket(call));
  auto headers = TRY(read_object_headers(call));
  // Ours: 32 characters; S3's are longer and as opaque.
  const std::string id = call.s3.ids.text(32, kUpperAlphanumeric);
  WireResponse response;
  XmlWriter xml;
  xml.open("InitiateMultipartUploadResult", kS3Xmlns)
      .element("Bucket", call.target.bucket)
      .element("Key", call.target.key)
      .element("UploadId", id)
      .close();
  response = s3_xml(xml.text());
  for (const auto& header : encryption_headers(headers)) response.headers.push_back(header);
  for (const std::string_view name : {"x-amz-checksum-algorithm", "x-amz-checksum-type"}) {
    const std::string_view value = call.call.request.header(name);
    if (!value.empty()) response.headers.emplace_back(name, value);
  }
  call.s3.uploads[id] = {.bucket = call.target.bucket,
                         .key = call.target.key,
                         .initiated = call.call.now,
                         .headers = std::move(headers),
                         .parts = {}};
  return response;
}

Answer s3_upload_part(S3Call& call) {
  S3Upload* upload = TRY(need_upload(call));
  const std::string text = query_value(call, "partNumber");
  long number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || end != text.data() + text.size() || number < 1 ||
      number > kPartNumberMax) {
    return refuse(400, "InvalidArgument",
                  "Part number must be an integer between 1 and 10000, inclusive");
  }
  S3Body body = TRY(read_s3_body(call.call.request));
  S3Part& part = upload->parts[number];
  part = {.body = std::move(body.bytes), .etag = {}, .checksums = std::move(body.checksums)};
  part.etag = md5_hex(part.body);
  WireResponse response{
      .status = 200, .headers = {{"ETag", fmt::format("\"{}\"", part.etag)}}, .body = {}};
  for (const auto& [name, value] : part.checksums) response.headers.emplace_back(name, value);
  return response;
}

Answer s3_complete_multipart_upload(S3Call& call) {
  S3Upload* upload = TRY(need_upload(call));
  const std::string& body = call.call.request.body;
  pugi::xml_document document;
  const auto parsed = document.load_buffer(body.data(), body.size());
  const pugi::xml_node root = document.child("CompleteMultipartUpload");
  if (!parsed || !root || !root.child("Part")) {
    return refuse(400, "MalformedXML",
                  "The XML you provided was not well-formed or did not validate against "
                  "our published schema");
  }
  Joined joined = TRY(join(*upload, root));
  S3Bucket* bucket = TRY(need_bucket(call));
  S3Object& object = bucket->objects[call.target.key];
  // Source: observed by every client: MD5 of the parts' MD5s, and how many they were.
  object.etag = fmt::format("{}-{}", md5_hex(joined.digests), joined.count);
  object.body = std::move(joined.body);
  object.headers = std::move(upload->headers);
  object.modified = call.call.now;
  call.s3.uploads.erase(query_value(call, "uploadId"));
  XmlWriter xml;
  xml.open("CompleteMultipartUploadResult", kS3Xmlns)
      .element("Location", fmt::format("{}/{}/{}", call.call.world.endpoint_url, call.target.bucket,
                                       call.target.key))
      .element("Bucket", call.target.bucket)
      .element("Key", call.target.key)
      .element("ETag", fmt::format("\"{}\"", object.etag))
      .close();
  return s3_xml(xml.text());
}

Answer s3_abort_multipart_upload(S3Call& call) {
  TRY(need_upload(call));
  call.s3.uploads.erase(query_value(call, "uploadId"));
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

}  // namespace snapferry::emulator
