// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/policy_document.h"

#include <algorithm>
#include <array>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/ids.h"
#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

template <class T>
using Parsed = std::expected<T, std::string>;

constexpr const char* kSyntax = "Syntax errors in policy.";

std::unexpected<std::string> malformed(std::string message) {
  return std::unexpected(std::move(message));
}

// A scalar as conditions take it: "true" and true, "5" and 5 are the same.
std::optional<std::string> scalar(const json::value& value) {
  if (const json::string* text = value.if_string()) return std::string(*text);
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  if (value.is_number()) return json::serialize(value);
  return std::nullopt;
}

// Reads a string or a list of strings; numbers and booleans too where `takes_scalars`.
Parsed<std::vector<std::string>> texts(const json::value& value, bool takes_scalars = false) {
  std::vector<std::string> result;
  const auto add = [&](const json::value& item) {
    auto text = item.is_string() || takes_scalars ? scalar(item) : std::nullopt;
    if (text) result.push_back(std::move(*text));
    return text.has_value();
  };
  if (const json::array* list = value.if_array()) {
    if (!std::ranges::all_of(*list, add)) return malformed(kSyntax);
  } else if (!add(value)) {
    return malformed(kSyntax);
  }
  return result;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

struct OperatorRow {
  std::string_view name;
  Comparison comparison;
  bool is_negated;
};

// Source: IAM User Guide, "IAM JSON policy elements: Condition operators", 2023.
constexpr auto kOperators = std::to_array<OperatorRow>({
    {"StringEquals", Comparison::string_equals, false},
    {"StringNotEquals", Comparison::string_equals, true},
    {"StringEqualsIgnoreCase", Comparison::string_equals_ignore_case, false},
    {"StringNotEqualsIgnoreCase", Comparison::string_equals_ignore_case, true},
    {"StringLike", Comparison::string_like, false},
    {"StringNotLike", Comparison::string_like, true},
    {"NumericEquals", Comparison::numeric_equals, false},
    {"NumericNotEquals", Comparison::numeric_equals, true},
    {"NumericLessThan", Comparison::numeric_less, false},
    {"NumericLessThanEquals", Comparison::numeric_less_equals, false},
    {"NumericGreaterThan", Comparison::numeric_greater, false},
    {"NumericGreaterThanEquals", Comparison::numeric_greater_equals, false},
    {"DateEquals", Comparison::date_equals, false},
    {"DateNotEquals", Comparison::date_equals, true},
    {"DateLessThan", Comparison::date_less, false},
    {"DateLessThanEquals", Comparison::date_less_equals, false},
    {"DateGreaterThan", Comparison::date_greater, false},
    {"DateGreaterThanEquals", Comparison::date_greater_equals, false},
    {"Bool", Comparison::boolean, false},
    {"ArnEquals", Comparison::arn, false},
    {"ArnLike", Comparison::arn, false},
    {"ArnNotEquals", Comparison::arn, true},
    {"ArnNotLike", Comparison::arn, true},
    {"Null", Comparison::is_null, false},
});

Parsed<PolicyCondition> parse_operator(std::string_view text) {
  PolicyCondition condition;
  std::string_view name = text;
  if (take_prefix(name, "ForAllValues:")) {
    condition.quantifier = Quantifier::for_all_values;
  } else if (take_prefix(name, "ForAnyValue:")) {
    condition.quantifier = Quantifier::for_any_value;
  }
  constexpr std::string_view kIfExists = "IfExists";
  if (name.ends_with(kIfExists)) {
    condition.is_if_exists = true;
    name.remove_suffix(kIfExists.size());
  }
  const auto* row = std::ranges::find(kOperators, name, &OperatorRow::name);
  // Null asks whether the key exists: it knows neither IfExists nor a quantifier.
  const bool is_plain_null = row != kOperators.end() && row->comparison == Comparison::is_null &&
                             !condition.is_if_exists && condition.quantifier == Quantifier::none;
  if (row == kOperators.end() || (row->comparison == Comparison::is_null && !is_plain_null)) {
    return malformed(fmt::format("Invalid Condition type : {}", text));
  }
  condition.comparison = row->comparison;
  condition.is_negated = row->is_negated;
  return condition;
}

Parsed<std::vector<PolicyCondition>> parse_conditions(const json::value& value) {
  const json::object* operators = value.if_object();
  if (operators == nullptr) return malformed(kSyntax);
  std::vector<PolicyCondition> result;
  for (const auto& entry : *operators) {
    const PolicyCondition kind = TRY(parse_operator(entry.key()));
    const json::object* keys = entry.value().if_object();
    if (keys == nullptr) return malformed(kSyntax);
    for (const auto& key : *keys) {
      PolicyCondition condition = kind;
      condition.key = std::string(key.key());
      if (condition.key.find(':') == std::string::npos) {
        return malformed(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
      }
      condition.values = TRY(texts(key.value(), true));
      result.push_back(std::move(condition));
    }
  }
  return result;
}

Parsed<PolicyPrincipals> parse_principals(const json::value& value) {
  PolicyPrincipals principals;
  if (const json::string* text = value.if_string()) {
    if (*text != "*")
      return malformed(fmt::format("Invalid principal in policy: \"{}\"", text->c_str()));
    principals.by_kind["AWS"] = {"*"};
    return principals;
  }
  const json::object* kinds = value.if_object();
  if (kinds == nullptr || kinds->empty()) return malformed(kSyntax);
  constexpr std::array<std::string_view, 4> kKinds = {"AWS", "Service", "Federated",
                                                      "CanonicalUser"};
  for (const auto& entry : *kinds) {
    const std::string_view kind = entry.key();
    if (std::ranges::find(kKinds, kind) == kKinds.end()) {
      return malformed(fmt::format("Invalid principal in policy: \"{}\"", kind));
    }
    principals.by_kind[std::string(kind)] = TRY(texts(entry.value()));
  }
  return principals;
}

Parsed<PolicyPatterns> parse_actions(const json::value& value, bool is_not) {
  PolicyPatterns actions{.patterns = TRY(texts(value)), .is_not = is_not};
  if (actions.patterns.empty()) return malformed("Policy statement must contain actions.");
  for (const std::string& action : actions.patterns) {
    if (action == "*") continue;
    const auto colon = action.find(':');
    if (colon == std::string::npos || colon == 0) {
      return malformed(
          "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
    const std::string vendor = action.substr(0, colon);
    if (vendor.find_first_of("*? ") != std::string::npos) {
      return malformed(fmt::format("Vendor {} is not valid", vendor));
    }
    if (colon + 1 == action.size() || action.find(':', colon + 1) != std::string::npos) {
      return malformed("Actions/Condition can contain only one colon.");
    }
  }
  return actions;
}

Parsed<PolicyPatterns> parse_resources(const json::value& value, bool is_not) {
  PolicyPatterns resources{.patterns = TRY(texts(value)), .is_not = is_not};
  if (resources.patterns.empty()) return malformed("Policy statement must contain resources.");
  for (const std::string& resource : resources.patterns) {
    if (resource == "*") continue;
    const auto arn = core::parse_arn(resource);
    if (!arn) {
      return malformed(fmt::format("Resource {} must be in ARN format or \"*\".", resource));
    }
    if (arn->service.empty() || arn->service.find_first_of("*?") != std::string::npos) {
      return malformed("Resource vendor must be fully qualified and cannot contain regexes.");
    }
  }
  return resources;
}

bool is_alphanumeric(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

// Which elements a statement of that kind must and may not have.
Parsed<void> check_elements(const PolicyStatement& statement, PolicyKind kind) {
  if (statement.actions.patterns.empty())
    return malformed("Policy statement must contain actions.");
  switch (kind) {
    case PolicyKind::identity:
      if (statement.principals) return malformed("Policy document should not specify a principal.");
      if (!statement.resources) return malformed("Policy statement must contain resources.");
      return {};
    case PolicyKind::trust:
      if (statement.resources) return malformed("Has prohibited field Resource");
      if (!statement.principals) return malformed("Missing required field Principal");
      for (const std::string& action : statement.actions.patterns) {
        if (!action.starts_with("sts:")) {
          return malformed("AssumeRole policy may only specify STS AssumeRole actions.");
        }
      }
      return {};
    case PolicyKind::resource:
      if (!statement.principals) return malformed("Missing required field Principal");
      if (!statement.resources) return malformed("Policy statement must contain resources.");
      return {};
  }
  return malformed(kSyntax);
}

Parsed<void> read_member(PolicyStatement& statement, std::string_view name,
                         const json::value& value) {
  const bool is_not = name.starts_with("Not");
  const std::string_view element = is_not ? name.substr(3) : name;
  if (element == "Principal") {
    if (statement.principals) return malformed(kSyntax);
    statement.principals = TRY(parse_principals(value));
    statement.principals->is_not = is_not;
    return {};
  }
  if (element == "Action") {
    if (!statement.actions.patterns.empty()) return malformed(kSyntax);
    statement.actions = TRY(parse_actions(value, is_not));
    return {};
  }
  if (element == "Resource") {
    if (statement.resources) return malformed(kSyntax);
    statement.resources = TRY(parse_resources(value, is_not));
    return {};
  }
  if (name == "Condition") {
    statement.conditions = TRY(parse_conditions(value));
    return {};
  }
  const json::string* text = value.if_string();
  if (text == nullptr) return malformed(kSyntax);
  if (name == "Sid") {
    statement.sid = std::string(*text);
    return {};
  }
  if (name == "Effect" && (*text == "Allow" || *text == "Deny")) {
    statement.is_allow = *text == "Allow";
    return {};
  }
  return malformed(kSyntax);
}

Parsed<PolicyStatement> parse_statement(const json::value& value, PolicyKind kind) {
  const json::object* members = value.if_object();
  if (members == nullptr || !members->contains("Effect")) return malformed(kSyntax);
  PolicyStatement statement;
  for (const auto& member : *members) TRY(read_member(statement, member.key(), member.value()));
  // Resource policies may have any text for a Sid; KMS's own default has blanks in it.
  if (kind != PolicyKind::resource && !is_alphanumeric(statement.sid)) {
    return malformed(
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
        "expression [0-9A-Za-z]*");
  }
  TRY(check_elements(statement, kind));
  return statement;
}

Parsed<bool> parse_version(const json::object& root) {
  const json::value* version = root.if_contains("Version");
  // Without one it is 2008-10-17, which has no variables.
  if (version == nullptr || *version == "2008-10-17") return false;
  if (*version == "2012-10-17") return true;
  return malformed("The policy must contain a valid version string");
}

}  // namespace

Parsed<PolicyDocument> parse_policy(std::string_view text, PolicyKind kind) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error) return malformed("This policy contains invalid Json");
  const json::object* root = value.if_object();
  if (root == nullptr) return malformed(kSyntax);
  PolicyDocument document;
  document.has_variables = TRY(parse_version(*root));
  std::set<std::string> sids;
  const auto add = [&](const json::value& item) -> Parsed<void> {
    PolicyStatement statement = TRY(parse_statement(item, kind));
    if (!statement.sid.empty() && !sids.insert(statement.sid).second) {
      return malformed("Statement IDs (SID) in a single policy must be unique.");
    }
    document.statements.push_back(std::move(statement));
    return {};
  };
  for (const auto& member : *root) {
    if (member.key() == "Version") continue;
    if (member.key() == "Id" && member.value().is_string()) continue;
    if (member.key() != "Statement") return malformed(kSyntax);
    if (const json::array* list = member.value().if_array()) {
      for (const json::value& item : *list) TRY(add(item));
    } else {
      TRY(add(member.value()));
    }
  }
  if (document.statements.empty()) return malformed(kSyntax);
  return document;
}

}  // namespace snapferry::emulator
