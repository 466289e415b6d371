// SPDX-License-Identifier: Apache-2.0
#include "lambda/event_log.h"

#include <fmt/format.h>

#include "session/json_documents.h"

namespace snapferry::lambda {

void EventLog::on_plan(const core::Inventory&, const core::Plan& plan) {
  for (const core::Step& step : plan.steps) {
    log_.log(Level::info,
             fmt::format("{} {} in {}: {}", core::to_string(step.kind), step.snapshot.str(),
                         step.region.str(), step.reason.text),
             {{"step", session::step_json(step)}});
  }
}

void EventLog::on_outcome(const engine::Outcome& outcome) {
  boost::json::object more{{"outcome", engine::to_string(outcome.kind)}};
  if (outcome.error) more["error"] = session::error_json(*outcome.error);
  // A failed step is told once more, and as an error, when the tick has ended.
  const bool is_fine =
      outcome.kind == engine::OutcomeKind::started || outcome.kind == engine::OutcomeKind::adopted;
  log_.log(is_fine ? Level::info : Level::warn,
           fmt::format("{} {} in {}: {}", core::to_string(outcome.step.kind),
                       outcome.step.snapshot.str(), outcome.step.region.str(),
                       engine::to_string(outcome.kind)),
           std::move(more));
}

void EventLog::on_retry(const engine::Call& call, int attempt, core::Milliseconds pause,
                        const core::Error& error) {
  log_.log(
      Level::warn, fmt::format("{} in {} will be repeated", call.operation, call.region.str()),
      {{"attempt", attempt}, {"pause_ms", pause.count()}, {"error", session::error_json(error)}});
}

void EventLog::on_call(const engine::Call& call, core::Milliseconds took,
                       const core::Error* error) {
  boost::json::object more{{"took_ms", took.count()}};
  if (error != nullptr) more["error"] = session::error_json(*error);
  log_.log(Level::debug, fmt::format("{} in {}", call.operation, call.region.str()),
           std::move(more));
}

void EventLog::on_trouble(const core::Error& error) {
  log_.log(Level::warn, core::describe(error), {{"error", session::error_json(error)}});
}

}  // namespace snapferry::lambda
