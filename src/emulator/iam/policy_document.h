// A policy as JSON has it, read into statements: identity policies, trust policies, key policies.
// What IAM refuses to keep is refused here, with IAM's words where they are known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapferry::emulator {

enum class PolicyKind {
  identity,  ///< of a role: resources, no principal
  trust,     ///< of a role, who may assume it: principals, no resource
  resource,  ///< of a key, a topic, a bucket: both
};

enum class Comparison {
  string_equals,
  string_equals_ignore_case,
  string_like,
  numeric_equals,
  numeric_less,
  numeric_less_equals,
  numeric_greater,
  numeric_greater_equals,
  date_equals,
  date_less,
  date_less_equals,
  date_greater,
  date_greater_equals,
  boolean,
  arn,
  is_null,
};

enum class Quantifier { none, for_all_values, for_any_value };

/// One operator on one key: {"ForAllValues:StringNotLikeIfExists": {"aws:TagKeys": ["a*"]}}.
struct PolicyCondition {
  Comparison comparison = Comparison::string_equals;
  bool is_negated = false;
  bool is_if_exists = false;
  Quantifier quantifier = Quantifier::none;
  std::string key;
  std::vector<std::string> values;
};

/// A list of patterns, or of what is to match none of them.
struct PolicyPatterns {
  std::vector<std::string> patterns;
  bool is_not = false;  ///< NotAction, NotResource
};

struct PolicyPrincipals {
  std::map<std::string, std::vector<std::string>> by_kind;  ///< "AWS", "Service", "Federated"
  bool is_not = false;                                      ///< NotPrincipal
};

struct PolicyStatement {
  std::string sid;
  bool is_allow = false;  ///< else Deny
  std::optional<PolicyPrincipals> principals;
  PolicyPatterns actions;
  std::optional<PolicyPatterns> resources;
  std::vector<PolicyCondition> conditions;
};

struct PolicyDocument {
  bool has_variables = false;  ///< Version 2012-10-17: ${aws:PrincipalAccount} means something
  std::vector<PolicyStatement> statements;
};

/// Returns the policy that the text is.
/// Errors:   the message that MalformedPolicyDocument carries: no JSON, unknown members, a missing
///           or forbidden element, a resource that is no ARN, a condition operator that is unknown
///           or that the emulator does not evaluate (IpAddress, BinaryEquals).
/// Source:   IAM User Guide, "Grammar of the IAM JSON policy language", 2023; messages as in moto's
///           iam/policy_validation.py, which took them from AWS, 2026-08.
std::expected<PolicyDocument, std::string> parse_policy(std::string_view text, PolicyKind kind);

}  // namespace snapferry::emulator
