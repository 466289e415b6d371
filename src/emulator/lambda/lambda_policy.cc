// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/lambda_policy.h"

#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/ids.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// "*" is any text, "?" any character.
bool matches_pattern(std::string_view pattern, std::string_view text) {
  size_t at_pattern = 0;
  size_t at_text = 0;
  size_t star = std::string_view::npos;
  size_t star_text = 0;
  while (at_text < text.size()) {
    if (at_pattern < pattern.size() && pattern[at_pattern] == '*') {
      star = at_pattern++;
      star_text = at_text;
    } else if (at_pattern < pattern.size() &&
               (pattern[at_pattern] == '?' || pattern[at_pattern] == text[at_text])) {
      ++at_pattern;
      ++at_text;
    } else if (star != std::string_view::npos) {
      at_pattern = star + 1;
      at_text = ++star_text;
    } else {
      return false;
    }
  }
  while (at_pattern < pattern.size() && pattern[at_pattern] == '*') ++at_pattern;
  return at_pattern == pattern.size();
}

// Each of the six parts of an ARN is matched by itself: a "*" never reaches over a colon of the
// first five. Source: IAM User Guide, "Amazon Resource Name (ARN) condition operators", 2023.
bool is_arn_like(std::string_view pattern, std::string_view arn) {
  constexpr int kDividers = 5;
  for (int i = 0; i < kDividers; ++i) {
    const size_t pattern_end = pattern.find(':');
    const size_t arn_end = arn.find(':');
    if (pattern_end == std::string_view::npos || arn_end == std::string_view::npos) return false;
    if (!matches_pattern(pattern.substr(0, pattern_end), arn.substr(0, arn_end))) return false;
    pattern.remove_prefix(pattern_end + 1);
    arn.remove_prefix(arn_end + 1);
  }
  return matches_pattern(pattern, arn);
}

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

json::value principal_of(const LambdaFunction& function, const std::string& principal) {
  if (principal == "*") return "*";
  if (is_account(principal)) {
    return json::object{{"AWS", fmt::format("arn:{}:iam::{}:root", function.partition, principal)}};
  }
  if (principal.starts_with("arn:")) return json::object{{"AWS", principal}};
  return json::object{{"Service", principal}};
}

}  // namespace

bool allows_service(const LambdaFunction& function, const std::string& action,
                    const std::string& service_principal, const std::string& source_arn) {
  const auto source = core::parse_arn(source_arn);
  for (const LambdaPermission& permission : function.permissions) {
    if (permission.principal != service_principal && permission.principal != "*") continue;
    if (permission.action != action && permission.action != "lambda:*" &&
        permission.action != "*") {
      continue;
    }
    if (!permission.source_arn.empty() && !is_arn_like(permission.source_arn, source_arn)) continue;
    if (!permission.source_account.empty() &&
        (!source || source->account.str() != permission.source_account)) {
      continue;
    }
    return true;
  }
  return false;
}

json::object statement_of(const LambdaFunction& function, const LambdaPermission& permission) {
  json::object statement = {{"Sid", permission.statement_id},
                            {"Effect", "Allow"},
                            {"Principal", principal_of(function, permission.principal)},
                            {"Action", permission.action},
                            {"Resource", function.arn}};
  json::object condition;
  if (!permission.source_account.empty()) {
    condition["StringEquals"] = json::object{{"AWS:SourceAccount", permission.source_account}};
  }
  if (!permission.source_arn.empty()) {
    condition["ArnLike"] = json::object{{"AWS:SourceArn", permission.source_arn}};
  }
  if (!condition.empty()) statement["Condition"] = std::move(condition);
  return statement;
}

json::object policy_of(const LambdaFunction& function) {
  json::array statements;
  for (const LambdaPermission& permission : function.permissions) {
    statements.push_back(statement_of(function, permission));
  }
  return {{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", std::move(statements)}};
}

}  // namespace snapferry::emulator
