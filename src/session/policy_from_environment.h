// A policy of one database, out of environment variables, as a function of Lambda is told it. The
// judging is core's, the same as for flags (core/policy_text.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/environment.h"
#include "core/policy.h"

namespace snapferry::session {

/// Reads SNAPFERRY_DATABASE and SNAPFERRY_TARGET_REGION (both needed), and, each with the default
/// of the command line's flag: SNAPFERRY_POLICY_NAME, SNAPFERRY_SOURCE_REGION (default
/// `region_default`), SNAPFERRY_KMS_KEY, SNAPFERRY_SNAPSHOT_NAME, SNAPFERRY_COPY_NAME,
/// SNAPFERRY_SCHEDULE, SNAPFERRY_SPREAD, SNAPFERRY_RPO, SNAPFERRY_KEEP_DAYS,
/// SNAPFERRY_COPY_KEEP_DAYS, SNAPFERRY_OPTION_GROUP, SNAPFERRY_TAGS ("k=v,k2=v2"). Empty is unset.
/// Errors:   invalid, every problem in one error: the message has one line for each, the hint the
///           ways out. An unknown variable SNAPFERRY_* is a problem too, told with the nearest
///           known name, for a mistyped one would be a setting silently lost.
core::Result<core::Policy> policy_from_environment(
    const core::Environment& environment, const std::optional<core::Region>& region_default);

/// Returns the topic of SNAPFERRY_ALERT_TOPIC; nothing when it is unset.
/// Errors:   invalid: no ARN of an SNS topic.
core::Result<std::optional<core::Arn>> alert_topic_from_environment(
    const core::Environment& environment);

}  // namespace snapferry::session
