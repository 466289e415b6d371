// What RdsModel would otherwise look for in every record it has: with thousands of databases that
// made each call as slow as the fleet is large.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "emulator/rds/rds_records.h"

namespace snapferry::emulator {

/// Follows the records by their ARNs; what of them it knows never changes while they are kept,
/// except whether a copy is in flight.
class RdsIndex {
 public:
  void clear();

  void add(const DbSnapshot& snapshot);
  void remove(const DbSnapshot& snapshot);

  /// To be told whenever a copy begins or ends. add() takes one for in flight that is.
  /// Repeat: does nothing.
  void begin_flight(const DbSnapshot& copy);
  void end_flight(const DbSnapshot& copy);

  /// Returns how many copies from other regions are in flight below `prefix`: an ARN up to the
  /// name.
  [[nodiscard]] long count_flights(const std::string& prefix) const;

  /// Returns the ARNs of one database's copies in flight, in all regions and accounts.
  [[nodiscard]] std::vector<std::string> flights_of(const std::string& resource_id) const;

  /// Returns how many manual snapshots there are below such a prefix.
  [[nodiscard]] long count_manual(const std::string& prefix) const;

  /// Returns the ARNs of the snapshots of one database, below such a prefix.
  [[nodiscard]] const std::set<std::string>& of_database(const std::string& prefix,
                                                         const std::string& database) const;

  void add(const DbInstance& instance);
  void remove(const DbInstance& instance);

  /// Returns how many instances there are below such a prefix.
  [[nodiscard]] long count_instances(const std::string& prefix) const;

 private:
  std::map<std::string, long> manual_;
  std::map<std::string, long> instances_;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> by_database_;
  std::map<std::string, long> flights_;
  std::map<std::string, std::set<std::string>> flights_by_resource_;
};

}  // namespace snapferry::emulator
