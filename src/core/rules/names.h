// Names of snapshots and copies. Rule 1 of ARCHITECTURE.md, second half: RDS has no client token,
// so a name is a pure function of policy, database and slot, and is the idempotency key.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/time.h"

namespace snapferry::core {

/// Units: characters. Source: RDS API Reference, CreateDBSnapshot; rds-facts section 4, 2026-08.
inline constexpr size_t kSnapshotNameLengthMax = 255;
/// Units: characters. Source: RDS API Reference, CreateDBClusterSnapshot; rds-facts section 4,
/// 2026-08.
inline constexpr size_t kClusterSnapshotNameLengthMax = 63;

/// A name with {time} (the slot, YYYYMMDDHHMMSS) and, where several databases share the template,
/// {db} (the database's identifier). Kept in lower case, as RDS stores names.
class NameTemplate {
 public:
  /// Reads a template and tries it for this database, so that nothing can go wrong later.
  /// `flag` names what the text came from in messages ("--copy-name").
  /// Errors:   invalid: no {time}, an unknown {placeholder}, or a name that RDS would refuse.
  static Result<NameTemplate> parse(std::string_view text, const DatabaseId& database,
                                    std::string_view flag);

  /// Returns the name for a slot.
  [[nodiscard]] SnapshotId render(const DatabaseId& database, Instant slot) const;

  /// Returns the slot that a name of this template and database carries; nothing when it does not
  /// fit.
  [[nodiscard]] std::optional<Instant> slot_of(const DatabaseId& database,
                                               const SnapshotId& name) const;

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Returns what is wrong with a snapshot's name, or nothing: letters, digits and hyphens, at least
/// one and at most as many as its kind allows, first a letter, no hyphen at the end, no two
/// together. Source: RDS API Reference, CreateDBSnapshot and CreateDBClusterSnapshot.
std::optional<std::string> problem_of_snapshot_name(const SnapshotId& name);

/// Returns what is wrong with a database's identifier (1 to 63, else as above), or nothing.
/// Source: RDS API Reference, CreateDBInstance and CreateDBCluster.
std::optional<std::string> problem_of_database_id(std::string_view id);

}  // namespace snapferry::core
