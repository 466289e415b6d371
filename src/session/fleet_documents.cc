// SPDX-License-Identifier: Apache-2.0
#include "session/fleet_documents.h"

#include <boost/json.hpp>

#include "session/json_documents.h"

namespace snapferry::session {
namespace {

namespace json = boost::json;

json::array errors_json(const std::vector<core::Error>& errors) {
  json::array list;
  for (const core::Error& error : errors) list.push_back(error_json(error));
  return list;
}

json::array quotas_json(const std::vector<core::QuotaForecast>& quotas) {
  json::array list;
  for (const core::QuotaForecast& one : quotas) {
    json::object object{
        {"region", one.place.region.str()}, {"kind", core::to_string(one.place.kind)},
        {"used", one.quota.used},           {"max", one.quota.max},
        {"made_per_day", one.made_per_day}, {"settles_at", nullptr},
        {"full_in_days", nullptr}};
    if (one.settles_at) object["settles_at"] = *one.settles_at;
    if (one.days_left) object["full_in_days"] = *one.days_left;
    list.push_back(std::move(object));
  }
  return list;
}

void add_report(FleetStatus& status, const core::Policy& policy, const core::Inventory& inventory,
                core::Instant now) {
  core::StatusReport report = core::make_status(policy, inventory, now);
  status.met_count += report.is_met();
  status.reports.emplace_back(&policy, std::move(report));
}

}  // namespace

json::object fleet_plan_json(const core::FleetPlan& plan, core::Instant now) {
  json::array plans;
  for (const core::FleetItem& item : plan.items) plans.push_back(plan_json(item.policy, item.plan));
  return {{"type", "fleet_plan"},
          {"now", core::format_instant(now)},
          {"plans", std::move(plans)},
          {"quotas", quotas_json(plan.quotas)},
          {"problems", errors_json(plan.problems)}};
}

FleetStatus make_fleet_status(const std::vector<core::FleetItem>& items, const core::Survey& seen,
                              core::Instant now) {
  const core::SurveyIndex index(seen, now);
  FleetStatus status;
  for (const core::FleetItem& item : items) {
    add_report(status, item.policy, index.inventory_of(item.policy), now);
  }
  return status;
}

FleetStatus make_fleet_status(const engine::FleetReceipt& receipt, core::Instant now) {
  const core::SurveyIndex index(receipt.seen, now);
  FleetStatus status;
  for (const engine::FleetResult& result : receipt.results) {
    add_report(status, result.policy, index.inventory_of(result.policy), now);
  }
  return status;
}

json::object fleet_status_json(const FleetStatus& status, const std::vector<core::Error>& problems,
                               const std::vector<core::QuotaForecast>& quotas, core::Instant now) {
  json::array databases;
  for (const auto& [policy, report] : status.reports) {
    databases.push_back(status_json(*policy, report));
  }
  return {{"type", "fleet_status"},
          {"now", core::format_instant(now)},
          {"database_count", status.reports.size()},
          {"met_count", status.met_count},
          {"is_met", status.is_met() && problems.empty()},
          {"databases", std::move(databases)},
          {"quotas", quotas_json(quotas)},
          {"problems", errors_json(problems)}};
}

}  // namespace snapferry::session
