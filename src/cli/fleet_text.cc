// SPDX-License-Identifier: Apache-2.0
#include "cli/fleet_text.h"

#include <map>

#include <fmt/format.h>

#include "cli/step_text.h"

namespace snapferry::cli {

std::vector<std::string> fleet_plan_lines(const Console& console, const core::FleetPlan& plan,
                                          bool is_verbose) {
  std::vector<std::string> lines;
  for (const core::FleetItem& item : plan.items) {
    if (item.plan.steps.empty() && !item.policy.orphans && !is_verbose) continue;
    for (std::string& line : plan_lines(console, item.policy, item.plan, is_verbose)) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::vector<std::string> problem_lines(const Console& console,
                                       const std::vector<core::Error>& problems) {
  std::vector<std::string> lines;
  for (const core::Error& problem : problems) {
    lines.push_back(console.on_stderr(Tone::bad, "error:") + " " + core::describe(problem));
    lines.push_back("hint: " + core::next_act(problem));
  }
  return lines;
}

std::string databases_text(size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "database" : "databases");
}

std::string totals_text(const core::FleetPlan& plan) {
  std::map<core::StepKind, int> steps;
  int idle = 0;
  for (const core::FleetItem& item : plan.items) {
    idle += item.plan.steps.empty();
    for (const core::Step& step : item.plan.steps) ++steps[step.kind];
  }
  std::string text = databases_text(plan.items.size()) + ":";
  for (const auto& [kind, count] : steps) {
    text += fmt::format(" {} {},", count, core::to_string(kind));
  }
  return text + fmt::format(" {} with nothing to do", idle);
}

}  // namespace snapferry::cli
