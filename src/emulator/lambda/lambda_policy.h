// The resource policy of a function: what AddPermission made, and whom it lets in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "emulator/lambda/lambda_records.h"

namespace snapferry::emulator {

/// Returns whether a statement allows `action` to a service that acts for `source_arn`.
[[nodiscard]] bool allows_service(const LambdaFunction& function, const std::string& action,
                                  const std::string& service_principal,
                                  const std::string& source_arn);

/// Returns the statement as GetPolicy shows it.
[[nodiscard]] boost::json::object statement_of(const LambdaFunction& function,
                                               const LambdaPermission& permission);

/// Returns the whole document as GetPolicy shows it.
[[nodiscard]] boost::json::object policy_of(const LambdaFunction& function);

}  // namespace snapferry::emulator
