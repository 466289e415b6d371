// The words in which RDS speaks of the two kinds of databases: its operations and elements differ
// in these and nothing else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/ids.h"

namespace snapferry::aws {

/// Source: botocore 1.43 service model of RDS 2014-10-31, 2026-08.
struct RdsWords {
  std::string_view database;         ///< "DBInstance" of DescribeDBInstances, DBInstanceIdentifier
  std::string_view snapshot;         ///< "DBSnapshot" of CopyDBSnapshot, DBSnapshotArn
  std::string_view status;           ///< of a database
  std::string_view resource_id;      ///< of a database and of its snapshots
  std::string_view is_encrypted;     ///< of a snapshot
  std::string_view source_snapshot;  ///< of a copy: the ARN of what it was made of
  std::string_view create_time;      ///< of a snapshot that is no copy: when its data was captured
};

[[nodiscard]] constexpr const RdsWords& words_of(core::DatabaseKind kind) {
  constexpr static RdsWords kInstance{.database = "DBInstance",
                                      .snapshot = "DBSnapshot",
                                      .status = "DBInstanceStatus",
                                      .resource_id = "DbiResourceId",
                                      .is_encrypted = "Encrypted",
                                      .source_snapshot = "SourceDBSnapshotIdentifier",
                                      .create_time = "OriginalSnapshotCreateTime"};
  constexpr static RdsWords kCluster{.database = "DBCluster",
                                     .snapshot = "DBClusterSnapshot",
                                     .status = "Status",
                                     .resource_id = "DbClusterResourceId",
                                     .is_encrypted = "StorageEncrypted",
                                     .source_snapshot = "SourceDBClusterSnapshotArn",
                                     .create_time = "SnapshotCreateTime"};
  return kind == core::DatabaseKind::cluster ? kCluster : kInstance;
}

/// Returns the name of an operation: "Copy" and "" give CopyDBSnapshot or CopyDBClusterSnapshot.
inline std::string snapshot_operation(core::DatabaseKind kind, std::string_view verb,
                                      std::string_view plural = "") {
  return std::string(verb).append(words_of(kind).snapshot).append(plural);
}

/// Returns DescribeDBInstances or DescribeDBClusters.
inline std::string describe_databases_operation(core::DatabaseKind kind) {
  return std::string("Describe").append(words_of(kind).database).append("s");
}

}  // namespace snapferry::aws
