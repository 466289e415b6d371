// One KMS call as its operations see it: typed members out of the input, the key that is meant, the
// refusals in KMS's words. And the tables of operations, one a group.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "emulator/kms/kms_model.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

using KmsOutput = ServiceResult<boost::json::object>;

/// ValidationException with the words every such message begins with.
std::unexpected<ServiceError> invalid_kms(std::string message);
/// KMSInvalidStateException when the key is pending deletion; DisabledException when it is
/// disabled.
ServiceResult<void> refuse_kms_pending_deletion(const KmsKey& key);
ServiceResult<void> refuse_kms_disabled(const KmsKey& key);

/// JSON 1.1 writes times as seconds with a fraction.
boost::json::value kms_time(core::Instant instant);

struct KmsCall {
  KmsModel& kms;
  core::Instant now;
  const Caller& caller;
  std::string operation;
  const boost::json::object& input;

  /// Returns "" for a member that was not sent. Errors: SerializationException, here and below.
  [[nodiscard]] ServiceResult<std::string> text(std::string_view member) const;
  [[nodiscard]] ServiceResult<std::string> required(std::string_view member) const;
  [[nodiscard]] ServiceResult<long> integer(std::string_view member, long otherwise, long least,
                                            long most) const;
  [[nodiscard]] ServiceResult<bool> boolean(std::string_view member) const;
  [[nodiscard]] ServiceResult<std::vector<std::string>> texts(std::string_view member) const;
  [[nodiscard]] ServiceResult<std::map<std::string, std::string>> tags() const;

  /// Returns the key that KeyId names. Errors: NotFoundException, InvalidArnException,
  /// AccessDeniedException.
  [[nodiscard]] ServiceResult<KmsKey*> need_key() const;
  /// Management is the owner's alone, and AWS manages its own keys itself.
  [[nodiscard]] ServiceResult<KmsKey*> need_own_key() const;

  /// Cuts a list into the page that Limit and Marker ask for. The marker is the index of the next
  /// item.
  [[nodiscard]] KmsOutput page(std::string_view member, boost::json::array all) const;

  [[nodiscard]] bool is_here(const core::AccountId& account, const core::Region& region) const {
    return account == caller.account && region == caller.region;
  }
};

/// Errors:   MalformedPolicyDocumentException: no policy, or one that would not let the caller
/// change
///           it again, unless `is_lockout_fine`.
/// Source:   AWS KMS API, PutKeyPolicy, BypassPolicyLockoutSafetyCheck, 2023.
ServiceResult<void> check_key_policy(const KmsCall& call, const std::string& policy,
                                     bool is_lockout_fine);

struct KmsOperation {
  std::string_view name;
  KmsOutput (*serve)(const KmsCall&);
  std::string_view members;  ///< all that the operation understands, separated by one space
};

std::span<const KmsOperation> kms_key_operations();
std::span<const KmsOperation> kms_policy_operations();  ///< policies, rotation, tags
std::span<const KmsOperation> kms_grant_operations();   ///< aliases and grants

}  // namespace snapferry::emulator
