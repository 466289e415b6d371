// SNS Publish.
// Source: botocore 1.43 service model of SNS 2010-03-31 (Query), 2026-11.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "aws/query_form.h"
#include "core/cloud.h"
#include "core/result.h"

namespace snapferry::aws {

/// Returns the form of a Publish to a topic; attributes in the order of their names, all String.
QueryForm publish_form(std::string_view topic, const core::Message& message);

/// Errors: invalid: the text is no answer of Publish.
core::Result<void> parse_publish(std::string_view body);

}  // namespace snapferry::aws
