// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/template/intrinsics.h"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "core/result.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/substitution.h"
#include "emulator/cloudformation/template/template_text.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Returns the function's name when the object is a call of one.
std::string function_of(const json::object& object) {
  if (object.size() != 1) return "";
  const std::string name(object.begin()->key());
  return name == "Ref" || name.starts_with("Fn::") ? name : "";
}

std::string encode_base64(const std::string& text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');  // EVP ends it with a zero
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), bytes,
                                   static_cast<int>(text.size()));
  encoded.resize(static_cast<size_t>(size));
  return encoded;
}

}  // namespace

ServiceResult<std::optional<json::value>> Evaluator::evaluate(const json::value& value) {
  if (value.is_array()) {
    json::array items;
    for (const json::value& item : value.get_array()) {
      if (auto evaluated = TRY(evaluate(item))) items.push_back(std::move(*evaluated));
    }
    return Value(std::move(items));
  }
  if (!value.is_object()) return Value(value);
  const json::object& object = value.get_object();
  if (const std::string function = function_of(object); !function.empty()) {
    return call(function, object.begin()->value());
  }
  return Value(TRY(evaluate_members(object)));
}

ServiceResult<json::object> Evaluator::evaluate_members(const json::object& object) {
  json::object result;
  for (const auto& [key, member] : object) {
    if (auto evaluated = TRY(evaluate(member))) result.emplace(key, std::move(*evaluated));
  }
  return result;
}

ServiceResult<std::optional<json::value>> Evaluator::call(const std::string& function,
                                                          const json::value& argument) {
  if (function == "Ref") return ref(std::string(argument.get_string()));
  if (function == "Fn::GetAtt") return get_att(argument);
  if (function == "Fn::Sub") return sub(argument);
  if (function == "Fn::If") {
    const json::array& branches = argument.get_array();
    const bool is_true = TRY(condition(std::string(branches[0].get_string())));
    return evaluate(branches[is_true ? 1 : 2]);
  }
  if (function == "Fn::Join") return join(argument.get_array());
  if (function == "Fn::Select") return select(argument.get_array());
  if (function == "Fn::Split") return split(argument.get_array());
  if (function == "Fn::FindInMap") return find_in_map(argument.get_array());
  if (function == "Fn::Base64") {
    return Value(json::value(encode_base64(TRY(text(argument, function)))));
  }
  if (function == "Fn::GetAZs") {
    std::string region = TRY(text(argument, function));
    if (region.empty()) region = to_text(scope_.parameters.at("AWS::Region"));
    return Value(json::array{region + "a", region + "b", region + "c"});
  }
  if (function == "Fn::ImportValue") {
    const std::string name = TRY(text(argument, function));
    return Value(json::value(TRY(scope_.import(name))));
  }
  return Value(json::value(TRY(truth(json::object{{function, argument}}))));
}

ServiceResult<std::optional<json::value>> Evaluator::ref(const std::string& name) {
  if (name == "AWS::NoValue") return Value();
  const auto parameter = scope_.parameters.find(name);
  if (parameter != scope_.parameters.end()) return Value(parameter->second);
  return Value(TRY(scope_.ref(name)));
}

ServiceResult<std::optional<json::value>> Evaluator::get_att(const json::value& argument) {
  if (argument.is_string()) {
    const std::string name(argument.get_string());
    const auto dot = name.find('.');
    return Value(TRY(scope_.attribute(name.substr(0, dot), name.substr(dot + 1))));
  }
  const json::array& arguments = argument.get_array();
  const std::string attribute = TRY(text(arguments[1], "Fn::GetAtt"));
  return Value(TRY(scope_.attribute(std::string(arguments[0].get_string()), attribute)));
}

ServiceResult<std::string> Evaluator::text(const json::value& value, const std::string& function) {
  const auto evaluated = TRY(evaluate(value));
  if (!evaluated || evaluated->is_object() || evaluated->is_array()) {
    return invalid(fmt::format("Template error: every {} argument must be a string", function));
  }
  return to_text(*evaluated);
}

ServiceResult<json::array> Evaluator::list(const json::value& value, const std::string& function) {
  auto evaluated = TRY(evaluate(value));
  if (!evaluated || !evaluated->is_array()) {
    return invalid(fmt::format("Template error: every {} argument must be a list", function));
  }
  return std::move(evaluated->get_array());
}

ServiceResult<std::optional<json::value>> Evaluator::join(const json::array& arguments) {
  const std::string delimiter = TRY(text(arguments[0], "Fn::Join"));
  std::string joined;
  bool is_first = true;
  for (const json::value& item : TRY(list(arguments[1], "Fn::Join"))) {
    if (item.is_object() || item.is_array()) {
      return invalid("Template error: every Fn::Join object requires a list of strings");
    }
    if (!is_first) joined += delimiter;
    joined += to_text(item);
    is_first = false;
  }
  return Value(json::value(joined));
}

ServiceResult<std::optional<json::value>> Evaluator::select(const json::array& arguments) {
  const std::string index_text = TRY(text(arguments[0], "Fn::Select"));
  const json::array items = TRY(list(arguments[1], "Fn::Select"));
  size_t index = 0;
  const char* end = index_text.data() + index_text.size();
  const auto read = std::from_chars(index_text.data(), end, index);
  if (read.ec != std::errc() || read.ptr != end || index >= items.size()) {
    return invalid(fmt::format(
        "Template error: Fn::Select cannot select nonexistent value at index {}", index_text));
  }
  return Value(items[index]);
}

ServiceResult<std::optional<json::value>> Evaluator::split(const json::array& arguments) {
  const std::string delimiter = TRY(text(arguments[0], "Fn::Split"));
  const std::string whole = TRY(text(arguments[1], "Fn::Split"));
  json::array parts;
  size_t at = 0;
  while (!delimiter.empty()) {
    const size_t next = whole.find(delimiter, at);
    if (next == std::string::npos) break;
    parts.emplace_back(whole.substr(at, next - at));
    at = next + delimiter.size();
  }
  parts.emplace_back(whole.substr(at));
  return Value(std::move(parts));
}

ServiceResult<std::optional<json::value>> Evaluator::sub(const json::value& argument) {
  std::map<std::string, std::string> own;
  std::string source;
  if (argument.is_array()) {
    source = std::string(argument.get_array()[0].get_string());
    for (const auto& [key, value] : argument.get_array()[1].get_object()) {
      own[std::string(key)] = TRY(text(value, "Fn::Sub"));
    }
  } else {
    source = std::string(argument.get_string());
  }
  std::string result;
  for (const SubstitutionPart& part : TRY(parse_substitution(source))) {
    if (!part.is_variable) {
      result += part.text;
      continue;
    }
    if (const auto found = own.find(part.text); found != own.end()) {
      result += found->second;
      continue;
    }
    const bool is_attribute = part.text.find('.') != std::string::npos;
    const auto value = is_attribute ? TRY(get_att(json::value(part.text))) : TRY(ref(part.text));
    if (!value || value->is_array() || value->is_object()) {
      return invalid(fmt::format(
          "Template error: variable {} in Fn::Sub expression does not resolve to a string",
          part.text));
    }
    result += to_text(*value);
  }
  return Value(json::value(result));
}

ServiceResult<std::optional<json::value>> Evaluator::find_in_map(const json::array& arguments) {
  const std::string map = TRY(text(arguments[0], "Fn::FindInMap"));
  const std::string row = TRY(text(arguments[1], "Fn::FindInMap"));
  const std::string column = TRY(text(arguments[2], "Fn::FindInMap"));
  const json::value* rows = scope_.document->mappings.if_contains(map);
  const json::value* columns = rows == nullptr ? nullptr : rows->get_object().if_contains(row);
  const json::value* found =
      columns == nullptr ? nullptr : columns->get_object().if_contains(column);
  if (found == nullptr) {
    return invalid(
        fmt::format("Template error: Unable to get mapping for {}::{}::{}", map, row, column));
  }
  return Value(*found);
}

ServiceResult<bool> Evaluator::condition(const std::string& name) {
  const auto known = conditions_.find(name);
  if (known != conditions_.end()) return known->second;
  const json::value* declared = scope_.document->conditions.if_contains(name);
  if (declared == nullptr) {
    return malformed(fmt::format("Unresolved condition dependency {}", name));
  }
  if (!open_conditions_.insert(name).second) {
    return malformed(fmt::format("Circular dependency in conditions: [{}]", name));
  }
  const bool is_true = TRY(truth(*declared));
  open_conditions_.erase(name);
  conditions_[name] = is_true;
  return is_true;
}

ServiceResult<bool> Evaluator::is_wanted(const std::string& condition_name) {
  if (condition_name.empty()) return true;
  return condition(condition_name);
}

ServiceResult<bool> Evaluator::truth(const json::value& value) {
  if (value.is_bool()) return value.get_bool();
  if (value.is_string() && value.get_string() == "true") return true;
  if (value.is_string() && value.get_string() == "false") return false;
  const bool is_call = value.is_object() && value.get_object().size() == 1;
  const std::string function = is_call ? std::string(value.get_object().begin()->key()) : "";
  const json::value& argument = is_call ? value.get_object().begin()->value() : value;
  if (function == "Condition" && argument.is_string()) {
    return condition(std::string(argument.get_string()));
  }
  if (function == "Ref" || function == "Fn::If" || function == "Fn::FindInMap") {
    const auto evaluated = TRY(evaluate(value));
    if (evaluated && !evaluated->is_object()) return truth(*evaluated);
  }
  if (!argument.is_array() || argument.get_array().empty()) {
    return invalid("Template error: a condition must be a boolean operation");
  }
  const json::array& arguments = argument.get_array();
  if (function == "Fn::Not") return !TRY(truth(arguments[0]));
  if (function == "Fn::Equals" && arguments.size() == 2) {
    const auto left = TRY(evaluate(arguments[0]));
    const auto right = TRY(evaluate(arguments[1]));
    return left && right && to_text(*left) == to_text(*right);
  }
  if (function == "Fn::Contains" && arguments.size() == 2) {
    const std::string wanted = TRY(text(arguments[1], function));
    return std::ranges::any_of(TRY(list(arguments[0], function)),
                               [&](const json::value& item) { return to_text(item) == wanted; });
  }
  const bool is_and = function == "Fn::And";
  if (is_and || function == "Fn::Or") {
    for (const json::value& item : arguments) {
      if (TRY(truth(item)) != is_and) return !is_and;
    }
    return is_and;
  }
  return invalid(fmt::format("Template error: {} is no boolean operation", function));
}

ServiceResult<void> Evaluator::collect_references(const json::value& value,
                                                  std::set<std::string>& names) {
  const auto add = [&](const std::string& name) {
    if (scope_.document->find_resource(name) != nullptr) names.insert(name);
  };
  if (value.is_array()) {
    for (const json::value& item : value.get_array()) TRY(collect_references(item, names));
  }
  if (!value.is_object()) return {};
  const json::object& object = value.get_object();
  const std::string function = function_of(object);
  const json::value& argument = object.empty() ? value : object.begin()->value();
  if (function == "Ref") {
    add(std::string(argument.get_string()));
    return {};
  }
  if (function == "Fn::If") {
    const bool is_true = TRY(condition(std::string(argument.get_array()[0].get_string())));
    return collect_references(argument.get_array()[is_true ? 1 : 2], names);
  }
  if (function == "Fn::GetAtt") {
    const std::string name = to_text(argument.is_array() ? argument.get_array()[0] : argument);
    add(name.substr(0, name.find('.')));
    return {};
  }
  if (function == "Fn::Sub") {
    const std::string source = to_text(argument.is_array() ? argument.get_array()[0] : argument);
    for (const SubstitutionPart& part : TRY(parse_substitution(source))) {
      if (part.is_variable) add(part.text.substr(0, part.text.find('.')));
    }
  }
  for (const auto& [key, member] : object) TRY(collect_references(member, names));
  return {};
}

ServiceResult<void> Evaluator::check_rules() {
  for (const auto& [name, rule] : scope_.document->rules) {
    const json::object* members = rule.if_object();
    const json::value* assertions =
        members == nullptr ? nullptr : members->if_contains("Assertions");
    if (assertions == nullptr || !assertions->is_array()) {
      return malformed(fmt::format("Rule {} must have Assertions", std::string(name)));
    }
    const json::value* when = members->if_contains("RuleCondition");
    if (when != nullptr && !TRY(truth(*when))) continue;
    for (const json::value& assertion : assertions->get_array()) {
      const json::object* parts = assertion.if_object();
      const json::value* claim = parts == nullptr ? nullptr : parts->if_contains("Assert");
      if (claim == nullptr) {
        return malformed(fmt::format("Rule {} has an assertion without Assert", std::string(name)));
      }
      if (TRY(truth(*claim))) continue;
      const json::value* description = parts->if_contains("AssertDescription");
      return invalid(fmt::format("Template constraint violation: Rule {}: {}", std::string(name),
                                 description == nullptr ? "" : to_text(*description)));
    }
  }
  return {};
}

}  // namespace snapferry::emulator::cloudformation
