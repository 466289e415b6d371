// Which rights the policies need, as questions to IAM, and what its answers mean. Nothing is tried:
// to make a snapshot in order to see whether one may be made would be no diagnosis.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/access.h"
#include "core/doctor/check.h"
#include "core/policy.h"

namespace snapferry::core {

/// One database under one policy.
struct Patient {
  Policy policy;
  std::optional<Database> database;  ///< nothing: there is none of that name
};

/// A key through which RDS will encrypt or decrypt for us.
struct KeyInUse {
  Region region;
  std::string arn;
  std::string name;  ///< as the policy has it

  auto operator<=>(const KeyInUse&) const = default;
};

struct RightsQuestion {
  CheckId id{};
  Region region;  ///< where the call goes
  std::string subject;
  AccessQuestion question;
  /// What a statement names for each resource that was asked about: alone, and among many.
  struct Patterns {
    std::string exact;
    std::string wide;
  };
  std::map<std::string, Patterns> patterns;
  /// Conditions that the statement has, so that it grants no more than is needed.
  Statement limits;
  std::string key_arn;  ///< a key's policy has its say as well
};

/// Ours: a role's statements name databases by pattern, so that fifty of a policy tell about all;
/// IAM's answers to more would take minutes for a large fleet.
inline constexpr size_t kDatabasesAskedMax = 50;

/// Returns what the policies need, asked of `principal` (the ARN of a role or user of `account`).
/// Source:   IAM Service Authorization Reference, Amazon RDS, AWS KMS and Amazon SNS, 2026-06;
///           rds-facts 2.3, 2.6, 7.4; RDS User Guide, "AWS KMS key management", 2026.
std::vector<RightsQuestion> rights_needed(std::span<const Patient> patients,
                                          std::span<const KeyInUse> keys,
                                          std::span<const Arn> topics, const Identity& us,
                                          const std::string& principal, Instant now);

/// Returns what IAM's answers, and the key's policy where it could be read, mean for one question.
Check judge_rights(const RightsQuestion& asked, const Result<std::vector<AccessAnswer>>& answers,
                   const KeyPolicy* key_policy, const AccountId& account);

}  // namespace snapferry::core
