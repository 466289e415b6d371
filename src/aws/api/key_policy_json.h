// Reads the policy of a key, which KMS hands over as JSON within JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/access.h"
#include "core/ids.h"
#include "core/result.h"

namespace snapferry::aws {

/// Source:   botocore 1.43 kms service-2.json, GetKeyPolicy, 2026-11.
std::string get_key_policy_body(const core::KeyRef& key);

/// Returns the policy of a GetKeyPolicy answer.
/// Errors:   invalid, telling what the answer lacks.
/// Source:   IAM User Guide, "Grammar of the IAM JSON policy language", 2023.
core::Result<core::KeyPolicy> parse_get_key_policy(std::string_view body);

}  // namespace snapferry::aws
