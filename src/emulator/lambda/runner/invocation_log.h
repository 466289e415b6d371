// The lines that Lambda's platform itself writes into a function's log, as text or as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "emulator/lambda/lambda_records.h"

namespace snapferry::emulator {

struct InvocationReport {
  std::string request_id;
  std::string status = "success";  ///< "success", "error", "failure", "timeout"
  std::string error_type = {};
  double duration_ms = 0;
  std::optional<double> init_ms = {};
  long peak_memory = 0;  ///< bytes
};

/// Each returns a line without its end; nothing where the function's log format and level have
/// none.
/// Source: Lambda Developer Guide, "Monitoring", "JSON log format" and "Lambda Telemetry API Event
///         schema reference", 2023; billed time with the init phase since 2025-08.
std::optional<std::string> init_start_line(const LambdaFunction& function, core::Instant now);
std::optional<std::string> start_line(const LambdaFunction& function, const std::string& request_id,
                                      core::Instant now);
std::optional<std::string> runtime_done_line(const LambdaFunction& function,
                                             const InvocationReport& report, core::Instant now);
std::optional<std::string> end_line(const LambdaFunction& function, const std::string& request_id);
std::optional<std::string> report_line(const LambdaFunction& function,
                                       const InvocationReport& report, core::Instant now);

/// Whether a line of the function itself passes ApplicationLogLevel. Lines that name no level are
/// INFO.
[[nodiscard]] bool is_logged(const LambdaFunction& function, std::string_view line);

}  // namespace snapferry::emulator
