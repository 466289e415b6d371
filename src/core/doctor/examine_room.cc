// What must be there at a target, and must have room there: option groups, quotas.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/doctor/examine.h"
#include "core/doctor/room.h"
#include "core/rules/lineage.h"
#include "core/rules/ownership.h"
#include "core/rules/quotas.h"

namespace snapferry::core {
namespace {

// Source: RDS User Guide, "Quotas and constraints for Amazon RDS", whose rows link to these codes;
// 2026-06.
std::string_view quota_code(DatabaseKind kind) {
  return kind == DatabaseKind::cluster ? "L-9B510759" : "L-272F1212";
}

std::string_view quota_name(DatabaseKind kind) {
  return kind == DatabaseKind::cluster ? "manual DB cluster snapshots" : "manual DB snapshots";
}

// RDS makes these by itself in each region. Source: RDS User Guide, "Working with option groups":
// the default option group of an engine cannot be changed, so it has no options.
bool is_default_group(const std::string& name) {
  return name.empty() || name.starts_with("default:");
}

const OptionGroup* find_group(const Facts& facts, const Region& region, const std::string& name) {
  const auto seen = facts.regions.find(region);
  if (seen == facts.regions.end() || !seen->second.option_groups || !*seen->second.option_groups) {
    return nullptr;
  }
  const auto& groups = **seen->second.option_groups;
  const auto found = std::ranges::find(groups, name, &OptionGroup::name);
  return found == groups.end() ? nullptr : &*found;
}

bool are_groups_listed(const Facts& facts, const Region& region) {
  const auto seen = facts.regions.find(region);
  return seen != facts.regions.end() && seen->second.option_groups &&
         seen->second.option_groups->has_value();
}

// A group of a source region, where its copies go, and the group named for them there.
struct GroupUse {
  std::string policy;
  Region source_region;
  std::string source;
  Region region;
  std::string target;

  auto operator<=>(const GroupUse&) const = default;
};

std::map<GroupUse, int> group_uses(const Facts& facts) {
  std::map<GroupUse, int> uses;
  for (const Patient& patient : facts.patients) {
    if (!patient.database) continue;
    for (const Target& target : patient.policy.targets) {
      const std::string& source = patient.database->option_group;
      if (is_default_group(source) && target.option_group.empty()) continue;
      ++uses[{patient.policy.name, patient.policy.source_region, source, target.region,
              target.option_group}];
    }
  }
  // What the file maps and no database has is looked for as well: one day one may.
  for (const FleetPolicy& fleet : facts.fleets) {
    for (const FleetTarget& target : fleet.targets) {
      for (const auto& [source, mapped] : target.option_groups) {
        const Region& home = fleet.source_regions.front();
        uses.try_emplace({fleet.name, home, source, target.region, mapped}, 0);
      }
    }
  }
  return uses;
}

Check examine_group(const Facts& facts, const GroupUse& use, int count) {
  Check check{.id = CheckId::option_group, .region = use.region, .subject = use.source};
  const std::string hint = fmt::format(
      "Make it with: aws rds create-option-group --region {}, with the options of {}, "
      "and name it in option_groups.",
      use.region.str(), use.source);
  const OptionGroup* source = find_group(facts, use.source_region, use.source);
  const std::vector<std::string> lasting =
      source == nullptr ? std::vector<std::string>() : source->lasting_options;
  if (use.target.empty()) {
    if (lasting.empty()) {
      check.text = "copies get the default group there: it has no option that must stay";
      check.state =
          are_groups_listed(facts, use.source_region) ? CheckState::ok : CheckState::not_checked;
      if (check.state == CheckState::not_checked) check.text = "its options could not be listed";
      return check;
    }
    check.state = CheckState::fail;
    check.text = fmt::format(
        "{} databases have the options {}, which copies cannot be without, "
        "and no group is named for {}",
        count, fmt::join(lasting, ", "), use.region.str());
    check.hint = hint;
    return check;
  }
  if (!are_groups_listed(facts, use.region)) {
    check.state = CheckState::not_checked;
    check.text = fmt::format("whether {} has {} could not be listed", use.region.str(), use.target);
    return check;
  }
  const OptionGroup* target = find_group(facts, use.region, use.target);
  if (target == nullptr) {
    check.state = count > 0 ? CheckState::fail : CheckState::warn;
    check.text = fmt::format("there is no option group {}", use.target);
    if (count == 0) check.text += fmt::format(", though no database has {} today", use.source);
    check.hint = hint;
    return check;
  }
  std::vector<std::string> lacking;
  for (const std::string& option : lasting) {
    const auto& there = target->lasting_options;
    if (std::ranges::find(there, option) == there.end()) lacking.push_back(option);
  }
  check.text = fmt::format("{} is there", use.target);
  if (!lacking.empty()) {
    check.state = CheckState::fail;
    check.text = fmt::format("{} lacks {}, which copies cannot be without", use.target,
                             fmt::join(lacking, ", "));
    check.hint = "Add the options to it.";
  }
  return check;
}

// What the policies come to hold at one place.
struct Load {
  long databases = 0;
  long ours_now = 0;
  long in_the_long_run = 0;   ///< of those places that have rules
  double growth_per_day = 0;  ///< of those that have none
  bool is_target = false;
  int in_flight_max = 0;
};

class Loads {
 public:
  explicit Loads(const Facts& facts) : facts_(facts) {}

  std::map<Place, Load> add_up() {
    std::map<Place, Load> loads;
    for (const Patient& patient : facts_.patients) {
      const Policy& policy = patient.policy;
      const DatabaseKind kind = policy.database.kind();
      if (policy.copy_source == CopySource::create) {
        add(loads[{policy.source_region, kind}], policy, policy.source_region, policy.keep);
      }
      for (const Target& target : policy.targets) {
        Load& load = loads[{target.region, kind}];
        add(load, policy, target.region, target.keep);
        load.is_target = true;
        load.in_flight_max = target.copies_in_flight_max.value_or(
            policy.copies_in_flight_max.value_or(copies_in_flight_default(kind)));
      }
    }
    return loads;
  }

 private:
  void add(Load& load, const Policy& policy, const Region& region, const Retention& keep) {
    ++load.databases;
    const auto& here = seen_at(facts_.survey, {region, policy.database.kind()}).snapshots;
    for (const Snapshot& snapshot : here.of(policy.database)) {
      const auto mark = mark_of(snapshot.tags);
      // A mark does not say of which kind its database is; the place does.
      load.ours_now += mark && mark->owner.policy == policy.name &&
                       mark->owner.source_region == policy.source_region &&
                       mark->owner.database.str() == policy.database.str();
    }
    if (const auto kept = kept_by(keep, policy.schedule)) {
      load.in_the_long_run += *kept;
    } else {
      load.growth_per_day += slots_per_day(policy.schedule, facts_.now);
    }
  }
  // The same for every database of a policy, and long to count for some.
  std::optional<long> kept_by(const Retention& keep, const Schedule& schedule) {
    for (const auto& [rules, text, kept] : known_) {
      if (rules == keep && text == schedule.text) return kept;
    }
    const auto kept = kept_in_the_long_run(keep, schedule, facts_.now);
    known_.emplace_back(keep, schedule.text, kept);
    return kept;
  }

  const Facts& facts_;
  std::vector<std::tuple<Retention, std::string, std::optional<long>>> known_;
};

Check examine_quota(const Facts& facts, const Place& place, const Load& load) {
  Check check{.id = CheckId::snapshot_quota,
              .region = place.region,
              .subject = std::string(quota_name(place.kind))};
  const auto& told = facts.regions.at(place.region).quotas->of(place.kind);
  if (!told) {
    check.state = CheckState::not_checked;
    check.text = "RDS tells no such quota";
    return check;
  }
  const SnapshotQuota& quota = *told;
  const long others = std::max(0L, quota.used - load.ours_now);
  const long wanted = others + load.in_the_long_run;
  check.text = fmt::format("{} of {} used", quota.used, quota.max);
  const auto raise_to = [&](long count) {
    return fmt::format(
        "Ask for more with: aws service-quotas request-service-quota-increase --region {} "
        "--service-code rds --quota-code {} --desired-value {}",
        place.region.str(), quota_code(place.kind), count);
  };
  if (quota.used >= quota.max) {
    check.state = CheckState::fail;
    check.hint = raise_to(std::max(wanted, quota.max) + load.databases);
  } else if (wanted > quota.max) {
    check.state = CheckState::warn;
    check.text +=
        fmt::format(", and the policies come to hold {} for {} databases", wanted, load.databases);
    check.hint = raise_to(wanted + load.databases);
  } else if (load.growth_per_day > 0) {
    const double days = double(quota.max - std::max(wanted, quota.used)) / load.growth_per_day;
    check.state = CheckState::warn;
    check.text +=
        fmt::format(", and it is full in {:.0f} days: no rule lets anything go", std::floor(days));
    check.hint =
        "Name what to keep, in the policy's keep or with --keep-days and "
        "--copy-keep-days.";
  } else {
    check.text += fmt::format(", {} in the long run", wanted);
  }
  return check;
}

Check examine_flight(const Facts& facts, const Place& place, const Load& load) {
  Check check{.id = CheckId::copies_in_flight,
              .region = place.region,
              .subject = std::string(quota_name(place.kind))};
  const long running = std::ranges::count_if(
      seen_at(facts.survey, place).snapshots.in_progress(),
      [&](const Snapshot& snapshot) { return is_cross_region_copy(snapshot, place.region); });
  check.text = fmt::format("{} of {} under way, for {} {}", running, load.in_flight_max,
                           load.databases, load.databases == 1 ? "database" : "databases");
  if (running >= load.in_flight_max) {
    check.state = CheckState::warn;
    check.hint =
        "Copies that are due wait. If that lasts, make the policies' spread longer, or "
        "have AWS raise the quota and set in_flight.";
  }
  return check;
}

}  // namespace

bool needs_option_groups(const Facts& facts) {
  return !group_uses(facts).empty();
}

void examine_option_groups(const Facts& facts, std::vector<Check>& checks) {
  for (const auto& [region, seen] : facts.regions) {
    if (!seen.option_groups || *seen.option_groups) continue;
    checks.push_back(check_of_look(CheckId::list_option_groups, region, "",
                                   seen.option_groups->error(), facts.principal));
  }
  for (const auto& [use, count] : group_uses(facts)) {
    if (facts.regions.at(use.region).identity_error) continue;
    checks.push_back(examine_group(facts, use, count));
  }
}

void examine_room(const Facts& facts, std::vector<Check>& checks) {
  for (const auto& [place, load] : Loads(facts).add_up()) {
    const auto region = facts.regions.find(place.region);
    if (region == facts.regions.end() || region->second.identity_error) continue;
    if (region->second.quotas) checks.push_back(examine_quota(facts, place, load));
    if (load.is_target) checks.push_back(examine_flight(facts, place, load));
  }
}

}  // namespace snapferry::core
