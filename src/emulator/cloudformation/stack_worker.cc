// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/stack_worker.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/template/dependencies.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/template_text.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

const ResourceType& type_of(const StackResource& record) {
  const ResourceType* type = find_resource_type(record.type);
  ASSERT(type != nullptr);  // check_types() has seen the template
  return *type;
}

// Source: CloudFormation CLI User Guide, "Handler error codes", 2025.
std::string_view handler_error_code(const ServiceError& error) {
  const std::string& code = error.code;
  if (code.find("AccessDenied") != std::string::npos || error.http_status == 403) {
    return "AccessDenied";
  }
  if (code.find("AlreadyExist") != std::string::npos || code == "ResourceConflictException") {
    return "AlreadyExists";
  }
  if (code.find("NotFound") != std::string::npos || code == "NoSuchEntity") return "NotFound";
  if (code.find("Throttl") != std::string::npos) return "Throttling";
  if (code.find("LimitExceeded") != std::string::npos) return "ServiceLimitExceeded";
  return error.http_status >= 500 ? "ServiceInternalError" : "InvalidRequest";
}

// The properties that differ and cannot change in place.
bool needs_replacement(const ResourceType& type, const json::object& had,
                       const json::object& wanted) {
  return std::ranges::any_of(type.schema(), [&](const PropertySchema& property) {
    return property.is_replacing && is_changed(had, wanted, property.name);
  });
}

}  // namespace

StackWorker::StackWorker(World& world, const StackOperation& operation)
    : world_(world),
      operation_(operation),
      lock_(world.mutex),
      stack_(world.cloudformation.stacks.at(operation.stack_id)) {}

void StackWorker::add_event(const StackEvent& event) {
  stack_.events.push_back(event);
  stack_.events.back().token = operation_.token;
  stack_.events.back().time = world_.clock.now();
  if (stack_.events.back().id.empty()) stack_.events.back().id = world_.cloudformation.ids.uuid();
}

void StackWorker::set_status(const std::string& status, const std::string& reason) {
  stack_.status = status;
  stack_.status_reason = reason;
  add_event({.logical_id = stack_.name,
             .physical_id = stack_.id,
             .type = "AWS::CloudFormation::Stack",
             .status = status,
             .reason = reason});
}

void StackWorker::show(StackResource& record, const std::string& status,
                       const std::string& reason) {
  record.status = status;
  record.reason = reason;
  record.changed_at = world_.clock.now();
  StackEvent event{
      .id = fmt::format("{}-{}-{}", record.logical_id, status, world_.cloudformation.ids.uuid()),
      .logical_id = record.logical_id,
      .physical_id = record.physical_id,
      .type = record.type,
      .status = status,
      .reason = reason,
      .properties = json::serialize(record.properties)};
  add_event(event);
}

ResourceCall StackWorker::call_for(const StackResource& record) {
  return {.world = world_,
          .lock = lock_,
          .caller = operation_.caller,
          .stack_id = stack_.id,
          .stack_name = stack_.name,
          .logical_id = record.logical_id,
          .type = record.type,
          .stack_tags = operation_.intent.tags,
          .ids = world_.cloudformation.ids};
}

// Source: the reason of a failed resource as CloudFormation shows it, aws-cdk and aws-sam issues,
// 2021 to 2025. What CloudFormation itself refuses stands as it is.
std::string StackWorker::explain(const StackResource& record, const ServiceError& error) {
  if (error.code == "ValidationError" || error.code == "CustomResource") return error.message;
  const std::string request_id = world_.cloudformation.ids.uuid();
  return fmt::format(
      "Resource handler returned message: \"{} (Service: {}, Status Code: {}, Request ID: {})\" "
      "(RequestToken: {}, HandlerErrorCode: {})",
      error.message, type_of(record).service, error.http_status, request_id,
      world_.cloudformation.ids.uuid(), handler_error_code(error));
}

ServiceResult<void> StackWorker::fail(StackResource& record, const std::string& status,
                                      const ServiceError& error) {
  show(record, status, explain(record, error));
  return std::unexpected(error);
}

ServiceResult<std::string> StackWorker::apply() {
  scope_ = TRY(scope_of(world_, stack_, operation_.intent));
  evaluator_.emplace(scope_->scope);
  wanted_ = TRY(dependencies_of(scope_->document, *evaluator_));
  for (const std::string& logical_id : TRY(order_by_need(wanted_))) {
    const ResourceDeclaration* declaration = scope_->document.find_resource(logical_id);
    if (!apply_one(*declaration, wanted_.at(logical_id))) return logical_id;
  }
  return std::string();
}

ServiceResult<void> StackWorker::apply_one(const ResourceDeclaration& declaration,
                                           const std::set<std::string>& needs) {
  const auto existing = stack_.resources.find(declaration.logical_id);
  const bool is_there =
      existing != stack_.resources.end() && existing->second.status != "DELETE_COMPLETE";
  StackResource record =
      is_there ? existing->second
               : StackResource{.logical_id = declaration.logical_id, .type = declaration.type};
  record.deletion_policy = declaration.deletion_policy;
  record.update_replace_policy = declaration.update_replace_policy;
  record.needs = needs;
  const ResourceType& type = type_of(record);
  auto evaluated = evaluator_->evaluate_members(declaration.properties);
  if (evaluated) {
    evaluated = type.coerce(declaration.logical_id, *evaluated);
  }
  if (!evaluated) {
    StackResource& shown = stack_.resources[declaration.logical_id];
    if (!is_there) {
      shown = record;
      journal_.push_back({.logical_id = declaration.logical_id, .before = std::nullopt});
    }
    return fail(shown, is_there ? "UPDATE_FAILED" : "CREATE_FAILED", evaluated.error());
  }
  if (!is_there) {
    record.properties = std::move(*evaluated);
    return make(declaration, std::move(record));
  }
  if (record.properties == *evaluated) {
    existing->second = record;
    return {};
  }
  const bool is_replaced = needs_replacement(type, record.properties, *evaluated);
  const bool is_named = !type.name_property.empty() && evaluated->contains(type.name_property) &&
                        !is_changed(record.properties, *evaluated, type.name_property);
  if (is_replaced && is_named) {
    return fail(existing->second, "UPDATE_FAILED",
                {400, "ValidationError",
                 fmt::format("CloudFormation cannot update a stack when a custom-named resource "
                             "requires replacing. Rename {} and update the stack again.",
                             text_of(*evaluated, type.name_property))});
  }
  record.properties = std::move(*evaluated);
  return is_replaced ? replace(declaration, std::move(record))
                     : change(declaration, std::move(record));
}

ServiceResult<void> StackWorker::make(const ResourceDeclaration& declaration,
                                      StackResource record) {
  record.physical_id.clear();
  StackResource& shown = stack_.resources[declaration.logical_id];
  shown = std::move(record);
  journal_.push_back({.logical_id = declaration.logical_id, .before = std::nullopt});
  show(shown, "CREATE_IN_PROGRESS");
  ResourceCall call = call_for(shown);
  auto made = type_of(shown).create(call, shown.properties);
  if (!made) {
    return fail(shown, "CREATE_FAILED", made.error());
  }
  shown.physical_id = made->physical_id;
  shown.attributes = std::move(made->attributes);
  show(shown, "CREATE_IN_PROGRESS", "Resource creation Initiated");
  show(shown, "CREATE_COMPLETE");
  return {};
}

ServiceResult<void> StackWorker::change(const ResourceDeclaration& declaration,
                                        StackResource record) {
  StackResource& shown = stack_.resources[declaration.logical_id];
  journal_.push_back({.logical_id = declaration.logical_id, .before = shown});
  const StackResource before = shown;
  shown = std::move(record);
  show(shown, "UPDATE_IN_PROGRESS");
  ResourceCall call = call_for(shown);
  auto made = type_of(shown).update(call, before.physical_id, before.properties, shown.properties);
  if (!made) return fail(shown, "UPDATE_FAILED", made.error());
  if (made->physical_id != before.physical_id) {
    // A custom resource that answered with another id has made another thing.
    journal_.back().is_replaced = true;
    garbage_.push_back({.resource = before, .is_kept = shown.update_replace_policy != "Delete"});
  }
  shown.physical_id = made->physical_id;
  shown.attributes = std::move(made->attributes);
  show(shown, "UPDATE_COMPLETE");
  return {};
}

ServiceResult<void> StackWorker::replace(const ResourceDeclaration& declaration,
                                         StackResource record) {
  StackResource& shown = stack_.resources[declaration.logical_id];
  const StackResource before = shown;
  journal_.push_back({.logical_id = declaration.logical_id, .before = before, .is_replaced = true});
  shown = std::move(record);
  show(shown, "UPDATE_IN_PROGRESS",
       "Requested update requires the creation of a new physical resource; hence creating one.");
  ResourceCall call = call_for(shown);
  auto made = type_of(shown).create(call, shown.properties);
  if (!made) {
    journal_.pop_back();
    const ServiceError error = std::move(made).error();
    const std::string reason = explain(shown, error);
    shown = before;
    show(shown, "UPDATE_FAILED", reason);
    return std::unexpected(error);
  }
  garbage_.push_back({.resource = before, .is_kept = shown.update_replace_policy != "Delete"});
  shown.physical_id = made->physical_id;
  shown.attributes = std::move(made->attributes);
  show(shown, "UPDATE_IN_PROGRESS", "Resource creation Initiated");
  show(shown, "UPDATE_COMPLETE");
  return {};
}

ServiceResult<void> StackWorker::put_outputs() {
  std::vector<StackOutput> outputs;
  for (const OutputDeclaration& declared : scope_->document.outputs) {
    if (!TRY(evaluator_->is_wanted(declared.condition))) continue;
    StackOutput output{.key = declared.name, .value = {}, .description = declared.description};
    const auto value = TRY(evaluator_->evaluate(declared.value));
    if (!value || value->is_array() || value->is_object()) {
      return malformed("The Value field of every Outputs member must evaluate to a String.");
    }
    output.value = to_text(*value);
    if (!declared.export_name.is_null()) {
      const auto name = TRY(evaluator_->evaluate(declared.export_name));
      output.export_name = name ? to_text(*name) : "";
      for (const auto& [id, other] : world_.cloudformation.stacks) {
        const bool is_near = other.account == stack_.account && other.region == stack_.region;
        if (id == stack_.id || !is_near || other.status == "DELETE_COMPLETE") continue;
        if (std::ranges::find(other.outputs, output.export_name, &StackOutput::export_name) !=
            other.outputs.end()) {
          return invalid(fmt::format("Export with name {} is already exported by stack {}.",
                                     output.export_name, other.name));
        }
      }
    }
    outputs.push_back(std::move(output));
  }
  stack_.outputs = std::move(outputs);
  stack_.description = scope_->document.description;
  return {};
}

std::vector<std::string> StackWorker::take_back() {
  std::vector<std::string> failed;
  garbage_.clear();
  std::ranges::reverse(journal_);
  for (const JournalEntry& entry : journal_) {
    if (!take_back_one(entry)) failed.push_back(entry.logical_id);
  }
  journal_.clear();
  return failed;
}

bool StackWorker::take_back_one(const JournalEntry& entry) {
  StackResource& now = stack_.resources[entry.logical_id];
  if (!entry.before) {
    // Retain keeps what was made even when its making is taken back; RetainExceptOnCreate does not.
    garbage_.push_back(
        {.resource = now, .is_kept = now.deletion_policy == "Retain", .is_in_stack = true});
    return true;
  }
  if (entry.is_replaced) {
    garbage_.push_back({.resource = now});
    now = *entry.before;
    show(now, "UPDATE_COMPLETE");
    return true;
  }
  const json::object tried = now.properties;
  now = *entry.before;
  show(now, "UPDATE_IN_PROGRESS");
  ResourceCall call = call_for(now);
  auto made = type_of(now).update(call, now.physical_id, tried, now.properties);
  if (!made) {
    show(now, "UPDATE_FAILED", explain(now, made.error()));
    return false;
  }
  now.attributes = std::move(made->attributes);
  show(now, "UPDATE_COMPLETE");
  return true;
}

void StackWorker::discard_unwanted() {
  for (auto& [logical_id, resource] : stack_.resources) {
    if (wanted_.contains(logical_id) || resource.status == "DELETE_COMPLETE") continue;
    const bool is_kept =
        resource.deletion_policy != "Delete" || operation_.retained.contains(logical_id);
    garbage_.push_back({.resource = resource, .is_kept = is_kept, .is_in_stack = true});
  }
}

std::vector<std::string> StackWorker::delete_garbage() {
  Dependencies needs;
  for (const Garbage& garbage : garbage_) {
    needs[garbage.resource.logical_id] = garbage.resource.needs;
  }
  auto order = order_by_need(needs);
  ASSERT(order.has_value());  // it was ordered when it was made
  std::ranges::reverse(*order);
  std::vector<std::string> failed;
  std::set<std::string> blocked;  // what a thing needs that could not be deleted stays
  for (const std::string& logical_id : *order) {
    for (Garbage& garbage : garbage_) {
      if (garbage.resource.logical_id != logical_id) continue;
      if (!blocked.contains(logical_id) && delete_one(garbage)) continue;
      if (!blocked.contains(logical_id)) failed.push_back(logical_id);
      blocked.insert(garbage.resource.needs.begin(), garbage.resource.needs.end());
    }
  }
  garbage_.clear();
  return failed;
}

bool StackWorker::delete_one(Garbage& garbage) {
  StackResource& record =
      garbage.is_in_stack ? stack_.resources[garbage.resource.logical_id] : garbage.resource;
  if (garbage.is_kept && !record.physical_id.empty()) {
    show(record, "DELETE_SKIPPED");
    if (garbage.is_in_stack) stack_.resources.erase(garbage.resource.logical_id);
    return true;
  }
  show(record, "DELETE_IN_PROGRESS");
  // What failed before it had a physical id was not made.
  if (!record.physical_id.empty()) {
    ResourceCall call = call_for(record);
    const auto removed = type_of(record).remove(call, record.physical_id, record.properties);
    if (!removed) {
      show(record, "DELETE_FAILED", explain(record, removed.error()));
      return false;
    }
  }
  show(record, "DELETE_COMPLETE");
  return true;
}

}  // namespace snapferry::emulator::cloudformation
