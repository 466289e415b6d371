// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/resources/resource_tables.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11. A bucket here is a place for
// code; its many other properties are refused.
constexpr std::string_view kBucket = R"(
BucketName! string
VersioningConfiguration object
  Status* string
)";

ServiceResult<WireResponse> s3(ResourceCall& call, const std::string& method,
                               const std::string& target, const std::string& body = "") {
  return call_rest(call.world, call.caller, "s3", method, target, body);
}

Made bucket_of(const ResourceCall& call, const std::string& name) {
  return {.physical_id = name,
          .attributes = {{"Arn", fmt::format("arn:{}:s3:::{}", call.caller.partition, name)},
                         {"DomainName", name + ".s3.amazonaws.com"},
                         {"RegionalDomainName",
                          fmt::format("{}.s3.{}.amazonaws.com", name, call.caller.region.str())}}};
}

ServiceResult<void> set_versioning(ResourceCall& call, const std::string& name,
                                   const json::object& wanted) {
  const json::value* versioning = wanted.if_contains("VersioningConfiguration");
  const std::string status =
      versioning == nullptr ? "Suspended" : text_of(versioning->get_object(), "Status");
  TRY(s3(call, "PUT", fmt::format("/{}?versioning", name),
         fmt::format("<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                     "<Status>{}</Status></VersioningConfiguration>",
                     status)));
  return {};
}

ServiceResult<void> remove_bucket(ResourceCall& call, const std::string& name,
                                  const json::object&) {
  const auto removed = s3(call, "DELETE", "/" + name);
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

ServiceResult<Made> create_bucket(ResourceCall& call, const json::object& wanted) {
  std::string name = text_of(wanted, "BucketName");
  if (name.empty()) {
    name = call.generated_name(63);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const std::string& region = call.caller.region.str();
  const std::string body =
      region == "us-east-1"
          ? ""
          : fmt::format(
                "<CreateBucketConfiguration "
                "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{}"
                "</LocationConstraint></CreateBucketConfiguration>",
                region);
  TRY(s3(call, "PUT", "/" + name, body));
  if (wanted.contains("VersioningConfiguration")) {
    if (const auto set = set_versioning(call, name, wanted); !set) {
      TRY(remove_bucket(call, name, wanted));
      return std::unexpected(set.error());
    }
  }
  return bucket_of(call, name);
}

ServiceResult<Made> update_bucket(ResourceCall& call, const std::string& name, const json::object&,
                                  const json::object& wanted) {
  TRY(set_versioning(call, name, wanted));
  return bucket_of(call, name);
}

constexpr std::array kS3Types = {
    ResourceType{"AWS::S3::Bucket", "S3", kBucket, "Arn DomainName RegionalDomainName",
                 "BucketName", create_bucket, update_bucket, remove_bucket},
};

}  // namespace

std::span<const ResourceType> s3_resources() {
  return kS3Types;
}

}  // namespace snapferry::emulator::cloudformation
