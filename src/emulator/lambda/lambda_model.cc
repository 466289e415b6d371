// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/lambda_model.h"

#include <utility>

#include <fmt/format.h>

#include "emulator/lambda/lambda_policy.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

constexpr std::string_view kLatestSuffix = ":$LATEST";

}  // namespace

std::optional<core::Instant> LambdaModel::next_due(World&) {
  std::optional<core::Instant> next;
  for (const LambdaQueued& item : queue) {
    if (item.is_running || item.is_announced) continue;
    if (!next || item.not_before < *next) next = item.not_before;
  }
  return next;
}

void LambdaModel::run_due(World& world, core::Instant now) {
  bool is_any = false;
  for (LambdaQueued& item : queue) {
    if (item.is_running || item.is_announced || item.not_before > now) continue;
    item.is_announced = true;
    is_any = true;
  }
  if (is_any && world.functions != nullptr) world.functions->wake();
}

ServiceResult<void> LambdaModel::enqueue(World& world, const std::string& function_arn,
                                         const std::string& payload,
                                         const std::string& service_principal,
                                         const std::string& source_arn) {
  const LambdaFunction* function = find(function_arn);
  if (function == nullptr) {
    return refuse(404, "ResourceNotFoundException",
                  fmt::format("Function not found: {}", function_arn));
  }
  if (!allows_service(*function, "lambda:InvokeFunction", service_principal, source_arn)) {
    return refuse(403, "AccessDeniedException",
                  fmt::format("User: {} is not authorized to perform: lambda:InvokeFunction on "
                              "resource: {} because no resource-based policy allows the "
                              "lambda:InvokeFunction action",
                              service_principal, function->arn));
  }
  enqueue_allowed(world, *function, payload);
  return {};
}

std::string LambdaModel::enqueue_allowed(World& world, const LambdaFunction& function,
                                         const std::string& payload, std::string request_id) {
  if (request_id.empty()) request_id = ids.uuid();
  const core::Instant now = world.clock.now();
  queue.push_back({.request_id = request_id,
                   .function_arn = function.arn,
                   .payload = payload.empty() ? "{}" : payload,
                   .accepted = now,
                   .not_before = now,
                   .is_announced = true});
  if (world.functions != nullptr) world.functions->wake();
  return request_id;
}

LambdaFunction* LambdaModel::find(const std::string& function_arn) {
  std::string_view arn = function_arn;
  if (arn.ends_with(kLatestSuffix)) arn.remove_suffix(kLatestSuffix.size());
  const auto found = functions.find(std::string(arn));
  return found == functions.end() ? nullptr : &found->second;
}

}  // namespace snapferry::emulator
