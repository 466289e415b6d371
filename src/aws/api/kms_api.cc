// Writes and reads the JSON of KMS.
// SPDX-License-Identifier: Apache-2.0
#include "aws/api/kms_api.h"

#include <exception>
#include <string>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "aws/api/json_body.h"
#include "aws/json_text.h"
#include "aws/xml_reader.h"

namespace snapferry::aws {
namespace {

constexpr std::size_t kExcerptMax = 80;

// Never throws: what runs out of memory or depth is no answer either.
boost::json::value parse_json(std::string_view text, boost::json::error_code& failure) {
  try {
    return boost::json::parse(text, failure);
  } catch (const std::exception&) {
    failure = boost::json::error::syntax;
    return nullptr;
  }
}

}  // namespace

std::string describe_key_body(const core::KeyRef& key) {
  return JsonBody().add("KeyId", std::string_view(key.str())).text();
}

core::Result<core::Key> parse_describe_key(std::string_view body) {
  boost::json::error_code failure;
  const boost::json::value value = parse_json(body, failure);
  const boost::json::object* metadata = nullptr;
  if (!failure && value.is_object()) {
    const boost::json::value* found = value.get_object().if_contains("KeyMetadata");
    if (found != nullptr) metadata = found->if_object();
  }
  if (metadata == nullptr) {
    return core::fail(core::ErrorKind::invalid,
                      fmt::format("answer has no KeyMetadata: \"{}\"", excerpt(body, kExcerptMax)),
                      "Check that the endpoint is one of KMS.");
  }
  core::Key key;
  key.arn = string_at(*metadata, "Arn");
  key.key_id = string_at(*metadata, "KeyId");
  key.state = string_at(*metadata, "KeyState");
  key.is_customer_managed = string_at(*metadata, "KeyManager") == "CUSTOMER";
  // CustomerMasterKeySpec is KeySpec's older name; stores of old answers know only that.
  std::string spec = string_at(*metadata, "KeySpec");
  if (spec.empty()) spec = string_at(*metadata, "CustomerMasterKeySpec");
  // A symmetric key's usage is always this one; moto leaves it out.
  const std::string usage = string_at(*metadata, "KeyUsage");
  key.is_symmetric_encryption =
      spec == "SYMMETRIC_DEFAULT" && (usage.empty() || usage == "ENCRYPT_DECRYPT");
  if (key.key_id.empty()) {
    return core::fail(core::ErrorKind::invalid, "answer has no KeyId",
                      "Check that the endpoint is one of KMS.");
  }
  return key;
}

core::Result<std::string> KmsApi::send(std::string_view operation, std::string body,
                                       bool is_write) {
  ServiceCall call;
  call.service = "kms";
  call.region = region_;
  call.operation = std::string(operation);
  call.content_type = kJsonContentType;
  call.target = fmt::format("TrentService.{}", operation);
  call.body = std::move(body);
  call.is_write = is_write;
  HttpResponse response = TRY(client_.call(call));
  return std::move(response.body);
}

core::Result<core::Key> KmsApi::describe_key(const core::KeyRef& key) {
  const std::string answer = TRY(send("DescribeKey", describe_key_body(key), false));
  return parse_describe_key(answer);
}

core::Result<core::Key> KmsApi::create_key(const CreateKeyInput& input) {
  JsonBody body;
  body.add("Policy", std::string_view(input.policy));
  body.add("Description", std::string_view(input.description));
  if (!input.tags.empty()) {
    std::string tags;
    for (const auto& [key, value] : input.tags) {
      if (!tags.empty()) tags += ", ";
      tags += JsonBody()
                  .add("TagKey", std::string_view(key))
                  .add("TagValue", std::string_view(value))
                  .text();
    }
    body.add_json("Tags", "[" + tags + "]");
  }
  const std::string answer = TRY(send("CreateKey", body.text(), true));
  auto key = parse_describe_key(answer);
  // It was made, most likely: whoever repeats the call makes another.
  if (!key) key.error().kind = core::ErrorKind::unknown;
  return key;
}

core::Result<void> KmsApi::create_alias(std::string_view alias, std::string_view key_id) {
  TRY(send("CreateAlias", JsonBody().add("AliasName", alias).add("TargetKeyId", key_id).text(),
           true));
  return {};
}

core::Result<void> KmsApi::put_key_policy(std::string_view key_id, std::string_view policy) {
  TRY(send("PutKeyPolicy", JsonBody().add("KeyId", key_id).add("Policy", policy).text(), true));
  return {};
}

core::Result<void> KmsApi::enable_key_rotation(std::string_view key_id) {
  TRY(send("EnableKeyRotation", JsonBody().add("KeyId", key_id).text(), true));
  return {};
}

core::Result<bool> KmsApi::is_key_rotated(std::string_view key_id) {
  const std::string answer =
      TRY(send("GetKeyRotationStatus", JsonBody().add("KeyId", key_id).text(), false));
  boost::json::error_code failure;
  const boost::json::value value = parse_json(answer, failure);
  const boost::json::value* found = !failure && value.is_object()
                                        ? value.get_object().if_contains("KeyRotationEnabled")
                                        : nullptr;
  if (found == nullptr || !found->is_bool()) {
    return core::fail(core::ErrorKind::transient,
                      "answer to GetKeyRotationStatus has no KeyRotationEnabled",
                      "Check that the endpoint is one of KMS.");
  }
  return found->get_bool();
}

}  // namespace snapferry::aws
