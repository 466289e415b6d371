// KMS: DescribeKey, and what it takes to make a key and keep it as wanted.
// Source: botocore 1.43 service model of KMS 2014-11-01 (JSON 1.1), 2026-11.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "aws/service_client.h"
#include "core/domain.h"
#include "core/result.h"

namespace snapferry::aws {

inline constexpr std::string_view kJsonContentType = "application/x-amz-json-1.1";
inline constexpr std::string_view kDescribeKeyTarget = "TrentService.DescribeKey";

/// Returns the JSON body, spaced as botocore spaces it.
std::string describe_key_body(const core::KeyRef& key);

/// Reads the KeyMetadata of DescribeKey and of CreateKey.
/// Errors: invalid: the text is no answer of them.
core::Result<core::Key> parse_describe_key(std::string_view body);

struct CreateKeyInput {
  std::string policy;  ///< a JSON document
  std::string description;
  core::Tags tags;  ///< may be empty
};

/// Keys of one region, as whoever manages them sees them.
/// Requires: `client` outlives this object.
/// Errors of every call: denied (IAM, the key's policy), transient or unknown as ServiceClient;
/// missing where a key or alias does not exist.
class KmsApi {
 public:
  KmsApi(ServiceClient& client, core::Region region)
      : client_(client), region_(std::move(region)) {}

  [[nodiscard]] const core::Region& region() const { return region_; }

  [[nodiscard]] core::Result<core::Key> describe_key(const core::KeyRef& key);

  /// Makes a symmetric customer-managed key.
  /// Repeat:   not safe: KMS has no token, a second call is a second key.
  [[nodiscard]] core::Result<core::Key> create_key(const CreateKeyInput& input);

  /// Errors:   conflict (code AlreadyExistsException): the alias stands already.
  [[nodiscard]] core::Result<void> create_alias(std::string_view alias, std::string_view key_id);

  /// Sets the key's one policy, "default". Repeat: safe.
  [[nodiscard]] core::Result<void> put_key_policy(std::string_view key_id, std::string_view policy);

  /// Repeat:   safe.
  [[nodiscard]] core::Result<void> enable_key_rotation(std::string_view key_id);

  [[nodiscard]] core::Result<bool> is_key_rotated(std::string_view key_id);

 private:
  core::Result<std::string> send(std::string_view operation, std::string body, bool is_write);

  ServiceClient& client_;
  core::Region region_;
};

}  // namespace snapferry::aws
