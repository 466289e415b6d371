// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/resources/resource_tables.h"
#include "emulator/cloudformation/resources/tags.h"
#include "emulator/cloudformation/template/template_text.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11.
constexpr std::string_view kRole = R"(
AssumeRolePolicyDocument* json
Description string
ManagedPolicyArns strings
MaxSessionDuration integer
Path! string
PermissionsBoundary string
Policies objects
  PolicyDocument* json
  PolicyName* string
RoleName! string
Tags objects
  Key* string
  Value* string
)";
constexpr std::string_view kRolePolicy = R"(
PolicyDocument json
PolicyName*! string
RoleName*! string
)";
constexpr std::string_view kPolicy = R"(
PolicyDocument* json
PolicyName* string
Roles* strings
)";

ServiceResult<std::string> iam(ResourceCall& call, const std::string& operation,
                               const Fields& fields) {
  return call_query(call.world, call.caller, "iam", operation, fields);
}

ServiceResult<void> iam_if_there(ResourceCall& call, const std::string& operation,
                                 const Fields& fields) {
  const auto done = iam(call, operation, fields);
  return done ? ServiceResult<void>() : unless_missing(done.error());
}

json::array list_of(const json::object& object, std::string_view name) {
  const json::value* list = object.if_contains(name);
  return list == nullptr ? json::array() : list->get_array();
}

ServiceResult<void> put_policies(ResourceCall& call, const std::string& role,
                                 const json::object& wanted) {
  for (const json::value& policy : list_of(wanted, "Policies")) {
    TRY(iam(call, "PutRolePolicy",
            {{"RoleName", role},
             {"PolicyName", text_of(policy.get_object(), "PolicyName")},
             {"PolicyDocument", document_text(policy.get_object(), "PolicyDocument")}}));
  }
  for (const json::value& arn : list_of(wanted, "ManagedPolicyArns")) {
    TRY(iam(call, "AttachRolePolicy", {{"RoleName", role}, {"PolicyArn", to_text(arn)}}));
  }
  return {};
}

// Takes away the policies of `had` that `wanted` does not have.
ServiceResult<void> drop_policies(ResourceCall& call, const std::string& role,
                                  const json::object& had, const json::object& wanted) {
  const json::array kept = list_of(wanted, "Policies");
  for (const json::value& policy : list_of(had, "Policies")) {
    const std::string name = text_of(policy.get_object(), "PolicyName");
    bool is_kept = false;
    for (const json::value& other : kept) {
      is_kept |= text_of(other.get_object(), "PolicyName") == name;
    }
    if (is_kept) continue;
    TRY(iam_if_there(call, "DeleteRolePolicy", {{"RoleName", role}, {"PolicyName", name}}));
  }
  const json::array attached = list_of(wanted, "ManagedPolicyArns");
  for (const json::value& arn : list_of(had, "ManagedPolicyArns")) {
    bool is_kept = false;
    for (const json::value& other : attached) is_kept |= other == arn;
    if (is_kept) continue;
    TRY(iam_if_there(call, "DetachRolePolicy", {{"RoleName", role}, {"PolicyArn", to_text(arn)}}));
  }
  return {};
}

ServiceResult<void> remove_role(ResourceCall& call, const std::string& role,
                                const json::object& had) {
  TRY(drop_policies(call, role, had, {}));
  return iam_if_there(call, "DeleteRole", {{"RoleName", role}});
}

ServiceResult<Made> create_role(ResourceCall& call, const json::object& wanted) {
  std::string role = text_of(wanted, "RoleName");
  if (role.empty()) role = call.generated_name(64);
  Fields fields = {{"RoleName", role},
                   {"AssumeRolePolicyDocument", document_text(wanted, "AssumeRolePolicyDocument")}};
  for (std::string_view name :
       {"Path", "Description", "MaxSessionDuration", "PermissionsBoundary"}) {
    if (wanted.contains(name)) fields.emplace_back(name, text_of(wanted, name));
  }
  add_tag_fields(fields, call.tags(wanted));
  const std::string xml = TRY(iam(call, "CreateRole", fields));
  if (const auto put = put_policies(call, role, wanted); !put) {
    // Nobody knows the role by a physical id yet: a rollback would leave it behind.
    TRY(remove_role(call, role, wanted));
    return std::unexpected(put.error());
  }
  return Made{
      .physical_id = role,
      .attributes = {{"Arn", element_text(xml, "Arn")}, {"RoleId", element_text(xml, "RoleId")}}};
}

ServiceResult<Made> update_role(ResourceCall& call, const std::string& role,
                                const json::object& had, const json::object& wanted) {
  if (is_changed(had, wanted, "AssumeRolePolicyDocument")) {
    TRY(iam(call, "UpdateAssumeRolePolicy",
            {{"RoleName", role},
             {"PolicyDocument", document_text(wanted, "AssumeRolePolicyDocument")}}));
  }
  if (is_changed(had, wanted, "Description MaxSessionDuration")) {
    TRY(iam(call, "UpdateRole",
            {{"RoleName", role},
             {"Description", text_of(wanted, "Description")},
             {"MaxSessionDuration", text_of(wanted, "MaxSessionDuration", "3600")}}));
  }
  if (is_changed(had, wanted, "PermissionsBoundary")) {
    const std::string boundary = text_of(wanted, "PermissionsBoundary");
    if (boundary.empty()) {
      TRY(iam(call, "DeleteRolePermissionsBoundary", {{"RoleName", role}}));
    } else {
      TRY(iam(call, "PutRolePermissionsBoundary",
              {{"RoleName", role}, {"PermissionsBoundary", boundary}}));
    }
  }
  if (is_changed(had, wanted, "Policies ManagedPolicyArns")) {
    TRY(put_policies(call, role, wanted));
    TRY(drop_policies(call, role, had, wanted));
  }
  if (is_changed(had, wanted, "Tags")) {
    Fields gone = {{"RoleName", role}};
    for (const std::string& key : removed_keys(call.tags(had), call.tags(wanted))) {
      gone.emplace_back(fmt::format("TagKeys.member.{}", gone.size()), key);
    }
    if (gone.size() > 1) TRY(iam(call, "UntagRole", gone));
    Fields fields = {{"RoleName", role}};
    add_tag_fields(fields, call.tags(wanted));
    if (fields.size() > 1) TRY(iam(call, "TagRole", fields));
  }
  const std::string xml = TRY(iam(call, "GetRole", {{"RoleName", role}}));
  return Made{
      .physical_id = role,
      .attributes = {{"Arn", element_text(xml, "Arn")}, {"RoleId", element_text(xml, "RoleId")}}};
}

ServiceResult<Made> put_role_policy(ResourceCall& call, const json::object& wanted) {
  const std::string role = text_of(wanted, "RoleName");
  const std::string name = text_of(wanted, "PolicyName");
  TRY(iam(call, "PutRolePolicy",
          {{"RoleName", role},
           {"PolicyName", name},
           {"PolicyDocument", document_text(wanted, "PolicyDocument")}}));
  return Made{.physical_id = fmt::format("{}|{}", name, role)};
}

ServiceResult<Made> update_role_policy(ResourceCall& call, const std::string&, const json::object&,
                                       const json::object& wanted) {
  return put_role_policy(call, wanted);
}

ServiceResult<void> remove_role_policy(ResourceCall& call, const std::string&,
                                       const json::object& had) {
  return iam_if_there(
      call, "DeleteRolePolicy",
      {{"RoleName", text_of(had, "RoleName")}, {"PolicyName", text_of(had, "PolicyName")}});
}

ServiceResult<void> remove_policy(ResourceCall& call, const std::string&, const json::object& had) {
  for (const json::value& role : list_of(had, "Roles")) {
    TRY(iam_if_there(call, "DeleteRolePolicy",
                     {{"RoleName", to_text(role)}, {"PolicyName", text_of(had, "PolicyName")}}));
  }
  return {};
}

ServiceResult<void> put_policy(ResourceCall& call, const json::object& wanted) {
  for (const json::value& role : list_of(wanted, "Roles")) {
    TRY(iam(call, "PutRolePolicy",
            {{"RoleName", to_text(role)},
             {"PolicyName", text_of(wanted, "PolicyName")},
             {"PolicyDocument", document_text(wanted, "PolicyDocument")}}));
  }
  return {};
}

ServiceResult<Made> create_policy(ResourceCall& call, const json::object& wanted) {
  TRY(put_policy(call, wanted));
  const std::string id = call.generated_name(128);
  return Made{.physical_id = id, .attributes = {{"Id", id}}};
}

ServiceResult<Made> update_policy(ResourceCall& call, const std::string& id,
                                  const json::object& had, const json::object& wanted) {
  if (is_changed(had, wanted, "PolicyName Roles")) TRY(remove_policy(call, id, had));
  TRY(put_policy(call, wanted));
  return Made{.physical_id = id, .attributes = {{"Id", id}}};
}

constexpr std::array kIamTypes = {
    ResourceType{"AWS::IAM::Role", "Iam", kRole, "Arn RoleId", "RoleName", create_role, update_role,
                 remove_role},
    ResourceType{"AWS::IAM::RolePolicy", "Iam", kRolePolicy, "", "", put_role_policy,
                 update_role_policy, remove_role_policy},
    ResourceType{"AWS::IAM::Policy", "Iam", kPolicy, "Id", "", create_policy, update_policy,
                 remove_policy},
};

}  // namespace

std::span<const ResourceType> iam_resources() {
  return kIamTypes;
}

}  // namespace snapferry::emulator::cloudformation
