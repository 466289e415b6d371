// snapferry status: the recovery points, and whether they are young enough. Reads only.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/fleet_verbs.h"
#include "cli/progress.h"
#include "cli/step_text.h"
#include "cli/workplace.h"
#include "session/json_documents.h"

namespace snapferry::cli {

ExitCode run_status(Command& command, const StatusOptions& options) {
  if (!options.policy.file.empty()) return show_fleet_status(command, options);
  auto place =
      prepare(command, options.policy, options.output, {.alert_topic = options.alert_topic});
  if (!place) return std::unexpected(std::move(place).error());
  const auto events = make_text_progress(command.console, command.clock, options.output);
  auto session = connect(command, *place, *events);
  if (!session) return std::unexpected(std::move(session).error());
  engine::World world{.clouds = (*session)->clouds(), .clock = command.clock, .events = *events};
  auto inventory = engine::observe(world, place->policy);
  if (!inventory) {
    alert(*place, world.clouds, {.policy = place->policy, .error = inventory.error()}, *events);
    return failed(std::move(inventory).error());
  }
  const core::StatusReport report =
      core::make_status(place->policy, *inventory, command.clock.now());
  alert(*place, world.clouds, {.policy = place->policy, .status = &report}, *events);
  if (options.output.is_json) {
    command.console.answer(boost::json::serialize(session::status_json(place->policy, report)));
  } else {
    for (const auto& line : status_lines(command.console, place->policy, report)) {
      command.console.answer(line);
    }
  }
  if (!report.is_database_found && !options.output.is_json) {
    command.console.story(fmt::format("error: no database {} in {}",
                                      core::describe(place->policy.database),
                                      place->policy.source_region.str()));
    if (report.similar) {
      command.console.story(fmt::format("hint: Did you mean {}?", report.similar->str()));
    }
  }
  if (report.is_met()) return kExitDone;
  if (!options.output.is_json && !options.output.is_quiet) {
    command.console.story(
        "hint: See what is due, and what stands in the way, with: snapferry plan (same flags).");
  }
  return kExitNotMet;
}

}  // namespace snapferry::cli
