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

struct CopyEncryption {
  std::string kms_key;  ///< to send; empty: an unencrypted copy of an unencrypted source
  std::optional<Obstacle> obstacle;  ///< set: the copy must not be tried
};

/// Decides how a DB snapshot may be copied into another region of the same account.
///
/// `key_name` is the policy's word for the key; `key` is what DescribeKey said of it, null when no
/// key is named. `target` is the region of the copy. Source: RDS User Guide, "Copying a DB
/// snapshot", encryption; rds-facts 2.2, 2026-08.
CopyEncryption decide_copy_encryption(const std::string& source, bool source_is_encrypted,
                                      const Region& target, const std::string& key_name,
                                      const Result<Key>* key);

}  // namespace snapferry::core
