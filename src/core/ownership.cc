// SPDX-License-Identifier: Apache-2.0
#include "core/ownership.h"

namespace snapferry::core {

Tags ownership_tags(const Mark& mark) {
  return {{std::string(kPolicyTag), mark.policy},
          {std::string(kDatabaseTag), mark.database.str()},
          {std::string(kSlotTag), format_instant(mark.slot)}};
}

std::optional<Mark> mark_of(const Tags& tags) {
  const auto policy = tags.find(std::string(kPolicyTag));
  const auto database = tags.find(std::string(kDatabaseTag));
  const auto slot = tags.find(std::string(kSlotTag));
  if (policy == tags.end() || database == tags.end() || slot == tags.end()) return std::nullopt;
  const auto instant = parse_instant(slot->second);
  if (!instant) return std::nullopt;
  return Mark{.policy = policy->second, .database = DatabaseId(database->second), .slot = *instant};
}

std::optional<Instant> owned_slot(const Snapshot& snapshot, const std::string& policy,
                                  const DatabaseId& database, const NameTemplate& name) {
  if (snapshot.type != "manual") return std::nullopt;
  const auto mark = mark_of(snapshot.tags);
  if (!mark || mark->policy != policy || mark->database != database) return std::nullopt;
  const auto named = name.slot_of(database, snapshot.id);
  if (!named || *named != mark->slot) return std::nullopt;
  return named;
}

}  // namespace snapferry::core
