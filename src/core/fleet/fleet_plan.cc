// SPDX-License-Identifier: Apache-2.0
#include "core/fleet/fleet_plan.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "core/fleet/resolve.h"
#include "core/planner.h"

namespace snapferry::core {
namespace {

// Plans one database after another, each with the room that those before it have left.
class FleetPlanner {
 public:
  FleetPlanner(const SurveyIndex& index, Instant now, bool is_kept_told)
      : index_(index), now_(now), is_kept_told_(is_kept_told) {}

  void plan(FleetItem& item) {
    Inventory inventory = index_.inventory_of(item.policy);
    for (auto& [region, view] : inventory.regions) {
      const Taken& taken = taken_[{region, item.policy.database.kind()}];
      view.planned_copies = taken.copies;
      view.planned_snapshots = taken.snapshots;
    }
    item.plan = make_plan(item.policy, inventory, now_);
    item.kept_count = int(item.plan.kept.size());
    if (!is_kept_told_) item.plan.kept = {};
    for (Step& step : item.plan.steps) {
      if (step.kind != StepKind::create && step.kind != StepKind::copy) continue;
      Taken& taken = taken_[{step.region, item.policy.database.kind()}];
      const auto [claim, is_free] = taken.names.emplace(step.snapshot, &item.policy);
      if (!is_free) {
        block_claimed(step, *claim->second);
        continue;
      }
      taken.snapshots += 1;
      taken.copies += step.kind == StepKind::copy;
    }
  }

 private:
  // What the plans made so far have taken of a place's room.
  struct Taken {
    int copies = 0;
    int snapshots = 0;  // and copies
    std::map<SnapshotId, const Policy*> names;
  };

  // Two databases of one identifier, or two templates that meet: a name is one snapshot's.
  static void block_claimed(Step& step, const Policy& by) {
    step.kind = StepKind::blocked;
    step.reason = {ReasonCode::name_taken,
                   fmt::format("this plan gives the name to {} of {}", describe(by.database),
                               by.source_region.str()),
                   "Give this database a name of its own: a template with {db}, and a policy of "
                   "its own where the same identifier lives in several regions."};
    step.tags.clear();
    step.tags_dropped.clear();
    step.copy.reset();
  }

  const SurveyIndex& index_;
  Instant now_;
  bool is_kept_told_;
  std::map<Place, Taken> taken_;
};

// A policy whose databases together would lose more than it may lose deletes nothing: a person
// looks first, and the rest goes on.
void hold_too_many_deletes(std::span<FleetItem> items, const FleetPlanOptions& options) {
  const auto is_expired = [](const Step& step) { return step.reason.code == ReasonCode::expired; };
  int deletes = 0;
  int managed = 0;
  for (const FleetItem& item : items) {
    const int here = int(std::ranges::count_if(item.plan.steps, is_expired));
    deletes += here;
    managed += here + item.kept_count;
  }
  const int allowed = deletes_allowed(managed, options.deletes_max);
  if (deletes <= allowed) return;
  for (FleetItem& item : items) {
    const bool has_any = std::ranges::any_of(item.plan.steps, is_expired);
    std::vector<Step> others;
    for (Step& step : item.plan.steps) {
      if (is_expired(step)) {
        ++item.kept_count;
        if (!options.is_kept_told) continue;
        item.plan.kept.push_back({step.region, step.snapshot, step.slot, KeepRule::too_many_deletes,
                                  std::move(step.reason.text)});
      } else {
        others.push_back(std::move(step));
      }
    }
    item.plan.steps = std::move(others);
    if (!has_any) continue;
    Step blocked;
    blocked.kind = StepKind::blocked;
    blocked.database = item.policy.database;
    blocked.region = item.policy.source_region;
    blocked.slot = item.plan.slot;
    blocked.reason = {
        ReasonCode::too_many_deletes,
        fmt::format("no rule keeps {} of {} snapshots of policy {}, and a run deletes "
                    "{} at most",
                    deletes, managed, item.policy.name, allowed),
        fmt::format("See which with snapferry plan --yes; if they may go, apply with "
                    "--max-deletes {} or --yes.",
                    deletes)};
    item.plan.steps.push_back(std::move(blocked));
  }
}

}  // namespace

FleetPlan make_fleet_plan(std::span<const FleetPolicy> fleets, const Survey& survey, Instant now,
                          const FleetPlanOptions& options) {
  FleetPlan fleet_plan;
  std::vector<size_t> begins;  // of each policy of the file among the items
  for (const FleetPolicy& fleet : fleets) {
    begins.push_back(fleet_plan.items.size());
    const size_t problems = fleet_plan.problems.size();
    for (const Region& region : fleet.source_regions) {
      for (const DatabaseKind kind : kDatabaseKinds) {
        const auto& error = error_at(survey, {region, kind});
        if (!error) continue;
        fleet_plan.problems.push_back(with_context(
            *error, fmt::format("policy {}: nothing planned for {}s", fleet.name,
                                kind == DatabaseKind::cluster ? "cluster" : "DB instance")));
      }
      for (Policy& policy : resolve(fleet, region, survey, fleet_plan.problems)) {
        policy.deletes_max = options.deletes_max;
        fleet_plan.items.push_back({.policy = std::move(policy), .plan = {}, .kept_count = 0});
      }
    }
    // Nobody would miss the copies of a policy that protects nothing, until they are needed.
    const bool means_any =
        std::ranges::any_of(std::span(fleet_plan.items).subspan(begins.back()),
                            [](const FleetItem& item) { return !item.policy.orphans; });
    if (!means_any && fleet_plan.problems.size() == problems) {
      fleet_plan.problems.push_back(
          fail(ErrorKind::missing, fmt::format("policy {} means no database", fleet.name),
               "Check its selectors and the databases' tags, or take the policy out of the file.")
              .error());
    }
  }
  begins.push_back(fleet_plan.items.size());
  const SurveyIndex index(survey, now);
  FleetPlanner planner(index, now, options.is_kept_told);
  // The oldest recovery point first; what is left of databases that are gone has none to keep.
  std::vector<std::tuple<bool, Instant, size_t>> order;
  order.reserve(fleet_plan.items.size());
  for (size_t i = 0; i < fleet_plan.items.size(); ++i) {
    const Policy& policy = fleet_plan.items[i].policy;
    order.emplace_back(policy.orphans.has_value(), index.protected_until(policy), i);
  }
  std::ranges::sort(order);
  for (const auto& [is_orphan, until, i] : order) planner.plan(fleet_plan.items[i]);
  for (size_t i = 0; i + 1 < begins.size(); ++i) {
    hold_too_many_deletes(std::span(fleet_plan.items).subspan(begins[i], begins[i + 1] - begins[i]),
                          options);
  }
  std::vector<const Policy*> policies;
  policies.reserve(fleet_plan.items.size());
  for (const FleetItem& item : fleet_plan.items) policies.push_back(&item.policy);
  fleet_plan.quotas = forecast_quotas(policies, survey, now);
  return fleet_plan;
}

}  // namespace snapferry::core
