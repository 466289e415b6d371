// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/changes.h"
#include "emulator/cloudformation/engine.h"
#include "emulator/cloudformation/operations.h"
#include "emulator/cloudformation/template/refusals.h"

namespace snapferry::emulator::cloudformation {
namespace {

// An answer waits this long for the operation: stock clients look again after 5 and 30 seconds, and
// give up on a request after 60.
constexpr core::Milliseconds kWait{20'000};

// The caller, or the role that CloudFormation is told to act as.
Caller caller_of(const Call& call, const StackIntent& intent) {
  Caller caller = call.caller;
  const auto arn = core::parse_arn(intent.role_arn);
  if (!arn) return caller;
  const auto slash = arn->resource.rfind('/');
  caller.principal_arn =
      fmt::format("arn:{}:sts::{}:assumed-role/{}/AWSCloudFormation", arn->partition,
                  arn->account.str(), arn->resource.substr(slash + 1));
  return caller;
}

void start(Call& call, const StackOperation& operation, const std::string& status,
           void (*run)(World&, const StackOperation&)) {
  begin_operation(call.world, operation, status, "User Initiated");
  World& world = call.world;
  call.wait = call.model.start([&world, operation, run] { run(world, operation); }, kWait);
}

ServiceResult<std::string> read_on_failure(Call& call) {
  const bool is_disabled = TRY(call.parameters.boolean("DisableRollback")).value_or(false);
  const auto on_failure = call.parameters.text("OnFailure");
  if (is_disabled && on_failure) {
    return invalid("You cannot specify both DisableRollback and OnFailure");
  }
  if (!on_failure) return std::string(is_disabled ? "DO_NOTHING" : "ROLLBACK");
  if (*on_failure == "DO_NOTHING" || *on_failure == "ROLLBACK" || *on_failure == "DELETE") {
    return *on_failure;
  }
  return invalid(
      fmt::format("1 validation error detected: Value '{}' at 'onFailure' failed to "
                  "satisfy constraint: Member must satisfy enum value set: "
                  "[ROLLBACK, DO_NOTHING, DELETE]",
                  *on_failure));
}

}  // namespace

void start_create(Call& call, Stack& stack, const StackIntent& intent,
                  const StartOptions& options) {
  stack.is_rollback_disabled = options.on_failure == "DO_NOTHING";
  start(call,
        {.stack_id = stack.id,
         .caller = caller_of(call, intent),
         .intent = intent,
         .token = options.token,
         .on_failure = options.on_failure},
        "CREATE_IN_PROGRESS", run_create);
}

void start_update(Call& call, Stack& stack, const StackIntent& intent,
                  const StartOptions& options) {
  start(call,
        {.stack_id = stack.id,
         .caller = caller_of(call, intent),
         .intent = intent,
         .token = options.token,
         .on_failure = options.on_failure},
        "UPDATE_IN_PROGRESS", run_update);
}

ServiceResult<void> check_may_update(const Stack& stack) {
  // Source: CloudFormation User Guide, "Stack status codes", 2025.
  for (std::string_view status : {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE",
                                  "UPDATE_FAILED", "CREATE_FAILED"}) {
    if (stack.status == status) return {};
  }
  return invalid(
      fmt::format("Stack:{} is in {} state and can not be updated.", stack.id, stack.status));
}

Inner create_stack(Call& call) {
  const std::string name = call.parameters.text("StackName").value_or("");
  TRY(check_stack_name(name));
  const StartOptions options{
      .token = call.parameters.text("ClientRequestToken").value_or(""),
      .on_failure = TRY(read_on_failure(call)),
  };
  const bool is_protected =
      TRY(call.parameters.boolean("EnableTerminationProtection")).value_or(false);
  (void)call.parameters.text("TimeoutInMinutes");  // nothing here takes minutes
  const StackIntent intent = TRY(read_intent(call, nullptr));
  if (const Stack* stack = call.model.find_stack(call.caller, name); stack != nullptr) {
    return refuse("AlreadyExistsException", fmt::format("Stack [{}] already exists", name));
  }
  Stack& stack = add_stack(call, name);
  stack.is_protected = is_protected;
  if (const auto difference = difference_to(call.world, stack, intent); !difference) {
    call.model.stacks.erase(std::string(stack.id));
    return std::unexpected(difference.error());
  }
  start_create(call, stack, intent, options);
  XmlWriter xml;
  xml.element("StackId", stack.id);
  return xml.text();
}

Inner update_stack(Call& call) {
  const std::string name = call.parameters.text("StackName").value_or("");
  const StartOptions options{
      .token = call.parameters.text("ClientRequestToken").value_or(""),
      .on_failure = TRY(read_on_failure(call)),
  };
  Stack* stack = call.model.find_stack(call.caller, name);
  if (stack == nullptr) return invalid(fmt::format("Stack [{}] does not exist", name));
  const StackIntent intent = TRY(read_intent(call, stack));
  TRY(check_may_update(*stack));
  if (TRY(difference_to(call.world, *stack, intent)).is_empty) {
    return invalid("No updates are to be performed.");
  }
  start_update(call, *stack, intent, options);
  XmlWriter xml;
  xml.element("StackId", stack->id);
  return xml.text();
}

Inner delete_stack(Call& call) {
  const std::string name = TRY(call.parameters.required("StackName"));
  const auto retained = call.parameters.texts("RetainResources");
  const std::string role_arn = call.parameters.text("RoleARN").value_or("");
  StartOptions options{.token = call.parameters.text("ClientRequestToken").value_or("")};
  TRY(call.parameters.refuse_unread());
  Stack* stack = call.model.find_stack(call.caller, name);
  // Deleting what is not there is a success.
  if (stack == nullptr || stack->status == "DELETE_COMPLETE") return "";
  if (stack->is_protected) {
    return invalid(fmt::format(
        "Stack [{}] cannot be deleted while TerminationProtection is enabled", stack->name));
  }
  if (stack->status.ends_with("_IN_PROGRESS") && stack->status != "REVIEW_IN_PROGRESS") {
    return invalid(
        fmt::format("Stack [{}] cannot be deleted while in status {}", stack->name, stack->status));
  }
  if (!retained.empty() && stack->status != "DELETE_FAILED") {
    return invalid(
        "Invalid operation on stack: RetainResources can be specified only when the stack is in "
        "the DELETE_FAILED state");
  }
  for (const std::string& logical_id : retained) {
    if (stack->resources.contains(logical_id)) continue;
    return invalid(fmt::format("The specified resources to retain [{}] do not exist", logical_id));
  }
  StackIntent intent = stack->intent;
  if (!role_arn.empty()) intent.role_arn = role_arn;
  std::erase_if(call.model.change_sets,
                [&](const auto& entry) { return entry.second.stack_id == stack->id; });
  start(call,
        {.stack_id = stack->id,
         .caller = caller_of(call, intent),
         .intent = intent,
         .token = options.token,
         .retained = {retained.begin(), retained.end()}},
        "DELETE_IN_PROGRESS", run_delete);
  return "";
}

}  // namespace snapferry::emulator::cloudformation
