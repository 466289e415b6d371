// SPDX-License-Identifier: Apache-2.0
#include "cli/fleet_verbs.h"

#include <algorithm>
#include <limits>
#include <map>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/fleet_text.h"
#include "cli/progress.h"
#include "cli/read_policy.h"
#include "cli/workplace.h"
#include "core/alert.h"
#include "engine/fleet.h"
#include "session/fleet_documents.h"

namespace snapferry::cli {
namespace {

struct FleetPlace {
  aws::Settings settings;
  std::vector<core::FleetPolicy> policies;
};

std::expected<FleetPlace, Failure> prepare_fleet(Command& command, const PolicyFlags& policy,
                                                 const OutputFlags& output) {
  auto settings = aws::load_settings(command.environment, output.profile);
  if (!settings) return std::unexpected(Failure{kExitUsage, std::move(settings).error()});
  auto policies = read_policies(policy.file);
  if (!policies) return std::unexpected(std::move(policies).error());
  return FleetPlace{.settings = std::move(*settings), .policies = std::move(*policies)};
}

std::expected<std::unique_ptr<session::Session>, Failure> connect(Command& command,
                                                                  const FleetPlace& place,
                                                                  engine::EventSink& events) {
  auto session = session::Session::open(place.settings, command.clock, command.clock, events);
  if (!session) return std::unexpected(Failure{kExitUsage, std::move(session).error()});
  return std::move(*session);
}

std::optional<int> deletes_max(const DeleteFlags& flags) {
  return flags.is_yes ? std::numeric_limits<int>::max() : flags.deletes_max;
}

void tell_problems(Console& console, const std::vector<core::Error>& problems) {
  for (const std::string& line : problem_lines(console, problems)) console.story(line);
}

std::vector<std::string> fleet_status_lines(const Console& console,
                                            const session::FleetStatus& status) {
  Table table;
  table.add({"POLICY", "DATABASE", "TARGET", "NEWEST COPY", "AGE OF DATA", "RPO", "", "COPIES",
             "RUNNING", "NEXT DUE"});
  for (const auto& [policy, report] : status.reports) {
    for (const core::PlaceReport& place : report.places) {
      if (!place.is_target) continue;
      const std::string copy = place.error    ? "unreadable"
                               : place.newest ? place.newest->id.str()
                                              : "none";
      table.add(
          {policy->name, core::describe(policy->database), place.region.str(), copy,
           place.age ? core::format_duration(*place.age) : "-",
           report.is_orphan ? "-" : core::format_duration(policy->rpo),
           report.is_orphan
               ? console.on_stdout(Tone::faint, report.is_database_found ? "not meant" : "gone")
           : place.is_rpo_met ? console.on_stdout(Tone::good, "met")
                              : console.on_stdout(Tone::bad, "NOT MET"),
           fmt::format("{}", place.good_count), fmt::format("{}", place.in_progress_count),
           core::format_instant(std::chrono::floor<core::Seconds>(report.next_slot))});
    }
  }
  std::vector<std::string> lines = table.lines();
  lines.push_back(
      fmt::format("{} of {} met", status.met_count, databases_text(status.reports.size())));
  return lines;
}

// One message for each policy that names a topic, about its own databases, and about every region
// and database that could not be planned: their errors belong to the run.
void alert_topics(Command& command, const FleetPlace& place, core::Clouds& clouds,
                  const engine::FleetReceipt& last, std::vector<core::Error> problems,
                  engine::EventSink& events) {
  const auto status = session::make_fleet_status(last, command.clock.now());
  for (const core::FleetPolicy& policy : place.policies) {
    if (policy.alert_topic.empty()) continue;
    const auto topic = core::parse_topic(policy.alert_topic, "alerts.topic");
    ASSERT(topic);  // the file was refused otherwise
    std::vector<core::AlertInput> inputs;
    for (size_t i = 0; i < last.results.size(); ++i) {
      const engine::FleetResult& result = last.results[i];
      if (result.policy.name != policy.name) continue;
      inputs.push_back({.policy = result.policy,
                        .status = &status.reports[i].second,
                        .troubles = engine::troubles_of(result.receipt)});
    }
    const auto message = core::make_fleet_alert(policy.name, inputs, problems);
    if (!message) continue;
    auto told = clouds.in(topic->region).publish(*topic, *message);
    if (told) continue;
    events.on_trouble(core::with_context(
        std::move(told).error(), fmt::format("policy {}: the alert was not sent", policy.name)));
  }
}

// What the topics are told when the time was up.
core::Error timed_out(const ApplyOptions& options) {
  core::Error error;
  error.kind = core::ErrorKind::limit;
  error.message = fmt::format("not done within {}", options.timeout);
  error.hint = "Run the same command again to go on; a longer --timeout sees it through.";
  return error;
}

ExitCode conclude(Command& command, const ApplyOptions& options,
                  const engine::FleetWaitResult& result) {
  const engine::FleetReceipt& last = result.last;
  int trouble = last.trouble_count();
  for (const engine::FleetResult& one : last.results) trouble += unsettled_count(one.receipt);
  int code = exit_of(result.acted_count, trouble);
  if (result.end == engine::WaitEnd::interrupted) code = kExitInterrupted;
  if (result.end == engine::WaitEnd::timed_out) code = kExitFailed;
  const auto status = session::make_fleet_status(last, command.clock.now());
  if (options.output.is_json) {
    boost::json::object json =
        session::fleet_status_json(status, last.problems, last.quotas, last.now);
    json["type"] = "fleet_summary";
    json["exit_code"] = code;
    json["acted_count"] = result.acted_count;
    json["trouble_count"] = trouble;
    json["is_pending"] = last.is_pending();
    json["took_ms"] = result.took.count();
    command.console.answer(boost::json::serialize(json));
    return code;
  }
  tell_problems(command.console, last.problems);
  if (options.output.is_quiet) return code;
  command.console.answer(fmt::format(
      "{}: {} met, {} steps started, {} in trouble{}", databases_text(status.reports.size()),
      status.met_count, result.acted_count, trouble, last.is_pending() ? "; AWS goes on" : ""));
  if (last.is_pending()) {
    command.console.answer(result.end == engine::WaitEnd::timed_out
                               ? "not done within --timeout; run the same command again to go on"
                               : "run apply again to go on, or apply --wait to see it done");
  }
  return code;
}

}  // namespace

ExitCode plan_fleet(Command& command, const PlanOptions& options) {
  auto place = prepare_fleet(command, options.policy, options.output);
  if (!place) return std::unexpected(std::move(place).error());
  const auto events = make_text_progress(command.console, command.clock, options.output);
  auto session = connect(command, *place, *events);
  if (!session) return std::unexpected(std::move(session).error());
  engine::World world{.clouds = (*session)->clouds(), .clock = command.clock, .events = *events};
  const core::Survey seen = engine::survey(world, place->policies);
  const core::Instant now = command.clock.now();
  const core::FleetPlan plan =
      core::make_fleet_plan(place->policies, seen, now,
                            {.deletes_max = deletes_max(options.deletes),
                             .is_kept_told = options.output.is_json || options.output.is_verbose});
  int steps = 0;
  int blocked = int(plan.problems.size());
  for (const core::FleetItem& item : plan.items) {
    for (const core::Step& step : item.plan.steps) {
      ++(step.kind == core::StepKind::blocked ? blocked : steps);
    }
  }
  if (options.output.is_json) {
    command.console.answer(boost::json::serialize(session::fleet_plan_json(plan, now)));
    return exit_of(steps, blocked);
  }
  for (const auto& line : fleet_plan_lines(command.console, plan, options.output.is_verbose)) {
    command.console.answer(line);
  }
  tell_problems(command.console, plan.problems);
  for (const auto& line : quota_lines(command.console, plan.quotas)) command.console.answer(line);
  command.console.answer(totals_text(plan));
  return exit_of(steps, blocked);
}

ExitCode apply_fleet(Command& command, const ApplyOptions& options) {
  auto place = prepare_fleet(command, options.policy, options.output);
  if (!place) return std::unexpected(std::move(place).error());
  auto timeout = core::parse_duration(options.timeout);
  if (!timeout) {
    return std::unexpected(
        Failure{kExitUsage, core::with_context(std::move(timeout).error(), "--timeout")});
  }
  const auto events =
      options.output.is_json
          ? make_json_progress(command.console, command.clock, nullptr, options.output)
          : make_text_progress(command.console, command.clock, options.output);
  auto session = connect(command, *place, *events);
  if (!session) return std::unexpected(std::move(session).error());
  engine::World world{.clouds = (*session)->clouds(), .clock = command.clock, .events = *events};
  const core::Instant start = command.clock.now();
  const core::FleetPlanOptions plan_options{
      .deletes_max = deletes_max(options.deletes),
      .is_kept_told = options.output.is_json || options.output.is_verbose};
  engine::FleetWaitResult result;
  if (options.is_wait) {
    result =
        engine::wait_until_fleet_done(world, place->policies, {.timeout = *timeout}, plan_options);
    command.console.live({});
  } else {
    result.last = engine::run_fleet_tick(world, place->policies, plan_options);
    result.acted_count = result.last.acted_count();
    result.took = command.clock.now() - start;
  }
  // Who pressed Ctrl-C knows.
  if (result.end != engine::WaitEnd::interrupted) {
    auto problems = result.last.problems;
    if (result.end == engine::WaitEnd::timed_out) problems.push_back(timed_out(options));
    alert_topics(command, *place, world.clouds, result.last, std::move(problems), *events);
  }
  return conclude(command, options, result);
}

ExitCode show_fleet_status(Command& command, const StatusOptions& options) {
  auto place = prepare_fleet(command, options.policy, options.output);
  if (!place) return std::unexpected(std::move(place).error());
  const auto events = make_text_progress(command.console, command.clock, options.output);
  auto session = connect(command, *place, *events);
  if (!session) return std::unexpected(std::move(session).error());
  engine::World world{.clouds = (*session)->clouds(), .clock = command.clock, .events = *events};
  const core::Survey seen = engine::survey(world, place->policies);
  const core::Instant now = command.clock.now();
  const core::FleetPlan plan =
      core::make_fleet_plan(place->policies, seen, now, {.is_kept_told = false});
  const auto status = session::make_fleet_status(plan.items, seen, now);
  if (options.output.is_json) {
    command.console.answer(boost::json::serialize(
        session::fleet_status_json(status, plan.problems, plan.quotas, now)));
  } else {
    for (const auto& line : fleet_status_lines(command.console, status)) {
      command.console.answer(line);
    }
    for (const auto& line : quota_lines(command.console, plan.quotas)) {
      command.console.answer(line);
    }
    tell_problems(command.console, plan.problems);
  }
  return status.is_met() && plan.problems.empty() ? kExitDone : kExitNotMet;
}

}  // namespace snapferry::cli
