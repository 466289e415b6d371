// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/lambda/lambda_actions.h"
#include "emulator/lambda/lambda_input.h"
#include "emulator/lambda/lambda_policy.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

bool is_all_of(std::string_view text, std::string_view alphabet) {
  return !text.empty() && text.find_first_not_of(alphabet) == std::string_view::npos;
}

constexpr std::string_view kWord =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
constexpr std::string_view kDigits = "0123456789";

ServiceResult<std::string> read_required(const json::object& input, std::string_view name) {
  const auto text = TRY(read_text(input, name));
  if (!text) return refuse_value("null", name, "Member must not be null");
  return *text;
}

// Source: botocore 1.43 lambda service-2.json, AddPermissionRequest, 2026-11.
ServiceResult<LambdaPermission> read_permission(const json::object& input) {
  LambdaPermission permission;
  permission.statement_id = TRY(read_required(input, "StatementId"));
  if (!is_all_of(permission.statement_id, kWord) || permission.statement_id.size() > 100) {
    return refuse_value(permission.statement_id, "statementId",
                        "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)");
  }
  permission.action = TRY(read_required(input, "Action"));
  const bool is_action =
      permission.action == "*" || permission.action == "lambda:*" ||
      (permission.action.starts_with("lambda:") &&
       is_all_of(std::string_view(permission.action).substr(7), kWord.substr(0, 52)));
  if (!is_action) {
    return refuse_value(permission.action, "action",
                        "Member must satisfy regular expression pattern: "
                        "(lambda:[*]|lambda:[a-zA-Z]+|[*])");
  }
  permission.principal = TRY(read_required(input, "Principal"));
  const bool is_principal =
      permission.principal == "*" || permission.principal.starts_with("arn:") ||
      (permission.principal.size() == 12 && is_all_of(permission.principal, kDigits)) ||
      permission.principal.ends_with(".amazonaws.com") ||
      permission.principal.ends_with(".amazonaws.com.cn");
  if (!is_principal) {
    return refuse_parameter(
        "The provided principal was invalid. Please check the principal and try again.");
  }
  permission.source_arn = TRY(read_text(input, "SourceArn")).value_or("");
  if (!permission.source_arn.empty() && !core::parse_arn(permission.source_arn)) {
    return refuse_value(permission.source_arn, "sourceArn",
                        "Member must satisfy regular expression pattern: "
                        "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?"
                        ":(\\d{12})?:(.*)");
  }
  permission.source_account = TRY(read_text(input, "SourceAccount")).value_or("");
  if (!permission.source_account.empty() &&
      (permission.source_account.size() != 12 || !is_all_of(permission.source_account, kDigits))) {
    return refuse_value(permission.source_account, "sourceAccount",
                        "Member must satisfy regular expression pattern: \\d{12}");
  }
  return permission;
}

// "RevisionId" of RemovePermission, which has no body.
std::optional<std::string> revision_in(const Fields& query) {
  const auto found = std::ranges::find(query, "RevisionId", &Fields::value_type::first);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

}  // namespace

ServiceResult<WireResponse> add_permission(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_function(call));
  const json::object input = TRY(read_body(call.call.request.body));
  TRY(refuse_unknown_members(
      input, {"StatementId", "Action", "Principal", "SourceArn", "SourceAccount", "RevisionId"}));
  const LambdaPermission permission = TRY(read_permission(input));
  const auto revision = TRY(read_text(input, "RevisionId"));
  TRY(check_revision(revision, function.policy_revision_id));
  if (std::ranges::find(function.permissions, permission.statement_id,
                        &LambdaPermission::statement_id) != function.permissions.end()) {
    return refuse(
        409, "ResourceConflictException",
        fmt::format("The statement id ({}) provided already exists. Please provide a new statement "
                    "id, or remove the existing statement.",
                    permission.statement_id));
  }
  function.permissions.push_back(permission);
  function.policy_revision_id = call.call.world.lambda.ids.uuid();
  return json_answer(201, {{"Statement", json::serialize(statement_of(function, permission))}});
}

ServiceResult<WireResponse> remove_permission(LambdaCall& call) {
  LambdaFunction& function = *TRY(find_function(call));
  const auto found =
      std::ranges::find(function.permissions, call.statement_id, &LambdaPermission::statement_id);
  if (found == function.permissions.end()) {
    return refuse(404, "ResourceNotFoundException",
                  fmt::format("Statement {} is not found in resource policy.", call.statement_id));
  }
  TRY(check_revision(revision_in(call.call.query), function.policy_revision_id));
  function.permissions.erase(found);
  function.policy_revision_id = call.call.world.lambda.ids.uuid();
  return WireResponse{.status = 204, .headers = {}, .body = {}};
}

ServiceResult<WireResponse> get_policy(LambdaCall& call) {
  const LambdaFunction& function = *TRY(find_function(call));
  if (function.permissions.empty()) {
    return refuse(404, "ResourceNotFoundException", "The resource you requested does not exist.");
  }
  return json_answer(200, {{"Policy", json::serialize(policy_of(function))},
                           {"RevisionId", function.policy_revision_id}});
}

}  // namespace snapferry::emulator
