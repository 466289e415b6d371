// SSM GetParameter: where a policy may be kept.
// Source: botocore 1.43 service model of SSM 2014-11-06 (JSON 1.1), 2026-11.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "aws/service_client.h"
#include "core/result.h"

namespace snapferry::aws {

/// Returns the JSON body, spaced as botocore spaces it.
std::string get_parameter_body(std::string_view name);

/// Returns the parameter's value. No error of it ever holds the answer: the value may be secret.
/// Errors: invalid: the text is no answer of GetParameter.
core::Result<std::string> parse_get_parameter(std::string_view body);

/// Reads a parameter of that region, decrypted.
/// Errors:   missing (no such parameter), denied (ssm:GetParameter, or kms:Decrypt of its key),
///           transient.
core::Result<std::string> get_parameter(ServiceClient& client, const core::Region& region,
                                        std::string_view name);

}  // namespace snapferry::aws
