// Log lines in the embedded metric format: the metrics in them, or why CloudWatch would take none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "core/time.h"

namespace snapferry::emulator {

/// How far from now a log event's time may lie. Source: CloudWatch Logs API, PutLogEvents, 2025.
inline constexpr std::chrono::days kEventPast{14};
inline constexpr std::chrono::hours kEventFuture{2};

struct EmfDatum {
  std::string name_space;
  std::string metric;
  std::map<std::string, std::string> dimensions;
  core::Instant time;
  double value = 0;
  std::string unit;
};

struct EmfReading {
  std::vector<EmfDatum> data;
  std::string error;  ///< why a line that says it is EMF is refused whole; data is then empty
};

/// Reads one line. A line that has no "_aws" gives neither data nor an error.
/// Source:   CloudWatch User Guide, "Specification: Embedded metric format"; rds-facts 7.2,
/// 2026-08.
///           Stricter: members that the specification does not know are refused, and so is what
///           AWS would take in part.
EmfReading read_emf(const std::string& line, core::Instant now);

/// Whether CloudWatch knows that unit. Source: botocore 1.43 cloudwatch service-2.json,
/// StandardUnit, 2026-11.
bool is_metric_unit(const std::string& unit);

}  // namespace snapferry::emulator
