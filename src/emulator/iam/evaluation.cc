// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/evaluation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "core/time.h"

namespace snapferry::emulator {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_without_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

std::string lower_text(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

// A pattern in pieces: what a variable stood for is never a wildcard.
struct Piece {
  enum class Kind { literal, one, many } kind;
  char character = 0;
};
using Pattern = std::vector<Piece>;

// Greedy with one point to go back to: the last "*" seen is the only one that may take more.
bool matches(const Pattern& pattern, std::string_view text) {
  size_t at = 0;
  size_t in = 0;
  std::optional<std::pair<size_t, size_t>> retry;
  while (in < text.size()) {
    if (at < pattern.size() && pattern[at].kind == Piece::Kind::many) {
      retry = {++at, in};
      continue;
    }
    const bool fits = at < pattern.size() &&
                      (pattern[at].kind == Piece::Kind::one || pattern[at].character == text[in]);
    if (fits) {
      ++at;
      ++in;
    } else if (retry) {
      at = retry->first;
      in = ++retry->second;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(at), pattern.end(),
                     [](const Piece& piece) { return piece.kind == Piece::Kind::many; });
}

Piece piece_of(char c) {
  if (c == '*') return {Piece::Kind::many};
  if (c == '?') return {Piece::Kind::one};
  return {Piece::Kind::literal, c};
}

Pattern glob(std::string_view text) {
  Pattern pattern;
  for (const char c : text) pattern.push_back(piece_of(c));
  return pattern;
}

Pattern literal(std::string_view text) {
  Pattern pattern;
  for (const char c : text) pattern.push_back({Piece::Kind::literal, c});
  return pattern;
}

class Evaluation {
 public:
  Evaluation(const PolicyRequest& request, bool has_variables)
      : request_(request), has_variables_(has_variables) {
    for (const auto& [key, values] : request.context) context_[lower_text(key)] = values;
  }

  // Whether the statement is about this action on this resource, whatever its conditions say.
  [[nodiscard]] bool is_about(const PolicyStatement& statement) const {
    const auto is_action = [&](const std::string& pattern) {
      return matches(glob(lower_text(pattern)), lower_text(request_.action));
    };
    const auto is_resource = [&](const std::string& pattern) {
      return pattern_matches(pattern, request_.resource);
    };
    if (std::ranges::any_of(statement.actions.patterns, is_action) == statement.actions.is_not) {
      return false;
    }
    return !statement.resources || std::ranges::any_of(statement.resources->patterns,
                                                       is_resource) != statement.resources->is_not;
  }

  // How far the statement speaks of this request.
  enum class Reach { none, account, direct };
  [[nodiscard]] Reach reach(const PolicyStatement& statement) const {
    if (!is_about(statement)) return Reach::none;
    const Reach reached =
        statement.principals ? principal_reach(*statement.principals) : Reach::direct;
    if (reached == Reach::none) return reached;
    const bool holds = std::ranges::all_of(
        statement.conditions, [&](const PolicyCondition& one) { return condition_holds(one); });
    return holds ? reached : Reach::none;
  }

  [[nodiscard]] bool has(std::string_view key) const { return context_.contains(lower_text(key)); }

 private:
  // A resource's wildcard ends where its part of the ARN ends; "*" alone is everything.
  [[nodiscard]] bool pattern_matches(const std::string& pattern,
                                     const std::string& resource) const {
    if (pattern == "*") return true;
    return arn_matches(pattern, resource);
  }

  // Splits a pattern at the first five colons that are not inside ${...}.
  static std::vector<std::string_view> parts_of(std::string_view text) {
    std::vector<std::string_view> parts;
    size_t start = 0;
    bool is_in_variable = false;
    for (size_t at = 0; at < text.size() && parts.size() < 5; ++at) {
      if (text.substr(at, 2) == "${") is_in_variable = true;
      if (text[at] == '}') is_in_variable = false;
      if (text[at] != ':' || is_in_variable) continue;
      parts.push_back(text.substr(start, at - start));
      start = at + 1;
    }
    parts.push_back(text.substr(start));
    return parts;
  }

  [[nodiscard]] bool arn_matches(std::string_view pattern, std::string_view value) const {
    const auto wanted = parts_of(pattern);
    const auto parts = parts_of(value);
    if (wanted.size() != 6 || parts.size() != 6) return false;
    for (size_t at = 0; at < 6; ++at) {
      const auto compiled = compile(wanted[at], true);
      if (!compiled || !matches(*compiled, parts[at])) return false;
    }
    return true;
  }

  // Returns what the variable stands for: its value, its default, or nothing.
  [[nodiscard]] std::optional<std::string> variable(std::string_view name) const {
    if (name == "*" || name == "?" || name == "$") return std::string(name);
    std::optional<std::string> otherwise;
    if (const auto comma = name.find(','); comma != std::string_view::npos) {
      const auto open = name.find('\'', comma);
      const auto end = name.rfind('\'');
      if (open == std::string_view::npos || end <= open) return std::nullopt;
      otherwise = std::string(name.substr(open + 1, end - open - 1));
      name = name.substr(0, comma);
    }
    const auto found = context_.find(lower_text(name));
    if (found == context_.end() || found->second.size() != 1) return otherwise;
    return found->second[0];
  }

  // Nothing when a variable stands for nothing: such a pattern matches nothing.
  [[nodiscard]] std::optional<Pattern> compile(std::string_view text, bool has_wildcards) const {
    Pattern pattern;
    while (!text.empty()) {
      const auto end = text.starts_with("${") ? text.find('}') : std::string_view::npos;
      if (has_variables_ && end != std::string_view::npos) {
        const auto value = variable(text.substr(2, end - 2));
        if (!value) return std::nullopt;
        const Pattern piece = literal(*value);
        pattern.insert(pattern.end(), piece.begin(), piece.end());
        text.remove_prefix(end + 1);
        continue;
      }
      pattern.push_back(has_wildcards ? piece_of(text[0]) : Piece{Piece::Kind::literal, text[0]});
      text.remove_prefix(1);
    }
    return pattern;
  }

  [[nodiscard]] Reach aws_reach(const std::string& name) const {
    const PolicyPrincipal& who = request_.principal;
    if (name == "*") return Reach::direct;
    if (who.account.empty()) return Reach::none;
    if (name == who.arn || (!who.role_arn.empty() && name == who.role_arn)) return Reach::direct;
    const bool is_account =
        name == who.account ||
        (name.starts_with("arn:") && name.ends_with(":iam::" + who.account + ":root"));
    return is_account ? Reach::account : Reach::none;
  }

  [[nodiscard]] Reach principal_reach(const PolicyPrincipals& principals) const {
    Reach best = Reach::none;
    for (const auto& [kind, names] : principals.by_kind) {
      for (const std::string& name : names) {
        Reach one = Reach::none;
        if (kind == "AWS") one = aws_reach(name);
        if (kind == "Service" && !name.empty() && name == request_.principal.service) {
          one = Reach::direct;
        }
        if (kind == "Federated" && !request_.principal.federated.empty() &&
            (name == request_.principal.federated || name == "*")) {
          one = Reach::direct;
        }
        best = std::max(best, one);
      }
    }
    if (!principals.is_not) return best;
    return best == Reach::none ? Reach::direct : Reach::none;
  }

  static std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }

  // Dates are ISO 8601 or seconds since 1970.
  static std::optional<double> date(std::string_view text) {
    if (const auto seconds = number(text)) return seconds;
    const auto instant = core::parse_instant(text);
    if (!instant) return std::nullopt;
    return static_cast<double>(instant->time_since_epoch().count()) / 1000.0;
  }

  static bool ordered(Comparison comparison, std::optional<double> value,
                      std::optional<double> wanted) {
    if (!value || !wanted) return false;
    switch (comparison) {
      case Comparison::numeric_less:
      case Comparison::date_less:
        return *value < *wanted;
      case Comparison::numeric_less_equals:
      case Comparison::date_less_equals:
        return *value <= *wanted;
      case Comparison::numeric_greater:
      case Comparison::date_greater:
        return *value > *wanted;
      case Comparison::numeric_greater_equals:
      case Comparison::date_greater_equals:
        return *value >= *wanted;
      case Comparison::numeric_equals:
      case Comparison::date_equals:
        return *value == *wanted;
      case Comparison::string_equals:
      case Comparison::string_equals_ignore_case:
      case Comparison::string_like:
      case Comparison::boolean:
      case Comparison::arn:
      case Comparison::is_null:
        return false;
    }
    return false;
  }

  [[nodiscard]] bool value_fits(Comparison comparison, const std::string& value,
                                const std::string& wanted) const {
    switch (comparison) {
      case Comparison::string_equals:
      case Comparison::string_like: {
        const auto pattern = compile(wanted, comparison == Comparison::string_like);
        return pattern && matches(*pattern, value);
      }
      case Comparison::string_equals_ignore_case: {
        auto pattern = compile(wanted, false);
        if (!pattern) return false;
        for (Piece& piece : *pattern) piece.character = lower(piece.character);
        return matches(*pattern, lower_text(value));
      }
      case Comparison::boolean:
        return same_without_case(value, wanted);
      case Comparison::arn:
        return arn_matches(wanted, value);
      case Comparison::numeric_equals:
      case Comparison::numeric_less:
      case Comparison::numeric_less_equals:
      case Comparison::numeric_greater:
      case Comparison::numeric_greater_equals:
        return ordered(comparison, number(value), number(wanted));
      case Comparison::date_equals:
      case Comparison::date_less:
      case Comparison::date_less_equals:
      case Comparison::date_greater:
      case Comparison::date_greater_equals:
        return ordered(comparison, date(value), date(wanted));
      case Comparison::is_null:
        return false;
    }
    return false;
  }

  [[nodiscard]] bool condition_holds(const PolicyCondition& condition) const {
    const auto found = context_.find(lower_text(condition.key));
    const bool is_there = found != context_.end() && !found->second.empty();
    if (condition.comparison == Comparison::is_null) {
      return std::ranges::any_of(condition.values, [&](const std::string& wanted) {
        return same_without_case(wanted, is_there ? "false" : "true");
      });
    }
    if (!is_there) {
      if (condition.is_if_exists) return true;
      switch (condition.quantifier) {
        case Quantifier::for_all_values:
          return true;
        case Quantifier::for_any_value:
          return false;
        case Quantifier::none:
          return condition.is_negated;
      }
    }
    // A negated operator holds for a value that fits none of those listed.
    const auto holds = [&](const std::string& value) {
      const bool fits = std::ranges::any_of(condition.values, [&](const std::string& wanted) {
        return value_fits(condition.comparison, value, wanted);
      });
      return fits != condition.is_negated;
    };
    // Without a quantifier a key has one value; with more, a negation must hold for all of them.
    const bool needs_all = condition.quantifier == Quantifier::for_all_values ||
                           (condition.quantifier == Quantifier::none && condition.is_negated);
    return needs_all ? std::ranges::all_of(found->second, holds)
                     : std::ranges::any_of(found->second, holds);
  }

  const PolicyRequest& request_;
  bool has_variables_;
  std::map<std::string, std::vector<std::string>> context_;  // keys in lower case
};

}  // namespace

Verdict judge(const PolicyDocument& document, const PolicyRequest& request) {
  const Evaluation evaluation(request, document.has_variables);
  Verdict verdict;
  for (const PolicyStatement& statement : document.statements) {
    const Evaluation::Reach reach = evaluation.reach(statement);
    if (reach == Evaluation::Reach::none) continue;
    if (!statement.is_allow) verdict.is_denied = true;
    if (statement.is_allow && reach == Evaluation::Reach::direct) verdict.is_allowed = true;
    if (statement.is_allow && reach == Evaluation::Reach::account) verdict.is_delegated = true;
  }
  return verdict;
}

Verdict judge(const std::vector<const PolicyDocument*>& documents, const PolicyRequest& request) {
  Verdict joined;
  for (const PolicyDocument* document : documents) {
    const Verdict one = judge(*document, request);
    joined.is_denied = joined.is_denied || one.is_denied;
    joined.is_allowed = joined.is_allowed || one.is_allowed;
    joined.is_delegated = joined.is_delegated || one.is_delegated;
  }
  return joined;
}

std::vector<std::string> missing_context(const std::vector<const PolicyDocument*>& documents,
                                         const PolicyRequest& request) {
  std::set<std::string> missing;
  for (const PolicyDocument* document : documents) {
    const Evaluation evaluation(request, document->has_variables);
    for (const PolicyStatement& statement : document->statements) {
      if (!evaluation.is_about(statement)) continue;
      for (const PolicyCondition& condition : statement.conditions) {
        if (!evaluation.has(condition.key)) missing.insert(condition.key);
      }
    }
  }
  return {missing.begin(), missing.end()};
}

}  // namespace snapferry::emulator
