// SPDX-License-Identifier: Apache-2.0
#include "aws/api/key_policy_json.h"

#include <boost/json.hpp>

#include "aws/api/json_body.h"
#include "aws/json_text.h"

namespace snapferry::aws {
namespace {

namespace json = boost::json;

core::Result<json::object> object_of(std::string_view text, const char* what) {
  json::error_code failure;
  json::value value;
  try {
    value = json::parse(text, failure);
  } catch (const std::exception&) {
    failure = json::error::syntax;
  }
  if (failure || !value.is_object()) {
    return core::fail(core::ErrorKind::invalid, std::string(what) + " is no JSON object");
  }
  return std::move(value.get_object());
}

// One value stands for a list of one; numbers and booleans are as good as their text.
std::vector<std::string> policy_texts(const json::value* value) {
  std::vector<std::string> texts;
  const auto add = [&](const json::value& one) {
    texts.push_back(one.is_string() ? std::string(one.get_string()) : json::serialize(one));
  };
  if (value == nullptr) return texts;
  if (const json::array* list = value->if_array()) {
    for (const json::value& one : *list) add(one);
  } else {
    add(*value);
  }
  return texts;
}

std::vector<std::string> principals_of(const json::value* value) {
  if (value == nullptr) return {};
  const json::object* kinds = value->if_object();
  return policy_texts(kinds == nullptr ? value : kinds->if_contains("AWS"));
}

core::KeyStatement statement_of(const json::object& object) {
  core::KeyStatement statement;
  statement.sid = string_at(object, "Sid");
  statement.is_allow = string_at(object, "Effect") == "Allow";
  statement.is_plain = !object.contains("NotPrincipal") && !object.contains("NotAction") &&
                       !object.contains("NotResource");
  statement.principals = principals_of(object.if_contains("Principal"));
  statement.actions = policy_texts(object.if_contains("Action"));
  const json::value* conditions = object.if_contains("Condition");
  if (conditions == nullptr || !conditions->is_object()) return statement;
  for (const auto& [comparison, keys] : conditions->get_object()) {
    if (!keys.is_object()) continue;
    for (const auto& [key, values] : keys.get_object()) {
      statement.conditions.push_back({.comparison = std::string(comparison),
                                      .key = std::string(key),
                                      .values = policy_texts(&values)});
    }
  }
  return statement;
}

}  // namespace

std::string get_key_policy_body(const core::KeyRef& key) {
  return JsonBody().add("KeyId", std::string_view(key.str())).add("PolicyName", "default").text();
}

core::Result<core::KeyPolicy> parse_get_key_policy(std::string_view body) {
  const json::object answer = TRY(object_of(body, "answer to GetKeyPolicy"));
  const json::object document = TRY(object_of(string_at(answer, "Policy"), "the key's policy"));
  const json::value* statements = document.if_contains("Statement");
  core::KeyPolicy policy;
  const auto add = [&](const json::value& value) {
    if (const json::object* object = value.if_object()) {
      policy.statements.push_back(statement_of(*object));
    }
  };
  if (statements != nullptr && statements->is_array()) {
    for (const json::value& value : statements->get_array()) add(value);
  } else if (statements != nullptr) {
    add(*statements);
  }
  return policy;
}

}  // namespace snapferry::aws
