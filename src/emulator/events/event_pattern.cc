// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/event_pattern.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

std::unexpected<ServiceError> invalid_pattern(std::string_view reason) {
  return std::unexpected(
      ServiceError{400, "InvalidEventPatternException",
                   fmt::format("Event pattern is not valid. Reason: {}", reason)});
}

bool is_scalar(const json::value& value) {
  return value.is_string() || value.is_number() || value.is_bool() || value.is_null();
}

bool is_list_of_scalars(const json::value& value) {
  return value.is_array() && !value.get_array().empty() &&
         std::ranges::all_of(value.get_array(), is_scalar);
}

bool is_comparison_sign(const json::value& value) {
  constexpr std::array<std::string_view, 5> kSigns = {"=", "<", "<=", ">", ">="};
  return value.is_string() &&
         std::ranges::find(kSigns, std::string_view(value.get_string())) != kSigns.end();
}

// "=" 1, or "<" 5, or ">" 0 "<=" 5.
bool is_numeric_range(const json::value& value) {
  const json::array* list = value.if_array();
  if (list == nullptr || (list->size() != 2 && list->size() != 4)) return false;
  for (size_t i = 0; i < list->size(); i += 2) {
    if (!is_comparison_sign(list->at(i)) || !list->at(i + 1).is_number()) return false;
  }
  return true;
}

bool is_text_or_caseless(const json::value& value) {
  if (value.is_string()) return true;
  const json::object* object = value.if_object();
  return object != nullptr && object->size() == 1 && object->contains("equals-ignore-case") &&
         object->at("equals-ignore-case").is_string();
}

ServiceResult<void> check_anything_but(const json::value& value) {
  if (value.is_string() || value.is_number() || is_list_of_scalars(value)) return {};
  const json::object* object = value.if_object();
  if (object != nullptr && object->size() == 1) {
    const auto& [name, inner] = std::pair(object->begin()->key(), object->begin()->value());
    const bool is_known =
        name == "prefix" || name == "suffix" || name == "equals-ignore-case" || name == "wildcard";
    if (is_known && (inner.is_string() || is_list_of_scalars(inner))) return {};
  }
  return invalid_pattern("Value of anything-but must be an array or single string/number value.");
}

ServiceResult<void> check_matcher(const json::value& matcher) {
  if (is_scalar(matcher)) return {};
  const json::object* object = matcher.if_object();
  if (object == nullptr || object->size() != 1) {
    return invalid_pattern("Only one key allowed in match expression");
  }
  const std::string_view name = object->begin()->key();
  const json::value& value = object->begin()->value();
  if (name == "prefix" || name == "suffix") {
    if (is_text_or_caseless(value)) return {};
    return invalid_pattern(fmt::format("{} match pattern must be a string", name));
  }
  if (name == "equals-ignore-case" || name == "wildcard") {
    if (value.is_string()) return {};
    return invalid_pattern(fmt::format("{} match pattern must be a string", name));
  }
  if (name == "exists") {
    if (value.is_bool()) return {};
    return invalid_pattern("exists match pattern must be either true or false.");
  }
  if (name == "numeric") {
    if (is_numeric_range(value)) return {};
    return invalid_pattern("Invalid member in numeric match");
  }
  if (name == "anything-but") return check_anything_but(value);
  return invalid_pattern(fmt::format("Unrecognized match type {}", name));
}

ServiceResult<void> check_object(const json::object& pattern) {
  if (pattern.empty()) return invalid_pattern("Empty objects are not allowed");
  for (const auto& item : pattern) {
    const json::value& value = item.value();
    if (item.key() == "$or") {
      if (!value.is_array() || value.get_array().size() < 2) {
        return invalid_pattern("There must have at least 2 Objects in $or relationship.");
      }
      for (const json::value& branch : value.get_array()) {
        if (!branch.is_object())
          return invalid_pattern("Only JSON object is allowed in array of $or");
        TRY(check_object(branch.get_object()));
      }
    } else if (value.is_object()) {
      TRY(check_object(value.get_object()));
    } else if (value.is_array()) {
      if (value.get_array().empty()) return invalid_pattern("Empty arrays are not allowed");
      for (const json::value& matcher : value.get_array()) TRY(check_matcher(matcher));
    } else {
      return invalid_pattern(
          fmt::format("\"{}\" must be an object or an array", std::string(item.key())));
    }
  }
  return {};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

bool is_equal(const json::value& wanted, const json::value& value) {
  if (wanted.is_number() && value.is_number()) {
    return wanted.to_number<double>() == value.to_number<double>();
  }
  return wanted == value;
}

bool is_wildcard_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (size_t i = 0; i <= text.size(); ++i) {
      if (is_wildcard_match(pattern.substr(1), text.substr(i))) return true;
    }
    return false;
  }
  return !text.empty() && text[0] == pattern[0] &&
         is_wildcard_match(pattern.substr(1), text.substr(1));
}

bool is_text_match(std::string_view name, const json::value& wanted, const json::value& value) {
  if (!value.is_string()) return false;
  std::string text(value.get_string());
  std::string want;
  if (wanted.is_object()) {
    want = lower(std::string_view(wanted.get_object().at("equals-ignore-case").get_string()));
    text = lower(text);
  } else {
    want = std::string(wanted.get_string());
  }
  if (name == "prefix") return text.starts_with(want);
  if (name == "suffix") return text.ends_with(want);
  if (name == "wildcard") return is_wildcard_match(want, text);
  return lower(text) == lower(want);
}

bool is_in_range(const json::array& range, const json::value& value) {
  if (!value.is_number()) return false;
  const double number = value.to_number<double>();
  for (size_t i = 0; i < range.size(); i += 2) {
    const std::string_view sign = range[i].get_string();
    const double bound = range[i + 1].to_number<double>();
    const bool is_in = sign == "="    ? number == bound
                       : sign == "<"  ? number < bound
                       : sign == "<=" ? number <= bound
                       : sign == ">"  ? number > bound
                                      : number >= bound;
    if (!is_in) return false;
  }
  return true;
}

bool is_anything_but(const json::value& unwanted, const json::value& value) {
  const auto is_none = [&](const json::value& list, const auto& is_hit) {
    if (!list.is_array()) return !is_hit(list);
    return std::ranges::none_of(list.get_array(), is_hit);
  };
  if (!unwanted.is_object()) {
    return is_none(unwanted, [&](const json::value& one) { return is_equal(one, value); });
  }
  const auto& item = *unwanted.get_object().begin();
  return is_none(item.value(), [&](const json::value& one) {
    return is_text_match(std::string_view(item.key()), one, value);
  });
}

bool is_value_match(const json::value& matcher, const json::value& value) {
  const json::object* object = matcher.if_object();
  if (object == nullptr) return is_equal(matcher, value);
  const std::string_view name = object->begin()->key();
  const json::value& wanted = object->begin()->value();
  if (name == "exists") return wanted.get_bool();
  if (name == "numeric") return is_in_range(wanted.get_array(), value);
  if (name == "anything-but") return is_anything_but(wanted, value);
  return is_text_match(name, wanted, value);
}

// Returns whether any matcher of a field fits; `value` is nullptr when the event has no such field.
bool is_field_match(const json::array& matchers, const json::value* value) {
  return std::ranges::any_of(matchers, [&](const json::value& matcher) {
    // "exists" looks at leaves only: an object under that name is no leaf.
    if (value == nullptr || value->is_object()) {
      const json::object* object = matcher.if_object();
      return object != nullptr && object->contains("exists") && !object->at("exists").get_bool();
    }
    if (!value->is_array()) return is_value_match(matcher, *value);
    return std::ranges::any_of(
        value->get_array(), [&](const json::value& item) { return is_value_match(matcher, item); });
  });
}

}  // namespace

ServiceResult<json::object> parse_event_pattern(const std::string& text) {
  json::error_code error;
  const json::value pattern = json::parse(text, error);
  if (error || !pattern.is_object()) return invalid_pattern("Filter is not an object");
  TRY(check_object(pattern.get_object()));
  return pattern.get_object();
}

bool is_match(const json::object& pattern, const json::object& event) {
  static const json::object nothing;
  return std::ranges::all_of(pattern, [&](const auto& item) {
    if (item.key() == "$or") {
      return std::ranges::any_of(item.value().get_array(), [&](const json::value& branch) {
        return is_match(branch.get_object(), event);
      });
    }
    const json::value* value = event.if_contains(item.key());
    if (const json::array* matchers = item.value().if_array()) {
      return is_field_match(*matchers, value);
    }
    const json::object* inner = value == nullptr ? &nothing : value->if_object();
    return is_match(item.value().get_object(), inner == nullptr ? nothing : *inner);
  });
}

}  // namespace snapferry::emulator
