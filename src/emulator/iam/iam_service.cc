// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/iam_service.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/iam/iam_model.h"
#include "emulator/iam/iam_parameters.h"
#include "emulator/iam/simulate_policy.h"
#include "emulator/query/query_answer.h"
#include "emulator/query/xml_writer.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

// Source: botocore 1.43 iam service-2.json, roleNameType and policyNameType, 2026-11.
ServiceResult<std::string> read_name(QueryParameters& parameters, std::string_view member,
                                     size_t length_max) {
  std::string name = TRY(required_input(parameters, member));
  const bool is_plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_+=,.@-").find(c) != std::string_view::npos;
  });
  if (!is_plain) {
    return std::unexpected(
        ServiceError{400, "ValidationError",
                     fmt::format("The specified value for {} is invalid. It must contain only "
                                 "alphanumeric characters and/or the following: +=,.@_-",
                                 bean_name(member))});
  }
  if (name.size() > length_max) {
    return invalid_input(
        fmt::format("'{}'", name), bean_name(member),
        fmt::format("Member must have length less than or equal to {}", length_max));
  }
  return name;
}

ServiceResult<IamRole*> read_role(ServiceCall& call) {
  const std::string name = TRY(read_name(call.parameters, "RoleName", 64));
  return call.world.iam.need_role(call.caller, name);
}

ServiceResult<std::string> read_path(QueryParameters& parameters) {
  std::string path = parameters.text("Path").value_or("/");
  const bool is_printable = std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7F; });
  if (!path.starts_with('/') || !path.ends_with('/') || !is_printable || path.size() > 512) {
    return std::unexpected(ServiceError{
        400, "ValidationError",
        "The specified value for path is invalid. It must begin and end with / and contain only "
        "alphanumeric characters and/or / characters."});
  }
  return path;
}

ServiceResult<long> read_session_length(QueryParameters& parameters, long otherwise) {
  // Source: botocore 1.43 iam service-2.json, roleMaxSessionDurationType, 2026-11.
  const long seconds = TRY(parameters.integer("MaxSessionDuration")).value_or(otherwise);
  if (seconds < 3600 || seconds > 43200) {
    return invalid_input(fmt::format("'{}'", seconds), "maxSessionDuration",
                         "Member must have value between 3600 and 43200");
  }
  return seconds;
}

// IAM answers with documents encoded as RFC 3986 says; botocore decodes them.
std::string url_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    if (is_plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

void write_tags(XmlWriter& xml, const std::map<std::string, std::string>& tags) {
  xml.open("Tags");
  for (const auto& [key, value] : tags) {
    xml.open("member").element("Key", key).element("Value", value).close();
  }
  xml.close();
}

// A list leaves out what only a look at one role shows: its tags.
void write_role(XmlWriter& xml, const IamRole& role, bool is_in_list) {
  xml.element("Path", role.path)
      .element("RoleName", role.name)
      .element("RoleId", role.role_id)
      .element("Arn", role.arn)
      .element("CreateDate",
               core::format_instant(std::chrono::floor<core::Seconds>(role.create_time)))
      .element("AssumeRolePolicyDocument", url_encoded(role.trust.text))
      .element_if("Description", role.description)
      .element("MaxSessionDuration", role.max_session_seconds);
  if (!is_in_list && !role.tags.empty()) write_tags(xml, role.tags);
}

ServiceResult<std::string> create_role(ServiceCall& call) {
  QueryParameters& parameters = call.parameters;
  IamModel::NewRole wanted;
  wanted.name = TRY(read_name(parameters, "RoleName", 64));
  wanted.path = TRY(read_path(parameters));
  wanted.description = parameters.text("Description").value_or("");
  wanted.trust_policy = TRY(required_input(parameters, "AssumeRolePolicyDocument"));
  wanted.max_session_seconds = TRY(read_session_length(parameters, wanted.max_session_seconds));
  for (auto& [key, value] : parameters.pairs("Tags", "member")) wanted.tags[key] = value;
  TRY(parameters.refuse_unread());
  const IamRole* role = TRY(call.world.iam.create_role(call.caller, wanted, call.now));
  XmlWriter xml;
  xml.open("Role");
  write_role(xml, *role, false);
  xml.close();
  return xml.text();
}

ServiceResult<std::string> get_role(ServiceCall& call) {
  const IamRole* role = TRY(read_role(call));
  TRY(call.parameters.refuse_unread());
  XmlWriter xml;
  xml.open("Role");
  write_role(xml, *role, false);
  xml.close();
  return xml.text();
}

ServiceResult<std::string> delete_role(ServiceCall& call) {
  const std::string name = TRY(read_name(call.parameters, "RoleName", 64));
  TRY(call.parameters.refuse_unread());
  TRY(call.world.iam.delete_role(call.caller, name));
  return std::string();
}

ServiceResult<std::string> update_role(ServiceCall& call) {
  IamRole* role = TRY(read_role(call));
  const auto description = call.parameters.text("Description");
  const long seconds = TRY(read_session_length(call.parameters, role->max_session_seconds));
  TRY(call.parameters.refuse_unread());
  if (description) role->description = *description;
  role->max_session_seconds = seconds;
  return std::string();
}

ServiceResult<std::string> update_assume_role_policy(ServiceCall& call) {
  IamRole* role = TRY(read_role(call));
  const std::string text = TRY(required_input(call.parameters, "PolicyDocument"));
  TRY(call.parameters.refuse_unread());
  TRY(call.world.iam.put_trust(*role, text));
  return std::string();
}

ServiceResult<std::string> put_role_policy(ServiceCall& call) {
  IamRole* role = TRY(read_role(call));
  const std::string name = TRY(read_name(call.parameters, "PolicyName", 128));
  const std::string text = TRY(required_input(call.parameters, "PolicyDocument"));
  TRY(call.parameters.refuse_unread());
  TRY(call.world.iam.put_policy(*role, name, text));
  return std::string();
}

ServiceResult<std::string> get_role_policy(ServiceCall& call) {
  const IamRole* role = TRY(read_role(call));
  const std::string name = TRY(read_name(call.parameters, "PolicyName", 128));
  TRY(call.parameters.refuse_unread());
  const auto policy = role->inline_policies.find(name);
  if (policy == role->inline_policies.end()) {
    return std::unexpected(ServiceError{
        404, "NoSuchEntity", fmt::format("The role policy with name {} cannot be found.", name)});
  }
  XmlWriter xml;
  xml.element("RoleName", role->name)
      .element("PolicyName", name)
      .element("PolicyDocument", url_encoded(policy->second.text));
  return xml.text();
}

ServiceResult<std::string> delete_role_policy(ServiceCall& call) {
  IamRole* role = TRY(read_role(call));
  const std::string name = TRY(read_name(call.parameters, "PolicyName", 128));
  TRY(call.parameters.refuse_unread());
  TRY(call.world.iam.delete_policy(*role, name));
  return std::string();
}

ServiceResult<std::string> list_roles(ServiceCall& call) {
  const std::string prefix = call.parameters.text("PathPrefix").value_or("/");
  std::vector<const IamRole*> found;
  for (const auto& [key, role] : call.world.iam.roles) {
    if (role.account == call.caller.account && role.path.starts_with(prefix)) {
      found.push_back(&role);
    }
  }
  const IamPage page = TRY(read_iam_page(call.parameters, found.size()));
  TRY(call.parameters.refuse_unread());
  XmlWriter xml;
  xml.open("Roles");
  for (size_t at = page.start; at < page.end; ++at) {
    xml.open("member");
    write_role(xml, *found[at], true);
    xml.close();
  }
  xml.close();
  page.write(xml);
  return xml.text();
}

ServiceResult<std::string> list_role_policies(ServiceCall& call) {
  const IamRole* role = TRY(read_role(call));
  std::vector<std::string> names;
  names.reserve(role->inline_policies.size());
  for (const auto& [name, policy] : role->inline_policies) names.push_back(name);
  const IamPage page = TRY(read_iam_page(call.parameters, names.size()));
  TRY(call.parameters.refuse_unread());
  XmlWriter xml;
  xml.open("PolicyNames");
  for (size_t at = page.start; at < page.end; ++at) xml.element("member", names[at]);
  xml.close();
  page.write(xml);
  return xml.text();
}

ServiceResult<std::string> list_attached_role_policies(ServiceCall& call) {
  const IamRole* role = TRY(read_role(call));
  const std::vector<std::string> arns(role->attached.begin(), role->attached.end());
  const IamPage page = TRY(read_iam_page(call.parameters, arns.size()));
  TRY(call.parameters.refuse_unread());
  XmlWriter xml;
  xml.open("AttachedPolicies");
  for (size_t at = page.start; at < page.end; ++at) {
    xml.open("member")
        .element("PolicyName", find_managed_policy(arns[at])->name)
        .element("PolicyArn", arns[at])
        .close();
  }
  xml.close();
  page.write(xml);
  return xml.text();
}

ServiceResult<std::string> attach_role_policy(ServiceCall& call) {
  IamRole* role = TRY(read_role(call));
  const std::string arn = TRY(required_input(call.parameters, "PolicyArn"));
  TRY(call.parameters.refuse_unread());
  TRY(call.world.iam.attach(*role, arn));
  return std::string();
}

ServiceResult<std::string> detach_role_policy(ServiceCall& call) {
  IamRole* role = TRY(read_role(call));
  const std::string arn = TRY(required_input(call.parameters, "PolicyArn"));
  TRY(call.parameters.refuse_unread());
  TRY(call.world.iam.detach(*role, arn));
  return std::string();
}

ServiceResult<std::string> tag_role(ServiceCall& call) {
  IamRole* role = TRY(read_role(call));
  const auto tags = call.parameters.pairs("Tags", "member");
  TRY(call.parameters.refuse_unread());
  for (const auto& [key, value] : tags) role->tags[key] = value;
  return std::string();
}

ServiceResult<std::string> untag_role(ServiceCall& call) {
  IamRole* role = TRY(read_role(call));
  const auto keys = call.parameters.texts("TagKeys");
  TRY(call.parameters.refuse_unread());
  for (const std::string& key : keys) role->tags.erase(key);
  return std::string();
}

ServiceResult<std::string> list_role_tags(ServiceCall& call) {
  const IamRole* role = TRY(read_role(call));
  const IamPage page = TRY(read_iam_page(call.parameters, role->tags.size()));
  TRY(call.parameters.refuse_unread());
  XmlWriter xml;
  write_tags(xml, {std::next(role->tags.begin(), static_cast<std::ptrdiff_t>(page.start)),
                   std::next(role->tags.begin(), static_cast<std::ptrdiff_t>(page.end))});
  page.write(xml);
  return xml.text();
}

ServiceResult<std::string> list_account_aliases(ServiceCall& call) {
  const IamPage page = TRY(read_iam_page(call.parameters, 0));
  TRY(call.parameters.refuse_unread());
  XmlWriter xml;
  xml.open("AccountAliases").close();
  page.write(xml);
  return xml.text();
}

struct Operation {
  std::string_view name;
  ServiceResult<std::string> (*serve)(ServiceCall&);
  bool has_result;
};

// Source: botocore 1.43 iam service-2.json, 2026-11: an operation without output has no result
// element.
constexpr std::array kOperations = {
    Operation{"CreateRole", create_role, true},
    Operation{"GetRole", get_role, true},
    Operation{"DeleteRole", delete_role, false},
    Operation{"UpdateRole", update_role, true},
    Operation{"UpdateAssumeRolePolicy", update_assume_role_policy, false},
    Operation{"ListRoles", list_roles, true},
    Operation{"PutRolePolicy", put_role_policy, false},
    Operation{"GetRolePolicy", get_role_policy, true},
    Operation{"DeleteRolePolicy", delete_role_policy, false},
    Operation{"ListRolePolicies", list_role_policies, true},
    Operation{"ListAttachedRolePolicies", list_attached_role_policies, true},
    Operation{"AttachRolePolicy", attach_role_policy, false},
    Operation{"DetachRolePolicy", detach_role_policy, false},
    Operation{"TagRole", tag_role, false},
    Operation{"UntagRole", untag_role, false},
    Operation{"ListRoleTags", list_role_tags, true},
    Operation{"ListAccountAliases", list_account_aliases, true},
    Operation{"SimulatePrincipalPolicy", simulate_principal_policy, true},
};

}  // namespace

ServiceResult<std::string> serve_iam(ServiceCall& call) {
  const std::string version = call.parameters.text("Version").value_or("");
  const std::string action = call.parameters.text("Action").value_or("");
  const auto* found = std::ranges::find(kOperations, action, &Operation::name);
  if (found == kOperations.end() || version != kIamVersion) {
    return std::unexpected(
        ServiceError{400, "InvalidAction",
                     fmt::format("Could not find operation {} for version {}", action, version)});
  }
  const std::string xml = TRY(found->serve(call));
  return query_answer(action, kIamXmlns, xml, call.request_id, found->has_result);
}

}  // namespace snapferry::emulator
