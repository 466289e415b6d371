// SPDX-License-Identifier: Apache-2.0
// Reading of headers: names are compared without case, as RFC 9110 section 5.1 says.
#include "aws/http/http.h"

#include <algorithm>

namespace snapferry::aws {

namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_without_case(key, name)) return value;
  }
  return {};
}

}  // namespace snapferry::aws
