// SPDX-License-Identifier: Apache-2.0
#include "aws/api/iam_api.h"

#include <fmt/format.h>

#include "aws/xml_reader.h"

namespace snapferry::aws {
namespace {

constexpr std::string_view kIamApiVersion = "2010-05-08";
// The most that IAM takes: maxItemsType.
constexpr long kSimulatedMax = 1000;

void add_members(QueryForm& form, std::string_view name, const std::vector<std::string>& values) {
  int number = 0;
  for (const std::string& value : values) {
    form.add(fmt::format("{}.member.{}", name, ++number), std::string_view(value));
  }
}

std::string_view type_of(core::ContextEntry::Kind kind) {
  switch (kind) {
    case core::ContextEntry::Kind::string:
      return "string";
    case core::ContextEntry::Kind::string_list:
      return "stringList";
    case core::ContextEntry::Kind::boolean:
      return "boolean";
  }
  ASSERT(false);
}

// A decision that is not known here allows nothing.
core::AccessDecision decision_of(std::string_view text) {
  if (text == "allowed") return core::AccessDecision::allowed;
  return text == "explicitDeny" ? core::AccessDecision::explicit_deny
                                : core::AccessDecision::implicit_deny;
}

std::vector<std::string> missing_of(XmlNode node) {
  std::vector<std::string> missing;
  for (XmlNode key : node.child("MissingContextValues").children("member")) {
    missing.push_back(key.text());
  }
  return missing;
}

// What boundaries and organisations say is no part of the decision on a resource; a no of theirs
// is one all the same, and no Allow of the role's helps against it.
bool is_outside_no(XmlNode result) {
  return result.child("OrganizationsDecisionDetail").text("AllowedByOrganizations") == "false" ||
         result.child("PermissionsBoundaryDecisionDetail").text("AllowedByPermissionsBoundary") ==
             "false";
}

}  // namespace

QueryForm simulate_principal_policy_form(const core::AccessQuestion& question,
                                         std::string_view marker) {
  QueryForm form("SimulatePrincipalPolicy", kIamApiVersion);
  form.add("PolicySourceArn", std::string_view(question.principal));
  add_members(form, "ActionNames", question.actions);
  add_members(form, "ResourceArns", question.resources);
  int number = 0;
  for (const core::ContextEntry& entry : question.context) {
    const std::string prefix = fmt::format("ContextEntries.member.{}", ++number);
    form.add(prefix + ".ContextKeyName", std::string_view(entry.key));
    add_members(form, prefix + ".ContextKeyValues", entry.values);
    form.add(prefix + ".ContextKeyType", type_of(entry.kind));
  }
  form.add("MaxItems", kSimulatedMax);
  form.add_if("Marker", marker);
  return form;
}

core::Result<SimulatedPage> parse_simulate_principal_policy(std::string_view body) {
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode result = document.root().child("SimulatePrincipalPolicyResult");
  if (!result.child("EvaluationResults").exists()) {
    return core::fail(core::ErrorKind::invalid,
                      "answer to SimulatePrincipalPolicy has no EvaluationResults");
  }
  SimulatedPage page;
  for (XmlNode one : result.child("EvaluationResults").children("member")) {
    const std::string action = one.text("EvalActionName");
    const auto add = [&](XmlNode node, std::string_view decision) {
      core::AccessAnswer& answer = page.answers.emplace_back();
      answer.action = action;
      answer.resource = node.text("EvalResourceName");
      answer.decision = decision_of(decision);
      if (answer.decision == core::AccessDecision::allowed &&
          (is_outside_no(one) || is_outside_no(node))) {
        answer.decision = core::AccessDecision::explicit_deny;
      }
      answer.missing_context = missing_of(node);
    };
    const auto specific = one.child("ResourceSpecificResults").children("member");
    for (XmlNode node : specific) add(node, node.text("EvalResourceDecision"));
    if (specific.empty()) add(one, one.text("EvalDecision"));
  }
  if (result.text("IsTruncated") == "true") page.next = result.text("Marker");
  return page;
}

QueryForm get_role_form(std::string_view name) {
  QueryForm form("GetRole", kIamApiVersion);
  form.add("RoleName", name);
  return form;
}

core::Result<std::string> parse_get_role(std::string_view body) {
  XmlDocument document = TRY(XmlDocument::parse(body));
  std::string arn = document.root().child("GetRoleResult").child("Role").text("Arn");
  if (arn.empty()) return core::fail(core::ErrorKind::invalid, "answer to GetRole has no Arn");
  return arn;
}

}  // namespace snapferry::aws
