// CloudWatch Logs: groups, streams, lines. Lines in the embedded metric format become metrics.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json/fwd.hpp>

#include "core/time.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

/// Requires: the emulator's lock is held (World::mutex).
class LogsModel {
 public:
  explicit LogsModel(unsigned long seed = 1);

  /// Appends one line, making group and stream where they are missing; a line in the embedded
  /// metric format is handed to World::metrics.
  void append(World& world, const core::AccountId& account, const core::Region& region,
              const std::string& group, const std::string& stream, core::Instant time,
              const std::string& line);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);
};

}  // namespace snapferry::emulator
