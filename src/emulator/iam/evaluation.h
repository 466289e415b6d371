// What policies say of one request: pure functions of documents and context.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/iam/policy_document.h"

namespace snapferry::emulator {

/// Who asks, as the Principal element of trust and resource policies may name it.
struct PolicyPrincipal {
  std::string account;      ///< "123456789012"; empty for a service
  std::string arn;          ///< of the session, or of the account's root
  std::string role_arn;     ///< of the session's role
  std::string service;      ///< "lambda.amazonaws.com"; empty for a person or a role
  std::string federated{};  ///< the identity provider
};

struct PolicyRequest {
  std::string action;    ///< "rds:CopyDBSnapshot"
  std::string resource;  ///< an ARN, or "*"
  PolicyPrincipal principal;
  /// Condition keys as written by whoever knows them; compared without case, as IAM does.
  std::map<std::string, std::vector<std::string>> context;
};

/// What one or more policies say.
struct Verdict {
  bool is_denied = false;     ///< explicitly: beats all that follows
  bool is_allowed = false;    ///< by a statement without principals, or one that names this one
  bool is_delegated = false;  ///< allowed to the account as a whole: its own policies decide
};

/// Returns what the document says, both ways; who asks reads is_denied first.
/// Source:   IAM User Guide, "Policy evaluation logic" and "Condition operators", 2023.
Verdict judge(const PolicyDocument& document, const PolicyRequest& request);

/// Joins what several documents of one kind say.
Verdict judge(const std::vector<const PolicyDocument*>& documents, const PolicyRequest& request);

/// Returns the condition keys that the statements about this action and resource ask for and the
/// request does not have, as written there, sorted.
std::vector<std::string> missing_context(const std::vector<const PolicyDocument*>& documents,
                                         const PolicyRequest& request);

}  // namespace snapferry::emulator
