// snapferry apply: one tick; with --wait, ticks until nothing is pending.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/fleet_verbs.h"
#include "cli/progress.h"
#include "cli/workplace.h"
#include "core/rules/ownership.h"
#include "engine/wait_loop.h"
#include "session/json_documents.h"

namespace snapferry::cli {
namespace {

// What AWS goes on with by itself, for a run that ends before all is done; and what is still to
// start.
struct Unfinished {
  std::string running;
  std::string to_start;
};

Unfinished unfinished_in(const engine::Receipt& receipt) {
  Unfinished unfinished;
  const auto add = [](std::string& list, const core::Step& step, const std::string& how) {
    list += fmt::format("{}{} in {}{}", list.empty() ? "" : ", ", step.snapshot.str(),
                        step.region.str(), how);
  };
  for (const core::Step& step : receipt.plan.steps) {
    if (step.kind != core::StepKind::wait || step.snapshot.empty()) continue;
    if (step.status.empty()) {
      add(unfinished.to_start, step, "");
    } else {
      add(unfinished.running, step, fmt::format(" ({}, {} %)", step.status, step.progress_percent));
    }
  }
  for (const engine::Outcome& outcome : receipt.outcomes) {
    switch (outcome.kind) {
      case engine::OutcomeKind::started:
      case engine::OutcomeKind::adopted:
        add(unfinished.running, outcome.step,
            outcome.step.kind == core::StepKind::delete_ ? " (being deleted)" : " (started)");
        break;
      case engine::OutcomeKind::unknown:
        add(unfinished.running, outcome.step, " (perhaps: its answer was lost)");
        break;
      case engine::OutcomeKind::deferred:
      case engine::OutcomeKind::failed:
        add(unfinished.to_start, outcome.step, "");
        break;
    }
  }
  return unfinished;
}

std::string describe(const Unfinished& unfinished) {
  std::string text = "AWS goes on with: " +
                     (unfinished.running.empty() ? std::string("nothing") : unfinished.running);
  if (!unfinished.to_start.empty()) text += "; still to start: " + unfinished.to_start;
  return text;
}

// Whether the snapshot of the wanted slot stands or was started: what --now asked for.
bool is_slot_begun(const core::Policy& policy, const engine::Receipt& receipt) {
  for (const engine::Outcome& outcome : receipt.outcomes) {
    if (outcome.step.kind != core::StepKind::create) continue;
    return outcome.kind == engine::OutcomeKind::started ||
           outcome.kind == engine::OutcomeKind::adopted;
  }
  const auto view = receipt.inventory.regions.find(policy.source_region);
  if (view == receipt.inventory.regions.end()) return false;
  return std::ranges::any_of(view->second.snapshots, [&](const core::Snapshot& snapshot) {
    const auto slot = core::owned_slot(snapshot, policy.owner(), policy.snapshot_name);
    return slot && *slot == receipt.plan.slot;
  });
}

core::Error ended_early(const core::Policy& policy, const engine::WaitResult& result,
                        const std::string& timeout) {
  core::Error error;
  const std::string again =
      is_slot_begun(policy, result.last)
          ? "Run the same command again, without --now, to pick it up where it is."
          : "No snapshot was started; run the same command again.";
  const std::string left = describe(unfinished_in(result.last));
  switch (result.end) {
    case engine::WaitEnd::interrupted:
      error.kind = core::ErrorKind::unknown;
      error.message =
          fmt::format("interrupted after {}; {}", core::format_duration(result.took), left);
      error.hint = again;
      break;
    case engine::WaitEnd::timed_out:
      error.kind = core::ErrorKind::limit;
      error.message = fmt::format("not done within {}; {}", timeout, left);
      error.hint = again + " A longer --timeout sees it through.";
      break;
    case engine::WaitEnd::gave_up: {
      const core::Step& failed = *result.gave_up_on;
      error.kind = core::ErrorKind::conflict;
      error.message = fmt::format("AWS failed {} in {} again and again; {}", failed.snapshot.str(),
                                  failed.region.str(), left);
      error.hint = fmt::format(
          "See why with: aws rds describe-events --region {} --source-type "
          "db-snapshot --duration 1440",
          failed.region.str());
      break;
    }
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
  int trouble = summary.last.trouble_count();
  trouble += unsettled_count(summary.last);
  const int code = exit_of(summary.acted_count, trouble);
  const core::StatusReport status =
      core::make_status(place.policy, summary.last.inventory, command.clock.now());
  if (options.output.is_json) {
    boost::json::object json = session::status_json(place.policy, status);
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
    command.console.answer(describe(unfinished_in(summary.last)));
    command.console.answer("run apply again to go on, or apply --wait to see it done");
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

// One tick has run, without --wait.
ExitCode conclude_tick(Command& command, const Workplace& place, const ApplyOptions& options,
                       engine::Receipt receipt, core::Instant start) {
  Summary summary{.last = std::move(receipt), .took = command.clock.now() - start};
  for (const engine::Outcome& outcome : summary.last.outcomes) {
    summary.acted_count += outcome.kind == engine::OutcomeKind::started ||
                           outcome.kind == engine::OutcomeKind::adopted;
  }
  if (options.is_now && summary.last.trouble_count() == 0 &&
      !is_slot_begun(place.policy, summary.last)) {
    core::Error error;
    error.kind = core::ErrorKind::conflict;
    error.message = "no snapshot was started; " + describe(unfinished_in(summary.last));
    error.hint =
        "Run it again when the database is available, or with --wait, which goes on until "
        "it is.";
    return failed(std::move(error));
  }
  return conclude(command, place, options, summary);
}

}  // namespace

ExitCode run_apply(Command& command, const ApplyOptions& options) {
  if (!options.policy.file.empty()) return apply_fleet(command, options);
  auto place = prepare(command, options.policy, options.output,
                       {.deletes = options.deletes, .alert_topic = options.alert_topic});
  if (!place) return std::unexpected(std::move(place).error());
  auto timeout = core::parse_duration(options.timeout);
  if (!timeout) {
    return std::unexpected(
        Failure{kExitUsage, core::with_context(std::move(timeout).error(), "--timeout")});
  }
  const core::Instant start = command.clock.now();
  if (options.is_now) {
    place->policy.wanted_slot = std::chrono::floor<core::Seconds>(start);
  }
  const auto events =
      options.output.is_json
          ? make_json_progress(command.console, command.clock, &place->policy, options.output)
          : make_text_progress(command.console, command.clock, options.output);
  auto session = connect(command, *place, *events);
  if (!session) return std::unexpected(std::move(session).error());
  engine::World world{.clouds = (*session)->clouds(), .clock = command.clock, .events = *events};
  const auto tell = [&](const engine::Receipt* last, std::optional<core::Error> error) {
    std::optional<core::StatusReport> status;
    if (last) status = core::make_status(place->policy, last->inventory, command.clock.now());
    alert(*place, world.clouds,
          {.policy = place->policy,
           .status = status ? &*status : nullptr,
           .troubles = last ? engine::troubles_of(*last) : std::vector<core::Trouble>(),
           .error = std::move(error)},
          *events);
  };
  if (!options.is_wait) {
    auto receipt = engine::run_tick(world, place->policy);
    if (!receipt) {
      tell(nullptr, receipt.error());
      return failed(std::move(receipt).error());
    }
    tell(&*receipt, std::nullopt);
    return conclude_tick(command, *place, options, std::move(*receipt), start);
  }
  auto result = engine::wait_until_done(world, place->policy, {.timeout = *timeout});
  if (!result) {
    tell(nullptr, result.error());
    return failed(std::move(result).error());
  }
  command.console.live({});
  if (result->end != engine::WaitEnd::done) {
    const int code = result->end == engine::WaitEnd::interrupted ? kExitInterrupted : kExitFailed;
    core::Error error = ended_early(place->policy, *result, options.timeout);
    // Who pressed Ctrl-C knows.
    if (result->end != engine::WaitEnd::interrupted) tell(&result->last, error);
    return std::unexpected(Failure{code, std::move(error)});
  }
  tell(&result->last, std::nullopt);
  return conclude(command, *place, options,
                  {.last = std::move(result->last),
                   .acted_count = result->acted_count,
                   .took = result->took,
                   .is_waited = true});
}

}  // namespace snapferry::cli
