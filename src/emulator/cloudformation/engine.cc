// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/engine.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/stack_worker.h"

namespace snapferry::emulator::cloudformation {
namespace {

std::string list(const std::vector<std::string>& names) {
  return fmt::format("[{}]", fmt::join(names, ", "));
}

// What went wrong, as the stack's own status says it; empty when nothing did.
std::string apply_and_explain(StackWorker& worker, std::string_view doing) {
  const auto failed = worker.apply();
  if (!failed) return failed.error().message;
  if (!failed->empty()) {
    return fmt::format("The following resource(s) failed to {}: [{}]. ", doing, *failed);
  }
  const auto put = worker.put_outputs();
  return put ? std::string() : put.error().message;
}

// Who uses an export of this stack; empty when nobody does.
std::string export_in_use(World& world, const Stack& stack) {
  for (const StackOutput& output : stack.outputs) {
    if (output.export_name.empty()) continue;
    for (const auto& [id, other] : world.cloudformation.stacks) {
      if (id == stack.id || other.status == "DELETE_COMPLETE") continue;
      if (!other.imports.contains(output.export_name)) continue;
      return fmt::format("Export {} cannot be deleted as it is in use by {}", output.export_name,
                         other.name);
    }
  }
  return "";
}

void erase_deleted(Stack& stack) {
  std::erase_if(stack.resources,
                [](const auto& entry) { return entry.second.status == "DELETE_COMPLETE"; });
}

void delete_all(StackWorker& worker) {
  Stack& stack = worker.stack();
  worker.discard_unwanted();
  const auto failed = worker.delete_garbage();
  if (!failed.empty()) {
    worker.set_status(
        "DELETE_FAILED",
        fmt::format("The following resource(s) failed to delete: {}. ", list(failed)));
    return;
  }
  stack.outputs.clear();
  stack.imports.clear();
  stack.deleted_at = worker.world().clock.now();
  worker.set_status("DELETE_COMPLETE");
}

}  // namespace

void begin_operation(World& world, const StackOperation& operation, const std::string& status,
                     const std::string& reason) {
  Stack& stack = world.cloudformation.stacks.at(operation.stack_id);
  stack.status = status;
  stack.status_reason = reason;
  stack.events.push_back({.id = world.cloudformation.ids.uuid(),
                          .logical_id = stack.name,
                          .physical_id = stack.id,
                          .type = "AWS::CloudFormation::Stack",
                          .status = status,
                          .reason = reason,
                          .properties = {},
                          .token = operation.token,
                          .time = world.clock.now()});
}

void run_create(World& world, const StackOperation& operation) {
  StackWorker worker(world, operation);
  worker.stack().intent = operation.intent;
  const std::string trouble = apply_and_explain(worker, "create");
  if (trouble.empty()) {
    worker.set_status("CREATE_COMPLETE");
    return;
  }
  if (operation.on_failure == "DO_NOTHING") {
    worker.set_status("CREATE_FAILED", trouble);
    return;
  }
  const bool is_deleted = operation.on_failure == "DELETE";
  worker.set_status(is_deleted ? "DELETE_IN_PROGRESS" : "ROLLBACK_IN_PROGRESS",
                    trouble + (is_deleted ? "Delete" : "Rollback") + " requested by user.");
  worker.take_back();
  worker.stack().outputs.clear();
  const auto failed = worker.delete_garbage();
  if (failed.empty()) {
    if (is_deleted) worker.stack().deleted_at = world.clock.now();
    worker.set_status(is_deleted ? "DELETE_COMPLETE" : "ROLLBACK_COMPLETE");
  } else {
    worker.set_status(
        is_deleted ? "DELETE_FAILED" : "ROLLBACK_FAILED",
        fmt::format("The following resource(s) failed to delete: {}. ", list(failed)));
  }
}

void run_update(World& world, const StackOperation& operation) {
  StackWorker worker(world, operation);
  Stack& stack = worker.stack();
  const StackIntent intent_before = stack.intent;
  stack.intent = operation.intent;
  const std::string trouble = apply_and_explain(worker, "update");
  if (trouble.empty()) {
    worker.set_status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    worker.discard_unwanted();
    // What cannot be cleaned up is left behind; the update has been made all the same.
    worker.delete_garbage();
    erase_deleted(stack);
    stack.updated_at = world.clock.now();
    worker.set_status("UPDATE_COMPLETE");
    return;
  }
  if (operation.on_failure == "DO_NOTHING") {
    worker.set_status("UPDATE_FAILED", trouble);
    return;
  }
  worker.set_status("UPDATE_ROLLBACK_IN_PROGRESS", trouble);
  const auto failed = worker.take_back();
  stack.intent = intent_before;
  if (!failed.empty()) {
    worker.set_status(
        "UPDATE_ROLLBACK_FAILED",
        fmt::format("The following resource(s) failed to update: {}. ", list(failed)));
    return;
  }
  worker.set_status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
  worker.delete_garbage();
  erase_deleted(stack);
  stack.updated_at = world.clock.now();
  worker.set_status("UPDATE_ROLLBACK_COMPLETE");
}

void run_delete(World& world, const StackOperation& operation) {
  StackWorker worker(world, operation);
  if (const std::string user = export_in_use(world, worker.stack()); !user.empty()) {
    worker.set_status("DELETE_FAILED", user);
    return;
  }
  delete_all(worker);
}

}  // namespace snapferry::emulator::cloudformation
