// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "emulator/cloudformation/cloudformation_model.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;
using cloudformation::Change;
using cloudformation::ChangeSet;
using cloudformation::Stack;
using cloudformation::StackEvent;
using cloudformation::StackIntent;
using cloudformation::StackOutput;
using cloudformation::StackResource;

template <class Texts>
json::array show_texts(const Texts& texts) {
  json::array list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

template <class Texts>
Texts read_texts(const json::value& saved) {
  Texts texts;
  for (const json::value& text : saved.as_array()) {
    texts.insert(texts.end(), std::string(text.as_string()));
  }
  return texts;
}

std::string text(const json::object& saved, std::string_view name) {
  return std::string(saved.at(name).as_string());
}

int64_t show(core::Instant instant) {
  return instant.time_since_epoch().count();
}

core::Instant read_instant(const json::value& saved) {
  return core::Instant(core::Milliseconds(saved.as_int64()));
}

json::object show(const StackIntent& intent) {
  json::object parameters;
  for (const auto& [key, value] : intent.parameters) parameters[key] = value;
  return {{"template", intent.template_text},
          {"parameters", parameters},
          {"tags", intent.tags},
          {"capabilities", show_texts(intent.capabilities)},
          {"notification_arns", show_texts(intent.notification_arns)},
          {"role_arn", intent.role_arn}};
}

StackIntent read_intent(const json::object& saved) {
  StackIntent intent;
  intent.template_text = text(saved, "template");
  for (const auto& [key, value] : saved.at("parameters").as_object()) {
    intent.parameters[std::string(key)] = std::string(value.as_string());
  }
  intent.tags = saved.at("tags").as_object();
  intent.capabilities = read_texts<std::vector<std::string>>(saved.at("capabilities"));
  intent.notification_arns = read_texts<std::vector<std::string>>(saved.at("notification_arns"));
  intent.role_arn = text(saved, "role_arn");
  return intent;
}

json::object show(const StackResource& resource) {
  return {{"logical_id", resource.logical_id},
          {"type", resource.type},
          {"physical_id", resource.physical_id},
          {"status", resource.status},
          {"reason", resource.reason},
          {"changed_at", show(resource.changed_at)},
          {"deletion_policy", resource.deletion_policy},
          {"update_replace_policy", resource.update_replace_policy},
          {"needs", show_texts(resource.needs)},
          {"properties", resource.properties},
          {"attributes", resource.attributes}};
}

StackResource read_resource(const json::object& saved) {
  return {.logical_id = text(saved, "logical_id"),
          .type = text(saved, "type"),
          .physical_id = text(saved, "physical_id"),
          .status = text(saved, "status"),
          .reason = text(saved, "reason"),
          .changed_at = read_instant(saved.at("changed_at")),
          .deletion_policy = text(saved, "deletion_policy"),
          .update_replace_policy = text(saved, "update_replace_policy"),
          .needs = read_texts<std::set<std::string>>(saved.at("needs")),
          .properties = saved.at("properties").as_object(),
          .attributes = saved.at("attributes").as_object()};
}

json::object show(const StackEvent& event) {
  return {{"id", event.id},
          {"logical_id", event.logical_id},
          {"physical_id", event.physical_id},
          {"type", event.type},
          {"status", event.status},
          {"reason", event.reason},
          {"properties", event.properties},
          {"token", event.token},
          {"time", show(event.time)}};
}

StackEvent read_event(const json::object& saved) {
  return {.id = text(saved, "id"),
          .logical_id = text(saved, "logical_id"),
          .physical_id = text(saved, "physical_id"),
          .type = text(saved, "type"),
          .status = text(saved, "status"),
          .reason = text(saved, "reason"),
          .properties = text(saved, "properties"),
          .token = text(saved, "token"),
          .time = read_instant(saved.at("time"))};
}

json::object show(const Stack& stack) {
  json::object saved = {{"id", stack.id},
                        {"name", stack.name},
                        {"account", stack.account.str()},
                        {"region", stack.region.str()},
                        {"partition", stack.partition},
                        {"status", stack.status},
                        {"status_reason", stack.status_reason},
                        {"description", stack.description},
                        {"change_set_id", stack.change_set_id},
                        {"intent", show(stack.intent)},
                        {"is_rollback_disabled", stack.is_rollback_disabled},
                        {"is_protected", stack.is_protected},
                        {"created_at", show(stack.created_at)},
                        {"imports", show_texts(stack.imports)}};
  if (stack.updated_at) saved["updated_at"] = show(*stack.updated_at);
  if (stack.deleted_at) saved["deleted_at"] = show(*stack.deleted_at);
  json::array& resources = saved["resources"].emplace_array();
  for (const auto& [logical_id, resource] : stack.resources) resources.push_back(show(resource));
  json::array& events = saved["events"].emplace_array();
  for (const StackEvent& event : stack.events) events.push_back(show(event));
  json::array& outputs = saved["outputs"].emplace_array();
  for (const StackOutput& output : stack.outputs) {
    outputs.push_back(json::object{{"key", output.key},
                                   {"value", output.value},
                                   {"description", output.description},
                                   {"export_name", output.export_name}});
  }
  return saved;
}

// Whoever worked on it is gone. The status that is left lets the stack be deleted.
void end_unfinished(Stack& stack) {
  constexpr std::string_view kInProgress = "_IN_PROGRESS";
  if (!stack.status.ends_with(kInProgress) || stack.status == "REVIEW_IN_PROGRESS") return;
  for (std::string_view kind : {"UPDATE_ROLLBACK", "ROLLBACK", "CREATE", "UPDATE", "DELETE"}) {
    if (!stack.status.starts_with(kind)) continue;
    stack.status = std::string(kind) + "_FAILED";
    break;
  }
  stack.status_reason = "The emulator was stopped meanwhile";
}

Stack read_stack(const json::object& saved) {
  Stack stack{.id = text(saved, "id"),
              .name = text(saved, "name"),
              .account = core::AccountId(text(saved, "account")),
              .region = core::Region(text(saved, "region")),
              .partition = text(saved, "partition"),
              .status = text(saved, "status"),
              .status_reason = text(saved, "status_reason"),
              .description = text(saved, "description"),
              .change_set_id = text(saved, "change_set_id"),
              .intent = read_intent(saved.at("intent").as_object()),
              .is_rollback_disabled = saved.at("is_rollback_disabled").as_bool(),
              .is_protected = saved.at("is_protected").as_bool(),
              .created_at = read_instant(saved.at("created_at"))};
  if (const auto* at = saved.if_contains("updated_at")) stack.updated_at = read_instant(*at);
  if (const auto* at = saved.if_contains("deleted_at")) stack.deleted_at = read_instant(*at);
  stack.imports = read_texts<std::set<std::string>>(saved.at("imports"));
  for (const json::value& item : saved.at("resources").as_array()) {
    StackResource resource = read_resource(item.as_object());
    const std::string logical_id = resource.logical_id;
    stack.resources[logical_id] = std::move(resource);
  }
  for (const json::value& item : saved.at("events").as_array()) {
    stack.events.push_back(read_event(item.as_object()));
  }
  for (const json::value& item : saved.at("outputs").as_array()) {
    const json::object& output = item.as_object();
    stack.outputs.push_back({.key = text(output, "key"),
                             .value = text(output, "value"),
                             .description = text(output, "description"),
                             .export_name = text(output, "export_name")});
  }
  end_unfinished(stack);
  return stack;
}

json::object show(const ChangeSet& change_set) {
  json::array changes;
  for (const Change& change : change_set.changes) {
    changes.push_back(json::object{{"action", change.action},
                                   {"logical_id", change.logical_id},
                                   {"physical_id", change.physical_id},
                                   {"type", change.type},
                                   {"replacement", change.replacement},
                                   {"properties", show_texts(change.properties)}});
  }
  return {{"id", change_set.id},
          {"name", change_set.name},
          {"stack_id", change_set.stack_id},
          {"stack_name", change_set.stack_name},
          {"type", change_set.type},
          {"status", change_set.status},
          {"status_reason", change_set.status_reason},
          {"execution_status", change_set.execution_status},
          {"description", change_set.description},
          {"on_failure", change_set.on_failure},
          {"intent", show(change_set.intent)},
          {"created_at", show(change_set.created_at)},
          {"changes", changes}};
}

ChangeSet read_change_set(const json::object& saved) {
  ChangeSet change_set{.id = text(saved, "id"),
                       .name = text(saved, "name"),
                       .stack_id = text(saved, "stack_id"),
                       .stack_name = text(saved, "stack_name"),
                       .type = text(saved, "type"),
                       .status = text(saved, "status"),
                       .status_reason = text(saved, "status_reason"),
                       .execution_status = text(saved, "execution_status"),
                       .description = text(saved, "description"),
                       .on_failure = text(saved, "on_failure"),
                       .intent = read_intent(saved.at("intent").as_object()),
                       .created_at = read_instant(saved.at("created_at"))};
  for (const json::value& item : saved.at("changes").as_array()) {
    const json::object& change = item.as_object();
    change_set.changes.push_back(
        {.action = text(change, "action"),
         .logical_id = text(change, "logical_id"),
         .physical_id = text(change, "physical_id"),
         .type = text(change, "type"),
         .replacement = text(change, "replacement"),
         .properties = read_texts<std::vector<std::string>>(change.at("properties"))});
  }
  return change_set;
}

}  // namespace

json::value CloudFormationModel::save() const {
  json::array saved_stacks;
  for (const auto& [id, stack] : stacks) saved_stacks.push_back(show(stack));
  json::array saved_change_sets;
  for (const auto& [id, change_set] : change_sets) saved_change_sets.push_back(show(change_set));
  return json::object{
      {"drawn", ids.drawn()}, {"stacks", saved_stacks}, {"change_sets", saved_change_sets}};
}

void CloudFormationModel::load(const json::value& saved) {
  const json::object& root = saved.as_object();
  stacks.clear();
  change_sets.clear();
  if (root.empty()) return;
  ids.set_drawn(root.at("drawn").to_number<unsigned long>());
  for (const json::value& item : root.at("stacks").as_array()) {
    Stack stack = read_stack(item.as_object());
    const std::string id = stack.id;
    stacks[id] = std::move(stack);
  }
  for (const json::value& item : root.at("change_sets").as_array()) {
    ChangeSet change_set = read_change_set(item.as_object());
    const std::string id = change_set.id;
    change_sets[id] = std::move(change_set);
  }
}

}  // namespace snapferry::emulator
