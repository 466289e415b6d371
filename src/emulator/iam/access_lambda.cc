// Lambda and S3, the services that speak REST: what their calls need.
// Source: IAM Service Authorization Reference, AWS Lambda and Amazon S3, 2026-06; request URIs in
// botocore 1.43 lambda service-2.json, 2026-11.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/iam/access_needs.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// The body of a REST call is not read before its service reads it.
json::object body_of(const ServiceCall& call) {
  json::error_code error;
  const json::value value = json::parse(call.request.body, error);
  return error || !value.is_object() ? json::object() : value.get_object();
}

// Returns the part of the path behind `marker`, up to the next "/".
std::string path_part(const ServiceCall& call, std::string_view marker) {
  const auto at = call.path.find(marker);
  if (at == std::string::npos) return {};
  const auto start = at + marker.size();
  return call.path.substr(start, call.path.find('/', start) - start);
}

// A function is named by name, by account:function:name, or by ARN, each with a qualifier or not.
std::string function_arn(const ServiceCall& call, const std::string& name) {
  if (name.starts_with("arn:")) return name;
  constexpr std::string_view kFunction = "function:";
  const auto at = name.find(kFunction);
  return arn_here(call, "lambda",
                  fmt::format("function:{}",
                              at == std::string::npos ? name : name.substr(at + kFunction.size())));
}

constexpr auto kFunctionOperations = std::to_array<std::string_view>({
    "GetFunction",
    "GetFunctionConfiguration",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "DeleteFunction",
    "AddPermission",
    "RemovePermission",
    "GetPolicy",
    "PutFunctionConcurrency",
    "GetFunctionConcurrency",
    "DeleteFunctionConcurrency",
    "PutFunctionEventInvokeConfig",
    "GetFunctionEventInvokeConfig",
    "UpdateFunctionEventInvokeConfig",
    "DeleteFunctionEventInvokeConfig",
    "ListFunctionEventInvokeConfigs",
    "PublishVersion",
    "ListVersionsByFunction",
    "CreateAlias",
    "GetAlias",
    "UpdateAlias",
    "DeleteAlias",
    "ListAliases",
    "GetFunctionCodeSigningConfig",
    "GetRuntimeManagementConfig",
    "GetFunctionRecursionConfig",
});

AccessRequest on_function(const ServiceCall& call, const std::string& name) {
  return {.action = fmt::format("lambda:{}", call.operation), .resource = function_arn(call, name)};
}

// Whoever gives a function a role hands that role to Lambda.
void add_pass_role(const json::object& body, std::vector<AccessRequest>& needs) {
  const std::string role = peek(body, "Role");
  if (!role.empty()) needs.push_back(pass_role(role, "lambda.amazonaws.com"));
}

Needs create_function(const ServiceCall& call) {
  const json::object body = body_of(call);
  std::vector<AccessRequest> needs = {on_function(call, peek(body, "FunctionName"))};
  TagPairs tags;
  if (const json::value* sent = body.if_contains("Tags"); sent != nullptr && sent->is_object()) {
    for (const auto& tag : sent->get_object()) {
      if (tag.value().is_string()) tags.emplace_back(tag.key(), tag.value().get_string());
    }
  }
  needs[0].context = tag_context(tags);
  if (!tags.empty()) {
    AccessRequest tagging = needs[0];
    tagging.action = "lambda:TagResource";
    needs.push_back(std::move(tagging));
  }
  add_pass_role(body, needs);
  return needs;
}

struct BucketPlace {
  std::string bucket;
  std::string object;  // "bucket/key"
};

BucketPlace place_of(const ServiceCall& call) {
  const std::string rest = call.path.empty() ? std::string() : call.path.substr(1);
  return {.bucket = rest.substr(0, rest.find('/')), .object = rest};
}

struct BucketRow {
  std::string_view operation;
  std::string_view action;
  bool is_on_object;
};

constexpr auto kBucketRows = std::to_array<BucketRow>({
    {"CreateBucket", "CreateBucket", false},
    {"DeleteBucket", "DeleteBucket", false},
    {"HeadBucket", "ListBucket", false},
    {"ListObjects", "ListBucket", false},
    {"ListObjectsV2", "ListBucket", false},
    {"ListObjectVersions", "ListBucketVersions", false},
    {"ListMultipartUploads", "ListBucketMultipartUploads", false},
    {"GetBucketLocation", "GetBucketLocation", false},
    {"GetBucketVersioning", "GetBucketVersioning", false},
    {"PutBucketVersioning", "PutBucketVersioning", false},
    {"GetBucketTagging", "GetBucketTagging", false},
    {"PutBucketTagging", "PutBucketTagging", false},
    {"GetBucketPolicy", "GetBucketPolicy", false},
    {"PutBucketPolicy", "PutBucketPolicy", false},
    {"DeleteBucketPolicy", "DeleteBucketPolicy", false},
    {"GetBucketEncryption", "GetEncryptionConfiguration", false},
    {"PutBucketEncryption", "PutEncryptionConfiguration", false},
    {"GetPublicAccessBlock", "GetBucketPublicAccessBlock", false},
    {"PutPublicAccessBlock", "PutBucketPublicAccessBlock", false},
    {"GetObject", "GetObject", true},
    {"HeadObject", "GetObject", true},
    {"PutObject", "PutObject", true},
    {"DeleteObject", "DeleteObject", true},
    {"CopyObject", "PutObject", true},
    {"CreateMultipartUpload", "PutObject", true},
    {"UploadPart", "PutObject", true},
    {"UploadPartCopy", "PutObject", true},
    {"CompleteMultipartUpload", "PutObject", true},
    {"AbortMultipartUpload", "AbortMultipartUpload", true},
    {"ListParts", "ListMultipartUploadParts", true},
    {"GetObjectTagging", "GetObjectTagging", true},
    {"PutObjectTagging", "PutObjectTagging", true},
});

}  // namespace

Needs lambda_needs(const ServiceCall& call) {
  if (call.operation == "CreateFunction") return create_function(call);
  if (call.operation == "ListFunctions" || call.operation == "GetAccountSettings") {
    return {{{.action = "lambda:" + call.operation, .resource = "*"}}};
  }
  const std::string name = path_part(call, "/functions/");
  if (call.operation == "Invoke" || call.operation == "InvokeAsync") {
    AccessRequest need = on_function(call, name);
    need.action = "lambda:InvokeFunction";
    return {{std::move(need)}};
  }
  if (call.operation == "TagResource" || call.operation == "UntagResource" ||
      call.operation == "ListTags") {
    const auto at = call.path.find("/tags/");
    if (at == std::string::npos) return std::nullopt;
    return {{{.action = "lambda:" + call.operation, .resource = call.path.substr(at + 6)}}};
  }
  for (const std::string_view operation : kFunctionOperations) {
    if (operation != call.operation) continue;
    std::vector<AccessRequest> needs = {on_function(call, name)};
    if (operation == "UpdateFunctionConfiguration") add_pass_role(body_of(call), needs);
    return needs;
  }
  return std::nullopt;
}

Needs s3_needs(const ServiceCall& call) {
  if (call.operation == "ListBuckets") {
    return {{{.action = "s3:ListAllMyBuckets", .resource = "*"}}};
  }
  const BucketPlace place = place_of(call);
  const auto arn = [&](const std::string& resource) {
    return fmt::format("arn:{}:s3:::{}", call.caller.partition, resource);
  };
  // Each key is asked about by itself on AWS; asked as all of the bucket, it needs them all.
  if (call.operation == "DeleteObjects") {
    return {{{.action = "s3:DeleteObject", .resource = arn(place.bucket + "/*")}}};
  }
  for (const BucketRow& row : kBucketRows) {
    if (row.operation != call.operation) continue;
    std::vector<AccessRequest> needs = {
        {.action = fmt::format("s3:{}", row.action),
         .resource = arn(row.is_on_object ? place.object : place.bucket)}};
    std::string source(call.request.header("x-amz-copy-source"));
    if (!source.empty()) {
      if (source.starts_with('/')) source.erase(0, 1);
      needs.push_back({.action = "s3:GetObject", .resource = arn(source)});
    }
    return needs;
  }
  return std::nullopt;
}

}  // namespace snapferry::emulator
