// CloudWatch Logs: groups, streams, lines. Lines in the embedded metric format become metrics.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include <boost/json/fwd.hpp>

#include "core/time.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

struct LogLine {
  core::Instant time;
  core::Instant ingested;
  std::string message;
  unsigned long sequence = 0;  ///< in the order they came, over all streams
};

struct LogStream {
  core::Instant created;
  std::deque<LogLine> lines;  ///< by time
};

struct LogGroup {
  std::string name;
  std::string arn;  ///< without ":*"
  core::AccountId account;
  core::Region region;
  core::Instant created;
  std::optional<int> retention_days;
  std::string kms_key;
  std::map<std::string, std::string> tags;
  std::map<std::string, LogStream> streams;  ///< by name
};

/// A line that says it is in the embedded metric format, and is not.
struct EmfError {
  core::Instant time;
  std::string group;
  std::string stream;
  std::string reason;
  std::string line;
};

/// Ours: a stream keeps its newest 10,000 lines, some months of a function that runs every 15
/// minutes, and the list of EMF errors its newest 1,000: enough to read, and no leak.
inline constexpr size_t kStreamLinesMax = 10'000;
inline constexpr size_t kEmfErrorsMax = 1'000;

/// Requires: the emulator's lock is held (World::mutex).
class LogsModel {
 public:
  explicit LogsModel(unsigned long /*seed*/ = 1) {}

  /// Appends one line, making group and stream where they are missing; a line in the embedded
  /// metric format is handed to World::metrics.
  void append(World& world, const core::AccountId& account, const core::Region& region,
              const std::string& group, const std::string& stream, core::Instant time,
              const std::string& line);

  /// Appends to a stream that exists.
  void append_to(World& world, LogGroup& group, const std::string& stream, core::Instant time,
                 const std::string& line);

  LogGroup& make_group(const core::AccountId& account, const core::Region& region,
                       const std::string& name, core::Instant now);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  std::map<std::string, LogGroup> groups;  ///< by ARN without ":*"
  std::deque<EmfError> emf_errors;

 private:
  unsigned long sequence_ = 0;
};

/// Returns "arn:aws:logs:eu-west-1:123456789012:log-group:NAME".
std::string log_group_arn(const core::AccountId& account, const core::Region& region,
                          const std::string& name);

}  // namespace snapferry::emulator
