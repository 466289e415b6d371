// snapferry plan: reads, decides, prints; changes nothing.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/serialize.hpp>

#include "cli/exit_codes.h"
#include "cli/fleet_verbs.h"
#include "cli/progress.h"
#include "cli/step_text.h"
#include "cli/workplace.h"
#include "core/planner.h"
#include "session/json_documents.h"

namespace snapferry::cli {

ExitCode run_plan(Command& command, const PlanOptions& options) {
  if (!options.policy.file.empty()) return plan_fleet(command, options);
  auto place = prepare(command, options.policy, options.output, {.deletes = options.deletes});
  if (!place) return std::unexpected(std::move(place).error());
  const core::Instant now = command.clock.now();
  if (options.is_now) {
    place->policy.wanted_slot = std::chrono::floor<core::Seconds>(now);
  }
  const auto events = make_text_progress(command.console, command.clock, options.output);
  auto session = connect(command, *place, *events);
  if (!session) return std::unexpected(std::move(session).error());
  engine::World world{.clouds = (*session)->clouds(), .clock = command.clock, .events = *events};
  auto inventory = engine::observe(world, place->policy);
  if (!inventory) return failed(std::move(inventory).error());
  const core::Plan plan = core::make_plan(place->policy, *inventory, now);
  if (options.output.is_json) {
    command.console.answer(boost::json::serialize(session::plan_json(place->policy, plan)));
  } else {
    for (const auto& line :
         plan_lines(command.console, place->policy, plan, options.output.is_verbose)) {
      command.console.answer(line);
    }
  }
  int blocked = 0;
  for (const core::Step& step : plan.steps) blocked += step.kind == core::StepKind::blocked;
  return exit_of(int(plan.steps.size()) - blocked, blocked);
}

}  // namespace snapferry::cli
