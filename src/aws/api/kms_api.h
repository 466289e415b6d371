// KMS DescribeKey: the one call of KMS that we make.
// Source: botocore 1.43 service model of KMS 2014-11-01 (JSON 1.1), 2026-08.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/domain.h"
#include "core/result.h"

namespace snapferry::aws {

inline constexpr std::string_view kKmsContentType = "application/x-amz-json-1.1";
inline constexpr std::string_view kDescribeKeyTarget = "TrentService.DescribeKey";

/// Returns the JSON body, spaced as botocore spaces it.
std::string describe_key_body(const core::KeyRef& key);

/// Errors: invalid: the text is no answer of DescribeKey.
core::Result<core::Key> parse_describe_key(std::string_view body);

}  // namespace snapferry::aws
