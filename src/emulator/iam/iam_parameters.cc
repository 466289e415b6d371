// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/iam_parameters.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {

std::unexpected<ServiceError> invalid_input(std::string_view value, std::string_view member,
                                            std::string_view constraint) {
  return std::unexpected(
      ServiceError{400, "ValidationError",
                   fmt::format("1 validation error detected: Value {} at '{}' failed to satisfy "
                               "constraint: {}",
                               value, member, constraint)});
}

std::string bean_name(std::string_view member) {
  std::string name(member);
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name;
}

ServiceResult<std::string> required_input(QueryParameters& parameters, std::string_view member) {
  std::string value = parameters.text(member).value_or("");
  if (value.empty()) return invalid_input("null", bean_name(member), "Member must not be null");
  return value;
}

ServiceResult<IamPage> read_iam_page(QueryParameters& parameters, size_t size) {
  // Source: IAM API, ListRoles, 2023: 1 to 1000, default 100.
  const long most = TRY(parameters.integer("MaxItems")).value_or(100);
  if (most < 1 || most > 1000) {
    return invalid_input(fmt::format("'{}'", most), "maxItems",
                         "Member must have value between 1 and 1000");
  }
  const std::string marker = parameters.text("Marker").value_or("");
  const bool is_number = marker.size() < 10 &&
                         std::ranges::all_of(marker, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) {
    return std::unexpected(
        ServiceError{400, "ValidationError", fmt::format("Invalid Marker: {}", marker)});
  }
  IamPage page;
  page.start = marker.empty() ? 0 : std::min<size_t>(std::stoul(marker), size);
  page.end = std::min(size, page.start + static_cast<size_t>(most));
  if (page.end < size) page.next = std::to_string(page.end);
  return page;
}

}  // namespace snapferry::emulator
