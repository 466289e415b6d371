// Writes and reads the JSON of DescribeKey.
// SPDX-License-Identifier: Apache-2.0
#include "aws/api/kms_api.h"

#include <exception>
#include <string>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "aws/xml_reader.h"

namespace snapferry::aws {
namespace {

constexpr std::size_t kExcerptMax = 80;

std::string string_at(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string().c_str(), value->get_string().size());
}

}  // namespace

std::string describe_key_body(const core::KeyRef& key) {
  return fmt::format("{{\"KeyId\": {}}}", boost::json::serialize(boost::json::string(key.str())));
}

core::Result<core::Key> parse_describe_key(std::string_view body) {
  boost::json::error_code failure;
  boost::json::value value;
  try {
    value = boost::json::parse(body, failure);
  } catch (const std::exception&) {
    failure = boost::json::error::syntax;
  }
  const boost::json::object* metadata = nullptr;
  if (!failure && value.is_object()) {
    const boost::json::value* found = value.get_object().if_contains("KeyMetadata");
    if (found != nullptr) metadata = found->if_object();
  }
  if (metadata == nullptr) {
    return core::fail(
        core::ErrorKind::invalid,
        fmt::format("answer to DescribeKey has no KeyMetadata: \"{}\"", excerpt(body, kExcerptMax)),
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
    return core::fail(core::ErrorKind::invalid, "answer to DescribeKey has no KeyId",
                      "Check that the endpoint is one of KMS.");
  }
  return key;
}

}  // namespace snapferry::aws
