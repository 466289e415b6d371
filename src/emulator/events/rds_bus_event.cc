// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/rds_bus_event.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

struct SourceWords {
  std::string_view source_type;
  std::string_view detail_type;
  std::string_view name;
};

// Source: rds-facts 6.1 (RDS User Guide, events in EventBridge), 2023.
const SourceWords& words_of_source(std::string_view source_type) {
  static constexpr auto kSources = std::to_array<SourceWords>({
      {"db-snapshot", "RDS DB Snapshot Event", "SNAPSHOT"},
      {"db-cluster-snapshot", "RDS DB Cluster Snapshot Event", "CLUSTER_SNAPSHOT"},
      {"db-instance", "RDS DB Instance Event", "DB_INSTANCE"},
      {"db-cluster", "RDS DB Cluster Event", "CLUSTER"},
  });
  const auto* const found = std::ranges::find(kSources, source_type, &SourceWords::source_type);
  ASSERT(found != kSources.end());
  return *found;
}

// detail.Date always has its milliseconds, unlike the envelope's time.
std::string with_milliseconds(core::Instant instant) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  std::string text = core::format_instant(core::Instant(seconds));
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, (instant - seconds).count());
}

}  // namespace

BusEvent bus_event_of(const RdsEvent& event) {
  const SourceWords& words = words_of_source(event.source_type);
  return {.id = {},
          .source = "aws.rds",
          .detail_type = std::string(words.detail_type),
          .account = event.account,
          .region = event.region,
          .time = event.date,
          .resources = {event.source_arn},
          .detail = {{"EventCategories", boost::json::array{event.category}},
                     {"SourceType", words.name},
                     {"SourceArn", event.source_arn},
                     {"Date", with_milliseconds(event.date)},
                     {"Message", event.message},
                     {"SourceIdentifier", event.source_id},
                     {"EventID", event.event_id}}};
}

}  // namespace snapferry::emulator
