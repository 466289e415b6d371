// Rule 7 of ARCHITECTURE.md: encrypted stays encrypted, under the key the policy names for the
// region. A table of what is possible, as a pure function.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/domain.h"
#include "core/plan.h"
#include "core/result.h"

namespace snapferry::core {

/// Where a copy goes, as far as its encryption is concerned.
enum class CopyDistance { same_region, other_region, other_account };

/// What a snapshot is encrypted with.
enum class SourceKey { none, customer_managed, aws_managed };

/// What RDS makes of KmsKeyId on a copy.
enum class KeyNeed {
  optional,    ///< an unencrypted source is encrypted by it, an encrypted one may keep its own
  required,    ///< refused without
  forbidden,   ///< refused with: such a source cannot be encrypted on the way
  impossible,  ///< refused with and without
};

/// The encryption matrix, whole. Never possible, whatever the row: an unencrypted copy of an
/// encrypted source.
/// Source: RDS User Guide, "Copying a DB snapshot" and "Sharing encrypted snapshots"; model text of
/// CopyDBSnapshot and CopyDBClusterSnapshot, botocore 1.43; rds-facts 2.2, 2026-08.
KeyNeed key_need(DatabaseKind kind, SourceKey source, CopyDistance distance);

struct CopyEncryption {
  std::string kms_key;  ///< to send; empty: an unencrypted copy of an unencrypted source
  std::optional<Obstacle> obstacle;  ///< set: the copy must not be tried
};

/// Decides how a snapshot may be copied into another region of the same account.
///
/// `key_name` is the policy's word for the key; `key` is what DescribeKey said of it, null when no
/// key is named. `target` is the region of the copy.
CopyEncryption decide_copy_encryption(const SnapshotId& source, bool source_is_encrypted,
                                      const Region& target, const std::string& key_name,
                                      const Result<Key>* key);

}  // namespace snapferry::core
