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

std::vector<std::string> quota_lines(const Console& console,
                                     const std::vector<core::QuotaForecast>& quotas) {
  // Ours: a month is time enough to ask AWS for a larger quota, or to name days to keep.
  constexpr int kSoonDays = 30;
  std::vector<std::string> lines;
  for (const core::QuotaForecast& one : quotas) {
    std::string line =
        fmt::format("{}: {} of {} manual {}snapshots", one.place.region.str(), one.quota.used,
                    one.quota.max, one.place.kind == core::DatabaseKind::cluster ? "cluster " : "");
    if (one.days_left) {
      const std::string when = one.quota.used >= one.quota.max ? "full"
                               : *one.days_left == 0
                                   ? "full within a day"
                                   : fmt::format("full in {} days", *one.days_left);
      const std::string pace = fmt::format("{} at {:.3g} a day", when, one.made_per_day);
      line += ", " + (*one.days_left < kSoonDays ? console.on_stdout(Tone::bad, pace) : pace);
    } else if (one.settles_at) {
      line += fmt::format(", {} at most as the policies keep them", *one.settles_at);
    }
    lines.push_back(std::move(line));
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
