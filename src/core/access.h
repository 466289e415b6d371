// What AWS is asked, and says, of rights: simulated questions to IAM and the policies of keys.
// Plain values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace snapferry::core {

/// A condition key of a request that nobody makes.
struct ContextEntry {
  /// Source: botocore 1.43 iam service-2.json, ContextKeyTypeEnum, 2026-11: of those, what is used.
  enum class Kind { string, string_list, boolean };

  std::string key;  ///< "aws:RequestedRegion"
  std::vector<std::string> values;
  Kind kind = Kind::string;

  auto operator<=>(const ContextEntry&) const = default;
};

/// May the principal do each of these actions on each of these resources?
struct AccessQuestion {
  std::string principal;  ///< ARN of a role or a user
  std::vector<std::string> actions;
  std::vector<std::string> resources;  ///< ARNs
  std::vector<ContextEntry> context;
};

enum class AccessDecision {
  allowed,
  implicit_deny,  ///< no policy allows it
  explicit_deny,  ///< a policy forbids it, whatever another allows
};

struct AccessAnswer {
  std::string action;
  std::string resource;
  AccessDecision decision = AccessDecision::implicit_deny;
  /// Condition keys that a policy asks for and the question did not have: the decision may be
  /// another for a real request.
  std::vector<std::string> missing_context;
};

/// One operator on one key of a policy's condition.
struct PolicyCondition {
  std::string comparison;  ///< "StringEquals"
  std::string key;
  std::vector<std::string> values;
};

/// A statement of a key's policy, as far as it is judged.
struct KeyStatement {
  std::string sid;
  bool is_allow = false;
  bool is_plain = true;  ///< no NotPrincipal, NotAction, NotResource: those are not judged
  std::vector<std::string> principals;  ///< of the kind AWS; "*" for everybody
  std::vector<std::string> actions;
  std::vector<PolicyCondition> conditions;
};

struct KeyPolicy {
  std::vector<KeyStatement> statements;
};

struct OptionGroup {
  std::string name;
  std::string engine;
  std::string engine_version;                ///< major
  std::vector<std::string> lasting_options;  ///< persistent or permanent ones, by name
};

}  // namespace snapferry::core
