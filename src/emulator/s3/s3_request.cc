// SPDX-License-Identifier: Apache-2.0
#include "emulator/s3/s3_request.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

using Level = S3Operation::Level;

// What PutObject and CreateMultipartUpload may say of the object.
constexpr std::string_view kObjectHeaders =
    " x-amz-acl x-amz-storage-class x-amz-server-side-encryption "
    "x-amz-server-side-encryption-aws-kms-key-id x-amz-meta- ";
constexpr std::string_view kGetHeaders = " x-amz-checksum-mode ";

// Source: botocore 1.43 s3 service-2.json, 2026-11.
constexpr std::array kOperations = {
    S3Operation{"ListBuckets", "GET", Level::service, "", " prefix bucket-region ", "",
                s3_list_buckets},
    S3Operation{"CreateBucket", "PUT", Level::bucket, "", "", " x-amz-acl x-amz-object-ownership ",
                s3_create_bucket},
    S3Operation{"DeleteBucket", "DELETE", Level::bucket, "", "", "", s3_delete_bucket},
    S3Operation{"HeadBucket", "HEAD", Level::bucket, "", "", "", s3_head_bucket},
    S3Operation{"GetBucketLocation", "GET", Level::bucket, "location", "", "",
                s3_get_bucket_location},
    S3Operation{"ListObjectsV2", "GET", Level::bucket, "list-type",
                " prefix delimiter max-keys continuation-token start-after encoding-type "
                "fetch-owner ",
                "", s3_list_objects},
    S3Operation{"DeleteObjects", "POST", Level::bucket, "delete", "", "", s3_delete_objects},
    S3Operation{"PutBucketVersioning", "PUT", Level::bucket, "versioning", "", "",
                s3_put_bucket_versioning},
    S3Operation{"GetBucketVersioning", "GET", Level::bucket, "versioning", "", "",
                s3_get_bucket_versioning},
    S3Operation{"PutBucketPolicy", "PUT", Level::bucket, "policy", "", "", s3_put_bucket_policy},
    S3Operation{"GetBucketPolicy", "GET", Level::bucket, "policy", "", "", s3_get_bucket_policy},
    S3Operation{"DeleteBucketPolicy", "DELETE", Level::bucket, "policy", "", "",
                s3_delete_bucket_policy},
    S3Operation{"PutPublicAccessBlock", "PUT", Level::bucket, "publicAccessBlock", "", "",
                s3_put_configuration},
    S3Operation{"GetPublicAccessBlock", "GET", Level::bucket, "publicAccessBlock", "", "",
                s3_get_configuration},
    S3Operation{"PutBucketEncryption", "PUT", Level::bucket, "encryption", "", "",
                s3_put_configuration},
    S3Operation{"GetBucketEncryption", "GET", Level::bucket, "encryption", "", "",
                s3_get_configuration},
    S3Operation{"PutBucketTagging", "PUT", Level::bucket, "tagging", "", "", s3_put_configuration},
    S3Operation{"GetBucketTagging", "GET", Level::bucket, "tagging", "", "", s3_get_configuration},
    S3Operation{"PutObject", "PUT", Level::object, "", "", kObjectHeaders, s3_put_object},
    S3Operation{"GetObject", "GET", Level::object, "", "", kGetHeaders, s3_get_object},
    S3Operation{"HeadObject", "HEAD", Level::object, "", "", kGetHeaders, s3_get_object},
    S3Operation{"DeleteObject", "DELETE", Level::object, "", "", "", s3_delete_object},
    S3Operation{"CreateMultipartUpload", "POST", Level::object, "uploads", "",
                " x-amz-acl x-amz-storage-class x-amz-server-side-encryption "
                "x-amz-server-side-encryption-aws-kms-key-id x-amz-meta- "
                "x-amz-checksum-algorithm x-amz-checksum-type ",
                s3_create_multipart_upload},
    S3Operation{"UploadPart", "PUT", Level::object, "partNumber", " uploadId ", "", s3_upload_part},
    S3Operation{"CompleteMultipartUpload", "POST", Level::object, "uploadId", "",
                " x-amz-checksum-type x-amz-mp-object-size ", s3_complete_multipart_upload},
    S3Operation{"AbortMultipartUpload", "DELETE", Level::object, "uploadId", "", "",
                s3_abort_multipart_upload},
};

bool is_path_style(std::string_view host) {
  const bool is_number =
      host.find_first_not_of("0123456789.") == std::string_view::npos || host.starts_with('[');
  return is_number || host.find('.') == std::string_view::npos || host.starts_with("s3.") ||
         host.starts_with("s3-");
}

bool has_field(const Fields& query, std::string_view name) {
  return std::ranges::any_of(query, [&](const auto& entry) { return entry.first == name; });
}

}  // namespace

S3Target s3_target(const WireRequest& request, const std::string& path) {
  S3Target target;
  std::string_view host = request.header("Host");
  if (!host.starts_with('[')) host = host.substr(0, host.find(':'));
  const std::string_view rest = std::string_view(path).substr(path.empty() ? 0 : 1);
  if (is_path_style(host)) {
    const auto slash = rest.find('/');
    target.bucket = std::string(rest.substr(0, slash));
    if (slash != std::string_view::npos) target.key = std::string(rest.substr(slash + 1));
    return target;
  }
  auto end = std::min({host.find(".s3."), host.find(".s3-"), host.rfind(".localhost")});
  if (end == std::string_view::npos) end = host.find('.');
  target.bucket = std::string(host.substr(0, end));
  target.key = std::string(rest);
  return target;
}

std::span<const S3Operation> s3_operations() {
  return kOperations;
}

const S3Operation* find_s3_operation(const WireRequest& request, const std::string& path,
                                     const Fields& query) {
  const S3Target target = s3_target(request, path);
  const Level level = target.bucket.empty() ? Level::service
                      : target.key.empty()  ? Level::bucket
                                            : Level::object;
  const S3Operation* plain = nullptr;
  for (const S3Operation& operation : kOperations) {
    if (operation.method != request.method || operation.level != level) continue;
    if (operation.selector.empty()) {
      plain = &operation;
    } else if (has_field(query, operation.selector)) {
      return &operation;
    }
  }
  return plain;
}

std::string query_value(const S3Call& call, std::string_view name) {
  for (const auto& [field_name, value] : call.call.query) {
    if (field_name == name) return value;
  }
  return {};
}

ServiceResult<S3Bucket*> need_bucket(S3Call& call) {
  const Caller& caller = call.call.caller;
  S3Bucket* bucket = call.s3.find_bucket(call.target.bucket);
  if (bucket == nullptr) {
    return refuse(404, "NoSuchBucket", "The specified bucket does not exist");
  }
  const std::string_view expected = call.call.request.header("x-amz-expected-bucket-owner");
  const bool is_unexpected = !expected.empty() && expected != bucket->account.str();
  if (bucket->account != caller.account || is_unexpected) {
    return refuse(403, "AccessDenied", "Access Denied");
  }
  if (bucket->region != caller.region) {
    return refuse(
        400, "AuthorizationHeaderMalformed",
        fmt::format("The authorization header is malformed; the region '{}' is wrong; expecting "
                    "'{}'",
                    caller.region.str(), bucket->region.str()));
  }
  return bucket;
}

WireResponse s3_xml(std::string document) {
  return {.status = 200,
          .headers = {{"Content-Type", "application/xml"}},
          .body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + std::move(document)};
}

}  // namespace snapferry::emulator
