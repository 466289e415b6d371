// iam:SimulatePrincipalPolicy: what the policies of a role would say of calls that nobody makes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

}  // namespace snapferry::emulator
