// SPDX-License-Identifier: Apache-2.0
#include "core/cloud.h"

namespace snapferry::core {

DatabaseKind kind_of(const DatabaseQuery& query) {
  return query.id ? query.id->kind() : query.kind;
}

DatabaseKind kind_of(const SnapshotQuery& query) {
  if (query.id) return query.id->kind();
  return query.database ? query.database->kind() : query.kind;
}

bool is_name_taken(const Error& error) {
  return error.kind == ErrorKind::conflict &&
         (error.aws_code == "DBSnapshotAlreadyExists" ||
          error.aws_code == "DBClusterSnapshotAlreadyExistsFault");
}

bool is_subject_missing(const Error& error) {
  return error.kind == ErrorKind::missing &&
         (error.aws_code == "DBInstanceNotFound" || error.aws_code == "DBSnapshotNotFound" ||
          error.aws_code == "DBClusterNotFoundFault" ||
          error.aws_code == "DBClusterSnapshotNotFoundFault");
}

}  // namespace snapferry::core
