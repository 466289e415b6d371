// SPDX-License-Identifier: Apache-2.0
#include "emulator/rds/rds_index.h"

namespace snapferry::emulator {
namespace {

// The ARN up to the name, which may itself have colons ("rds:orders-2026-01-01-00-00").
template <class Record>
std::string prefix_of(const Record& record) {
  return record.arn.substr(0, record.arn.size() - record.id.size());
}

long count_in(const std::map<std::string, long>& counts, const std::string& prefix) {
  const auto count = counts.find(prefix);
  return count == counts.end() ? 0 : count->second;
}

}  // namespace

void RdsIndex::clear() {
  *this = {};
}

void RdsIndex::add(const DbSnapshot& snapshot) {
  const std::string prefix = prefix_of(snapshot);
  if (snapshot.type == "manual") ++manual_[prefix];
  by_database_[{prefix, snapshot.instance}].insert(snapshot.arn);
  if (snapshot.is_copy() && snapshot.is_in_flight()) begin_flight(snapshot);
}

void RdsIndex::remove(const DbSnapshot& snapshot) {
  const std::string prefix = prefix_of(snapshot);
  if (snapshot.type == "manual") --manual_[prefix];
  const auto of_one = by_database_.find({prefix, snapshot.instance});
  if (of_one != by_database_.end()) {
    of_one->second.erase(snapshot.arn);
    if (of_one->second.empty()) by_database_.erase(of_one);
  }
  end_flight(snapshot);
}

void RdsIndex::begin_flight(const DbSnapshot& copy) {
  const bool is_new = flights_by_resource_[copy.facts.resource_id].insert(copy.arn).second;
  if (is_new && copy.is_cross_region()) ++flights_[prefix_of(copy)];
}

void RdsIndex::end_flight(const DbSnapshot& copy) {
  const auto of_one = flights_by_resource_.find(copy.facts.resource_id);
  if (of_one == flights_by_resource_.end() || of_one->second.erase(copy.arn) == 0) return;
  if (of_one->second.empty()) flights_by_resource_.erase(of_one);
  if (copy.is_cross_region()) --flights_[prefix_of(copy)];
}

long RdsIndex::count_flights(const std::string& prefix) const {
  return count_in(flights_, prefix);
}

std::vector<std::string> RdsIndex::flights_of(const std::string& resource_id) const {
  const auto found = flights_by_resource_.find(resource_id);
  if (found == flights_by_resource_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

long RdsIndex::count_manual(const std::string& prefix) const {
  return count_in(manual_, prefix);
}

const std::set<std::string>& RdsIndex::of_database(const std::string& prefix,
                                                   const std::string& database) const {
  static const std::set<std::string> none;
  const auto found = by_database_.find({prefix, database});
  return found == by_database_.end() ? none : found->second;
}

void RdsIndex::add(const DbInstance& instance) {
  ++instances_[prefix_of(instance)];
}

void RdsIndex::remove(const DbInstance& instance) {
  --instances_[prefix_of(instance)];
}

long RdsIndex::count_instances(const std::string& prefix) const {
  return count_in(instances_, prefix);
}

}  // namespace snapferry::emulator
