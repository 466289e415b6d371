// snapferry doctor: what stands in the way of the policies, and the smallest thing that mends it.
// Reads only.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/read_policy.h"
#include "cli/workplace.h"
#include "engine/doctor.h"

namespace snapferry::cli {
namespace {

namespace json = boost::json;

using core::CheckState;

// What is wrong has a line of its own, so the story of the reads tells calls and repeats only.
class CallsOnly final : public engine::EventSink {
 public:
  explicit CallsOnly(engine::EventSink& inner) : inner_(inner) {}

  void on_retry(const engine::Call& call, int attempt, core::Milliseconds pause,
                const core::Error& error) override {
    inner_.on_retry(call, attempt, pause, error);
  }
  void on_call(const engine::Call& call, core::Milliseconds took,
               const core::Error* error) override {
    inner_.on_call(call, took, error);
  }

 private:
  engine::EventSink& inner_;
};

std::string state_word(const Console& console, CheckState state) {
  switch (state) {
    case CheckState::ok:
      return console.on_stdout(Tone::good, "ok");
    case CheckState::warn:
      return console.on_stdout(Tone::waiting, "warn");
    case CheckState::fail:
      return console.on_stdout(Tone::bad, "FAIL");
    case CheckState::not_checked:
      return console.on_stdout(Tone::faint, "not checked");
  }
  ASSERT(false);
}

// Of an ARN, what its line does not say anyway: the region stands above.
std::string shown_subject(const core::Check& check) {
  if (check.subject.empty()) return "-";
  const auto arn = core::parse_arn(check.subject);
  return arn ? arn->resource : check.subject;
}

void print_checks(Console& console, const core::Diagnosis& diagnosis, bool is_quiet) {
  // One table for all regions, so that the columns line up; a region's name stands above its lines.
  Table table;
  std::vector<std::string> above;  // of each row: the region, when another begins
  std::vector<std::string> below;  // of each row: the hint
  const core::Region* region = nullptr;
  for (const core::Check& check : diagnosis.checks) {
    if (is_quiet && check.state == CheckState::ok) continue;
    table.add({"  " + state_word(console, check.state), std::string(core::to_string(check.id)),
               shown_subject(check), check.text});
    const bool is_new = region == nullptr || *region != check.region;
    above.push_back(!is_new ? "" : check.region.empty() ? "everywhere" : check.region.str());
    below.push_back(check.hint);
    region = &check.region;
  }
  const std::vector<std::string> lines = table.lines();
  for (size_t row = 0; row < lines.size(); ++row) {
    if (!above[row].empty()) console.answer(above[row]);
    console.answer(lines[row]);
    if (!below[row].empty()) console.answer("      hint: " + below[row]);
  }
}

void print_mendings(Console& console, const core::Diagnosis& diagnosis,
                    const std::string& principal, CheckState state, std::string_view purpose) {
  std::vector<core::Statement> ours;
  std::map<std::string, std::vector<core::Statement>> of_keys;
  for (core::Mending& mending : diagnosis.mendings(state)) {
    auto& statements = mending.key_arn.empty() ? ours : of_keys[mending.key_arn];
    statements.push_back(std::move(mending.statement));
  }
  if (!ours.empty()) {
    console.answer(fmt::format("\n{}, add to the policies of {}:", purpose, principal));
    console.answer(core::policy_json(ours));
  }
  for (const auto& [key, statements] : of_keys) {
    console.answer(
        fmt::format("\n{}, add to the Statement of the policy of key {}:", purpose, key));
    for (const core::Statement& statement : statements) console.answer(core::to_json(statement));
  }
}

void print_text(Console& console, const core::Diagnosis& diagnosis, const std::string& principal,
                bool is_quiet) {
  print_checks(console, diagnosis, is_quiet);
  print_mendings(console, diagnosis, principal, CheckState::fail, "To mend what is wrong");
  print_mendings(console, diagnosis, principal, CheckState::not_checked, "To have more checked");
  if (is_quiet) return;
  console.answer(fmt::format("\n{} ok, {} warn, {} FAIL, {} not checked",
                             diagnosis.count(CheckState::ok), diagnosis.count(CheckState::warn),
                             diagnosis.count(CheckState::fail),
                             diagnosis.count(CheckState::not_checked)));
}

json::value statement_json(const core::Statement& statement) {
  return json::parse(core::to_json(statement));
}

json::object doctor_json(const core::Diagnosis& diagnosis, const std::string& principal) {
  json::array checks;
  for (const core::Check& check : diagnosis.checks) {
    checks.push_back(
        json::object{{"id", core::to_string(check.id)},
                     {"region", check.region.str()},
                     {"subject", check.subject},
                     {"state", core::to_string(check.state)},
                     {"text", check.text},
                     {"hint", check.hint},
                     {"statement", check.mending ? statement_json(check.mending->statement)
                                                 : json::value(nullptr)}});
  }
  json::array statements;
  for (const CheckState state : {CheckState::fail, CheckState::not_checked}) {
    for (const core::Mending& mending : diagnosis.mendings(state)) {
      statements.push_back(
          json::object{{"for", core::to_string(state)},
                       {"kind", mending.key_arn.empty() ? "iam" : "key_policy"},
                       {"resource", mending.key_arn.empty() ? principal : mending.key_arn},
                       {"statement", statement_json(mending.statement)}});
    }
  }
  json::object totals;
  for (const CheckState state :
       {CheckState::ok, CheckState::warn, CheckState::fail, CheckState::not_checked}) {
    totals[core::to_string(state)] = diagnosis.count(state);
  }
  return {{"type", "doctor"},
          {"now", core::format_instant(diagnosis.now)},
          {"principal", diagnosis.principal},
          {"is_good", diagnosis.is_good()},
          {"checks", std::move(checks)},
          {"statements", std::move(statements)},
          {"totals", std::move(totals)}};
}

struct Waiting {
  aws::Settings settings;
  std::vector<core::FleetPolicy> fleets;
  std::optional<core::Policy> policy;  ///< of one database, in place of the fleets
};

std::expected<Waiting, Failure> prepare_doctor(Command& command, const DoctorOptions& options) {
  if (options.policy.file.empty()) {
    auto place = prepare(command, options.policy, options.output, {});
    if (!place) return std::unexpected(std::move(place).error());
    return Waiting{
        .settings = std::move(place->settings), .fleets = {}, .policy = std::move(place->policy)};
  }
  auto settings = aws::load_settings(command.environment, options.output.profile);
  if (!settings) return std::unexpected(Failure{kExitUsage, std::move(settings).error()});
  auto fleets = read_policies(options.policy.file);
  if (!fleets) return std::unexpected(std::move(fleets).error());
  return Waiting{
      .settings = std::move(*settings), .fleets = std::move(*fleets), .policy = std::nullopt};
}

}  // namespace

ExitCode run_doctor(Command& command, const DoctorOptions& options) {
  auto waiting = prepare_doctor(command, options);
  if (!waiting) return std::unexpected(std::move(waiting).error());
  const auto progress = make_text_progress(command.console, command.clock, options.output);
  CallsOnly events(*progress);
  auto session = session::Session::open(waiting->settings, command.clock, command.clock, events);
  if (!session) return std::unexpected(Failure{kExitUsage, std::move(session).error()});
  engine::World world{.clouds = (*session)->clouds(), .clock = command.clock, .events = events};
  auto facts = waiting->policy ? engine::consult(world, *waiting->policy)
                               : engine::consult(world, waiting->fleets);
  if (!facts) return failed(std::move(facts).error());
  const core::Diagnosis diagnosis = core::diagnose(*facts);
  if (options.output.is_json) {
    command.console.answer(json::serialize(doctor_json(diagnosis, facts->principal)));
  } else {
    print_text(command.console, diagnosis, facts->principal, options.output.is_quiet);
  }
  return diagnosis.is_good() ? kExitDone : kExitNotMet;
}

}  // namespace snapferry::cli
