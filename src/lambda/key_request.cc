// What CloudFormation asks for, and the policy of the key it is given.
// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "lambda/json_text.h"
#include "lambda/key_resource.h"

namespace snapferry::lambda {
namespace {

namespace json = boost::json;

// Source: KMS API Reference, CreateAlias; botocore 1.43 kms service-2.json (AliasNameType),
// 2026-11.
constexpr size_t kAliasMax = 256;

bool is_alias(std::string_view text) {
  constexpr std::string_view kPrefix = "alias/";
  if (!text.starts_with(kPrefix) || text.starts_with("alias/aws/")) return false;
  if (text.size() == kPrefix.size() || text.size() > kAliasMax) return false;
  for (char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && (c < '0' || c > '9') && c != '/' && c != '_' && c != '-') return false;
  }
  return true;
}

}  // namespace

core::Result<KeyRequest> parse_key_request(std::string_view event) {
  json::error_code failure;
  json::value value;
  try {
    value = json::parse(event, failure);
  } catch (const std::exception&) {
    failure = json::error::syntax;
  }
  const char* hint = "Only CloudFormation calls this function, as a custom resource.";
  if (failure || !value.is_object()) {
    return core::fail(core::ErrorKind::invalid, "the event is no JSON object", hint);
  }
  const json::object& object = value.get_object();
  KeyRequest request;
  request.response_url = text_at(object, "ResponseURL");
  if (!request.response_url.starts_with("https://") &&
      !request.response_url.starts_with("http://")) {
    return core::fail(core::ErrorKind::invalid, "the event has no ResponseURL", hint);
  }
  request.type = text_at(object, "RequestType");
  request.stack_id = text_at(object, "StackId");
  request.request_id = text_at(object, "RequestId");
  request.logical_id = text_at(object, "LogicalResourceId");
  request.physical_id = text_at(object, "PhysicalResourceId");
  const json::value* properties = object.if_contains("ResourceProperties");
  if (properties == nullptr || !properties->is_object()) return request;
  request.region = core::Region(std::string(text_at(properties->get_object(), "Region")));
  request.alias = text_at(properties->get_object(), "AliasName");
  request.stack_name = text_at(properties->get_object(), "StackName");
  if (auto role = core::parse_arn(text_at(properties->get_object(), "RoleArn"))) {
    request.role = *role;
  }
  return request;
}

std::string problem_of(const KeyRequest& request) {
  if (!core::partition_of(request.region)) {
    return fmt::format("Region \"{}\" is no AWS region", request.region.str());
  }
  if (!is_alias(request.alias)) {
    return fmt::format("AliasName \"{}\" is not alias/ and letters, digits, / _ -", request.alias);
  }
  if (request.role.service != "iam" || !request.role.resource.starts_with("role/")) {
    return "RoleArn is no ARN of a role";
  }
  if (request.stack_name.empty()) return "StackName is missing";
  return {};
}

std::string key_policy(const KeyRequest& request) {
  const std::string partition(core::partition_of(request.region).value_or("aws"));
  const std::string root =
      fmt::format("arn:{}:iam::{}:root", partition, request.role.account.str());
  const std::string role = request.role.str();
  const auto allow = [](const char* sid, const std::string& principal, const char* action) {
    return json::object{{"Sid", sid},
                        {"Effect", "Allow"},
                        {"Principal", json::object{{"AWS", principal}}},
                        {"Action", action},
                        {"Resource", "*"}};
  };
  json::object grant = allow("RoleLetsRdsUseIt", role, "kms:CreateGrant");
  // The suffix is the same in all partitions. Source: KMS Developer Guide, "kms:ViaService", 2023.
  grant["Condition"] = json::object{
      {"Bool", json::object{{"kms:GrantIsForAWSResource", "true"}}},
      {"StringEquals", json::object{{"kms:ViaService",
                                     fmt::format("rds.{}.amazonaws.com", request.region.str())}}}};
  return json::serialize(json::object{
      {"Version", "2012-10-17"},
      {"Statement",
       json::array{allow("AccountAdministers", root, "kms:*"),
                   allow("RoleLooksAtIt", role, "kms:DescribeKey"), std::move(grant)}}});
}

}  // namespace snapferry::lambda
