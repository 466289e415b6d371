// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/events_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {

EventsModel::EventsModel(unsigned long) {}

std::optional<core::Instant> EventsModel::next_due(World&) {
  return std::nullopt;
}
void EventsModel::run_due(World&, core::Instant) {}
void EventsModel::deliver(World&, const BusEvent&) {}

boost::json::value EventsModel::save() const {
  return boost::json::object();
}

void EventsModel::load(const boost::json::value&) {}

}  // namespace snapferry::emulator
