// SPDX-License-Identifier: Apache-2.0
#include "cli/snapshot_watch.h"

#include <algorithm>

#include "core/rules/ownership.h"

namespace snapferry::cli {
namespace {

bool is_watchable(const core::Step& step) {
  switch (step.kind) {
    case core::StepKind::create:
    case core::StepKind::copy:
    case core::StepKind::wait:
      return !step.snapshot.empty();
    case core::StepKind::delete_:
    case core::StepKind::blocked:
      return false;
  }
  return false;
}

const core::Snapshot* find(const core::Inventory& inventory, const Watched& watched) {
  const auto view = inventory.regions.find(watched.region);
  if (view == inventory.regions.end()) return nullptr;
  const auto it = std::ranges::find(view->second.snapshots, watched.id, &core::Snapshot::id);
  if (it == view->second.snapshots.end()) return nullptr;
  const auto mark = core::mark_of(it->tags);
  const bool is_meant =
      mark && mark->owner.database.str() == watched.database.str() && mark->slot == watched.slot;
  return is_meant ? &*it : nullptr;
}

}  // namespace

std::vector<Watched> SnapshotWatch::look(const core::Inventory& inventory, const core::Plan& plan) {
  for (const core::Step& step : plan.steps) {
    if (!is_watchable(step)) continue;
    const bool is_known = std::ranges::any_of(watched_, [&](const Watched& w) {
      return w.region == step.region && w.id == step.snapshot;
    });
    if (!is_known) {
      watched_.push_back({.region = step.region,
                          .id = step.snapshot,
                          .database = step.database,
                          .slot = step.slot,
                          .status = {},
                          .since = plan.now});
    }
  }
  std::vector<Watched> standing;
  for (Watched& watched : watched_) {
    const core::Snapshot* snapshot = find(inventory, watched);
    if (!snapshot) continue;
    if (watched.status.empty()) watched.since = plan.now;
    watched.is_new_status = watched.status != snapshot->status;
    watched.is_new_progress = watched.progress_percent != snapshot->progress_percent;
    watched.status = snapshot->status;
    watched.progress_percent = snapshot->progress_percent;
    watched.state = snapshot->state();
    standing.push_back(watched);
  }
  return standing;
}

}  // namespace snapferry::cli
