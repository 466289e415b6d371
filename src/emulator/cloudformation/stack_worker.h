// The hands of the engine: one stack, one operation, one resource after the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "emulator/cloudformation/engine.h"
#include "emulator/cloudformation/resources/resource_type.h"

namespace snapferry::emulator::cloudformation {

/// What was done to one resource in this operation, to take it back.
struct JournalEntry {
  std::string logical_id;
  std::optional<StackResource> before;  ///< nothing: the resource was made
  bool is_replaced = false;
};

class StackWorker {
 public:
  /// Takes the lock, and keeps it except while a custom resource's function runs.
  /// Requires: the stack is there.
  StackWorker(World& world, const StackOperation& operation);

  Stack& stack() { return stack_; }
  [[nodiscard]] const StackOperation& operation() const { return operation_; }
  World& world() { return world_; }

  void set_status(const std::string& status, const std::string& reason = "");

  /// Makes or changes every wanted resource, in order; stops at the first that fails.
  /// Returns the logical id of the resource that failed; empty when none did.
  /// Errors:   what is wrong with the template itself.
  ServiceResult<std::string> apply();

  /// Sets the stack's outputs.
  ServiceResult<void> put_outputs();

  /// Takes back what apply() did: changes undone, what was replaced put in its place again. What
  /// this operation made is left in garbage().
  /// Returns the logical ids of those that could not be taken back.
  std::vector<std::string> take_back();

  /// Moves the resources that the template no longer has into garbage().
  void discard_unwanted();

  /// Deletes what is in garbage(), dependents first. Returns the logical ids that could not be.
  std::vector<std::string> delete_garbage();

  /// What is to be deleted, and whether it may be (a policy may keep it).
  struct Garbage {
    StackResource resource;
    bool is_kept = false;
    bool is_in_stack = false;  ///< the stack's own record is the one: its status is shown
  };
  std::vector<Garbage>& garbage() { return garbage_; }

 private:
  ServiceResult<void> apply_one(const ResourceDeclaration& declaration,
                                const std::set<std::string>& needs);
  ServiceResult<void> make(const ResourceDeclaration& declaration, StackResource record);
  ServiceResult<void> change(const ResourceDeclaration& declaration, StackResource record);
  ServiceResult<void> replace(const ResourceDeclaration& declaration, StackResource record);
  ServiceResult<void> fail(StackResource& record, const std::string& status,
                           const ServiceError& error);
  bool take_back_one(const JournalEntry& entry);
  bool delete_one(Garbage& garbage);

  ResourceCall call_for(const StackResource& record);
  void show(StackResource& record, const std::string& status, const std::string& reason = "");
  void add_event(const StackEvent& event);
  std::string explain(const StackResource& record, const ServiceError& error);

  World& world_;
  StackOperation operation_;
  std::unique_lock<std::mutex> lock_;
  Stack& stack_;
  std::unique_ptr<StackScope> scope_;
  std::optional<Evaluator> evaluator_;
  std::map<std::string, std::set<std::string>> wanted_;
  std::vector<JournalEntry> journal_;
  std::vector<Garbage> garbage_;
};

}  // namespace snapferry::emulator::cloudformation
