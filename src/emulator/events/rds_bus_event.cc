// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/rds_bus_event.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

// detail.Date always has its milliseconds, unlike the envelope's time.
std::string with_milliseconds(core::Instant instant) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  std::string text = core::format_instant(core::Instant(seconds));
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, (instant - seconds).count());
}

}  // namespace

BusEvent bus_event_of(const RdsEvent& event) {
  const bool is_snapshot = event.source_type == "db-snapshot";
  return {.id = {},
          .source = "aws.rds",
          .detail_type = is_snapshot ? "RDS DB Snapshot Event" : "RDS DB Instance Event",
          .account = event.account,
          .region = event.region,
          .time = event.date,
          .resources = {event.source_arn},
          .detail = {{"EventCategories", boost::json::array{event.category}},
                     {"SourceType", is_snapshot ? "SNAPSHOT" : "DB_INSTANCE"},
                     {"SourceArn", event.source_arn},
                     {"Date", with_milliseconds(event.date)},
                     {"Message", event.message},
                     {"SourceIdentifier", event.source_id},
                     {"EventID", event.event_id}}};
}

}  // namespace snapferry::emulator
