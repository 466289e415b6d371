// Where the function's policy comes from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "aws/service_client.h"
#include "core/environment.h"
#include "core/fleet/fleet_policy.h"
#include "core/policy.h"
#include "core/result.h"

namespace snapferry::lambda {

/// The policies of a policy file, and the name that stands for all of them in metrics and alerts.
struct Fleet {
  std::string name;
  std::vector<core::FleetPolicy> policies;
};

using PolicySource = std::variant<core::Policy, Fleet>;

/// Returns whether SNAPFERRY_POLICY names a parameter of SSM.
bool is_policy_parameter(const core::Environment& environment);

/// Returns the policy: of the single-database variables, unless SNAPFERRY_POLICY is a policy file
/// or names one: "ssm:/name". Errors:   invalid: all that is wrong with the variables or the file;
/// what SSM answers (missing,
///           denied, transient).
core::Result<PolicySource> read_policy(const core::Environment& environment,
                                       aws::ServiceClient& client,
                                       const std::optional<core::Region>& region);

}  // namespace snapferry::lambda
