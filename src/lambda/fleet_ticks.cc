// The ticks of a policy file's databases.
// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "engine/fleet.h"
#include "lambda/metrics.h"
#include "lambda/tick_answers.h"
#include "lambda/tick_handler.h"
#include "session/fleet_documents.h"
#include "session/json_documents.h"

namespace snapferry::lambda {
namespace {

namespace json = boost::json;

// What went wrong with the regions and databases that were not planned, beside the databases' own.
std::string describe_all(const std::vector<core::Error>& problems,
                         const std::vector<core::Trouble>& troubles) {
  std::string text;
  for (const core::Error& problem : problems) {
    text += (text.empty() ? "" : "; ") + with_hint(problem);
  }
  if (!troubles.empty()) text += (text.empty() ? "" : "; ") + describe(troubles);
  return text;
}

}  // namespace

Reply TickHandler::look(const Fleet& fleet, const Event& event) {
  engine::World world = this->world();
  const core::Survey seen = engine::survey(world, fleet.policies);
  const core::Instant now = world_.clock.now();
  const core::FleetPlan plan = core::make_fleet_plan(fleet.policies, seen, now);
  if (event.action == Action::plan) return answer_of(session::fleet_plan_json(plan, now));
  return answer_of(session::fleet_status_json(session::make_fleet_status(plan.items, seen, now),
                                              plan.problems, plan.quotas, now));
}

Reply TickHandler::apply(const Fleet& fleet, const Event& event) {
  engine::World world = this->world();
  const core::Instant start = world_.clock.now();
  const engine::FleetReceipt receipt =
      engine::run_fleet_tick(world, fleet.policies, {.is_kept_told = false});
  const core::Instant now = world_.clock.now();
  const session::FleetStatus status = session::make_fleet_status(receipt, now);

  std::deque<std::vector<core::Trouble>> troubles;  // a deque: the numbers keep references
  std::vector<core::Trouble> all_troubles;
  std::vector<TickNumbers> numbers;
  std::vector<core::AlertInput> alerts;
  for (size_t i = 0; i < receipt.results.size(); ++i) {
    const engine::FleetResult& result = receipt.results[i];
    const auto& here = troubles.emplace_back(engine::troubles_of(result.receipt));
    all_troubles.insert(all_troubles.end(), here.begin(), here.end());
    // The age of what is left of a database that is gone grows for ever, and alarms nobody.
    if (!status.reports[i].second.is_orphan) {
      numbers.push_back({.policy = result.policy,
                         .now = now,
                         .status = &status.reports[i].second,
                         .receipt = &result.receipt,
                         .troubles = here});
    }
    alerts.push_back(
        {.policy = result.policy, .status = &status.reports[i].second, .troubles = here});
  }
  for (json::object& document :
       fleet_metric_documents(fleet.name, numbers, long(receipt.problems.size()), now)) {
    world_.log.metrics(std::move(document));
  }
  if (event.is_alert_wanted) alert(core::make_fleet_alert(fleet.name, alerts, receipt.problems));
  for (const core::Trouble& trouble : all_troubles) {
    world_.log.log(Level::error, describe(trouble));
  }
  if (!receipt.problems.empty() || !all_troubles.empty()) {
    return std::unexpected(Failure{kTickFailed, describe_all(receipt.problems, all_troubles)});
  }

  json::object document = session::fleet_status_json(status, receipt.problems, receipt.quotas, now);
  document["type"] = "fleet_summary";
  document["exit_code"] = 0;
  document["acted_count"] = receipt.acted_count();
  document["trouble_count"] = 0;
  document["is_pending"] = receipt.is_pending();
  document["took_ms"] = (now - start).count();
  world_.log.log(Level::info, "tick done",
                 {{"acted_count", document["acted_count"]},
                  {"is_pending", document["is_pending"]},
                  {"is_met", document["is_met"]}});
  return answer_of(document);
}

}  // namespace snapferry::lambda
