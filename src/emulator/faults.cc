// SPDX-License-Identifier: Apache-2.0
#include "emulator/faults.h"

#include <array>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

constexpr std::array kKinds = {FaultKind::throttle, FaultKind::server_error, FaultKind::lost_reply,
                               FaultKind::slow,     FaultKind::garbage,      FaultKind::fail_copy,
                               FaultKind::list_lag};

}  // namespace

std::string_view to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::throttle:
      return "throttle";
    case FaultKind::server_error:
      return "server_error";
    case FaultKind::lost_reply:
      return "lost_reply";
    case FaultKind::slow:
      return "slow";
    case FaultKind::garbage:
      return "garbage";
    case FaultKind::fail_copy:
      return "fail_copy";
    case FaultKind::list_lag:
      return "list_lag";
  }
  ASSERT(false);
}

std::optional<FaultKind> parse_fault_kind(std::string_view text) {
  for (FaultKind kind : kKinds) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

std::optional<Fault> Faults::strike(FaultKind kind, const std::string& operation,
                                    const std::string& region, const std::string& snapshot) {
  for (Fault& fault : faults_) {
    if (fault.kind != kind || fault.times == 0) continue;
    if (!fault.operation.empty() && fault.operation != operation) continue;
    if (!fault.region.empty() && fault.region != region) continue;
    if (!fault.snapshot.empty() && snapshot.find(fault.snapshot) == std::string::npos) continue;
    if (fault.times > 0) --fault.times;
    return fault;
  }
  return std::nullopt;
}

}  // namespace snapferry::emulator
