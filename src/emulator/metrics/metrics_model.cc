// SPDX-License-Identifier: Apache-2.0
#include "emulator/metrics/metrics_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {

MetricsModel::MetricsModel(unsigned long) {}

std::optional<core::Instant> MetricsModel::next_due(World&) {
  return std::nullopt;
}
void MetricsModel::run_due(World&, core::Instant) {}
void MetricsModel::put(const core::AccountId&, const core::Region&, const std::string&,
                       const std::string&, const std::map<std::string, std::string>&, core::Instant,
                       double, const std::string&) {}

boost::json::value MetricsModel::save() const {
  return boost::json::object();
}

void MetricsModel::load(const boost::json::value&) {}

}  // namespace snapferry::emulator
