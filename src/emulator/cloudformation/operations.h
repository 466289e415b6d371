// The operations of the CloudFormation API, by what they are about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "emulator/cloudformation/records.h"
#include "emulator/cloudformation/template/parameters.h"
#include "emulator/query/xml_writer.h"
#include "emulator/service.h"
#include "emulator/world.h"

namespace snapferry::emulator::cloudformation {

struct Call {
  ServiceCall& service;
  World& world;
  CloudFormationModel& model;
  QueryParameters& parameters;
  const Caller& caller;
  /// Set by an operation that has started something: the answer goes out when it returns.
  std::function<void()> wait = {};
};

/// The inside of the result element.
using Inner = ServiceResult<std::string>;

// Stacks: make, change, delete.
Inner create_stack(Call& call);
Inner update_stack(Call& call);
Inner delete_stack(Call& call);
// Change sets.
Inner create_change_set(Call& call);
Inner describe_change_set(Call& call);
Inner execute_change_set(Call& call);
Inner delete_change_set(Call& call);
Inner list_change_sets(Call& call);
// Looking at stacks.
Inner describe_stacks(Call& call);
Inner describe_stack_events(Call& call);
Inner describe_stack_resources(Call& call);
Inner describe_stack_resource(Call& call);
Inner list_stack_resources(Call& call);
Inner list_stacks(Call& call);
Inner list_exports(Call& call);
// Templates.
Inner validate_template(Call& call);
Inner get_template(Call& call);
Inner get_template_summary(Call& call);

/// Reads TemplateBody or TemplateURL, at most one of them; empty when there is neither.
/// Errors:   ValidationError: both, too long, nothing at the URL.
ServiceResult<std::string> read_template_source(Call& call);

/// Reads what a client wants of a stack and checks it: template, parameters, tags, capabilities.
/// `stack` is what is there already, or nullptr.
/// Errors:   ValidationError, InsufficientCapabilitiesException.
ServiceResult<StackIntent> read_intent(Call& call, const Stack* stack);

/// Errors:   ValidationError when the text is no name of a stack.
ServiceResult<void> check_stack_name(const std::string& name);

/// Makes the record of a stack with nothing in it.
Stack& add_stack(Call& call, const std::string& name);

/// Starts making or changing the stack's resources, and sets Call::wait.
struct StartOptions {
  std::string token = {};
  std::string on_failure = "ROLLBACK";
  std::set<std::string> retained = {};
};
void start_create(Call& call, Stack& stack, const StackIntent& intent, const StartOptions& options);
void start_update(Call& call, Stack& stack, const StackIntent& intent, const StartOptions& options);

/// Whether an update may begin.
/// Errors:   ValidationError "Stack:X is in Y state and can not be updated."
ServiceResult<void> check_may_update(const Stack& stack);

/// <Parameters>, <Tags> and <Capabilities> of stacks and change sets; NoEcho values as "****".
void write_intent(XmlWriter& xml, const StackIntent& intent);

}  // namespace snapferry::emulator::cloudformation
