// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/cloudformation_service.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/operations.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/query/query_answer.h"

namespace snapferry::emulator {
namespace {

using cloudformation::Call;
using cloudformation::Inner;

struct Operation {
  std::string_view name;
  Inner (*serve)(Call&);
};

// Source: botocore 1.43 cloudformation service-2.json, 2026-11. Other operations are refused.
constexpr std::array kOperations = {
    Operation{"CreateChangeSet", cloudformation::create_change_set},
    Operation{"CreateStack", cloudformation::create_stack},
    Operation{"DeleteChangeSet", cloudformation::delete_change_set},
    Operation{"DeleteStack", cloudformation::delete_stack},
    Operation{"DescribeChangeSet", cloudformation::describe_change_set},
    Operation{"DescribeStackEvents", cloudformation::describe_stack_events},
    Operation{"DescribeStackResource", cloudformation::describe_stack_resource},
    Operation{"DescribeStackResources", cloudformation::describe_stack_resources},
    Operation{"DescribeStacks", cloudformation::describe_stacks},
    Operation{"ExecuteChangeSet", cloudformation::execute_change_set},
    Operation{"GetTemplate", cloudformation::get_template},
    Operation{"GetTemplateSummary", cloudformation::get_template_summary},
    Operation{"ListChangeSets", cloudformation::list_change_sets},
    Operation{"ListExports", cloudformation::list_exports},
    Operation{"ListStackResources", cloudformation::list_stack_resources},
    Operation{"ListStacks", cloudformation::list_stacks},
    Operation{"UpdateStack", cloudformation::update_stack},
    Operation{"ValidateTemplate", cloudformation::validate_template},
};

}  // namespace

ServiceResult<std::string> serve_cloudformation(ServiceCall& call) {
  const std::string version = call.parameters.text("Version").value_or("");
  (void)call.parameters.text("Action");
  const auto* operation = std::ranges::find(kOperations, call.operation, &Operation::name);
  if (operation == kOperations.end() || version != kCloudFormationVersion) {
    return cloudformation::refuse(
        "InvalidAction",
        fmt::format("Could not find operation {} for version {}", call.operation, version));
  }
  Call inner_call{.service = call,
                  .world = call.world,
                  .model = call.world.cloudformation,
                  .parameters = call.parameters,
                  .caller = call.caller};
  const std::string inner = TRY(operation->serve(inner_call));
  // DeleteStack answers without a result element.
  std::string document = query_answer(call.operation, kCloudFormationXmlns, inner, call.request_id,
                                      call.operation != "DeleteStack");
  if (inner_call.wait) {
    call.after_unlock = [wait = inner_call.wait, document]() -> ServiceResult<WireResponse> {
      wait();
      return WireResponse{
          .status = 200, .headers = {{"Content-Type", "text/xml"}}, .body = document};
    };
  }
  return document;
}

}  // namespace snapferry::emulator
