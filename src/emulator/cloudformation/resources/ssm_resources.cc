// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/resources/resource_tables.h"
#include "emulator/cloudformation/resources/tags.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11.
constexpr std::string_view kParameter = R"(
AllowedPattern string
DataType string
Description string
Name! string
Policies string
Tags map
Tier string
Type* string
Value* string
)";

ServiceResult<json::object> ssm(ResourceCall& call, const std::string& operation,
                                const json::object& input) {
  return call_json(call.world, call.caller, "ssm", operation, input);
}

ServiceResult<Made> put_parameter(ResourceCall& call, const std::string& name,
                                  const json::object& wanted, bool is_new) {
  json::object input = pick(wanted, "AllowedPattern DataType Description Policies Tier Type Value");
  input["Name"] = name;
  const json::object tags = call.tags(wanted);
  // Tags and Overwrite cannot go together.
  if (is_new && !tags.empty()) input["Tags"] = tag_list(tags);
  if (!is_new) input["Overwrite"] = true;
  TRY(ssm(call, "PutParameter", input));
  return Made{.physical_id = name, .attributes = pick(wanted, "Type Value")};
}

ServiceResult<Made> create_parameter(ResourceCall& call, const json::object& wanted) {
  std::string name = text_of(wanted, "Name");
  // Source: AWS::SSM::Parameter physical ids in public stacks, 2022: "CFN-MyParameter-ABC...".
  if (name.empty()) {
    name = fmt::format(
        "CFN-{}-{}", call.logical_id,
        call.generated_name(512).substr(call.stack_name.size() + 1 + call.logical_id.size() + 1));
  }
  return put_parameter(call, name, wanted, true);
}

ServiceResult<Made> update_parameter(ResourceCall& call, const std::string& name,
                                     const json::object& had, const json::object& wanted) {
  Made made = TRY(put_parameter(call, name, wanted, false));
  if (is_changed(had, wanted, "Tags")) {
    const json::object which = {{"ResourceType", "Parameter"}, {"ResourceId", name}};
    json::array gone;
    for (const std::string& key : removed_keys(call.tags(had), call.tags(wanted))) {
      gone.emplace_back(key);
    }
    if (!gone.empty()) {
      json::object input = which;
      input["TagKeys"] = gone;
      TRY(ssm(call, "RemoveTagsFromResource", input));
    }
    json::object input = which;
    input["Tags"] = tag_list(call.tags(wanted));
    TRY(ssm(call, "AddTagsToResource", input));
  }
  return made;
}

ServiceResult<void> remove_parameter(ResourceCall& call, const std::string& name,
                                     const json::object&) {
  const auto removed = ssm(call, "DeleteParameter", {{"Name", name}});
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

constexpr std::array kSsmTypes = {
    ResourceType{"AWS::SSM::Parameter", "Ssm", kParameter, "Type Value", "Name", create_parameter,
                 update_parameter, remove_parameter},
};

}  // namespace

std::span<const ResourceType> ssm_resources() {
  return kSsmTypes;
}

}  // namespace snapferry::emulator::cloudformation
