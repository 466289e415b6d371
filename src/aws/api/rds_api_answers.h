// From the XML of an accepted RDS call to the domain's values. What RDS leaves out stays empty;
// what no answer of RDS lacks (a name, the wrapper of the result) is an error when missing. Source:
// botocore 1.43 service model of RDS 2014-10-31, 2026-08.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/cloud.h"
#include "core/domain.h"
#include "core/result.h"

namespace snapferry::aws {

/// Errors of all: invalid, telling what the text lacks or an excerpt of what it is instead; what
/// that
///                means for the call is the caller's to say.
core::Result<core::Page<core::Database>> parse_describe_db_instances(std::string_view body);

core::Result<core::Page<core::Snapshot>> parse_describe_db_snapshots(std::string_view body);

/// Reads the one DBSnapshot that Create-, Copy- and DeleteDBSnapshot answer with.
/// Requires: `operation` is the wire name, "CopyDBSnapshot".
core::Result<core::Snapshot> parse_db_snapshot(std::string_view body, std::string_view operation);

/// Reads AddTagsToResource's answer, which has no result element.
core::Result<void> parse_add_tags_to_resource(std::string_view body);

/// Reads the quota ManualSnapshots.
core::Result<core::SnapshotQuota> parse_describe_account_attributes(std::string_view body);

}  // namespace snapferry::aws
