// What is ours. Rule 2 of ARCHITECTURE.md: a snapshot is ours when it carries our ownership tags
// and its name fits the policy's template for that very slot; nothing else is ever deleted or
// adopted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/domain.h"
#include "core/names.h"

namespace snapferry::core {

inline constexpr std::string_view kPolicyTag = "snapferry:policy";
inline constexpr std::string_view kDatabaseTag = "snapferry:database";
inline constexpr std::string_view kSlotTag = "snapferry:slot";

/// Who made a snapshot, of what, for when.
struct Mark {
  std::string policy;
  DatabaseId database;
  Instant slot;

  auto operator<=>(const Mark&) const = default;
};

/// Returns the three tags that say so.
Tags ownership_tags(const Mark& mark);

/// Returns the mark that tags carry; nothing when one of the three is absent or unreadable.
std::optional<Mark> mark_of(const Tags& tags);

/// Returns the slot of a snapshot that is this policy's, for this database, under this template;
/// nothing when it is not ours: another type than manual, a tag that is absent or differs, a name
/// that does not fit or carries another slot than the tag.
std::optional<Instant> owned_slot(const Snapshot& snapshot, const std::string& policy,
                                  const DatabaseId& database, const NameTemplate& name);

}  // namespace snapferry::core
