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
      return error.aws_code == "DBInstanceNotFound" || error.aws_code == "DBSnapshotNotFound"
                 ? OutcomeKind::deferred
                 : OutcomeKind::failed;
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

Outcome put_off(const core::Step& step, std::string why) {
  core::Error error;
  error.kind = ErrorKind::conflict;
  error.message = fmt::format("{} {} in {}: {}", to_string(step.kind), step.snapshot.str(),
                              step.region.str(), why);
  return {.step = step, .kind = OutcomeKind::deferred, .error = std::move(error)};
}

// Why the planned delete must not happen to what stands there now, if so.
std::optional<std::string> refuse_now(const core::Policy& policy, const core::Inventory& inventory,
                                      const core::Step& step, const core::Snapshot& fresh,
                                      core::Instant now) {
  if (step.reason.code == core::ReasonCode::expired) {
    if (!core::is_past_days(core::retention_of(policy, step.region), fresh, now)) {
      return "it is not past its days";
    }
  } else if (fresh.state() != core::SnapshotState::failed) {
    return fmt::format("it is {} now", fresh.status);
  }
  return core::refuse_delete(policy, inventory, step.region, fresh);
}

// The plan asked the guard about what it had seen. Names are used again, and another tick may have
// made the snapshot anew since: so it is looked at once more, and the guard is asked about what
// stands there now.
Outcome act_delete(core::Cloud& cloud, const core::Policy& policy, const core::Inventory& inventory,
                   const core::Step& step, core::Instant now) {
  auto fresh =
      cloud.list_snapshots({.database = {}, .id = step.snapshot, .type = {}, .marker = {}});
  if (!fresh && fresh.error().kind != ErrorKind::missing) {
    return conclude(cloud, policy, step, std::move(fresh).error());
  }
  if (!fresh || fresh->items.empty()) return put_off(step, "it is gone already");
  if (auto refusal = refuse_now(policy, inventory, step, fresh->items.front(), now)) {
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
      return act_delete(cloud, policy, inventory, step, world.clock.now());
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
