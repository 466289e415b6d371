// CloudWatch: data points, alarms that change state and notify, dashboards.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include <boost/json/fwd.hpp>

#include "core/time.h"
#include "emulator/timed.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

/// Requires: the emulator's lock is held (World::mutex).
class MetricsModel : public Timed {
 public:
  explicit MetricsModel(unsigned long seed = 1);

  [[nodiscard]] std::optional<core::Instant> next_due(World& world) override;
  void run_due(World& world, core::Instant now) override;

  void put(const core::AccountId& account, const core::Region& region,
           const std::string& name_space, const std::string& metric,
           const std::map<std::string, std::string>& dimensions, core::Instant time, double value,
           const std::string& unit);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);
};

}  // namespace snapferry::emulator
