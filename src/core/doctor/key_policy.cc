// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/key_policy.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/fleet/fleet_policy.h"
#include "core/text.h"

namespace snapferry::core {
namespace {

Likely both(Likely one, Likely other) {
  return std::min(one, other);
}

Likely judge_condition(const PolicyCondition& condition, const KeyUse& use) {
  std::string comparison = condition.comparison;
  constexpr std::string_view kIfExists = "IfExists";
  const bool is_if_exists = comparison.ends_with(kIfExists);
  if (is_if_exists) comparison.resize(comparison.size() - kIfExists.size());
  const bool is_pattern = comparison == "StringLike" || comparison.starts_with("Arn");
  const bool is_known = is_pattern || comparison == "StringEquals" || comparison == "Bool";
  const auto entry = std::ranges::find_if(use.context, [&](const ContextEntry& one) {
    return to_lower(one.key) == to_lower(condition.key);
  });
  // What this request lacks, a real one may have.
  if (!is_known || comparison.find("Not") != std::string::npos || entry == use.context.end()) {
    return Likely::unknown;
  }
  const bool has_variable = std::ranges::any_of(condition.values, [](const std::string& value) {
    return value.find("${") != std::string::npos;
  });
  if (has_variable || entry->values.size() != 1) return Likely::unknown;
  const std::string& value = entry->values.front();
  const bool fits = std::ranges::any_of(condition.values, [&](const std::string& wanted) {
    if (comparison == "Bool") return to_lower(wanted) == to_lower(value);
    return is_pattern ? matches_pattern(wanted, value) : wanted == value;
  });
  return fits ? Likely::yes : Likely::no;
}

Likely conditions_hold(const KeyStatement& statement, const KeyUse& use) {
  Likely all = Likely::yes;
  for (const PolicyCondition& condition : statement.conditions) {
    all = both(all, judge_condition(condition, use));
  }
  return all;
}

bool is_about(const KeyStatement& statement, const KeyUse& use) {
  return std::ranges::any_of(statement.actions, [&](const std::string& pattern) {
    return matches_pattern(to_lower(pattern), to_lower(use.action));
  });
}

bool names(const KeyStatement& statement, const std::string& principal) {
  return std::ranges::any_of(statement.principals, [&](const std::string& name) {
    return name == "*" || name == principal;
  });
}

bool names_account(const KeyStatement& statement, const AccountId& account) {
  const std::string root = fmt::format(":iam::{}:root", account.str());
  return std::ranges::any_of(statement.principals, [&](const std::string& name) {
    return name == account.str() || (name.starts_with("arn:") && name.ends_with(root));
  });
}

}  // namespace

KeyVerdict judge_key_policy(const KeyPolicy& policy, const KeyUse& use) {
  KeyVerdict verdict;
  const auto raise = [&](Likely& what, Likely holds, const KeyStatement& statement) {
    if (holds > what) {
      what = holds;
      if (holds == Likely::unknown || !statement.is_allow) verdict.sid = statement.sid;
    }
  };
  for (const KeyStatement& statement : policy.statements) {
    if (statement.is_plain && !is_about(statement, use)) continue;
    const Likely holds = statement.is_plain ? conditions_hold(statement, use) : Likely::unknown;
    const bool is_ours = !statement.is_plain || names(statement, use.principal);
    const bool is_of_account = names_account(statement, use.account);
    if (!statement.is_allow && (is_ours || is_of_account)) {
      raise(verdict.is_denied, holds, statement);
    }
    if (statement.is_allow && is_of_account) raise(verdict.is_delegated, holds, statement);
    if (statement.is_allow && is_ours) raise(verdict.is_named, holds, statement);
  }
  return verdict;
}

}  // namespace snapferry::core
