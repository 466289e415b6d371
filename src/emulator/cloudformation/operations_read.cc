// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/operations.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/template.h"

namespace snapferry::emulator::cloudformation {
namespace {

// Everything goes out in one answer, so that there is no second page to ask for.
ServiceResult<void> finish_reading(Call& call) {
  (void)call.parameters.text("NextToken");
  return call.parameters.refuse_unread();
}

void write_drift(XmlWriter& xml, std::string_view name, std::string_view status_name) {
  xml.open(name).element(status_name, "NOT_CHECKED").close();
}

void write_stack(XmlWriter& xml, const Stack& stack) {
  xml.open("member").element("StackId", stack.id).element("StackName", stack.name);
  xml.element_if("ChangeSetId", stack.change_set_id).element_if("Description", stack.description);
  write_intent(xml, stack.intent);
  xml.element("CreationTime", stack.created_at);
  if (stack.deleted_at) xml.element("DeletionTime", *stack.deleted_at);
  if (stack.updated_at) xml.element("LastUpdatedTime", *stack.updated_at);
  xml.open("RollbackConfiguration").close();
  xml.element("StackStatus", stack.status).element_if("StackStatusReason", stack.status_reason);
  xml.element("DisableRollback", stack.is_rollback_disabled);
  xml.open("Outputs");
  for (const StackOutput& output : stack.outputs) {
    xml.open("member").element("OutputKey", output.key).element("OutputValue", output.value);
    xml.element_if("Description", output.description);
    xml.element_if("ExportName", output.export_name).close();
  }
  xml.close().element_if("RoleARN", stack.intent.role_arn);
  xml.element("EnableTerminationProtection", stack.is_protected);
  write_drift(xml, "DriftInformation", "StackDriftStatus");
  xml.close();
}

void write_resource(XmlWriter& xml, const Stack& stack, const StackResource& resource) {
  xml.element("StackName", stack.name).element("StackId", stack.id);
  xml.element("LogicalResourceId", resource.logical_id);
  xml.element_if("PhysicalResourceId", resource.physical_id);
  xml.element("ResourceType", resource.type);
}

void write_resource_status(XmlWriter& xml, const StackResource& resource) {
  xml.element("ResourceStatus", resource.status);
  xml.element_if("ResourceStatusReason", resource.reason);
  write_drift(xml, "DriftInformation", "StackResourceDriftStatus");
}

bool is_of(const Caller& caller, const Stack& stack) {
  return stack.account == caller.account && stack.region == caller.region;
}

ServiceResult<Stack*> need_stack(Call& call, const std::string& name) {
  Stack* stack = call.model.find_stack(call.caller, name);
  if (stack == nullptr) return invalid(fmt::format("Stack with id {} does not exist", name));
  return stack;
}

}  // namespace

Inner describe_stacks(Call& call) {
  const auto name = call.parameters.text("StackName");
  TRY(finish_reading(call));
  XmlWriter xml;
  xml.open("Stacks");
  if (name) {
    write_stack(xml, *TRY(need_stack(call, *name)));
  } else {
    for (const auto& [id, stack] : call.model.stacks) {
      if (is_of(call.caller, stack) && stack.status != "DELETE_COMPLETE") write_stack(xml, stack);
    }
  }
  xml.close();
  return xml.text();
}

Inner describe_stack_events(Call& call) {
  const std::string name = TRY(call.parameters.required("StackName"));
  TRY(finish_reading(call));
  const Stack* stack = call.model.find_stack(call.caller, name);
  if (stack == nullptr) return invalid(fmt::format("Stack [{}] does not exist", name));
  XmlWriter xml;
  xml.open("StackEvents");
  for (auto event = stack->events.rbegin(); event != stack->events.rend(); ++event) {
    xml.open("member").element("StackId", stack->id).element("EventId", event->id);
    xml.element("StackName", stack->name).element("LogicalResourceId", event->logical_id);
    xml.element("PhysicalResourceId", event->physical_id).element("ResourceType", event->type);
    xml.element("Timestamp", event->time).element("ResourceStatus", event->status);
    xml.element_if("ResourceStatusReason", event->reason);
    xml.element_if("ResourceProperties", event->properties);
    xml.element_if("ClientRequestToken", event->token).close();
  }
  xml.close();
  return xml.text();
}

Inner describe_stack_resources(Call& call) {
  const auto name = call.parameters.text("StackName");
  const auto logical_id = call.parameters.text("LogicalResourceId");
  const auto physical_id = call.parameters.text("PhysicalResourceId");
  TRY(finish_reading(call));
  if (name.has_value() == physical_id.has_value()) {
    return invalid("Either StackName or PhysicalResourceId must be specified, not both");
  }
  const Stack* wanted = nullptr;
  if (name) wanted = TRY(need_stack(call, *name));
  XmlWriter xml;
  xml.open("StackResources");
  for (const auto& [id, stack] : call.model.stacks) {
    if (!is_of(call.caller, stack) || (wanted != nullptr && wanted != &stack)) continue;
    if (physical_id) {
      const bool has_it = std::ranges::any_of(stack.resources, [&](const auto& entry) {
        return entry.second.physical_id == *physical_id;
      });
      if (!has_it) continue;
    }
    for (const auto& [resource_id, resource] : stack.resources) {
      if (logical_id && *logical_id != resource_id) continue;
      xml.open("member");
      write_resource(xml, stack, resource);
      xml.element("Timestamp", resource.changed_at);
      write_resource_status(xml, resource);
      xml.close();
    }
  }
  xml.close();
  return xml.text();
}

Inner describe_stack_resource(Call& call) {
  const std::string name = TRY(call.parameters.required("StackName"));
  const std::string logical_id = TRY(call.parameters.required("LogicalResourceId"));
  TRY(finish_reading(call));
  const Stack* stack = call.model.find_stack(call.caller, name);
  if (stack == nullptr) return invalid(fmt::format("Stack '{}' does not exist", name));
  const auto found = stack->resources.find(logical_id);
  if (found == stack->resources.end()) {
    return invalid(fmt::format("Resource {} does not exist for stack {}", logical_id, name));
  }
  XmlWriter xml;
  xml.open("StackResourceDetail");
  write_resource(xml, *stack, found->second);
  xml.element("LastUpdatedTimestamp", found->second.changed_at);
  write_resource_status(xml, found->second);
  xml.close();
  return xml.text();
}

Inner list_stack_resources(Call& call) {
  const std::string name = TRY(call.parameters.required("StackName"));
  TRY(finish_reading(call));
  const Stack* stack = TRY(need_stack(call, name));
  XmlWriter xml;
  xml.open("StackResourceSummaries");
  for (const auto& [logical_id, resource] : stack->resources) {
    xml.open("member").element("LogicalResourceId", logical_id);
    xml.element_if("PhysicalResourceId", resource.physical_id);
    xml.element("ResourceType", resource.type);
    xml.element("LastUpdatedTimestamp", resource.changed_at);
    write_resource_status(xml, resource);
    xml.close();
  }
  xml.close();
  return xml.text();
}

Inner list_stacks(Call& call) {
  const auto statuses = call.parameters.texts("StackStatusFilter");
  TRY(finish_reading(call));
  XmlWriter xml;
  xml.open("StackSummaries");
  for (const auto& [id, stack] : call.model.stacks) {
    if (!is_of(call.caller, stack)) continue;
    if (!statuses.empty() && std::ranges::find(statuses, stack.status) == statuses.end()) continue;
    xml.open("member").element("StackId", id).element("StackName", stack.name);
    xml.element_if("TemplateDescription", stack.description);
    xml.element("CreationTime", stack.created_at);
    if (stack.updated_at) xml.element("LastUpdatedTime", *stack.updated_at);
    if (stack.deleted_at) xml.element("DeletionTime", *stack.deleted_at);
    xml.element("StackStatus", stack.status).element_if("StackStatusReason", stack.status_reason);
    write_drift(xml, "DriftInformation", "StackDriftStatus");
    xml.close();
  }
  xml.close();
  return xml.text();
}

Inner list_exports(Call& call) {
  TRY(finish_reading(call));
  XmlWriter xml;
  xml.open("Exports");
  for (const auto& [id, stack] : call.model.stacks) {
    if (!is_of(call.caller, stack)) continue;
    for (const StackOutput& output : stack.outputs) {
      if (output.export_name.empty()) continue;
      xml.open("member").element("ExportingStackId", id);
      xml.element("Name", output.export_name).element("Value", output.value).close();
    }
  }
  xml.close();
  return xml.text();
}

}  // namespace snapferry::emulator::cloudformation
