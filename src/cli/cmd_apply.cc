// snapferry apply: one tick; with --wait, ticks until nothing is pending.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/json_documents.h"
#include "cli/progress.h"
#include "cli/workplace.h"
#include "engine/wait_loop.h"

namespace snapferry::cli {
namespace {

// What AWS goes on with by itself, for a run that ends before it is done.
std::string running_in_aws(const core::Plan& plan) {
  std::string text;
  for (const core::Step& step : plan.steps) {
    if (step.kind == core::StepKind::blocked || step.kind == core::StepKind::delete_) continue;
    text += fmt::format(
        "{}{} in {} ({})", text.empty() ? "" : ", ", step.snapshot.str(), step.region.str(),
        step.status.empty() ? std::string(core::to_string(step.kind))
                            : fmt::format("{}, {} %", step.status, step.progress_percent));
  }
  return text.empty() ? "nothing" : text;
}

core::Error ended_early(const engine::WaitResult& result, const std::string& timeout) {
  core::Error error;
  const std::string running = running_in_aws(result.last.plan);
  switch (result.end) {
    case engine::WaitEnd::interrupted:
      error.kind = core::ErrorKind::unknown;
      error.message = fmt::format("interrupted after {}; AWS goes on with: {}",
                                  core::format_duration(result.took), running);
      error.hint = "Run the same command again, without --now, to pick it up where it is.";
      break;
    case engine::WaitEnd::timed_out:
      error.kind = core::ErrorKind::limit;
      error.message = fmt::format("not done within {}; AWS goes on with: {}", timeout, running);
      error.hint = "Run the same command again, without --now, or give a longer --timeout.";
      break;
    case engine::WaitEnd::gave_up:
      error.kind = core::ErrorKind::conflict;
      error.message = fmt::format("AWS failed the same snapshot again and again: {}", running);
      error.hint =
          "See why with: aws rds describe-events --source-type db-snapshot --duration 1440.";
      break;
    case engine::WaitEnd::done:
      ASSERT(false);
  }
  return error;
}

// One value for both forms of apply, so that they end alike.
struct Summary {
  engine::Receipt last;
  int acted_count = 0;
  core::Milliseconds took{};
  bool is_waited = false;
};

ExitCode conclude(Command& command, const Workplace& place, const ApplyOptions& options,
                  const Summary& summary) {
  const int trouble = summary.last.trouble_count();
  const int code = exit_of(summary.acted_count, trouble);
  const core::StatusReport status =
      core::make_status(place.policy, summary.last.inventory, command.clock.now());
  if (options.output.is_json) {
    boost::json::object json = status_json(place.policy, status);
    json["type"] = "summary";
    json["exit_code"] = code;
    json["acted_count"] = summary.acted_count;
    json["trouble_count"] = trouble;
    json["is_pending"] = summary.last.is_pending();
    json["took_ms"] = summary.took.count();
    command.console.answer(boost::json::serialize(json));
    return code;
  }
  if (options.output.is_quiet) return code;
  if (summary.last.is_pending() && !summary.is_waited) {
    command.console.answer(fmt::format("AWS is at work: {}; run apply again, or apply --wait",
                                       running_in_aws(summary.last.plan)));
  } else if (trouble == 0) {
    for (const core::PlaceReport& report : status.places) {
      if (!report.is_target || !report.newest) continue;
      command.console.answer(fmt::format("done in {}: newest copy in {} is {}, its data {} old",
                                         core::format_duration(summary.took), report.region.str(),
                                         report.newest->id.str(),
                                         report.age ? core::format_duration(*report.age) : "?"));
    }
  }
  return code;
}

}  // namespace

ExitCode run_apply(Command& command, const ApplyOptions& options) {
  auto place = prepare(command, options.policy, options.output);
  if (!place) return std::unexpected(std::move(place).error());
  auto timeout = core::parse_duration(options.timeout);
  if (!timeout) {
    return std::unexpected(
        Failure{kExitUsage, core::with_context(std::move(timeout).error(), "--timeout")});
  }
  const core::Instant start = command.clock.now();
  if (options.is_now) {
    place->policy.off_schedule_slot = std::chrono::floor<core::Seconds>(start);
  }
  const auto events =
      options.output.is_json
          ? make_json_progress(command.console, command.clock, place->policy, options.output)
          : make_text_progress(command.console, command.clock, options.output);
  auto session = connect(command, *place, *events);
  if (!session) return std::unexpected(std::move(session).error());
  engine::World world{.clouds = (*session)->clouds(), .clock = command.clock, .events = *events};
  if (!options.is_wait) {
    auto receipt = engine::run_tick(world, place->policy);
    if (!receipt) return failed(std::move(receipt).error());
    Summary summary{.last = std::move(*receipt), .took = command.clock.now() - start};
    for (const engine::Outcome& outcome : summary.last.outcomes) {
      summary.acted_count += outcome.kind != engine::OutcomeKind::failed;
    }
    return conclude(command, *place, options, summary);
  }
  auto result = engine::wait_until_done(world, place->policy, {.timeout = *timeout});
  if (!result) return failed(std::move(result).error());
  command.console.live({});
  if (result->end != engine::WaitEnd::done) {
    const int code = result->end == engine::WaitEnd::interrupted ? kExitInterrupted : kExitFailed;
    return std::unexpected(Failure{code, ended_early(*result, options.timeout)});
  }
  return conclude(command, *place, options,
                  {.last = std::move(result->last),
                   .acted_count = result->acted_count,
                   .took = result->took,
                   .is_waited = true});
}

}  // namespace snapferry::cli
