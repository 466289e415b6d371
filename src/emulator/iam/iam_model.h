// IAM: roles, who may assume them, and what their policies allow.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

#include "core/time.h"
#include "emulator/iam/access_log.h"
#include "emulator/iam/policy_document.h"
#include "emulator/identifiers.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

/// A policy as it was sent, and as it is evaluated.
struct IamPolicy {
  std::string text;
  PolicyDocument document;
};

struct IamRole {
  std::string name;
  std::string path = "/";
  std::string role_id;  ///< "AROA...": a role made again under its old name has another one
  std::string arn;
  core::AccountId account;
  std::string description;
  long max_session_seconds = 3600;
  IamPolicy trust;
  std::map<std::string, IamPolicy> inline_policies;  ///< by name
  std::set<std::string> attached;                    ///< ARNs of managed policies
  std::map<std::string, std::string> tags;
  core::Instant create_time;
};

/// A policy of AWS's own that can be attached; kept as a small document.
struct ManagedPolicy {
  std::string_view name;
  std::string_view arn_resource;  ///< "policy/service-role/AWSLambdaBasicExecutionRole"
  std::string_view text;
};

/// Requires: the emulator's lock is held (World::mutex). Errors of every operation: the codes,
/// statuses and messages of IAM: NoSuchEntity 404, EntityAlreadyExists, DeleteConflict and
/// LimitExceeded 409, MalformedPolicyDocument and ValidationError 400.
class IamModel {
 public:
  explicit IamModel(unsigned long seed = 1) : ids(seed, "iam") {}

  struct NewRole {
    std::string name;
    std::string path = "/";
    std::string description;
    std::string trust_policy;
    long max_session_seconds = 3600;
    std::map<std::string, std::string> tags;
  };
  ServiceResult<IamRole*> create_role(const Caller& caller, const NewRole& wanted,
                                      core::Instant now);
  /// Refused while the role has policies, inline or attached.
  ServiceResult<void> delete_role(const Caller& caller, const std::string& name);
  ServiceResult<IamRole*> need_role(const Caller& caller, const std::string& name);

  ServiceResult<void> put_trust(IamRole& role, const std::string& text);
  ServiceResult<void> put_policy(IamRole& role, const std::string& name, const std::string& text);
  ServiceResult<void> delete_policy(IamRole& role, const std::string& name);
  ServiceResult<void> attach(IamRole& role, const std::string& policy_arn);
  ServiceResult<void> detach(IamRole& role, const std::string& policy_arn);

  /// Returns the role of that name, whatever its path and case; nullptr when there is none.
  [[nodiscard]] const IamRole* find(const core::AccountId& account, std::string_view name) const;
  /// Returns the role with exactly that ARN.
  [[nodiscard]] const IamRole* find_by_arn(const std::string& arn) const;

  /// Whether the account ever had a role. One that never had any has nothing to ask: STS gives out
  /// sessions of any role of it (which may do nothing).
  [[nodiscard]] bool is_used_by(const core::AccountId& account) const {
    return accounts.contains(account.str());
  }

  /// Returns every policy that says what the role may do.
  [[nodiscard]] static std::vector<const PolicyDocument*> policies_of(const IamRole& role);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  Identifiers ids;
  std::map<std::string, IamRole> roles;  ///< by "account/name", the name in lower case
  std::set<std::string> accounts;        ///< that ever had a role
  mutable AccessLog log;                 ///< not saved; to ask changes nothing else
};

/// Returns the managed policy of that ARN ("arn:aws:iam::aws:policy/..."); nullptr when the
/// emulator does not know it.
const ManagedPolicy* find_managed_policy(std::string_view arn);

}  // namespace snapferry::emulator
