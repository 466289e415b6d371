// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/template/substitution.h"

#include <algorithm>

#include "emulator/cloudformation/template/refusals.h"

namespace snapferry::emulator::cloudformation {

ServiceResult<std::vector<SubstitutionPart>> parse_substitution(const std::string& text) {
  std::vector<SubstitutionPart> parts;
  size_t at = 0;
  while (at < text.size()) {
    const size_t open = text.find("${", at);
    const size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) break;
    if (open > at) parts.push_back({.text = text.substr(at, open - at)});
    const std::string name = text.substr(open + 2, close - open - 2);
    at = close + 1;
    if (name.starts_with('!')) {
      parts.push_back({.text = "${" + name.substr(1) + "}"});
      continue;
    }
    const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '.' || c == ':';
    });
    if (!is_name) {
      return invalid(
          "Template error: variable names in Fn::Sub syntax must contain only alphanumeric "
          "characters, underscores, periods, and colons");
    }
    parts.push_back({.text = name, .is_variable = true});
  }
  if (at < text.size()) parts.push_back({.text = text.substr(at)});
  return parts;
}

}  // namespace snapferry::emulator::cloudformation
