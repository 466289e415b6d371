// What goes onto a snapshot: our tags first, then the user's, then those of the thing it was made
// of, without the ones AWS reserves and never more than RDS takes. CopyTags is never used: it fails
// as a whole on one reserved tag.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/domain.h"

namespace snapferry::core {

/// Units: tags on one resource. Source: RDS User Guide, "Tagging Amazon RDS resources".
inline constexpr size_t kTagCountMax = 50;

struct ComposedTags {
  Tags tags;
  std::vector<std::string>
      dropped;  ///< keys that did not fit or are reserved, for the plan to name
};

/// Merges; on the same key ours beats the user's beats the inherited one.
/// Requires: ours and the user's together are at most kTagCountMax.
ComposedTags compose_tags(const Tags& ours, const Tags& user, const Tags& inherited);

/// Returns what is wrong with a tag that a user wants to set, or nothing: key 1 to 128 characters,
/// value up to 256, no reserved prefix (aws:, rds:, snapferry:), characters that RDS takes.
/// Source: RDS API Reference, Tag; rds-facts section 4, 2026-08.
std::optional<std::string> problem_of_tag(const std::string& key, const std::string& value);

}  // namespace snapferry::core
