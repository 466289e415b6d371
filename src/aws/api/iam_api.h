// Writes and reads the XML of IAM, as far as rights are asked for.
// Source: botocore 1.43 iam service-2.json, 2026-11.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/query_form.h"
#include "core/access.h"
#include "core/result.h"

namespace snapferry::aws {

/// `marker` is empty for the first page.
QueryForm simulate_principal_policy_form(const core::AccessQuestion& question,
                                         std::string_view marker);

/// One page of answers: one for each action on each resource.
struct SimulatedPage {
  std::vector<core::AccessAnswer> answers;
  std::string next;  ///< marker of the page after this; empty on the last
};

/// Errors:   invalid, telling what the answer lacks.
core::Result<SimulatedPage> parse_simulate_principal_policy(std::string_view body);

QueryForm get_role_form(std::string_view name);

/// Returns the role's ARN. Errors:   invalid, telling what the answer lacks.
core::Result<std::string> parse_get_role(std::string_view body);

}  // namespace snapferry::aws
