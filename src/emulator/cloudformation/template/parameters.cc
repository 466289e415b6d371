// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/template/parameters.h"

#include <algorithm>
#include <charconv>
#include <regex>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/template/refusals.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

std::string join(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  if (text.empty()) return items;
  size_t at = 0;
  while (true) {
    const size_t comma = text.find(',', at);
    std::string item = text.substr(at, comma == std::string::npos ? comma : comma - at);
    const auto first = item.find_first_not_of(' ');
    const auto last = item.find_last_not_of(' ');
    items.push_back(first == std::string::npos ? "" : item.substr(first, last - first + 1));
    if (comma == std::string::npos) return items;
    at = comma + 1;
  }
}

std::optional<double> to_number(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

// Returns what is wrong with one value, without the parameter's name; empty when nothing is.
std::string complaint_about_number(const ParameterDeclaration& parameter, const std::string& text) {
  const auto number = to_number(text);
  if (!number) return "must be a number";
  if (parameter.min_value && *number < *parameter.min_value) {
    return fmt::format("must be a number not less than {}", *parameter.min_value);
  }
  if (parameter.max_value && *number > *parameter.max_value) {
    return fmt::format("must be a number not greater than {}", *parameter.max_value);
  }
  return "";
}

ServiceResult<std::string> complaint_about_text(const ParameterDeclaration& parameter,
                                                const std::string& text) {
  const long size = static_cast<long>(text.size());
  if (parameter.min_length && size < *parameter.min_length) {
    return fmt::format("must contain at least {} characters", *parameter.min_length);
  }
  if (parameter.max_length && size > *parameter.max_length) {
    return fmt::format("must contain at most {} characters", *parameter.max_length);
  }
  if (!parameter.allowed_pattern) return std::string();
  try {
    // CloudFormation matches the whole value, as java.util.regex's matches() does.
    if (!std::regex_match(text, std::regex(*parameter.allowed_pattern))) {
      return fmt::format("must match pattern {}", *parameter.allowed_pattern);
    }
  } catch (const std::regex_error&) {
    return malformed(fmt::format("AllowedPattern of parameter {} is no regular expression: {}",
                                 parameter.name, *parameter.allowed_pattern));
  }
  return std::string();
}

ServiceResult<void> check_value(const ParameterDeclaration& parameter, const std::string& value) {
  const bool is_list = parameter.type == "CommaDelimitedList" || parameter.type == "List<Number>";
  const bool is_number = parameter.type == "Number" || parameter.type == "List<Number>";
  for (const std::string& item : is_list ? split_list(value) : std::vector{value}) {
    std::string complaint;
    if (!parameter.allowed_values.empty() &&
        std::ranges::find(parameter.allowed_values, item) == parameter.allowed_values.end()) {
      complaint = fmt::format("must be one of AllowedValues [{}]", join(parameter.allowed_values));
    }
    if (complaint.empty() && is_number) complaint = complaint_about_number(parameter, item);
    if (complaint.empty() && !is_number) complaint = TRY(complaint_about_text(parameter, item));
    if (complaint.empty()) continue;
    if (!parameter.constraint_description.empty()) {
      return invalid(fmt::format("Parameter {} failed to satisfy constraint: {}", parameter.name,
                                 parameter.constraint_description));
    }
    return invalid(fmt::format("Parameter '{}' {}", parameter.name, complaint));
  }
  return {};
}

}  // namespace

ServiceResult<ParameterValues> resolve_parameters(const Template& document,
                                                  const std::vector<GivenParameter>& given,
                                                  const ParameterValues& previous) {
  std::vector<std::string> unknown;
  for (const GivenParameter& parameter : given) {
    if (document.find_parameter(parameter.key) == nullptr) unknown.push_back(parameter.key);
  }
  if (!unknown.empty()) {
    return invalid(fmt::format("Parameters: [{}] do not exist in the template", join(unknown)));
  }
  ParameterValues values;
  std::vector<std::string> missing;
  for (const ParameterDeclaration& parameter : document.parameters) {
    const auto found = std::ranges::find(given, parameter.name, &GivenParameter::key);
    const auto before = previous.find(parameter.name);
    if (found != given.end() && !found->is_previous_wanted) {
      values[parameter.name] = found->value;
    } else if (found != given.end()) {
      if (before == previous.end()) {
        return invalid(fmt::format(
            "Invalid input for parameter key {}. Cannot specify usePreviousValue as true for a "
            "parameter key not in the previous template",
            parameter.name));
      }
      values[parameter.name] = before->second;
    } else if (parameter.default_value) {
      values[parameter.name] = *parameter.default_value;
    } else {
      missing.push_back(parameter.name);
    }
  }
  if (!missing.empty()) {
    return invalid(fmt::format("Parameters: [{}] must have values", join(missing)));
  }
  for (const auto& [name, value] : values) {
    TRY(check_value(*document.find_parameter(name), value));
  }
  return values;
}

json::value parameter_value(const ParameterDeclaration& parameter, const std::string& text) {
  if (parameter.type != "CommaDelimitedList" && parameter.type != "List<Number>") {
    return json::value(text);
  }
  json::array items;
  for (const std::string& item : split_list(text)) items.emplace_back(item);
  return items;
}

}  // namespace snapferry::emulator::cloudformation
