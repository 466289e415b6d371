// Whether a key's own policy lets its account's IAM decide, or names us: without one of the two no
// policy of a role helps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/access.h"
#include "core/ids.h"

namespace snapferry::core {

/// Something can be said, or cannot: a condition that is not judged here may hold or not.
enum class Likely { no, unknown, yes };

struct KeyVerdict {
  Likely is_denied = Likely::no;     ///< a Deny that means us
  Likely is_delegated = Likely::no;  ///< the account is allowed, so its IAM policies decide
  Likely is_named = Likely::no;      ///< we are allowed by name: nothing else is needed
  std::string sid;                   ///< of the statement that denies, or that is unknown
};

/// What a request would be, as a key's policy sees it.
struct KeyUse {
  std::string action;  ///< "kms:CreateGrant"
  AccountId account;
  std::string principal;              ///< ARN of the role, of the user, or of the account's root
  std::vector<ContextEntry> context;  ///< "kms:ViaService" and its like
};

/// Returns what the policy says of the request. Conditions are judged where they are equalities of
/// strings, patterns, ARNs or booleans on keys that the request has.
/// Source:   AWS KMS Developer Guide, "Key policies" and "Default key policy", 2023.
KeyVerdict judge_key_policy(const KeyPolicy& policy, const KeyUse& use);

}  // namespace snapferry::core
