// Buckets: made, found, listed, deleted.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "aws/sigv4.h"
#include "core/result.h"
#include "emulator/digests.h"
#include "emulator/query/xml_writer.h"
#include "emulator/s3/s3_body.h"
#include "emulator/s3/s3_request.h"

namespace snapferry::emulator {
namespace {

using Answer = ServiceResult<WireResponse>;

constexpr std::string_view kHomeRegion = "us-east-1";

// Source: Amazon S3 User Guide, "General purpose bucket naming rules", 2025.
bool is_bucket_name(std::string_view name) {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const bool is_number = name.find_first_not_of("0123456789.") == std::string_view::npos &&
                         std::ranges::count(name, '.') == 3;
  return name.size() >= 3 && name.size() <= 63 && is_word(name.front()) && is_word(name.back()) &&
         std::ranges::all_of(name, [&](char c) { return is_word(c) || c == '-' || c == '.'; }) &&
         name.find("..") == std::string_view::npos && !is_number && !name.starts_with("xn--") &&
         !name.starts_with("sthree-") && !name.starts_with("amzn-s3-demo-") &&
         !name.ends_with("-s3alias") && !name.ends_with("--ol-s3");
}

// The region that a bucket is asked for in.
// Source: Amazon S3 API Reference, CreateBucket; messages as in hashicorp/terraform-provider-aws
// and aws-cli issues, 2019-2024.
ServiceResult<core::Region> read_location(const Caller& caller, const std::string& body) {
  std::string constraint;
  if (!body.empty()) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(body.data(), body.size());
    const pugi::xml_node root = document.child("CreateBucketConfiguration");
    if (!parsed || !root) {
      return refuse(400, "MalformedXML",
                    "The XML you provided was not well-formed or did not validate against "
                    "our published schema");
    }
    constraint = root.child_value("LocationConstraint");
    for (const pugi::xml_node& child : root.children()) {
      if (std::string_view(child.name()) == "LocationConstraint") continue;
      return refuse(501, "NotImplemented",
                    fmt::format("The emulator knows no {} of a new bucket", child.name()));
    }
  }
  if (constraint == "EU") constraint = "eu-west-1";
  const std::string& here = caller.region.str();
  const bool is_known =
      constraint.empty() || core::partition_of(core::Region(constraint)).has_value();
  if (constraint == kHomeRegion || !is_known) {
    return refuse(400, "InvalidLocationConstraint",
                  "The specified location-constraint is not valid");
  }
  if (here == kHomeRegion) {
    return core::Region(constraint.empty() ? std::string(kHomeRegion) : constraint);
  }
  if (constraint != here) {
    return refuse(400, "IllegalLocationConstraintException",
                  fmt::format("The {} location constraint is incompatible for the region "
                              "specific endpoint this request was sent to.",
                              constraint.empty() ? "unspecified" : constraint));
  }
  return core::Region(here);
}

struct Page {
  std::string prefix;
  std::string delimiter;
  std::string after;  // keys and common prefixes up to here were shown before
  size_t max_keys = 0;
  bool is_encoded = false;
};

ServiceResult<Page> read_page(const S3Call& call) {
  constexpr size_t kMaxKeys = 1000;  // Source: S3 API Reference, ListObjectsV2, 2024
  Page page{.prefix = query_value(call, "prefix"),
            .delimiter = query_value(call, "delimiter"),
            .after = query_value(call, "start-after"),
            .max_keys = kMaxKeys,
            .is_encoded = false};
  if (query_value(call, "list-type") != "2") {
    return refuse(400, "InvalidArgument", "Invalid List Type specified in Request");
  }
  const std::string encoding = query_value(call, "encoding-type");
  if (!encoding.empty() && encoding != "url") {
    return refuse(400, "InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  page.is_encoded = !encoding.empty();
  if (const std::string text = query_value(call, "max-keys"); !text.empty()) {
    size_t wanted = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), wanted);
    if (status != std::errc() || end != text.data() + text.size()) {
      return refuse(400, "InvalidArgument",
                    "Provided max-keys not an integer or within integer range");
    }
    page.max_keys = std::min(wanted, kMaxKeys);
  }
  if (const std::string token = query_value(call, "continuation-token"); !token.empty()) {
    const auto after = base64_decode(token);
    if (!after || after->empty()) {
      return refuse(400, "InvalidArgument", "The continuation token provided is incorrect");
    }
    page.after = *after;
  }
  return page;
}

// Keys and slashes as encoding-type=url shows them.
std::string shown(const Page& page, std::string_view text) {
  if (!page.is_encoded) return std::string(text);
  std::string encoded = aws::uri_encode(text);
  for (size_t at = 0; (at = encoded.find("%2F", at)) != std::string::npos;) {
    encoded.replace(at, 3, "/");
  }
  return encoded;
}

struct Listed {
  std::string contents;  // XML
  std::string prefixes;  // XML
  size_t count = 0;
  std::string last;
  bool is_truncated = false;
};

Listed list_keys(const S3Bucket& bucket, const Page& page, bool is_owner_shown) {
  Listed listed;
  for (const auto& [key, object] : bucket.objects) {
    if (!key.starts_with(page.prefix)) continue;
    const auto cut =
        page.delimiter.empty() ? std::string::npos : key.find(page.delimiter, page.prefix.size());
    const std::string entry =
        cut == std::string::npos ? key : key.substr(0, cut + page.delimiter.size());
    // A common prefix is shown once, and stands for all keys below it.
    if (entry <= page.after || entry == listed.last) continue;
    if (cut == std::string::npos && key <= page.after) continue;
    if (listed.count == page.max_keys) {
      listed.is_truncated = listed.count > 0;
      break;
    }
    ++listed.count;
    listed.last = entry;
    XmlWriter xml;
    if (cut != std::string::npos) {
      xml.open("CommonPrefixes").element("Prefix", shown(page, entry)).close();
      listed.prefixes += xml.text();
      continue;
    }
    xml.open("Contents")
        .element("Key", shown(page, key))
        .element("LastModified", object.modified)
        .element("ETag", fmt::format("\"{}\"", object.etag))
        .element("Size", static_cast<long>(object.body.size()));
    if (is_owner_shown) xml.open("Owner").element("ID", bucket.account.str()).close();
    xml.element("StorageClass", "STANDARD").close();
    listed.contents += xml.text();
  }
  return listed;
}

}  // namespace

Answer s3_create_bucket(S3Call& call) {
  const Caller& caller = call.call.caller;
  const std::string& name = call.target.bucket;
  const std::string_view acl = call.call.request.header("x-amz-acl");
  if (!acl.empty() && acl != "private") {
    return refuse(400, "InvalidBucketAclWithObjectOwnership",
                  "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced "
                  "setting");
  }
  if (!is_bucket_name(name)) {
    return refuse(400, "InvalidBucketName", "The specified bucket is not valid.");
  }
  const S3Body body = TRY(read_s3_body(call.call.request));
  const core::Region region = TRY(read_location(caller, body.bytes));
  if (const S3Bucket* found = call.s3.find_bucket(name)) {
    if (found->account != caller.account) {
      return refuse(409, "BucketAlreadyExists",
                    "The requested bucket name is not available. The bucket namespace is "
                    "shared by all users of the system. Please select a different name and "
                    "try again.");
    }
    const bool is_home = found->region.str() == kHomeRegion && region.str() == kHomeRegion;
    if (!is_home) {
      return refuse(409, "BucketAlreadyOwnedByYou",
                    "Your previous request to create the named bucket succeeded and you "
                    "already own it.");
    }
  } else {
    S3Bucket& bucket = call.s3.buckets[name];
    bucket.name = name;
    bucket.account = caller.account;
    bucket.region = region;
    bucket.created = call.call.now;
  }
  return WireResponse{.status = 200, .headers = {{"Location", "/" + name}}, .body = {}};
}

Answer s3_delete_bucket(S3Call& call) {
  const S3Bucket* bucket = TRY(need_bucket(call));
  if (!bucket->objects.empty()) {
    return refuse(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
  }
  std::erase_if(call.s3.uploads,
                [&](const auto& entry) { return entry.second.bucket == bucket->name; });
  call.s3.buckets.erase(call.target.bucket);
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

Answer s3_head_bucket(S3Call& call) {
  const S3Bucket* bucket = TRY(need_bucket(call));
  return WireResponse{.status = 200,
                      .headers = {{"x-amz-bucket-region", bucket->region.str()},
                                  {"Content-Type", "application/xml"}},
                      .body = {}};
}

Answer s3_list_buckets(S3Call& call) {
  const Caller& caller = call.call.caller;
  const std::string prefix = query_value(call, "prefix");
  const std::string region = query_value(call, "bucket-region");
  XmlWriter xml;
  xml.open("ListAllMyBucketsResult", kS3Xmlns);
  xml.open("Owner").element("ID", caller.account.str()).close();
  xml.open("Buckets");
  for (const auto& [name, bucket] : call.s3.buckets) {
    const bool is_listed = bucket.account == caller.account && name.starts_with(prefix) &&
                           (region.empty() || region == bucket.region.str());
    if (!is_listed) continue;
    xml.open("Bucket").element("Name", name).element("CreationDate", bucket.created).close();
  }
  xml.close().close();
  return s3_xml(xml.text());
}

Answer s3_get_bucket_location(S3Call& call) {
  // The one question about a bucket that any region answers: who asks does not know it yet.
  if (const S3Bucket* bucket = call.s3.find_bucket(call.target.bucket)) {
    call.call.caller.region = bucket->region;
  }
  const S3Bucket* bucket = TRY(need_bucket(call));
  XmlWriter xml;
  xml.open("LocationConstraint", kS3Xmlns);
  if (bucket->region.str() != kHomeRegion) xml.raw(bucket->region.str());
  xml.close();
  return s3_xml(xml.text());
}

Answer s3_list_objects(S3Call& call) {
  const S3Bucket* bucket = TRY(need_bucket(call));
  const Page page = TRY(read_page(call));
  const Listed listed = list_keys(*bucket, page, query_value(call, "fetch-owner") == "true");
  XmlWriter xml;
  xml.open("ListBucketResult", kS3Xmlns)
      .element("Name", bucket->name)
      .element("Prefix", shown(page, page.prefix))
      .element_if("Delimiter", shown(page, page.delimiter))
      .element("MaxKeys", static_cast<long>(page.max_keys))
      .element("KeyCount", static_cast<long>(listed.count))
      .element("IsTruncated", listed.is_truncated);
  if (page.is_encoded) xml.element("EncodingType", "url");
  xml.element_if("ContinuationToken", query_value(call, "continuation-token"));
  xml.element_if("StartAfter", shown(page, query_value(call, "start-after")));
  if (listed.is_truncated) xml.element("NextContinuationToken", base64_encode(listed.last));
  xml.raw(listed.contents).raw(listed.prefixes).close();
  return s3_xml(xml.text());
}

}  // namespace snapferry::emulator
