// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"

#include <boost/json/serialize.hpp>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "session/json_documents.h"

namespace snapferry::cli {
namespace {

// Whether errors go out as JSON; asked of the raw arguments, for they may be what is wrong.
bool wants_json(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--json" || argument.starts_with("--json=")) return true;
  }
  return false;
}

void print_error(Console& console, bool is_json, int exit_code, const core::Error& error) {
  if (is_json) {
    console.answer(boost::json::serialize(session::exit_error_json(exit_code, error)));
    return;
  }
  console.story(console.on_stderr(Tone::bad, "error:") + " " + core::describe(error));
  console.story("hint: " + core::next_act(error));
}

struct Runner {
  Command& command;

  ExitCode operator()(const ShowText& show) const {
    std::string_view text = show.text;
    if (text.ends_with('\n')) text.remove_suffix(1);
    command.console.answer(text);
    return kExitDone;
  }
  ExitCode operator()(const PlanOptions& options) const { return run_plan(command, options); }
  ExitCode operator()(const ApplyOptions& options) const { return run_apply(command, options); }
  ExitCode operator()(const StatusOptions& options) const { return run_status(command, options); }
  ExitCode operator()(const DoctorOptions& options) const { return run_doctor(command, options); }
  ExitCode operator()(const PolicyCheckOptions& options) const {
    return run_policy_check(command, options);
  }
  ExitCode operator()(const EmulatorFlags& flags) const { return run_emulator(command, flags); }
};

}  // namespace

int run(const std::vector<std::string>& arguments, const core::Environment& environment) {
  Console console(environment);
  const bool is_json = wants_json(arguments);
  auto options = parse_options(arguments);
  if (!options) {
    print_error(console, is_json, kExitUsage, options.error());
    return kExitUsage;
  }
  // Only verbs that go on for long end tidily on a signal; the others just end.
  const auto* apply = std::get_if<ApplyOptions>(&*options);
  const bool goes_on = (apply && apply->is_wait) || std::holds_alternative<EmulatorFlags>(*options);
  engine::SystemClock clock(goes_on);
  Command command{.environment = environment, .console = console, .clock = clock};
  const ExitCode ended = std::visit(Runner{command}, *options);
  if (ended) return *ended;
  print_error(console, is_json, ended.error().exit_code, ended.error().error);
  return ended.error().exit_code;
}

}  // namespace snapferry::cli
