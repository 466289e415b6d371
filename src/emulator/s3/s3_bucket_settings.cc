// What is set on a bucket: versioning, policy, and the configurations that are kept as sent.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <pugixml.hpp>

#include "core/result.h"
#include "emulator/query/xml_writer.h"
#include "emulator/s3/s3_body.h"
#include "emulator/s3/s3_request.h"

namespace snapferry::emulator {
namespace {

using Answer = ServiceResult<WireResponse>;

std::unexpected<ServiceError> malformed_xml() {
  return refuse(400, "MalformedXML",
                "The XML you provided was not well-formed or did not validate against our "
                "published schema");
}

struct Kept {
  std::string_view selector;
  std::string_view root;
  int missing_status;
  std::string_view missing_code;
  std::string_view missing_message;
};

// Source: Amazon S3 API Reference, "List of error codes", 2024.
constexpr std::array kKept = {
    Kept{"publicAccessBlock", "PublicAccessBlockConfiguration", 404,
         "NoSuchPublicAccessBlockConfiguration",
         "The public access block configuration was not found"},
    Kept{"encryption", "ServerSideEncryptionConfiguration", 404,
         "ServerSideEncryptionConfigurationNotFoundError",
         "The server side encryption configuration was not found"},
    Kept{"tagging", "Tagging", 404, "NoSuchTagSet", "The TagSet does not exist"},
};

const Kept& kept_of(const S3Call& call) {
  for (const Kept& kept : kKept) {
    for (const auto& entry : call.call.query) {
      if (entry.first == kept.selector) return kept;
    }
  }
  ASSERT(false);  // the table of operations led here by one of these
  return kKept[0];
}

}  // namespace

Answer s3_put_bucket_versioning(S3Call& call) {
  S3Bucket* bucket = TRY(need_bucket(call));
  const S3Body body = TRY(read_s3_body(call.call.request));
  pugi::xml_document document;
  const auto parsed = document.load_buffer(body.bytes.data(), body.bytes.size());
  const pugi::xml_node root = document.child("VersioningConfiguration");
  if (!parsed || !root) return malformed_xml();
  const std::string status = root.child_value("Status");
  if (status != "Enabled" && status != "Suspended") {
    return refuse(400, "IllegalVersioningConfigurationException",
                  "The Versioning element must be specified");
  }
  bucket->versioning = status;
  return WireResponse{};
}

Answer s3_get_bucket_versioning(S3Call& call) {
  const S3Bucket* bucket = TRY(need_bucket(call));
  XmlWriter xml;
  xml.open("VersioningConfiguration", kS3Xmlns).element_if("Status", bucket->versioning).close();
  return s3_xml(xml.text());
}

Answer s3_put_bucket_policy(S3Call& call) {
  S3Bucket* bucket = TRY(need_bucket(call));
  S3Body body = TRY(read_s3_body(call.call.request));
  boost::json::error_code error;
  const boost::json::value policy = boost::json::parse(body.bytes, error);
  const auto* document = error ? nullptr : policy.if_object();
  if (document == nullptr) {
    return refuse(400, "MalformedPolicy", "This policy contains invalid Json");
  }
  if (!document->contains("Statement")) {
    return refuse(400, "MalformedPolicy", "Missing required field Statement");
  }
  bucket->policy = std::move(body.bytes);
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

Answer s3_get_bucket_policy(S3Call& call) {
  const S3Bucket* bucket = TRY(need_bucket(call));
  if (bucket->policy.empty()) {
    return refuse(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
  }
  return WireResponse{
      .status = 200, .headers = {{"Content-Type", "application/json"}}, .body = bucket->policy};
}

Answer s3_delete_bucket_policy(S3Call& call) {
  S3Bucket* bucket = TRY(need_bucket(call));
  bucket->policy.clear();
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

Answer s3_put_configuration(S3Call& call) {
  S3Bucket* bucket = TRY(need_bucket(call));
  S3Body body = TRY(read_s3_body(call.call.request));
  const Kept& kept = kept_of(call);
  pugi::xml_document document;
  const auto parsed = document.load_buffer(body.bytes.data(), body.bytes.size());
  if (!parsed || std::string_view(document.document_element().name()) != kept.root) {
    return malformed_xml();
  }
  bucket->configurations[std::string(kept.selector)] = std::move(body.bytes);
  return WireResponse{.status = kept.selector == "tagging" ? 204 : 200, .headers = {}, .body = {}};
}

Answer s3_get_configuration(S3Call& call) {
  const S3Bucket* bucket = TRY(need_bucket(call));
  const Kept& kept = kept_of(call);
  const auto found = bucket->configurations.find(std::string(kept.selector));
  if (found == bucket->configurations.end()) {
    return refuse(kept.missing_status, kept.missing_code, std::string(kept.missing_message));
  }
  return WireResponse{
      .status = 200, .headers = {{"Content-Type", "application/xml"}}, .body = found->second};
}

}  // namespace snapferry::emulator
