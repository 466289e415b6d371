// What one look at the regions of a fleet told, each region read once, whatever policies and
// databases look at it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/fleet/snapshot_store.h"
#include "core/inventory.h"
#include "core/policy.h"

namespace snapferry::core {

/// A region as the calls for one kind of databases see it. A region alone means its DB instances.
struct Place {
  Region region;
  DatabaseKind kind = DatabaseKind::instance;

  // NOLINTNEXTLINE(google-explicit-constructor): as a region is named alone where one kind is meant
  Place(Region region, DatabaseKind kind = DatabaseKind::instance)
      : region(std::move(region)), kind(kind) {}
  auto operator<=>(const Place&) const = default;
};

/// What one look at a place told.
struct PlaceSurvey {
  std::vector<Database> databases;          ///< of a source region
  std::optional<Error> databases_error;     ///< why they could not be read
  SnapshotStore snapshots;                  ///< manual; automated too where a policy copies them
  std::optional<SnapshotQuota> quota;       ///< nothing: could not be read
  std::map<std::string, Result<Key>> keys;  ///< by the name a policy gives the key
  std::optional<Error> error;               ///< why the snapshots could not be read
};

/// A place that is not in it is as one that holds nothing.
using Survey = std::map<Place, PlaceSurvey>;

/// Returns the place as it was seen, or an empty one.
const PlaceSurvey& seen_at(const Survey& survey, const Place& place);

/// Returns why nothing can be planned for the databases of that place, if so.
const std::optional<Error>& error_at(const Survey& survey, const Place& place);

/// Finds in a survey what concerns one database.
/// Requires: the survey outlives it, does not change, and its stores are sealed.
class SurveyIndex {
 public:
  SurveyIndex(const Survey& survey, Instant now);

  /// Returns what a plan of the policy needs: its database and snapshots, and what others hold of
  /// the names it may claim.
  [[nodiscard]] Inventory inventory_of(const Policy& policy) const;

  /// Returns the slot of the oldest of the targets' newest good copies; the least instant where a
  /// target has none.
  [[nodiscard]] Instant protected_until(const Policy& policy) const;

 private:
  // Its databases by id, and how many copies run into it.
  struct Shelf {
    std::map<DatabaseId, const Database*> databases;
    int in_flight = 0;
  };

  [[nodiscard]] const Shelf& shelf_at(const Policy& policy, const Region& region) const;
  void find_database(const Policy& policy, Inventory& inventory) const;
  [[nodiscard]] RegionView view_of(const Policy& policy, const Region& region,
                                   std::vector<Snapshot> snapshots, const NameTemplate& name,
                                   const std::vector<Instant>& slots) const;

  const Survey& survey_;
  Instant now_;
  std::map<Place, Shelf> shelves_;
};

}  // namespace snapferry::core
