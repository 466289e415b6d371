// SPDX-License-Identifier: Apache-2.0
#include "policy_file/claims.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace snapferry::policy_file {
namespace {

using core::DatabaseSelector;
using core::FleetPolicy;

// Whether one database may be meant by both. Two patterns, or tags, may always meet.
bool may_meet(const DatabaseSelector& left, const DatabaseSelector& right) {
  if (left.id && right.id) return *left.id == *right.id;
  if (left.id && !right.id_like.empty())
    return core::matches_pattern(right.id_like, left.id->str());
  if (right.id && !left.id_like.empty())
    return core::matches_pattern(left.id_like, right.id->str());
  const auto shares_engine = [&](const std::string& engine) {
    return std::ranges::find(right.engines, engine) != right.engines.end();
  };
  if (!left.engines.empty() && !right.engines.empty() &&
      std::ranges::none_of(left.engines, shares_engine)) {
    return false;
  }
  return std::ranges::none_of(left.tags, [&](const auto& tag) {
    const auto other = right.tags.find(tag.first);
    return other != right.tags.end() && other->second != tag.second;
  });
}

// An entry that one policy takes out by the very words by which the other takes it in.
bool is_excluded(const DatabaseSelector& selector, const FleetPolicy& policy) {
  return std::ranges::any_of(policy.except, [&](const DatabaseSelector& except) {
    if (except.id || !except.id_like.empty()) {
      return selector.id && except.tags.empty() && except.engines.empty() &&
             (except.id ? *except.id == *selector.id
                        : core::matches_pattern(except.id_like, selector.id->str()));
    }
    return !except.tags.empty() && except.engines.empty() &&
           std::ranges::includes(selector.tags, except.tags);
  });
}

bool share_databases(const FleetPolicy& left, const FleetPolicy& right) {
  const bool share_region = std::ranges::any_of(left.source_regions, [&](const auto& region) {
    return std::ranges::find(right.source_regions, region) != right.source_regions.end();
  });
  if (!share_region) return false;
  for (const DatabaseSelector& one : left.databases) {
    for (const DatabaseSelector& other : right.databases) {
      if (may_meet(one, other) && !is_excluded(one, right) && !is_excluded(other, left))
        return true;
    }
  }
  return false;
}

}  // namespace

void refuse_shared_claims(const std::vector<FleetPolicy>& policies, std::span<const YamlNode> nodes,
                          Problems& problems) {
  for (size_t i = 0; i < policies.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const FleetPolicy& policy = policies[i];
      const FleetPolicy& other = policies[j];
      if (!policy.name.empty() && policy.name == other.name) {
        problems.push_back({nodes[i].place, fmt::format("two policies are named {}", policy.name),
                            "The name stands in the tags that tell whose a snapshot is; give each "
                            "its own."});
        continue;
      }
      if (!share_databases(policy, other)) continue;
      if (policy.snapshot_name == other.snapshot_name) {
        problems.push_back(
            {nodes[i].place,
             fmt::format("policies {} and {} may mean the same database and would both name its "
                         "snapshots {}",
                         other.name, policy.name, policy.snapshot_name),
             "Give one of them another snapshot name, or narrow its databases."});
      }
      for (const core::FleetTarget& target : policy.targets) {
        for (const core::FleetTarget& twin : other.targets) {
          if (twin.region != target.region || twin.copy_name != target.copy_name) continue;
          problems.push_back(
              {nodes[i].place,
               fmt::format("policies {} and {} may mean the same database and would both name its "
                           "copies in {} {}",
                           other.name, policy.name, target.region.str(), target.copy_name),
               "Give one of them another copy name, or narrow its databases."});
        }
      }
    }
  }
}

}  // namespace snapferry::policy_file
