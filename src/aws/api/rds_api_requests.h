// The bodies of the RDS calls we make: one function for each operation, or for its two kinds, from
// plain values to a Query form. Parameters stand in the order in which they are written here.
// Source: botocore 1.43 service model of RDS 2014-10-31, 2026-08.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "aws/query_form.h"
#include "core/domain.h"

namespace snapferry::aws {

/// Entries of one page: the most and the default of RDS.
inline constexpr long kPageSize = 100;

/// Returns tags as fields, without those that AWS reserves for itself ("aws:", "rds:", in any
/// case), which it would refuse.
/// Source: rds-facts 4, RDS User Guide "Tagging", 2026-08.
Fields sendable_tags(const core::Tags& tags);

/// DescribeDBInstances or DescribeDBClusters. `page_size` 0 leaves MaxRecords out.
QueryForm describe_databases_form(core::DatabaseKind kind, std::string_view database,
                                  long page_size, std::string_view marker);

struct DescribeSnapshotsInput {
  core::DatabaseKind kind{};
  std::string_view database;  ///< each left out when empty
  std::string_view snapshot;
  std::string_view type;
  long page_size = 0;
  std::string_view marker;
};
QueryForm describe_snapshots_form(const DescribeSnapshotsInput& input);

QueryForm create_snapshot_form(core::DatabaseKind kind, std::string_view database,
                               std::string_view snapshot, const Fields& tags);

struct CopySnapshotInput {
  core::DatabaseKind kind{};
  std::string_view source;  ///< an ARN
  std::string_view target;
  std::string_view kms_key;       ///< left out when empty
  std::string_view option_group;  ///< left out when empty; RDS takes none for a cluster's snapshot
  Fields tags;
};
/// Without PreSignedUrl, which is made from this form. CopyTags is never sent: the source may carry
/// tags that AWS refuses on the copy.
QueryForm copy_snapshot_form(const CopySnapshotInput& input);

/// Returns what is to be presigned for the source region: the copy's own fields and where it goes.
/// Source: botocore 1.43 signers.py and handlers.py (inject_presigned_url_rds), 2026-08.
Fields presigned_copy_query(const QueryForm& copy, std::string_view target_region);

QueryForm delete_snapshot_form(core::DatabaseKind kind, std::string_view snapshot);

QueryForm add_tags_to_resource_form(std::string_view resource, const Fields& tags);

QueryForm describe_account_attributes_form();

}  // namespace snapferry::aws
