// The statement that grants what is missing, as a person pastes it into a role's or a key's policy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace snapferry::core {

/// An Allow of a policy.
struct Statement {
  std::string principal;  ///< ARN; of a key's policy only, else empty
  std::set<std::string> actions;
  std::set<std::string> resources;
  /// By operator ("StringEquals"), then by key ("kms:ViaService").
  std::map<std::string, std::map<std::string, std::set<std::string>>> conditions;

  auto operator<=>(const Statement&) const = default;
};

/// Returns fewer statements that grant the same and no more: what differs in the actions alone, or
/// then in the resources alone, is one.
std::vector<Statement> merged(std::vector<Statement> statements);

/// Returns the statement as JSON over several lines, each led by so many blanks; the first is not.
std::string to_json(const Statement& statement, int indent = 0);

/// Returns the whole document: {"Version": "2012-10-17", "Statement": [...]}, over several lines.
std::string policy_json(const std::vector<Statement>& statements);

}  // namespace snapferry::core
