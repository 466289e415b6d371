// What the operations of CloudWatch Logs share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "emulator/json_input.h"
#include "emulator/logs/logs_model.h"

namespace snapferry::emulator {

struct LogsCall {
  World& world;
  LogsModel& logs;
  const Caller& caller;
  core::Instant now;
  const JsonInput& input;

  [[nodiscard]] std::string group_arn(const std::string& name) const;
  /// Reads logGroupName or, where the operation has it, logGroupIdentifier.
  [[nodiscard]] ServiceResult<LogGroup*> group() const;
  [[nodiscard]] ServiceResult<LogStream*> stream(LogGroup& group) const;
  /// Returns the page that `limit` and nextToken ask for.
  [[nodiscard]] ServiceResult<boost::json::object> page(const char* name,
                                                        std::vector<boost::json::object> items,
                                                        long most) const;
};

/// Milliseconds since 1970, as Logs writes times.
long to_epoch_milliseconds(core::Instant instant);

ServiceResult<boost::json::object> put_log_events(const LogsCall& call);
ServiceResult<boost::json::object> get_log_events(const LogsCall& call);
ServiceResult<boost::json::object> filter_log_events(const LogsCall& call);

}  // namespace snapferry::emulator
