// Makes, changes and deletes the resources of a stack, in the order of their dependencies, and
// takes everything back when one fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "emulator/cloudformation/records.h"
#include "emulator/cloudformation/template/intrinsics.h"
#include "emulator/world.h"

namespace snapferry::emulator::cloudformation {

/// A template and the values of its names for one stack. Keeps what the Scope points to.
struct StackScope {
  Template document;
  Scope scope;
};

/// Requires: the lock is held; `stack` outlives what is returned.
/// Errors:   ValidationError of read_template() and check_references().
ServiceResult<std::unique_ptr<StackScope>> scope_of(World& world, Stack& stack,
                                                    const StackIntent& intent);

/// What each wanted resource needs, by the conditions as they are.
/// Errors:   ValidationError: a reference to a resource whose condition is false.
ServiceResult<std::map<std::string, std::set<std::string>>> dependencies_of(
    const Template& document, Evaluator& evaluator);

/// One operation on a stack, from its first event to its last.
struct StackOperation {
  std::string stack_id;
  Caller caller;  ///< with whose rights resources are made
  StackIntent intent = {};
  std::string token = {};
  std::string on_failure = "ROLLBACK";  ///< DO_NOTHING, DELETE
  std::set<std::string> retained = {};  ///< logical ids that DeleteStack leaves alone
};

/// Sets the status and writes the event with which the operation begins.
/// Requires: World::mutex is held.
void begin_operation(World& world, const StackOperation& operation, const std::string& status,
                     const std::string& reason);

/// Requires: World::mutex is NOT held; begin_operation() was called; nothing else works on the
/// stack.
void run_create(World& world, const StackOperation& operation);
void run_update(World& world, const StackOperation& operation);
void run_delete(World& world, const StackOperation& operation);

}  // namespace snapferry::emulator::cloudformation
