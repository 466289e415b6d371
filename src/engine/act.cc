// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "core/deletion_guard.h"
#include "core/ownership.h"
#include "engine/tick.h"

namespace snapferry::engine {
namespace {

using core::ErrorKind;

const core::NameTemplate& template_of(const core::Policy& policy, const core::Step& step) {
  for (const core::Target& target : policy.targets) {
    if (target.region == step.region) return target.copy_name;
  }
  return policy.snapshot_name;
}

// The name was taken already. Ours for this very slot: another tick was faster or an answer was
// lost, and all is well. Somebody else's: a person must decide (rule 1).
Outcome adopt_or_block(core::Cloud& cloud, const core::Policy& policy, const core::Step& step,
                       core::Error refusal) {
  auto page = cloud.list_snapshots({.database = {}, .id = step.snapshot, .type = {}, .marker = {}});
  const bool is_unseen = page ? page->items.empty() : page.error().kind == ErrorKind::missing;
  if (is_unseen || !page) {
    // It exists, AWS says, and lists lag behind: the next tick will see it.
    return {.step = step, .kind = OutcomeKind::deferred, .error = std::move(refusal)};
  }
  const auto slot = core::owned_slot(page->items.front(), policy.name, policy.database,
                                     template_of(policy, step));
  if (slot == step.slot) return {.step = step, .kind = OutcomeKind::adopted, .error = {}};
  refusal.hint =
      "A snapshot of that name stands there and is not ours; put {db} into the name template.";
  return {.step = step, .kind = OutcomeKind::failed, .error = std::move(refusal)};
}

OutcomeKind outcome_of(const core::Error& error) {
  switch (error.kind) {
    case ErrorKind::limit:
    case ErrorKind::conflict:
    case ErrorKind::missing:
      return OutcomeKind::deferred;
    case ErrorKind::unknown:
      return OutcomeKind::unknown;
    case ErrorKind::invalid:
    case ErrorKind::denied:
    case ErrorKind::transient:
      return OutcomeKind::failed;
  }
  ASSERT(false);
}

Outcome conclude(core::Cloud& cloud, const core::Policy& policy, const core::Step& step,
                 core::Error error) {
  if (error.kind == ErrorKind::conflict && error.aws_code == "DBSnapshotAlreadyExists") {
    return adopt_or_block(cloud, policy, step, std::move(error));
  }
  const OutcomeKind kind = outcome_of(error);
  error = core::with_context(std::move(error), fmt::format("{} {} in {}", to_string(step.kind),
                                                           step.snapshot.str(), step.region.str()));
  return {.step = step, .kind = kind, .error = std::move(error)};
}

Outcome act_create(core::Cloud& cloud, const core::Policy& policy, const core::Step& step) {
  auto made =
      cloud.create_snapshot({.id = step.snapshot, .database = step.database, .tags = step.tags});
  if (!made) return conclude(cloud, policy, step, std::move(made).error());
  return {.step = step, .kind = OutcomeKind::started, .error = {}};
}

Outcome act_copy(core::Cloud& cloud, const core::Policy& policy, const core::Step& step) {
  ASSERT(step.copy.has_value());
  auto made = cloud.copy_snapshot({.source = step.copy->source,
                                   .target_id = step.snapshot,
                                   .kms_key = step.copy->kms_key,
                                   .option_group = step.copy->option_group,
                                   .tags = step.tags});
  if (!made) return conclude(cloud, policy, step, std::move(made).error());
  return {.step = step, .kind = OutcomeKind::started, .error = {}};
}

// The plan asked the guard; it is asked once more, so that no plan from anywhere goes around it.
Outcome act_delete(core::Cloud& cloud, const core::Policy& policy, const core::Inventory& inventory,
                   const core::Step& step) {
  const auto& snapshots = inventory.regions.at(step.region).snapshots;
  const auto found =
      std::ranges::find(snapshots, step.snapshot, [](const auto& s) { return s.id; });
  ASSERT(found != snapshots.end());
  if (auto refusal = core::refuse_delete(policy, inventory, step.region, *found)) {
    core::Error error;
    error.message = fmt::format("{} must stay: {}", step.snapshot.str(), *refusal);
    return {.step = step, .kind = OutcomeKind::failed, .error = std::move(error)};
  }
  auto gone = cloud.delete_snapshot(step.snapshot);
  if (!gone && gone.error().kind != ErrorKind::missing) {
    return conclude(cloud, policy, step, std::move(gone).error());
  }
  return {.step = step, .kind = OutcomeKind::started, .error = {}};
}

}  // namespace

std::vector<Outcome> act(World& world, const core::Policy& policy, const core::Inventory& inventory,
                         const core::Plan& plan) {
  std::vector<const core::Step*> steps;
  for (const core::Step& step : plan.steps) {
    switch (step.kind) {
      case core::StepKind::create:
      case core::StepKind::copy:
      case core::StepKind::delete_:
        steps.push_back(&step);
        break;
      case core::StepKind::wait:
      case core::StepKind::blocked:
        break;
    }
  }
  std::vector<Outcome> outcomes(steps.size());
  std::vector<std::function<void()>> tasks;
  for (size_t i = 0; i < steps.size(); ++i) {
    tasks.emplace_back([&, i] {
      const core::Step& step = *steps[i];
      core::Cloud& cloud = world.clouds.in(step.region);
      switch (step.kind) {
        case core::StepKind::create:
          outcomes[i] = act_create(cloud, policy, step);
          break;
        case core::StepKind::copy:
          outcomes[i] = act_copy(cloud, policy, step);
          break;
        case core::StepKind::delete_:
          outcomes[i] = act_delete(cloud, policy, inventory, step);
          break;
        case core::StepKind::wait:
        case core::StepKind::blocked:
          break;
      }
      world.events.on_outcome(outcomes[i]);
    });
  }
  run_parallel(tasks, world.threads);
  return outcomes;
}

}  // namespace snapferry::engine
