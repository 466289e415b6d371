// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/runner/invocation_log.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> kLevels = {"TRACE", "DEBUG", "INFO",
                                                     "WARN",  "ERROR", "FATAL"};

size_t rank_of(std::string_view level) {
  const auto* found = std::ranges::find(kLevels, level);
  // No such level, or none: INFO.
  return found == kLevels.end() ? 2 : static_cast<size_t>(found - kLevels.begin());
}

bool is_json(const LambdaFunction& function) {
  return function.log_format == "JSON";
}

// "2026-11-22T00:23:17.000Z": with milliseconds, always.
std::string log_time(core::Instant now) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(now);
  std::string text = core::format_instant(whole);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, (now - whole).count());
}

std::optional<std::string> event(const LambdaFunction& function, std::string_view level,
                                 std::string_view type, core::Instant now, json::object record) {
  if (rank_of(level) < rank_of(function.system_log_level)) return std::nullopt;
  return json::serialize(
      json::object{{"time", log_time(now)}, {"type", type}, {"record", std::move(record)}});
}

double rounded(double ms) {
  return std::round(ms * 100) / 100;
}

long billed_ms(const InvocationReport& report) {
  return static_cast<long>(std::ceil(report.duration_ms + report.init_ms.value_or(0)));
}

long megabytes(long bytes) {
  constexpr long kMegabyte = 1024L * 1024;
  return (bytes + kMegabyte - 1) / kMegabyte;
}

}  // namespace

std::optional<std::string> init_start_line(const LambdaFunction& function, core::Instant now) {
  if (is_json(function)) {
    return event(function, "INFO", "platform.initStart", now,
                 {{"initializationType", "on-demand"},
                  {"phase", "init"},
                  {"runtimeVersion", function.runtime},
                  {"functionName", function.name},
                  {"functionVersion", "$LATEST"}});
  }
  return fmt::format("INIT_START Runtime Version: {}", function.runtime);
}

std::optional<std::string> start_line(const LambdaFunction& function, const std::string& request_id,
                                      core::Instant now) {
  if (is_json(function)) {
    return event(function, "INFO", "platform.start", now,
                 {{"requestId", request_id}, {"version", "$LATEST"}});
  }
  return fmt::format("START RequestId: {} Version: $LATEST", request_id);
}

std::optional<std::string> runtime_done_line(const LambdaFunction& function,
                                             const InvocationReport& report, core::Instant now) {
  if (!is_json(function)) return std::nullopt;
  json::object record = {{"requestId", report.request_id},
                         {"status", report.status},
                         {"metrics", json::object{{"durationMs", rounded(report.duration_ms)}}}};
  if (!report.error_type.empty()) record["errorType"] = report.error_type;
  return event(function, report.status == "success" ? "DEBUG" : "WARN", "platform.runtimeDone", now,
               std::move(record));
}

std::optional<std::string> end_line(const LambdaFunction& function, const std::string& request_id) {
  if (is_json(function)) return std::nullopt;
  return fmt::format("END RequestId: {}", request_id);
}

std::optional<std::string> report_line(const LambdaFunction& function,
                                       const InvocationReport& report, core::Instant now) {
  if (is_json(function)) {
    json::object metrics = {{"durationMs", rounded(report.duration_ms)},
                            {"billedDurationMs", billed_ms(report)},
                            {"memorySizeMB", function.memory_mb},
                            {"maxMemoryUsedMB", megabytes(report.peak_memory)}};
    if (report.init_ms) metrics["initDurationMs"] = rounded(*report.init_ms);
    json::object record = {{"requestId", report.request_id},
                           {"metrics", std::move(metrics)},
                           {"status", report.status}};
    if (!report.error_type.empty()) record["errorType"] = report.error_type;
    return event(function, report.status == "success" ? "INFO" : "WARN", "platform.report", now,
                 std::move(record));
  }
  std::string line = fmt::format(
      "REPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax "
      "Memory Used: {} MB\t",
      report.request_id, report.duration_ms, billed_ms(report), function.memory_mb,
      megabytes(report.peak_memory));
  if (report.init_ms) line += fmt::format("Init Duration: {:.2f} ms\t", *report.init_ms);
  if (report.status != "success") line += fmt::format("Status: {}\t", report.status);
  if (!report.error_type.empty()) line += fmt::format("Error Type: {}\t", report.error_type);
  return line;
}

bool is_logged(const LambdaFunction& function, std::string_view line) {
  if (!is_json(function)) return true;
  json::error_code error;
  const json::value value = json::parse(line, error);
  std::string level;
  if (!error && value.is_object()) {
    const json::value* named = value.get_object().if_contains("level");
    if (named != nullptr && named->is_string()) level = std::string(named->get_string());
  }
  return rank_of(level) >= rank_of(function.application_log_level);
}

}  // namespace snapferry::emulator
