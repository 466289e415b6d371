// The function's log: one JSON object a line, as Lambda's JSON log format wants them from a custom
// runtime. No event, answer, URL or environment is ever logged whole: any of them may hold a
// secret.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "core/clock.h"
#include "core/environment.h"

namespace snapferry::lambda {

/// In the order of their weight. Source: Lambda Developer Guide, "Log-level filtering", 2023.
enum class Level { trace, debug, info, warn, error, fatal };

/// Returns "TRACE" ... "FATAL".
std::string_view to_string(Level level);

/// Reads AWS_LAMBDA_LOG_LEVEL, in any case; INFO when it is unset or no level: a log must never
/// keep the function from its work.
Level level_from_environment(const core::Environment& environment);

/// Takes one whole line, with its end.
using WriteLine = std::function<void(std::string_view line)>;

/// Writes a line to the standard output in one write, so that lines of several threads never mix.
void write_to_stdout(std::string_view line);

/// Requires: may be called from several threads at once.
class LogLines {
 public:
  /// `clock` must outlive this object.
  LogLines(core::Clock& clock, Level lowest, WriteLine write)
      : clock_(clock), lowest_(lowest), write_(std::move(write)) {}

  /// From now on lines carry this request's id; empty: none.
  void set_request(std::string request_id);

  /// Writes {"timestamp": ..., "level": ..., "requestId": ..., "message": ..., and `more`}.
  void log(Level level, std::string_view message, boost::json::object more = {});

  /// Writes a document of metrics. No level keeps it back: it carries one that Lambda lets through.
  void metrics(boost::json::object document);

 private:
  void write(const boost::json::object& line);

  core::Clock& clock_;
  Level lowest_;
  WriteLine write_;
  std::mutex mutex_;
  std::string request_id_;
};

}  // namespace snapferry::lambda
