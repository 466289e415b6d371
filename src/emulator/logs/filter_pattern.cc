// SPDX-License-Identifier: Apache-2.0
#include "emulator/logs/filter_pattern.h"

#include <algorithm>
#include <cctype>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

std::unexpected<ServiceError> invalid_filter(const std::string& text, std::string_view why) {
  return std::unexpected(ServiceError{400, "InvalidParameterException",
                                      fmt::format("Invalid filter pattern: {}: {}", text, why)});
}

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest[0])) != 0) {
    rest.remove_prefix(1);
  }
}

// Takes "quoted text" from the front; nothing when the quotes are not closed.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string result;
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size()) {
      result += rest[++i];
    } else if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return result;
    } else {
      result += rest[i];
    }
  }
  return std::nullopt;
}

std::string_view take_until(std::string_view& rest, std::string_view ends) {
  const std::string_view taken = rest.substr(0, rest.find_first_of(ends));
  rest.remove_prefix(taken.size());
  return taken;
}

ServiceResult<FilterPattern> parse_terms(const std::string& text) {
  FilterPattern pattern;
  std::string_view rest = text;
  while (true) {
    skip_blanks(rest);
    if (rest.empty()) return pattern;
    auto* terms = &pattern.terms;
    if (rest[0] == '?') terms = &pattern.optional;
    if (rest[0] == '-') terms = &pattern.unwanted;
    if (terms != &pattern.terms) rest.remove_prefix(1);
    if (rest.starts_with('"')) {
      const auto quoted = take_quoted(rest);
      if (!quoted) return invalid_filter(text, "a quote is not closed");
      terms->push_back(*quoted);
      continue;
    }
    const std::string_view term = take_until(rest, " \t");
    // Source: the guide: what is not alphanumeric or an underscore must be in quotes. The marks
    // that mean something are refused, others read as they stand.
    if (term.empty() || term.find_first_of("[]{}%()") != std::string_view::npos) {
      return invalid_filter(text, "put the term in quotes");
    }
    terms->emplace_back(term);
  }
}

ServiceResult<JsonComparison> parse_comparison(const std::string& text, std::string_view& rest) {
  JsonComparison comparison;
  skip_blanks(rest);
  comparison.path = std::string(take_until(rest, " \t=!<>&|}"));
  if (!comparison.path.starts_with("$."))
    return invalid_filter(text, "a comparison begins with $.");
  skip_blanks(rest);
  for (const std::string_view sign : {"!=", "<=", ">=", "=", "<", ">"}) {
    if (!rest.starts_with(sign)) continue;
    comparison.sign = std::string(sign);
    rest.remove_prefix(sign.size());
    break;
  }
  if (comparison.sign.empty())
    return invalid_filter(text, "= != < <= > >= are what the emulator compares");
  skip_blanks(rest);
  if (rest.starts_with('"')) {
    const auto quoted = take_quoted(rest);
    if (!quoted) return invalid_filter(text, "a quote is not closed");
    comparison.wanted = *quoted;
  } else {
    const std::string value(take_until(rest, " \t&|}"));
    json::error_code error;
    comparison.wanted = json::parse(value, error);
    if (error) comparison.wanted = value;
  }
  const bool is_order = comparison.sign[0] == '<' || comparison.sign[0] == '>';
  if (is_order && !comparison.wanted.is_number())
    return invalid_filter(text, "< and > compare numbers");
  skip_blanks(rest);
  return comparison;
}

ServiceResult<FilterPattern> parse_json_pattern(const std::string& text) {
  FilterPattern pattern;
  std::string_view rest = text;
  rest.remove_prefix(1);
  pattern.alternatives.emplace_back();
  while (true) {
    pattern.alternatives.back().push_back(TRY(parse_comparison(text, rest)));
    if (rest == "}") return pattern;
    if (rest.starts_with("||")) {
      pattern.alternatives.emplace_back();
    } else if (!rest.starts_with("&&")) {
      return invalid_filter(text, "&&, || or } is missing");
    }
    rest.remove_prefix(2);
  }
}

bool is_glob_match(std::string_view pattern, std::string_view text) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  pattern.remove_prefix(star + 1);
  text.remove_prefix(star);
  for (size_t i = 0; i <= text.size(); ++i) {
    if (is_glob_match(pattern, text.substr(i))) return true;
  }
  return false;
}

bool is_equal(const json::value& wanted, const json::value& value) {
  if (wanted.is_string()) {
    return value.is_string() && is_glob_match(wanted.get_string(), value.get_string());
  }
  if (wanted.is_number() && value.is_number()) {
    return wanted.to_number<double>() == value.to_number<double>();
  }
  return wanted == value;
}

bool holds(const JsonComparison& comparison, const json::value& root) {
  const json::value* value = &root;
  std::string_view path = std::string_view(comparison.path).substr(2);
  while (value != nullptr) {
    const size_t dot = path.find('.');
    const json::object* object = value->if_object();
    value = object == nullptr ? nullptr : object->if_contains(path.substr(0, dot));
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  if (value == nullptr) return false;
  if (comparison.sign == "=") return is_equal(comparison.wanted, *value);
  if (comparison.sign == "!=") return !is_equal(comparison.wanted, *value);
  if (!value->is_number()) return false;
  const double left = value->to_number<double>();
  const double right = comparison.wanted.to_number<double>();
  if (comparison.sign == "<") return left < right;
  if (comparison.sign == "<=") return left <= right;
  return comparison.sign == ">" ? left > right : left >= right;
}

}  // namespace

ServiceResult<FilterPattern> parse_filter_pattern(const std::string& text) {
  std::string trimmed = text;
  while (!trimmed.empty() && trimmed.back() == ' ') trimmed.pop_back();
  trimmed.erase(0, std::min(trimmed.find_first_not_of(' '), trimmed.size()));
  return trimmed.starts_with('{') ? parse_json_pattern(trimmed) : parse_terms(trimmed);
}

bool is_match(const FilterPattern& pattern, const std::string& message) {
  const auto is_there = [&](const std::string& term) {
    return message.find(term) != std::string::npos;
  };
  if (pattern.alternatives.empty()) {
    return std::ranges::all_of(pattern.terms, is_there) &&
           std::ranges::none_of(pattern.unwanted, is_there) &&
           (pattern.optional.empty() || std::ranges::any_of(pattern.optional, is_there));
  }
  json::error_code error;
  const json::value root = json::parse(message, error);
  if (error) return false;
  return std::ranges::any_of(pattern.alternatives, [&](const auto& comparisons) {
    return std::ranges::all_of(comparisons, [&](const auto& one) { return holds(one, root); });
  });
}

}  // namespace snapferry::emulator
