// Single objects: put, read whole or in part, deleted.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/s3/s3_objects.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "core/result.h"
#include "core/text.h"
#include "emulator/digests.h"
#include "emulator/query/xml_writer.h"
#include "emulator/s3/s3_body.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

using Answer = ServiceResult<WireResponse>;
using Headers = std::map<std::string, std::string>;

constexpr std::string_view kEncryption = "x-amz-server-side-encryption";
constexpr std::string_view kEncryptionKey = "x-amz-server-side-encryption-aws-kms-key-id";

// The framing of a body on its way is none of the object's.
std::string without_aws_chunked(std::string_view encoding) {
  constexpr std::string_view kFrame = "aws-chunked";
  if (!encoding.starts_with(kFrame)) return std::string(encoding);
  encoding.remove_prefix(kFrame.size());
  while (encoding.starts_with(',') || encoding.starts_with(' ')) encoding.remove_prefix(1);
  return std::string(encoding);
}

ServiceResult<void> read_encryption(S3Call& call, Headers& headers) {
  const std::string kind(call.call.request.header(kEncryption));
  const std::string key_id(call.call.request.header(kEncryptionKey));
  if (!kind.empty() && kind != "AES256" && kind != "aws:kms") {
    return refuse(400, "InvalidArgument", "The encryption method specified is not supported");
  }
  if (!key_id.empty() && kind != "aws:kms") {
    return refuse(400, "InvalidArgument",
                  "Server Side Encryption with AWS KMS managed key requires HTTP header "
                  "x-amz-server-side-encryption : aws:kms");
  }
  // Source: Amazon S3 User Guide, "Setting default server-side encryption", 2023: AES256 always.
  headers[std::string(kEncryption)] = kind.empty() ? "AES256" : kind;
  if (kind != "aws:kms") return {};
  KmsModel& kms = call.call.world.kms;
  const KmsKey* key = key_id.empty() ? &kms.managed_key(call.call.caller, "s3", call.call.now)
                                     : kms.find(call.call.caller, key_id);
  if (key == nullptr) {
    return refuse(400, "KMS.NotFoundException", fmt::format("Invalid keyId '{}'", key_id));
  }
  headers[std::string(kEncryptionKey)] = key->arn;
  return {};
}

ServiceResult<const S3Object*> need_object(S3Call& call) {
  const S3Bucket* bucket = TRY(need_bucket(call));
  const auto found = bucket->objects.find(call.target.key);
  if (found == bucket->objects.end()) {
    return refuse(404, "NoSuchKey", "The specified key does not exist.");
  }
  return &found->second;
}

bool names_etag(std::string_view list, const std::string& etag) {
  return list == "*" || list.find("\"" + etag + "\"") != std::string_view::npos || list == etag;
}

struct Range {
  size_t first = 0;
  size_t last = 0;
};

// Returns: nothing for the whole object; a range that is malformed is none.
// Source: RFC 9110, 14.1.2; S3 serves a single range only.
ServiceResult<std::optional<Range>> read_range(std::string_view text, size_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<size_t> {
    size_t value = 0;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (status != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const auto first = number(text.substr(0, dash));
  const auto last = number(text.substr(dash + 1));
  Range range;
  if (first) {
    range = {.first = *first, .last = last && *last < size ? *last : size - 1};
    if (last && *last < *first) return std::nullopt;
  } else if (last) {
    range = {.first = size - std::min(*last, size), .last = size - 1};
  } else {
    return std::nullopt;
  }
  if (size == 0 || range.first >= size || (!first && *last == 0)) {
    return refuse(416, "InvalidRange", "The requested range is not satisfiable");
  }
  return range;
}

}  // namespace

ServiceResult<Headers> read_object_headers(S3Call& call) {
  const WireRequest& request = call.call.request;
  if (call.target.key.size() > kS3KeyMax) {
    return refuse(400, "KeyTooLongError", "Your key is too long");
  }
  const std::string_view storage = request.header("x-amz-storage-class");
  if (!storage.empty() && storage != "STANDARD") {
    return refuse(400, "InvalidStorageClass", "The storage class you specified is not valid");
  }
  const std::string_view acl = request.header("x-amz-acl");
  if (!acl.empty() && acl != "private" && acl != "bucket-owner-full-control") {
    return refuse(400, "AccessControlListNotSupported", "The bucket does not allow ACLs");
  }
  constexpr std::array<std::string_view, 6> kKeptHeaders = {
      "content-type",     "cache-control",    "content-disposition",
      "content-encoding", "content-language", "expires"};
  Headers headers;
  for (const auto& [name, value] : request.headers) {
    const std::string key = core::to_lower(name);
    const bool is_kept = std::ranges::find(kKeptHeaders, key) != kKeptHeaders.end() ||
                         key.starts_with("x-amz-meta-");
    if (!is_kept) continue;
    const std::string kept = key == "content-encoding" ? without_aws_chunked(value) : value;
    if (!kept.empty()) headers[key] = kept;
  }
  headers.try_emplace("content-type", "binary/octet-stream");
  TRY(read_encryption(call, headers));
  return headers;
}

Fields encryption_headers(const Headers& headers) {
  Fields told;
  for (const std::string_view name : {kEncryption, kEncryptionKey}) {
    const auto found = headers.find(std::string(name));
    if (found != headers.end()) told.emplace_back(found->first, found->second);
  }
  return told;
}

Answer s3_put_object(S3Call& call) {
  S3Bucket* bucket = TRY(need_bucket(call));
  S3Body body = TRY(read_s3_body(call.call.request));
  Headers headers = TRY(read_object_headers(call));
  const std::string_view none_match = call.call.request.header("If-None-Match");
  if (!none_match.empty()) {
    if (none_match != "*") {
      return refuse(501, "NotImplemented",
                    "A header you provided implies functionality that is not implemented: "
                    "If-None-Match");
    }
    if (bucket->objects.contains(call.target.key)) {
      return refuse(412, "PreconditionFailed",
                    "At least one of the pre-conditions you specified did not hold");
    }
  }
  WireResponse response{.status = 200, .headers = encryption_headers(headers), .body = {}};
  for (const auto& [name, value] : body.checksums) {
    response.headers.emplace_back(name, value);
    headers[name] = value;
  }
  if (!body.checksums.empty()) headers["x-amz-checksum-type"] = "FULL_OBJECT";
  S3Object& object = bucket->objects[call.target.key];
  object.etag = md5_hex(body.bytes);
  object.body = std::move(body.bytes);
  object.headers = std::move(headers);
  object.modified = call.call.now;
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", object.etag));
  return response;
}

Answer s3_get_object(S3Call& call) {
  const S3Object* object = TRY(need_object(call));
  const WireRequest& request = call.call.request;
  const std::string_view match = request.header("If-Match");
  if (!match.empty() && !names_etag(match, object->etag)) {
    return refuse(412, "PreconditionFailed",
                  "At least one of the pre-conditions you specified did not hold");
  }
  WireResponse response{.status = 200,
                        .headers = {{"ETag", fmt::format("\"{}\"", object->etag)},
                                    {"Last-Modified", http_date(object->modified)},
                                    {"Accept-Ranges", "bytes"}},
                        .body = {}};
  const std::string_view none_match = request.header("If-None-Match");
  if (!none_match.empty() && names_etag(none_match, object->etag)) {
    response.status = 304;
    return response;
  }
  const auto range = TRY(read_range(request.header("Range"), object->body.size()));
  // A checksum is of the whole object, so with a part of it it would be wrong.
  const bool is_checksum_shown =
      !range && core::to_lower(request.header("x-amz-checksum-mode")) == "enabled";
  for (const auto& [name, value] : object->headers) {
    if (name.starts_with("x-amz-checksum-") && !is_checksum_shown) continue;
    response.headers.emplace_back(name, value);
  }
  if (range) {
    response.status = 206;
    response.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range->first,
                                                               range->last, object->body.size()));
    response.body = object->body.substr(range->first, range->last - range->first + 1);
  } else {
    response.body = object->body;
  }
  return response;
}

Answer s3_delete_object(S3Call& call) {
  S3Bucket* bucket = TRY(need_bucket(call));
  bucket->objects.erase(call.target.key);  // deleting twice is no error
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

Answer s3_delete_objects(S3Call& call) {
  S3Bucket* bucket = TRY(need_bucket(call));
  const S3Body body = TRY(read_s3_body(call.call.request));
  if (body.checksums.empty() && call.call.request.header("Content-MD5").empty()) {
    return refuse(400, "InvalidRequest", "Missing required header for this request: Content-MD5");
  }
  pugi::xml_document document;
  const auto parsed = document.load_buffer(body.bytes.data(), body.bytes.size(),
                                           pugi::parse_default | pugi::parse_ws_pcdata_single);
  const pugi::xml_node root = document.child("Delete");
  const auto objects = root.children("Object");
  const auto count = std::distance(objects.begin(), objects.end());
  // Source: Amazon S3 API Reference, DeleteObjects, 2024: 1 to 1000 keys.
  if (!parsed || !root || count == 0 || count > 1000) {
    return refuse(400, "MalformedXML",
                  "The XML you provided was not well-formed or did not validate against "
                  "our published schema");
  }
  const bool is_quiet = std::string_view(root.child_value("Quiet")) == "true";
  XmlWriter xml;
  xml.open("DeleteResult", kS3Xmlns);
  for (const pugi::xml_node& object : objects) {
    const std::string key = object.child_value("Key");
    bucket->objects.erase(key);
    if (!is_quiet) xml.open("Deleted").element("Key", key).close();
  }
  xml.close();
  return s3_xml(xml.text());
}

}  // namespace snapferry::emulator
