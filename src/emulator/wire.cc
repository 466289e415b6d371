// SPDX-License-Identifier: Apache-2.0
#include "emulator/wire.h"

#include <algorithm>

namespace snapferry::emulator {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool is_same_header(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

std::string_view WireRequest::header(std::string_view name) const {
  for (const auto& [field_name, value] : headers) {
    if (is_same_header(field_name, name)) return value;
  }
  return {};
}

}  // namespace snapferry::emulator
