// Every operation names the members it understands in one table, so that an unknown one is refused
// before anything happens.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/kms/kms_service.h"

#include <fmt/format.h>

#include "emulator/kms/kms_call.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

const KmsOperation* find_operation(std::string_view name) {
  for (const auto operations :
       {kms_key_operations(), kms_policy_operations(), kms_grant_operations()}) {
    for (const KmsOperation& operation : operations) {
      if (operation.name == name) return &operation;
    }
  }
  return nullptr;
}

bool is_one_of(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = words.find(' ');
    if (words.substr(0, end) == word) return true;
    if (end == std::string_view::npos) return false;
    words.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

ServiceResult<json::object> serve_kms(KmsModel& kms, core::Instant now, const Caller& caller,
                                      const std::string& operation, const json::object& input) {
  const KmsOperation* found = find_operation(operation);
  if (found == nullptr) return refuse(400, "UnknownOperationException", "");
  for (const auto& member : input) {
    if (is_one_of(found->members, member.key())) continue;
    return refuse(400, "ValidationException",
                  fmt::format("{} has no member {}", operation, std::string_view(member.key())));
  }
  kms.settle(now);
  return found->serve({kms, now, caller, operation, input});
}

}  // namespace snapferry::emulator
