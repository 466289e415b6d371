// The operations of Lambda, one function each, and what they share. Only lambda_service.cc and the
// files lambda_*_actions.cc include this.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "emulator/lambda/lambda_records.h"
#include "emulator/service.h"

namespace snapferry::emulator {

/// A call to Lambda, with the variable parts of its path taken out.
struct LambdaCall {
  ServiceCall& call;
  std::string subject;       ///< FunctionName or Resource, decoded
  std::string statement_id;  ///< of RemovePermission
};

/// Returns the function that FunctionName (name, ARN or part of one) and Qualifier mean.
/// Errors:   ResourceNotFoundException 404; ValidationException for no name at all.
ServiceResult<LambdaFunction*> find_function(const LambdaCall& call);

/// Returns "arn:aws:lambda:eu-west-1:123456789012:function:name" for a name in the caller's region.
std::string function_arn_of(const Caller& caller, const std::string& name);

/// Marks a change of the configuration or the code: whoever runs the old one is replaced.
void touch_function(ServiceCall& call, LambdaFunction& function);

/// Errors:   PreconditionFailedException 412 when `sent` is not the function's.
ServiceResult<void> check_revision(const std::optional<std::string>& sent,
                                   const std::string& revision_id);

WireResponse json_answer(int status, const boost::json::object& body);

// lambda_function_actions.cc
ServiceResult<WireResponse> create_function(LambdaCall& call);
ServiceResult<WireResponse> get_function(LambdaCall& call);
ServiceResult<WireResponse> get_function_configuration(LambdaCall& call);
ServiceResult<WireResponse> update_function_code(LambdaCall& call);
ServiceResult<WireResponse> update_function_configuration(LambdaCall& call);
ServiceResult<WireResponse> delete_function(LambdaCall& call);
ServiceResult<WireResponse> list_functions(LambdaCall& call);
ServiceResult<WireResponse> tag_function(LambdaCall& call);
ServiceResult<WireResponse> untag_function(LambdaCall& call);
ServiceResult<WireResponse> list_function_tags(LambdaCall& call);

// lambda_invoke_actions.cc
ServiceResult<WireResponse> invoke_function(LambdaCall& call);

// lambda_access_actions.cc
ServiceResult<WireResponse> add_permission(LambdaCall& call);
ServiceResult<WireResponse> remove_permission(LambdaCall& call);
ServiceResult<WireResponse> get_policy(LambdaCall& call);

// lambda_async_actions.cc
ServiceResult<WireResponse> put_function_concurrency(LambdaCall& call);
ServiceResult<WireResponse> get_function_concurrency(LambdaCall& call);
ServiceResult<WireResponse> delete_function_concurrency(LambdaCall& call);
ServiceResult<WireResponse> put_event_invoke_config(LambdaCall& call);
ServiceResult<WireResponse> update_event_invoke_config(LambdaCall& call);
ServiceResult<WireResponse> get_event_invoke_config(LambdaCall& call);
ServiceResult<WireResponse> delete_event_invoke_config(LambdaCall& call);

}  // namespace snapferry::emulator
