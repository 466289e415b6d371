// CloudFormation: stacks, their templates, resources, events and change sets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <boost/json/fwd.hpp>

#include "emulator/cloudformation/records.h"
#include "emulator/identifiers.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

/// Requires: the emulator's lock is held (World::mutex), but not by the destructor's caller: it
/// waits for operations that are still under way.
class CloudFormationModel {
 public:
  explicit CloudFormationModel(unsigned long seed = 1);
  CloudFormationModel(const CloudFormationModel&) = delete;
  CloudFormationModel& operator=(const CloudFormationModel&) = delete;
  ~CloudFormationModel();

  /// By id, or by name among those that are not deleted. nullptr when there is none in the caller's
  /// account and region.
  [[nodiscard]] cloudformation::Stack* find_stack(const Caller& caller,
                                                  const std::string& name_or_id);
  /// By ARN, or by name with its stack.
  [[nodiscard]] cloudformation::ChangeSet* find_change_set(const Caller& caller,
                                                           const std::string& name_or_id,
                                                           const std::string& stack_name_or_id);

  /// Runs `work` in a thread of its own.
  /// Returns: what waits until it is done, at most `limit` of host time. Requires for that: the
  /// lock is not held.
  std::function<void()> start(std::function<void()> work, core::Milliseconds limit);

  [[nodiscard]] boost::json::value save() const;
  /// Stacks that were in the middle of something have failed at it.
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  std::map<std::string, cloudformation::Stack> stacks;           ///< by id; deleted ones too
  std::map<std::string, cloudformation::ChangeSet> change_sets;  ///< by id
  Identifiers ids;

 private:
  std::vector<std::thread> workers_;
};

}  // namespace snapferry::emulator
