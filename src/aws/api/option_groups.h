// Option groups of RDS, as far as copies ask for them.
// Source: botocore 1.43 service model of RDS 2014-10-31, DescribeOptionGroups, 2026-11.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "aws/query_form.h"
#include "core/cloud.h"

namespace snapferry::aws {

QueryForm describe_option_groups_form(long page_size, std::string_view marker);

/// Errors:   invalid, telling what the answer lacks.
core::Result<core::Page<core::OptionGroup>> parse_describe_option_groups(std::string_view body);

}  // namespace snapferry::aws
