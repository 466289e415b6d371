// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "core/rules/deletion_guard.h"
#include "core/rules/ownership.h"
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
  if (is_unseen) {
    // It exists, AWS says, and lists lag behind: the next tick will see it.
    return {.step = step, .kind = OutcomeKind::deferred, .error = std::move(refusal)};
  }
  if (!page) {
    // Not allowed to look is for a person to mend; a wait must not go on over it.
    const bool will_pass = core::passes_by_itself(page.error());
    return {.step = step,
            .kind = will_pass ? OutcomeKind::deferred : OutcomeKind::failed,
            .error = std::move(page).error()};
  }
  const auto slot =
      core::owned_slot(page->items.front(), policy.owner(), template_of(policy, step));
  if (slot == step.slot) return {.step = step, .kind = OutcomeKind::adopted, .error = {}};
  refusal.hint =
      "A snapshot of that name stands there and is not ours; give this database a name of its own, "
      "with {db} in the template.";
  return {.step = step, .kind = OutcomeKind::failed, .error = std::move(refusal)};
}

OutcomeKind outcome_of(const core::Error& error) {
  switch (error.kind) {
    case ErrorKind::limit:
    case ErrorKind::conflict:
      return OutcomeKind::deferred;
    case ErrorKind::missing:
      // The database or the source went away between look and call: look again. Anything else that
      // is missing was named by a person.
      return core::is_subject_missing(error) ? OutcomeKind::deferred : OutcomeKind::failed;
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
  if (core::is_name_taken(error)) {
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

Outcome put_off(const core::Step& step, std::string why) {
  core::Error error;
  error.kind = ErrorKind::conflict;
  error.message = fmt::format("{} {} in {}: {}", to_string(step.kind), step.snapshot.str(),
                              step.region.str(), why);
  return {.step = step, .kind = OutcomeKind::deferred, .error = std::move(error)};
}

// Looks at one snapshot. Returns nothing when it is not there.
core::Result<std::optional<core::Snapshot>> look_at(core::Cloud& cloud,
                                                    const core::SnapshotId& id) {
  auto page = cloud.list_snapshots({.database = {}, .id = id, .type = {}, .marker = {}});
  if (!page && page.error().kind == ErrorKind::missing) return std::nullopt;
  if (!page) return std::unexpected(std::move(page).error());
  if (page->items.empty()) return std::nullopt;
  return std::move(page->items.front());
}

// What was seen earlier and can only keep a snapshot: copies under way, regions that were not read.
core::Inventory only_obstacles(const core::Inventory& seen) {
  core::Inventory obstacles;
  for (const auto& [region, view] : seen.regions) {
    core::RegionView& there = obstacles.regions[region];
    there.error = view.error;
    std::ranges::copy_if(view.snapshots, std::back_inserter(there.snapshots),
                         [](const core::Snapshot& snapshot) {
                           return snapshot.state() == core::SnapshotState::in_progress;
                         });
  }
  return obstacles;
}

// Why what stands there now is not what the plan wanted to delete, if so.
std::optional<std::string> tell_change(const core::Inventory& seen, const core::Step& step,
                                       const core::Snapshot& fresh) {
  const auto wanted = step.reason.code == core::ReasonCode::expired ? core::SnapshotState::available
                                                                    : core::SnapshotState::failed;
  if (fresh.state() != wanted) return fmt::format("it is {} now", fresh.status);
  if (wanted == core::SnapshotState::failed) return std::nullopt;
  const auto& snapshots = seen.regions.at(step.region).snapshots;
  const auto before = std::ranges::find(snapshots, step.snapshot, &core::Snapshot::id);
  if (before != snapshots.end() && before->original_create_time == fresh.original_create_time) {
    return std::nullopt;
  }
  return "it was made anew since the plan";
}

// The plan asked the guard about what it had seen. Names are used again, another tick may have made
// the snapshot anew since, and a person may have deleted what it rests on: so the snapshot and its
// replacements are looked at once more, and nothing else can let it go.
Outcome act_delete(World& world, const core::Policy& policy, const core::Inventory& inventory,
                   const core::Step& step) {
  core::Cloud& cloud = world.clouds.in(step.region);
  const core::Instant now = world.clock.now();
  auto fresh = look_at(cloud, step.snapshot);
  if (!fresh) return conclude(cloud, policy, step, std::move(fresh).error());
  if (!*fresh) return put_off(step, "it is gone already");
  if (auto change = tell_change(inventory, step, **fresh)) return put_off(step, *change);
  if (auto refusal = core::refuse_delete(policy, inventory, step.region, **fresh, now)) {
    return put_off(step, *refusal);
  }
  core::Inventory checked = only_obstacles(inventory);
  for (const core::Replacement& replacement :
       core::replacements_of(policy, inventory, step.region, **fresh, now)) {
    auto standing = look_at(world.clouds.in(replacement.region), replacement.snapshot);
    if (!standing) return conclude(cloud, policy, step, std::move(standing).error());
    if (!*standing) {
      return put_off(step, fmt::format("{}, which was to stay in its place in {}, is gone",
                                       replacement.snapshot.str(), replacement.region.str()));
    }
    checked.regions[replacement.region].snapshots.push_back(std::move(**standing));
  }
  if (auto refusal = core::refuse_delete(policy, checked, step.region, **fresh, now)) {
    return put_off(step, *refusal);
  }
  auto gone = cloud.delete_snapshot(step.snapshot);
  if (!gone && gone.error().kind != ErrorKind::missing) {
    return conclude(cloud, policy, step, std::move(gone).error());
  }
  return {.step = step, .kind = OutcomeKind::started, .error = {}};
}

Outcome act_step(World& world, const core::Policy& policy, const core::Inventory& inventory,
                 const core::Step& step) {
  if (world.budget.left(world.clock.now()) <= core::Milliseconds(0)) {
    return put_off(step, std::string(kNoTimeLeft));
  }
  if (world.clock.is_stopped()) return put_off(step, "told to stop before it began");
  core::Cloud& cloud = world.clouds.in(step.region);
  switch (step.kind) {
    case core::StepKind::create:
      return act_create(cloud, policy, step);
    case core::StepKind::copy:
      return act_copy(cloud, policy, step);
    case core::StepKind::delete_:
      return act_delete(world, policy, inventory, step);
    case core::StepKind::wait:
    case core::StepKind::blocked:
      break;
  }
  ASSERT(false);
}

}  // namespace

std::vector<Outcome> act(World& world, const core::Policy& policy, const core::Inventory& inventory,
                         const core::Plan& plan) {
  std::vector<const core::Step*> steps;
  for (const core::Step& step : plan.steps) {
    if (core::is_act(step)) steps.push_back(&step);
  }
  std::vector<Outcome> outcomes(steps.size());
  std::vector<std::function<void()>> tasks;
  tasks.reserve(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    tasks.emplace_back([&, i] {
      outcomes[i] = act_step(world, policy, inventory, *steps[i]);
      world.events.on_outcome(outcomes[i]);
    });
  }
  run_parallel(tasks, world.threads);
  return outcomes;
}

}  // namespace snapferry::engine
