// What a request to S3 means: bucket and key from host and path, and the operation from the method
// and the query. One table of all that is served.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "emulator/s3/s3_model.h"
#include "emulator/service.h"

namespace snapferry::emulator {

struct S3Target {
  std::string bucket;  ///< empty: the service itself
  std::string key;     ///< empty: the bucket
};

/// Path style where Host is a number, one word, or begins with "s3." or "s3-"; else virtual-host
/// style: the bucket is what stands before ".s3." or ".localhost", or the host's first label.
/// `path` is decoded.
/// Source: Amazon S3 User Guide, "Virtual hosting of buckets", 2024.
S3Target s3_target(const WireRequest& request, const std::string& path);

/// A call on its way to an operation.
struct S3Call {
  ServiceCall& call;
  S3Model& s3;
  S3Target target;
};

struct S3Operation {
  std::string_view name;
  std::string_view method;
  enum class Level { service, bucket, object } level;
  std::string_view selector;  ///< the query parameter that tells it from others; may be empty
  std::string_view query;     ///< others it takes, between blanks: " prefix delimiter "
  std::string_view headers;   ///< x-amz-* headers of its own, as above; a last "-" means any rest
  ServiceResult<WireResponse> (*serve)(S3Call&);
};

std::span<const S3Operation> s3_operations();
/// Returns: nullptr when none is meant.
const S3Operation* find_s3_operation(const WireRequest& request, const std::string& path,
                                     const Fields& query);

/// Returns the value of a query parameter; empty when there is none.
std::string query_value(const S3Call& call, std::string_view name);

/// Returns the bucket.
/// Errors:   NoSuchBucket 404; AccessDenied 403: another account's, and its policy does not let the
///           caller in; AuthorizationHeaderMalformed 400: signed for another region.
ServiceResult<S3Bucket*> need_bucket(S3Call& call);

inline constexpr std::string_view kS3Xmlns = "http://s3.amazonaws.com/doc/2006-03-01/";
WireResponse s3_xml(std::string document);

// Buckets: s3_buckets.cc, s3_bucket_settings.cc
ServiceResult<WireResponse> s3_create_bucket(S3Call& call);
ServiceResult<WireResponse> s3_delete_bucket(S3Call& call);
ServiceResult<WireResponse> s3_head_bucket(S3Call& call);
ServiceResult<WireResponse> s3_list_buckets(S3Call& call);
ServiceResult<WireResponse> s3_get_bucket_location(S3Call& call);
ServiceResult<WireResponse> s3_list_objects(S3Call& call);
ServiceResult<WireResponse> s3_put_bucket_versioning(S3Call& call);
ServiceResult<WireResponse> s3_get_bucket_versioning(S3Call& call);
ServiceResult<WireResponse> s3_put_bucket_policy(S3Call& call);
ServiceResult<WireResponse> s3_get_bucket_policy(S3Call& call);
ServiceResult<WireResponse> s3_delete_bucket_policy(S3Call& call);
ServiceResult<WireResponse> s3_put_configuration(S3Call& call);
ServiceResult<WireResponse> s3_get_configuration(S3Call& call);
// Objects: s3_objects.cc
ServiceResult<WireResponse> s3_put_object(S3Call& call);
ServiceResult<WireResponse> s3_get_object(S3Call& call);
ServiceResult<WireResponse> s3_delete_object(S3Call& call);
ServiceResult<WireResponse> s3_delete_objects(S3Call& call);
// Uploads in parts: s3_multipart.cc
ServiceResult<WireResponse> s3_create_multipart_upload(S3Call& call);
ServiceResult<WireResponse> s3_upload_part(S3Call& call);
ServiceResult<WireResponse> s3_complete_multipart_upload(S3Call& call);
ServiceResult<WireResponse> s3_abort_multipart_upload(S3Call& call);

}  // namespace snapferry::emulator
