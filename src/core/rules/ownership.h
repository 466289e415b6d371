// What is ours. Rule 2 of ARCHITECTURE.md: a snapshot is ours when it carries our ownership tags
// and its name fits the policy's template for that very slot; nothing else is ever deleted or
// adopted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/domain.h"
#include "core/rules/names.h"

namespace snapferry::core {

inline constexpr std::string_view kPolicyTag = "snapferry:policy";
inline constexpr std::string_view kDatabaseTag = "snapferry:database";
inline constexpr std::string_view kSourceRegionTag = "snapferry:source-region";
inline constexpr std::string_view kSlotTag = "snapferry:slot";

/// When the data of a copy of a cluster snapshot was captured, as AWS told it of the source: RDS
/// tells of a cluster snapshot SnapshotCreateTime alone, and a copy has one of its own.
/// Source: RDS API Reference, DBClusterSnapshot; botocore 1.43, 2026-08.
inline constexpr std::string_view kCreatedTag = "snapferry:created";

/// How many tags of ours a snapshot may carry: the four of its mark, and kCreatedTag.
inline constexpr size_t kOwnTagCountMax = 5;

/// Whose a snapshot is: a policy's, for one database. Identifiers are unique in a region only, and
/// copies of many regions meet at one target, so the database's region belongs to it.
struct Owner {
  std::string policy;
  Region source_region;
  DatabaseId database;

  auto operator<=>(const Owner&) const = default;
};

/// Who made a snapshot, of what, for when.
struct Mark {
  Owner owner;
  Instant slot;

  auto operator<=>(const Mark&) const = default;
};

/// Returns the four tags that say so.
Tags ownership_tags(const Mark& mark);

/// Returns the mark that tags carry; nothing when one of the four is absent or unreadable.
/// The tags do not say of which kind the database is: a snapshot's id does.
std::optional<Mark> mark_of(const Tags& tags);

/// Returns whether the snapshot is of another database than that with this resource id: one made
/// anew under the same name holds other data. Where RDS tells no id, it is not.
/// Source: RDS API Reference, DBSnapshot, DbiResourceId.
bool is_of_another_database(const Snapshot& snapshot, const std::string& resource_id);

/// Returns what kCreatedTag says; nothing when it is absent or unreadable.
std::optional<Instant> created_of(const Tags& tags);

/// Returns the slot of a snapshot that is this owner's under this template; nothing when it is not:
/// another kind or type than manual, a tag that is absent or differs, a name that does not fit or
/// carries another slot than the tag, or a copy of a snapshot of another region.
std::optional<Instant> owned_slot(const Snapshot& snapshot, const Owner& owner,
                                  const NameTemplate& name);

}  // namespace snapferry::core
