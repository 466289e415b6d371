// SPDX-License-Identifier: Apache-2.0
#include "engine/receipt.h"

#include <algorithm>

namespace snapferry::engine {

std::string_view to_string(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::started:
      return "started";
    case OutcomeKind::adopted:
      return "adopted";
    case OutcomeKind::deferred:
      return "deferred";
    case OutcomeKind::unknown:
      return "unknown";
    case OutcomeKind::failed:
      return "failed";
  }
  ASSERT(false);
}

namespace {

// A wait that follows from another step of the same plan carries nothing: that step does.
bool is_carrying(const core::Step& step) {
  if (step.kind != core::StepKind::wait) return false;
  const bool is_on_a_snapshot = !step.status.empty();
  const bool is_consequence = step.reason.code == core::ReasonCode::source_not_available ||
                              step.reason.code == core::ReasonCode::being_deleted;
  return is_on_a_snapshot || !is_consequence;
}

}  // namespace

bool Receipt::is_pending() const {
  if (std::ranges::any_of(plan.steps, is_carrying)) return true;
  for (const Outcome& outcome : outcomes) {
    if (outcome.kind != OutcomeKind::failed) return true;
    // AWS kept failing for the moment; the same call may well be taken later.
    if (outcome.error && outcome.error->kind == core::ErrorKind::transient) return true;
  }
  return false;
}

int Receipt::trouble_count() const {
  int count = 0;
  for (const core::Step& step : plan.steps) count += step.kind == core::StepKind::blocked;
  for (const Outcome& outcome : outcomes) count += outcome.kind == OutcomeKind::failed;
  return count;
}

std::vector<core::Trouble> troubles_of(const Receipt& receipt) {
  std::vector<core::Trouble> troubles;
  for (const core::Step& step : receipt.plan.steps) {
    const bool is_unreadable = step.reason.code == core::ReasonCode::region_unreadable ||
                               step.reason.code == core::ReasonCode::key_unreadable;
    if (step.kind != core::StepKind::blocked && !is_unreadable) continue;
    troubles.push_back({step.kind, step.region, step.snapshot, step.reason.text, step.reason.hint});
  }
  for (const Outcome& outcome : receipt.outcomes) {
    if (outcome.kind != OutcomeKind::failed) continue;
    ASSERT(outcome.error.has_value());
    troubles.push_back({outcome.step.kind, outcome.step.region, outcome.step.snapshot,
                        core::describe(*outcome.error), core::next_act(*outcome.error)});
  }
  return troubles;
}

}  // namespace snapferry::engine
