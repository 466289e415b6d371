// KMS as far as snapshots need it: keys and aliases of each account and region, their states,
// grants.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

#include "emulator/identifiers.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct KmsKey {
  std::string key_id;  ///< uuid
  std::string arn;
  core::AccountId account;
  core::Region region;
  std::string state = "Enabled";  ///< Enabled, Disabled, PendingDeletion
  std::string description;
  bool is_aws_managed = false;  ///< alias/aws/rds and its like
  bool is_multi_region = false;
  bool is_rotated = false;
  // Source: AWS KMS Developer Guide, key rotation, 2024: a year unless told otherwise.
  long rotation_days = 365;
  std::optional<core::Instant> rotated_since;
  std::string key_spec = "SYMMETRIC_DEFAULT";
  std::string key_usage = "ENCRYPT_DECRYPT";
  std::string policy;  ///< JSON text
  core::Instant create_time;
  std::optional<core::Instant> deletion_time;
  long deletion_window_days = 0;  ///< PendingWindowInDays, while PendingDeletion
  std::map<std::string, std::string> tags;
};

struct KmsGrant {
  std::string grant_id;
  std::string key_arn;
  std::string name;
  std::string grantee_principal;
  std::string retiring_principal;
  std::vector<std::string> operations;
  core::Instant create_time;
};

/// Whether the key's policy lets that account use it at all: its own, or one that an Allow
/// statement names as principal. Actions and conditions are not looked at; the keys that AWS
/// manages are their own account's alone.
bool allows_account(const KmsKey& key, const core::AccountId& account);

/// Requires: the emulator's lock is held (World::mutex).
class KmsModel {
 public:
  explicit KmsModel(unsigned long seed = 1) : ids(seed, "kms") {}

  /// Returns the key that `reference` (key id, key ARN, "alias/x", alias ARN) names for this
  /// caller's account and region; nothing when there is none there (also for an ARN of another
  /// region).
  [[nodiscard]] KmsKey* find(const Caller& caller, const std::string& reference);

  /// Returns the AWS-managed key of a service ("rds"), made at its first use, as AWS does.
  KmsKey& managed_key(const Caller& caller, const std::string& service, core::Instant now);

  KmsKey& create_key(const Caller& caller, core::Instant now, bool is_multi_region = false);
  /// `name` is "alias/...". Refused when it is taken or reserved ("alias/aws/...").
  ServiceResult<void> create_alias(const Caller& caller, const std::string& name,
                                   const std::string& key_id);
  /// Lets an alias that there is name another key.
  ServiceResult<void> update_alias(const Caller& caller, const std::string& name,
                                   const std::string& key_id);
  KmsGrant& add_grant(const KmsKey& key, const std::string& grantee,
                      std::vector<std::string> operations, core::Instant now);

  /// Removes keys whose deletion date has come, with their aliases and grants.
  void settle(core::Instant now);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  Identifiers ids;
  std::map<std::string, KmsKey> keys;          ///< by ARN
  std::map<std::string, std::string> aliases;  ///< alias ARN to key ARN
  std::vector<KmsGrant> grants;
};

}  // namespace snapferry::emulator
