// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/changes.h"
#include "emulator/cloudformation/engine.h"
#include "emulator/cloudformation/operations.h"
#include "emulator/cloudformation/resources/resource_type.h"
#include "emulator/cloudformation/template/refusals.h"

namespace snapferry::emulator::cloudformation {
namespace {

ServiceResult<ChangeSet*> need_change_set(Call& call) {
  const std::string name = TRY(call.parameters.required("ChangeSetName"));
  const std::string stack_name = call.parameters.text("StackName").value_or("");
  if (!name.starts_with("arn:") && stack_name.empty()) {
    return invalid("StackName must be specified if ChangeSetName is not specified as an ARN.");
  }
  if (!name.starts_with("arn:") && call.model.find_stack(call.caller, stack_name) == nullptr) {
    return invalid(fmt::format("Stack [{}] does not exist", stack_name));
  }
  ChangeSet* found = call.model.find_change_set(call.caller, name, stack_name);
  if (found == nullptr) {
    return refuse("ChangeSetNotFound", fmt::format("ChangeSet [{}] does not exist", name), 404);
  }
  return found;
}

// The stack that the change set is for: there already, or about to be.
ServiceResult<Stack*> target_of(Call& call, const std::string& type, const std::string& stack_name,
                                const std::string& name) {
  Stack* stack = call.model.find_stack(call.caller, stack_name);
  if (type == "UPDATE") {
    if (stack == nullptr) return invalid(fmt::format("Stack [{}] does not exist", stack_name));
    TRY(check_may_update(*stack));
    return stack;
  }
  if (type != "CREATE") {
    return invalid(fmt::format("The emulator makes no change sets of type {}", type));
  }
  if (stack != nullptr && stack->status != "REVIEW_IN_PROGRESS") {
    return invalid(fmt::format(
        "Stack [{}] already exists and cannot be created again with the changeSet [{}].",
        stack->name, name));
  }
  return stack;
}

void write_change(XmlWriter& xml, const Change& change) {
  xml.open("member").element("Type", "Resource").open("ResourceChange");
  xml.element("Action", change.action).element("LogicalResourceId", change.logical_id);
  xml.element_if("PhysicalResourceId", change.physical_id);
  xml.element("ResourceType", change.type).element_if("Replacement", change.replacement);
  xml.open("Scope");
  if (!change.properties.empty()) xml.element("member", "Properties");
  xml.close().open("Details");
  const ResourceType* type = find_resource_type(change.type);
  for (const std::string& name : change.properties) {
    const auto property = std::ranges::find(type->schema(), name, &PropertySchema::name);
    const bool is_replacing = property != type->schema().end() && property->is_replacing;
    xml.open("member").open("Target").element("Attribute", "Properties").element("Name", name);
    xml.element("RequiresRecreation", is_replacing ? "Always" : "Never").close();
    xml.element("Evaluation", "Static").element("ChangeSource", "DirectModification").close();
  }
  xml.close().close().close();
}

void write_summary(XmlWriter& xml, const ChangeSet& change_set) {
  xml.element("StackId", change_set.stack_id)
      .element("StackName", change_set.stack_name)
      .element("ChangeSetId", change_set.id)
      .element("ChangeSetName", change_set.name)
      .element("ExecutionStatus", change_set.execution_status)
      .element("Status", change_set.status)
      .element_if("StatusReason", change_set.status_reason)
      .element("CreationTime", change_set.created_at)
      .element_if("Description", change_set.description);
}

}  // namespace

Inner create_change_set(Call& call) {
  const std::string stack_name = TRY(call.parameters.required("StackName"));
  const std::string name = TRY(call.parameters.required("ChangeSetName"));
  const std::string type = call.parameters.text("ChangeSetType").value_or("UPDATE");
  const std::string on_failure = call.parameters.text("OnStackFailure").value_or("");
  const std::string description = call.parameters.text("Description").value_or("");
  (void)call.parameters.text("ClientToken");
  if (TRY(call.parameters.boolean("IncludeNestedStacks")).value_or(false) ||
      TRY(call.parameters.boolean("ImportExistingResources")).value_or(false)) {
    return invalid("The emulator neither nests stacks nor imports resources");
  }
  if (!stack_name.starts_with("arn:")) TRY(check_stack_name(stack_name));
  Stack* stack = TRY(target_of(call, type, stack_name, name));
  const StackIntent intent = TRY(read_intent(call, stack));
  if (stack != nullptr && call.model.find_change_set(call.caller, name, stack->id) != nullptr) {
    return refuse("AlreadyExistsException",
                  fmt::format("ChangeSet {} cannot be created as it already exists", name));
  }
  const bool is_new = stack == nullptr;
  if (is_new) stack = &add_stack(call, stack_name);
  auto difference = difference_to(call.world, *stack, intent);
  if (!difference) {
    const ServiceError error = std::move(difference).error();
    if (is_new) call.model.stacks.erase(std::string(stack->id));
    return std::unexpected(error);
  }
  if (is_new) {
    begin_operation(call.world, {.stack_id = stack->id, .caller = call.caller},
                    "REVIEW_IN_PROGRESS", "User Initiated");
  }
  ChangeSet change_set{.id = fmt::format("arn:{}:cloudformation:{}:{}:changeSet/{}/{}",
                                         call.caller.partition, call.caller.region.str(),
                                         call.caller.account.str(), name, call.model.ids.uuid()),
                       .name = name,
                       .stack_id = stack->id,
                       .stack_name = stack->name,
                       .type = type,
                       .status = "CREATE_COMPLETE",
                       .execution_status = "AVAILABLE",
                       .description = description,
                       .on_failure = on_failure,
                       .intent = intent,
                       .created_at = call.service.now,
                       .changes = difference->changes};
  if (difference->is_empty) {
    change_set.status = "FAILED";
    change_set.execution_status = "UNAVAILABLE";
    change_set.status_reason =
        "The submitted information didn't contain changes. Submit different information to create "
        "a change set.";
  }
  XmlWriter xml;
  xml.element("Id", change_set.id).element("StackId", stack->id);
  call.model.change_sets[std::string(change_set.id)] = change_set;
  return xml.text();
}

Inner describe_change_set(Call& call) {
  const ChangeSet* change_set = TRY(need_change_set(call));
  (void)call.parameters.text("NextToken");
  (void)call.parameters.text("IncludePropertyValues");
  TRY(call.parameters.refuse_unread());
  XmlWriter xml;
  write_summary(xml, *change_set);
  write_intent(xml, change_set->intent);
  xml.element_if("OnStackFailure", change_set->on_failure);
  xml.open("Changes");
  for (const Change& change : change_set->changes) write_change(xml, change);
  xml.close();
  return xml.text();
}

Inner execute_change_set(Call& call) {
  ChangeSet* change_set = TRY(need_change_set(call));
  const bool is_disabled = TRY(call.parameters.boolean("DisableRollback")).value_or(false);
  if (TRY(call.parameters.boolean("RetainExceptOnCreate")).value_or(false)) {
    return invalid("The emulator takes RetainExceptOnCreate as a DeletionPolicy only");
  }
  StartOptions options{.token = call.parameters.text("ClientRequestToken").value_or("")};
  TRY(call.parameters.refuse_unread());
  if (change_set->execution_status != "AVAILABLE") {
    return refuse("InvalidChangeSetStatus",
                  fmt::format("ChangeSet [{}] cannot be executed in its current status of [{}]",
                              change_set->id, change_set->status));
  }
  if (is_disabled) {
    options.on_failure = "DO_NOTHING";
  } else if (!change_set->on_failure.empty()) {
    options.on_failure = change_set->on_failure;
  }
  Stack& stack = call.model.stacks.at(change_set->stack_id);
  if (change_set->type == "UPDATE") TRY(check_may_update(stack));
  change_set->execution_status = "EXECUTE_COMPLETE";
  stack.change_set_id = change_set->id;
  const StackIntent intent = change_set->intent;
  const std::string type = change_set->type;
  // The other change sets of the stack were made for what it no longer is.
  std::erase_if(call.model.change_sets, [&](const auto& entry) {
    return entry.second.stack_id == stack.id && entry.second.id != stack.change_set_id;
  });
  if (type == "CREATE") {
    start_create(call, stack, intent, options);
  } else {
    start_update(call, stack, intent, options);
  }
  return "";
}

Inner delete_change_set(Call& call) {
  const std::string name = TRY(call.parameters.required("ChangeSetName"));
  const std::string stack_name = call.parameters.text("StackName").value_or("");
  TRY(call.parameters.refuse_unread());
  const ChangeSet* found = call.model.find_change_set(call.caller, name, stack_name);
  if (found != nullptr) call.model.change_sets.erase(std::string(found->id));
  return "";
}

Inner list_change_sets(Call& call) {
  const std::string name = TRY(call.parameters.required("StackName"));
  (void)call.parameters.text("NextToken");
  TRY(call.parameters.refuse_unread());
  const Stack* stack = call.model.find_stack(call.caller, name);
  if (stack == nullptr) return invalid(fmt::format("Stack [{}] does not exist", name));
  XmlWriter xml;
  xml.open("Summaries");
  for (const auto& [id, change_set] : call.model.change_sets) {
    if (change_set.stack_id != stack->id) continue;
    xml.open("member");
    write_summary(xml, change_set);
    xml.close();
  }
  xml.close();
  return xml.text();
}

}  // namespace snapferry::emulator::cloudformation
