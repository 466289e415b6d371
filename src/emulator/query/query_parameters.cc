// SPDX-License-Identifier: Apache-2.0
#include "emulator/query/query_parameters.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> decode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      result += ' ';
    } else if (text[i] != '%') {
      result += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      result += static_cast<char>(*high * 16 + *low);
      i += 2;
    }
  }
  return result;
}

ServiceError invalid_value(std::string_view name, std::string_view value, std::string_view wanted) {
  return {400, "InvalidParameterValue",
          fmt::format("Invalid value '{}' for {}. Must be {}", value, name, wanted)};
}

// The number right after `prefix` in "Tags.Tag.12.Key".
std::optional<long> number_after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  const auto dot = text.find('.');
  const std::string_view digits = text.substr(0, dot);
  long number = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (status != std::errc() || end != digits.data() + digits.size() || number < 1) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

ServiceResult<Fields> parse_form(std::string_view form) {
  Fields fields;
  while (!form.empty()) {
    const auto end = form.find('&');
    const std::string_view pair = form.substr(0, end);
    form = end == std::string_view::npos ? std::string_view() : form.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decode(pair.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::string() : decode(pair.substr(equals + 1));
    if (!name || !value) {
      return std::unexpected(ServiceError{404, "MalformedQueryString",
                                          fmt::format("The query string is malformed: {}", pair)});
    }
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

const std::string* QueryParameters::find(std::string_view name) {
  for (const auto& [field_name, value] : fields_) {
    if (field_name != name) continue;
    read_.emplace(name);
    return &value;
  }
  return nullptr;
}

bool QueryParameters::has(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](const auto& field) {
    const std::string_view text = field.first;
    return text.starts_with(name) && (text.size() == name.size() || text[name.size()] == '.');
  });
}

std::optional<std::string> QueryParameters::text(std::string_view name) {
  const std::string* value = find(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

ServiceResult<std::string> QueryParameters::required(std::string_view name) {
  const std::string* value = find(name);
  if (value == nullptr || value->empty()) {
    return std::unexpected(ServiceError{
        400, "MissingParameter", fmt::format("The request must contain the parameter {}.", name)});
  }
  return *value;
}

ServiceResult<std::optional<long>> QueryParameters::integer(std::string_view name) {
  const std::string* value = find(name);
  if (value == nullptr) return std::nullopt;
  long number = 0;
  const char* last = value->data() + value->size();
  const auto [end, status] = std::from_chars(value->data(), last, number);
  if (status != std::errc() || end != last) {
    return std::unexpected(invalid_value(name, *value, "an integer"));
  }
  return number;
}

ServiceResult<std::optional<bool>> QueryParameters::boolean(std::string_view name) {
  const std::string* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (*value == "true") return true;
  if (*value == "false") return false;
  return std::unexpected(invalid_value(name, *value, "true or false"));
}

ServiceResult<std::optional<core::Instant>> QueryParameters::timestamp(std::string_view name) {
  const std::string* value = find(name);
  if (value == nullptr) return std::nullopt;
  auto instant = core::parse_instant(*value);
  if (!instant) return std::unexpected(invalid_value(name, *value, "an ISO 8601 date in UTC"));
  return instant;
}

std::vector<std::string> QueryParameters::items(std::string_view name, std::string_view member) {
  // `Tags=` is how botocore sends an empty list; reading it here marks it as known.
  (void)find(name);
  std::map<long, std::string> by_number;
  for (std::string_view segment : {member, std::string_view("member")}) {
    const std::string prefix = fmt::format("{}.{}.", name, segment);
    for (const auto& [field_name, value] : fields_) {
      if (const auto number = number_after(field_name, prefix)) {
        by_number.try_emplace(*number, fmt::format("{}{}", prefix, *number));
      }
    }
  }
  std::vector<std::string> result;
  result.reserve(by_number.size());
  for (auto& [number, item] : by_number) result.push_back(std::move(item));
  return result;
}

std::vector<std::string> QueryParameters::texts(std::string_view name, std::string_view member) {
  std::vector<std::string> result;
  for (const std::string& item : items(name, member)) {
    if (const std::string* value = find(item)) result.push_back(*value);
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> QueryParameters::pairs(std::string_view name,
                                                                        std::string_view member,
                                                                        std::string_view key,
                                                                        std::string_view value) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const std::string& item : items(name, member)) {
    result.emplace_back(text(fmt::format("{}.{}", item, key)).value_or(""),
                        text(fmt::format("{}.{}", item, value)).value_or(""));
  }
  return result;
}

ServiceResult<void> QueryParameters::refuse_unread() const {
  for (const auto& [name, value] : fields_) {
    if (read_.contains(name)) continue;
    return std::unexpected(ServiceError{400, "InvalidQueryParameter",
                                        fmt::format("The parameter {} is not recognized", name)});
  }
  return {};
}

std::vector<Filter> read_filters(QueryParameters& parameters) {
  std::vector<Filter> filters;
  for (const std::string& item : parameters.items("Filters", "Filter")) {
    filters.push_back({.name = parameters.text(item + ".Name").value_or(""),
                       .values = parameters.texts(item + ".Values", "Value")});
  }
  return filters;
}

}  // namespace snapferry::emulator
