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
core::Result<core::Page<core::Database>> parse_describe_databases(std::string_view body,
                                                                  core::DatabaseKind kind);

core::Result<core::Page<core::Snapshot>> parse_describe_snapshots(std::string_view body,
                                                                  core::DatabaseKind kind);

/// Reads the one snapshot that Create-, Copy- and Delete...Snapshot answer with.
/// `verb` is how the operation begins: "Copy".
core::Result<core::Snapshot> parse_snapshot(std::string_view body, core::DatabaseKind kind,
                                            std::string_view verb);

/// Reads AddTagsToResource's answer, which has no result element.
core::Result<void> parse_add_tags_to_resource(std::string_view body);

/// Reads the quotas ManualSnapshots and ManualClusterSnapshots.
core::Result<core::SnapshotQuotas> parse_describe_account_attributes(std::string_view body);

}  // namespace snapferry::aws
