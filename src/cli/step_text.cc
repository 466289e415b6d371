// SPDX-License-Identifier: Apache-2.0
#include "cli/step_text.h"

#include <fmt/format.h>

namespace snapferry::cli {
namespace {

Tone tone_of(core::StepKind kind) {
  switch (kind) {
    case core::StepKind::create:
    case core::StepKind::copy:
      return Tone::good;
    case core::StepKind::delete_:
    case core::StepKind::blocked:
      return Tone::bad;
    case core::StepKind::wait:
      return Tone::waiting;
  }
  return Tone::plain;
}

std::string seconds(core::Instant instant) {
  return core::format_instant(std::chrono::floor<core::Seconds>(instant));
}

std::vector<std::string> place_cells(const Console& console, const core::PlaceReport& place) {
  std::vector<std::string> cells{place.region.str(), place.is_target ? "target" : "source"};
  if (place.error) {
    cells.push_back(console.on_stdout(Tone::bad, "unreadable: " + core::describe(*place.error)));
    return cells;
  }
  if (place.newest) {
    cells.push_back(place.newest->id.str());
    cells.push_back(console.on_stdout(Tone::good, place.newest->status));
    cells.push_back(place.newest->is_encrypted ? place.newest->kms_key_arn : "not encrypted");
  } else {
    cells.insert(cells.end(), {"none", "-", "-"});
  }
  cells.push_back(place.age ? core::format_duration(*place.age) : "-");
  if (!place.is_target) {
    cells.push_back("-");
  } else if (place.is_rpo_met) {
    cells.push_back(console.on_stdout(Tone::good, "met"));
  } else {
    cells.push_back(console.on_stdout(Tone::bad, "NOT MET"));
  }
  cells.push_back(fmt::format("{}", place.good_count));
  cells.push_back(fmt::format("{}", place.in_progress_count));
  cells.push_back(place.quota ? fmt::format("{}/{}", place.quota->used, place.quota->max) : "?");
  return cells;
}

void add_step_lines(const Console& console, const core::Plan& plan,
                    std::vector<std::string>& lines) {
  Table table;
  for (const core::Step& step : plan.steps) {
    std::string reason = step.reason.text;
    if (step.copy) reason += "; " + lineage_text(*step.copy);
    table.add({console.on_stdout(tone_of(step.kind), core::to_string(step.kind)), step.region.str(),
               step.snapshot.str(), reason});
  }
  const auto rows = table.lines();
  for (size_t i = 0; i < rows.size(); ++i) {
    lines.push_back(rows[i]);
    const core::Step& step = plan.steps[i];
    if (!step.reason.hint.empty()) lines.push_back("hint: " + step.reason.hint);
    if (!step.tags_dropped.empty()) {
      std::string keys;
      for (const std::string& key : step.tags_dropped) keys += (keys.empty() ? "" : ", ") + key;
      lines.push_back("note: these tags cannot be carried over: " + keys);
    }
  }
}

}  // namespace

std::string lineage_text(const core::CopyDetails& copy) {
  if (copy.lineage.is_incremental) return "incremental: " + copy.lineage.why;
  // Of an Aurora cluster RDS does not tell the size.
  if (copy.size_gib <= 1) return "full: " + copy.lineage.why;
  return fmt::format("full, up to {} GiB: {}", copy.size_gib, copy.lineage.why);
}

std::vector<std::string> plan_lines(const Console& console, const core::Policy& policy,
                                    const core::Plan& plan, bool is_kept_told) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("plan for {} in {} at {} (slot {}, next {})",
                              core::describe(policy.database), policy.source_region.str(),
                              seconds(plan.now), seconds(plan.slot), seconds(plan.next_slot)));
  if (policy.orphans) {
    lines.emplace_back("it is gone, or the policy means it no longer: nothing new is taken of it");
  } else if (plan.steps.empty()) {
    lines.emplace_back("nothing to do: every snapshot and copy that is due stands");
  }
  add_step_lines(console, plan, lines);
  if (!is_kept_told) return lines;
  Table table;
  for (const core::Kept& kept : plan.kept) {
    table.add({console.on_stdout(Tone::faint, "keep"), kept.region.str(), kept.snapshot.str(),
               fmt::format("{}: {}", core::to_string(kept.rule), kept.text)});
  }
  for (std::string& line : table.lines()) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> status_lines(const Console& console, const core::Policy& policy,
                                      const core::StatusReport& report) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{} at {}", core::describe(policy.database), seconds(report.now)));
  Table table;
  table.add({"REGION", "ROLE", "NEWEST GOOD SNAPSHOT", "STATUS", "KEY", "AGE OF DATA",
             "RPO " + core::format_duration(policy.rpo), "GOOD", "RUNNING", "QUOTA"});
  for (const core::PlaceReport& place : report.places) table.add(place_cells(console, place));
  for (std::string& line : table.lines()) lines.push_back(std::move(line));
  lines.push_back("next snapshot due " + seconds(report.next_slot));
  return lines;
}

}  // namespace snapferry::cli
