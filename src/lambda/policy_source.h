// Where the function's policy comes from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "aws/service_client.h"
#include "core/environment.h"
#include "core/policy.h"
#include "core/result.h"

namespace snapferry::lambda {

/// Returns the policy: of the single-database variables, unless SNAPFERRY_POLICY names another
/// place: "ssm:/name", or a policy file itself.
/// Errors:   invalid: all that is wrong with the variables; or a policy file, which this version
///           does not read yet; what SSM answers (missing, denied, transient).
core::Result<core::Policy> read_policy(const core::Environment& environment,
                                       aws::ServiceClient& client,
                                       const std::optional<core::Region>& region);

}  // namespace snapferry::lambda
