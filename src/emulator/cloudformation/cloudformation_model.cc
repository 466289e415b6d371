// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/cloudformation_model.h"

#include <future>

namespace snapferry::emulator {

using cloudformation::ChangeSet;
using cloudformation::Stack;

CloudFormationModel::CloudFormationModel(unsigned long seed) : ids(seed, "cloudformation") {}

CloudFormationModel::~CloudFormationModel() {
  for (std::thread& worker : workers_) worker.join();
}

Stack* CloudFormationModel::find_stack(const Caller& caller, const std::string& name_or_id) {
  for (auto& [id, stack] : stacks) {
    if (stack.account != caller.account || stack.region != caller.region) continue;
    if (id == name_or_id) return &stack;
    if (stack.name == name_or_id && stack.status != "DELETE_COMPLETE") return &stack;
  }
  return nullptr;
}

ChangeSet* CloudFormationModel::find_change_set(const Caller& caller, const std::string& name_or_id,
                                                const std::string& stack_name_or_id) {
  if (const auto found = change_sets.find(name_or_id); found != change_sets.end()) {
    const auto stack = stacks.find(found->second.stack_id);
    const bool is_ours = stack != stacks.end() && stack->second.account == caller.account &&
                         stack->second.region == caller.region;
    return is_ours ? &found->second : nullptr;
  }
  const Stack* stack = find_stack(caller, stack_name_or_id);
  if (stack == nullptr) return nullptr;
  for (auto& [id, change_set] : change_sets) {
    if (change_set.stack_id == stack->id && change_set.name == name_or_id) return &change_set;
  }
  return nullptr;
}

std::function<void()> CloudFormationModel::start(std::function<void()> work,
                                                 core::Milliseconds limit) {
  std::packaged_task<void()> task(std::move(work));
  const std::shared_future<void> done = task.get_future().share();
  workers_.emplace_back(std::move(task));
  return [done, limit] { done.wait_for(limit); };
}

}  // namespace snapferry::emulator
