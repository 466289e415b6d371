// SPDX-License-Identifier: Apache-2.0
#include "core/rules/ownership.h"

namespace snapferry::core {

namespace {

// Makes no strings, as take_part of names.cc.
bool has_tag(const Tags& tags, const std::string& key, const std::string& value) {
  const auto found = tags.find(key);
  return found != tags.end() && found->second == value;
}

bool is_marked_by(const Tags& tags, const Owner& owner) {
  static const std::string policy(kPolicyTag);
  static const std::string region(kSourceRegionTag);
  static const std::string database(kDatabaseTag);
  return has_tag(tags, policy, owner.policy) && has_tag(tags, region, owner.source_region.str()) &&
         has_tag(tags, database, owner.database.str());
}

}  // namespace

Tags ownership_tags(const Mark& mark) {
  return {{std::string(kPolicyTag), mark.owner.policy},
          {std::string(kSourceRegionTag), mark.owner.source_region.str()},
          {std::string(kDatabaseTag), mark.owner.database.str()},
          {std::string(kSlotTag), format_instant(mark.slot)}};
}

std::optional<Mark> mark_of(const Tags& tags) {
  const auto policy = tags.find(std::string(kPolicyTag));
  const auto region = tags.find(std::string(kSourceRegionTag));
  const auto database = tags.find(std::string(kDatabaseTag));
  const auto slot = tags.find(std::string(kSlotTag));
  for (const auto& tag : {policy, region, database, slot}) {
    if (tag == tags.end()) return std::nullopt;
  }
  const auto instant = parse_instant(slot->second);
  if (!instant) return std::nullopt;
  return Mark{.owner = {.policy = policy->second,
                        .source_region = Region(region->second),
                        .database = DatabaseId(database->second)},
              .slot = *instant};
}

bool is_of_another_database(const Snapshot& snapshot, const std::string& resource_id) {
  return !snapshot.resource_id.empty() && !resource_id.empty() &&
         snapshot.resource_id != resource_id;
}

std::optional<Instant> created_of(const Tags& tags) {
  static const std::string created(kCreatedTag);
  const auto found = tags.find(created);
  return found == tags.end() ? std::nullopt : parse_instant(found->second);
}

std::optional<Instant> owned_slot(const Snapshot& snapshot, const Owner& owner,
                                  const NameTemplate& name) {
  if (snapshot.type != "manual") return std::nullopt;
  if (snapshot.id.kind() != owner.database.kind()) return std::nullopt;
  if (!is_marked_by(snapshot.tags, owner)) return std::nullopt;
  // Tags can be copied about by hand; where AWS tells the source itself, it must agree.
  const auto source = parse_arn(snapshot.source_snapshot_arn);
  if (source && source->region != owner.source_region) return std::nullopt;
  static const std::string slot_tag(kSlotTag);
  const auto slot = snapshot.tags.find(slot_tag);
  const auto named = name.slot_of(owner.database, snapshot.id);
  if (slot == snapshot.tags.end() || named != parse_instant(slot->second)) return std::nullopt;
  return named;
}

}  // namespace snapferry::core
