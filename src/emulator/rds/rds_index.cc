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
  if (snapshot.is_copy() && snapshot.is_in_flight()) in_flight_.insert(snapshot.arn);
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
