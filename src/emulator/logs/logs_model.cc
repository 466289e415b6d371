// SPDX-License-Identifier: Apache-2.0
#include "emulator/logs/logs_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {

LogsModel::LogsModel(unsigned long) {}

void LogsModel::append(World&, const core::AccountId&, const core::Region&, const std::string&,
                       const std::string&, core::Instant, const std::string&) {}

boost::json::value LogsModel::save() const {
  return boost::json::object();
}

void LogsModel::load(const boost::json::value&) {}

}  // namespace snapferry::emulator
