// iam:SimulatePrincipalPolicy: what the policies of a role would say of calls that nobody makes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/service.h"

namespace snapferry::emulator {

/// Knows what the caller tells and nothing else: condition keys that are not among ContextEntries
/// are missing, also those that every real request has; policies of resources have no say. Answers
/// one result for an action, with one for each resource below it; the statements that matched are
/// not named.
/// Errors:   InvalidInput 400, NoSuchEntity 404 (no such role; users and groups the emulator does
///           not have).
/// Source:   botocore 1.43 iam service-2.json, SimulatePrincipalPolicy, 2026-11.
ServiceResult<std::string> simulate_principal_policy(ServiceCall& call);

struct SimulatedDecision {
  std::string action;
  std::string resource;
  std::string_view decision;         ///< "allowed", "implicitDeny", "explicitDeny"
  std::vector<std::string> missing;  ///< condition keys that were not told
};

struct SimulatedRequest {
  std::string principal;  ///< ARN
  std::vector<std::string> actions;
  std::vector<std::string> resources;
  std::map<std::string, std::vector<std::string>> context;
};

/// Returns one decision for each action on each resource, by action.
/// Errors:   as simulate_principal_policy.
ServiceResult<std::vector<SimulatedDecision>> simulate_access(const World& world,
                                                              const Caller& caller,
                                                              const SimulatedRequest& request);

}  // namespace snapferry::emulator
