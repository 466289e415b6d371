// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/statement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snapferry::core {
namespace {

std::string in_quotes(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      json += c;
    }
  }
  return json + "\"";
}

// One text stands alone; more are a list of a line each, so that a person can compare them.
std::string texts_json(const std::set<std::string>& texts, const std::string& blanks) {
  if (texts.size() == 1) return in_quotes(*texts.begin());
  std::vector<std::string> lines;
  lines.reserve(texts.size());
  for (const std::string& text : texts) lines.push_back(blanks + "  " + in_quotes(text));
  return fmt::format("[\n{}\n{}]", fmt::join(lines, ",\n"), blanks);
}

std::string conditions_json(const Statement& statement, const std::string& blanks) {
  std::vector<std::string> operators;
  for (const auto& [comparison, keys] : statement.conditions) {
    std::vector<std::string> lines;
    for (const auto& [key, values] : keys) {
      lines.push_back(
          fmt::format("{}    {}: {}", blanks, in_quotes(key), texts_json(values, blanks + "    ")));
    }
    operators.push_back(fmt::format("{}  {}: {{\n{}\n{}  }}", blanks, in_quotes(comparison),
                                    fmt::join(lines, ",\n"), blanks));
  }
  return fmt::format("{{\n{}\n{}}}", fmt::join(operators, ",\n"), blanks);
}

// Joins what differs in one member alone.
std::vector<Statement> merged_by(std::vector<Statement> statements,
                                 std::set<std::string> Statement::* member) {
  std::map<Statement, std::set<std::string>> by_rest;
  for (Statement& statement : statements) {
    std::set<std::string> texts = std::move(statement.*member);
    (statement.*member).clear();
    by_rest[std::move(statement)].merge(texts);
  }
  std::vector<Statement> joined;
  joined.reserve(by_rest.size());
  for (auto& [rest, texts] : by_rest) {
    joined.push_back(rest);
    joined.back().*member = std::move(texts);
  }
  return joined;
}

}  // namespace

std::vector<Statement> merged(std::vector<Statement> statements) {
  return merged_by(merged_by(std::move(statements), &Statement::actions), &Statement::resources);
}

std::string to_json(const Statement& statement, int indent) {
  const std::string blanks(size_t(indent) + 2, ' ');
  std::string json = fmt::format("{{\n{}\"Effect\": \"Allow\"", blanks);
  if (!statement.principal.empty()) {
    json +=
        fmt::format(",\n{}\"Principal\": {{\"AWS\": {}}}", blanks, in_quotes(statement.principal));
  }
  json += fmt::format(",\n{}\"Action\": {}", blanks, texts_json(statement.actions, blanks));
  json += fmt::format(",\n{}\"Resource\": {}", blanks, texts_json(statement.resources, blanks));
  if (!statement.conditions.empty()) {
    json += fmt::format(",\n{}\"Condition\": {}", blanks, conditions_json(statement, blanks));
  }
  return json + "\n" + std::string(size_t(indent), ' ') + "}";
}

std::string policy_json(const std::vector<Statement>& statements) {
  std::vector<std::string> texts;
  texts.reserve(statements.size());
  for (const Statement& statement : statements) texts.push_back("    " + to_json(statement, 4));
  return fmt::format("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}",
                     fmt::join(texts, ",\n"));
}

}  // namespace snapferry::core
