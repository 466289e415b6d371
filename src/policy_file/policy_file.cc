// SPDX-License-Identifier: Apache-2.0
#include "policy_file/policy_file.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "core/alert.h"
#include "core/policy_text.h"
#include "core/rules/names.h"
#include "core/rules/ownership.h"
#include "core/rules/tags.h"
#include "core/text.h"
#include "policy_file/claims.h"

namespace snapferry::policy_file {
namespace {

using core::FleetPolicy;
using core::FleetTarget;
using Names = std::string_view;

constexpr std::array<Names, 2> kFile = {"version", "policies"};
constexpr std::array<Names, 13> kPolicy = {
    "name",     "source",  "databases", "except", "schedule",       "anchor", "spread",
    "snapshot", "targets", "orphans",   "rpo",    "source_of_copy", "alerts"};
constexpr std::array<Names, 2> kSource = {"region", "regions"};
constexpr std::array<Names, 4> kSelector = {"id", "id_like", "tag", "engine"};
constexpr std::array<Names, 3> kSnapshot = {"name", "keep", "tags"};
constexpr std::array<Names, 8> kKeep = {"last",   "days",    "hourly", "daily",
                                        "weekly", "monthly", "yearly", "min"};
constexpr std::array<Names, 6> kTarget = {"region", "keys",          "name",
                                          "keep",   "option_groups", "in_flight"};
// The key of a database whose copies stay unencrypted, although the others have a key.
constexpr std::string_view kNoKey = "none";

constexpr std::array<Names, 2> kInFlight = {"copies", "cluster_copies"};
constexpr std::array<Names, 1> kAlerts = {"topic"};

// Ours: a century of years, days and all; more is a slip of the finger.
constexpr int kKeepMax = 36500;
// Ours: AWS raises the quota of 20 on request, and nobody has told of a thousand.
constexpr int kInFlightMax = 1000;

class Reader {
 public:
  explicit Reader(Problems& problems) : problems_(problems) {}

  std::vector<FleetPolicy> read(const YamlNode& root) {
    MapReader file(root, "the file", kFile, problems_);
    if (const YamlNode* version = file.require("version"); version && version->text != "1") {
      note(version->place, "version is 1, and here stands " + describe(*version),
           "This program reads version 1.");
    }
    std::vector<FleetPolicy> policies;
    require_some(file, "policies");
    const auto nodes = file.list("policies");
    for (const YamlNode& node : nodes) policies.push_back(read_policy(node));
    refuse_shared_claims(policies, nodes, problems_);
    return policies;
  }

 private:
  void note(Place place, std::string message, std::string hint = {}) {
    problems_.push_back({place, std::move(message), std::move(hint)});
  }

  FleetPolicy read_policy(const YamlNode& node) {
    MapReader map(node, "a policy", kPolicy, problems_);
    FleetPolicy policy;
    if (auto name = map.require_text("name")) {
      policy.name = *name;
      if (auto problem = core::problem_of_tag("policy", *name); problem || name->empty()) {
        note(map.find("name")->place, fmt::format("name \"{}\" cannot stand in a tag: {}", *name,
                                                  problem.value_or("it is empty")));
      }
    }
    if (const YamlNode* source = map.require("source")) read_source(*source, policy);
    require_some(map, "databases");
    for (const YamlNode& entry : map.list("databases")) {
      policy.databases.push_back(read_selector(entry));
    }
    for (const YamlNode& entry : map.list("except")) policy.except.push_back(read_selector(entry));
    read_times(map, policy);
    read_snapshot(map, policy);
    require_some(map, "targets");
    for (const YamlNode& entry : map.list("targets")) {
      policy.targets.push_back(read_target(entry, policy));
    }
    read_choices(map, policy);
    judge_names(map, policy);
    return policy;
  }

  void require_some(MapReader& map, std::string_view name) {
    const YamlNode* list = map.require(name);
    if (list != nullptr && list->kind == YamlNode::Kind::list && list->items.empty()) {
      note(list->place, fmt::format("{} is empty", name));
    }
  }

  std::optional<core::Region> read_region(const std::string& text, Place place) {
    return noted(core::read_region({.name = "region", .text = text}), place, problems_);
  }

  void read_source(const YamlNode& node, FleetPolicy& policy) {
    MapReader map(node, "source", kSource, problems_);
    const bool has_one = map.find("region") != nullptr;
    const bool has_many = map.find("regions") != nullptr;
    if (node.kind == YamlNode::Kind::map && has_one == has_many) {
      note(map.place(), "source needs one of \"region\" and \"regions\"");
      return;
    }
    if (has_many) require_some(map, "regions");
    for (const std::string& text : map.one_or_more(has_one ? "region" : "regions")) {
      const Place place = map.find(has_one ? "region" : "regions")->place;
      auto region = read_region(text, place);
      if (!region) continue;
      if (std::ranges::find(policy.source_regions, *region) != policy.source_regions.end()) {
        note(place, fmt::format("{} stands here twice", text));
        continue;
      }
      policy.source_regions.push_back(*region);
    }
  }

  core::DatabaseSelector read_selector(const YamlNode& node) {
    MapReader map(node, "an entry", kSelector, problems_);
    const size_t problems_before = problems_.size();
    core::DatabaseSelector selector;
    if (auto id = map.text("id")) {
      if (auto problem = core::problem_of_database_id(*id)) {
        note(map.find("id")->place, fmt::format("id \"{}\" is no identifier: {}", *id, *problem),
             id->find_first_of("*?") == std::string::npos ? "" : "For patterns there is id_like.");
      }
      selector.id = core::DatabaseId(core::to_lower(*id));
    }
    selector.id_like = core::to_lower(map.text("id_like").value_or(""));
    selector.tags = map.texts("tag");
    selector.engines = map.one_or_more("engine");
    const bool names_any = selector.id || !selector.id_like.empty() || !selector.tags.empty() ||
                           !selector.engines.empty();
    if (node.kind == YamlNode::Kind::map && !names_any && problems_.size() == problems_before) {
      note(node.place, "the entry names nothing, so it would match every database",
           "To mean every database, write: id_like: \"*\".");
    }
    return selector;
  }

  void read_times(MapReader& map, FleetPolicy& policy) {
    const std::string schedule = map.text("schedule").value_or(core::kScheduleDefault);
    const YamlNode* place = map.find("schedule");
    if (auto parsed =
            noted(core::parse_schedule(schedule), place ? place->place : map.place(), problems_)) {
      policy.schedule = *parsed;
      if (const auto anchor = map.text("anchor")) {
        policy.schedule.anchor =
            noted(core::parse_anchor(*anchor, *parsed), map.find("anchor")->place, problems_)
                .value_or(core::Milliseconds(0));
      }
    }
    policy.spread = read_length(map, "spread", core::kSpreadDefault);
    policy.rpo = read_length(map, "rpo", core::kRpoDefault);
  }

  core::Milliseconds read_length(MapReader& map, std::string_view name, const char* otherwise) {
    const std::string text = map.text(name).value_or(otherwise);
    const YamlNode* place = map.find(name);
    return noted(core::parse_duration(text), place ? place->place : map.place(), problems_)
        .value_or(core::Milliseconds(0));
  }

  core::Retention read_keep(const YamlNode* node) {
    core::Retention keep;
    if (node == nullptr || node->is_null()) return keep;
    MapReader map(*node, "keep", kKeep, problems_);
    keep.last = map.integer("last", 1, kKeepMax);
    keep.days = map.integer("days", 1, kKeepMax);
    keep.hourly = map.integer("hourly", 1, kKeepMax);
    keep.daily = map.integer("daily", 1, kKeepMax);
    keep.weekly = map.integer("weekly", 1, kKeepMax);
    keep.monthly = map.integer("monthly", 1, kKeepMax);
    keep.yearly = map.integer("yearly", 1, kKeepMax);
    keep.min = map.integer("min", 1, kKeepMax).value_or(1);
    if (node->kind == YamlNode::Kind::map && keep == core::Retention{.min = keep.min}) {
      note(node->place, "keep names no rule, so it would keep nothing but the minimum",
           "Name one of last, days, hourly, daily, weekly, monthly, yearly; leave keep out to keep "
           "everything.");
    }
    return keep;
  }

  void read_snapshot(MapReader& map, FleetPolicy& policy) {
    policy.snapshot_name = core::kSnapshotNameDefault;
    const YamlNode* node = map.find("snapshot");
    if (node == nullptr || node->is_null()) return;
    MapReader snapshot(*node, "snapshot", kSnapshot, problems_);
    policy.snapshot_name = snapshot.text("name").value_or(policy.snapshot_name);
    policy.keep = read_keep(snapshot.find("keep"));
    policy.tags = snapshot.texts("tags");
    for (const auto& [key, value] : policy.tags) {
      if (auto problem = core::problem_of_tag(key, value)) {
        note(snapshot.find("tags")->place, fmt::format("tag \"{}\": {}", key, *problem));
      }
    }
    if (policy.tags.size() + core::kOwnTagCountMax > core::kTagCountMax) {
      note(snapshot.find("tags")->place,
           fmt::format("{} tags are more than RDS takes beside our {}", policy.tags.size(),
                       core::kOwnTagCountMax),
           fmt::format("Give at most {}.", core::kTagCountMax - core::kOwnTagCountMax));
    }
  }

  FleetTarget read_target(const YamlNode& node, const FleetPolicy& policy) {
    MapReader map(node, "a target", kTarget, problems_);
    FleetTarget target;
    if (auto text = map.require_text("region")) {
      if (auto region = read_region(*text, map.find("region")->place)) {
        target.region = *region;
        judge_target_region(map, *region, policy);
      }
    }
    target.copy_name = map.text("name").value_or(core::kCopyNameDefault);
    target.keep = read_keep(map.find("keep"));
    target.option_groups = map.texts("option_groups");
    for (auto& [database, key] : map.texts("keys")) {
      if (database != "default" && key == kNoKey) {
        target.keys[core::to_lower(database)].clear();
        continue;
      }
      judge_key(map.find("keys")->place, key, target.region);
      if (database == "default") {
        target.default_key = key;
      } else {
        target.keys[core::to_lower(database)] = key;
      }
    }
    if (const YamlNode* in_flight = map.find("in_flight"); in_flight && !in_flight->is_null()) {
      MapReader limits(*in_flight, "in_flight", kInFlight, problems_);
      target.copies_in_flight_max = limits.integer("copies", 1, kInFlightMax);
      target.cluster_copies_in_flight_max = limits.integer("cluster_copies", 1, kInFlightMax);
    }
    return target;
  }

  void judge_target_region(MapReader& map, const core::Region& region, const FleetPolicy& policy) {
    const Place place = map.find("region")->place;
    for (const core::Region& source : policy.source_regions) {
      if (region == source) {
        note(place, fmt::format("the target {} is a source region of this policy", region.str()),
             "Choose another region: a copy beside its source is lost with it.");
      } else if (core::partition_of(region) != core::partition_of(source)) {
        note(
            place,
            fmt::format("{} and {} belong to different AWS partitions", source.str(), region.str()),
            "Snapshots cannot leave their partition; choose a region within it.");
      }
    }
    const auto is_same = [&](const FleetTarget& other) { return other.region == region; };
    if (std::ranges::any_of(policy.targets, is_same)) {
      note(place, fmt::format("{} is a target of this policy already", region.str()),
           "Keep one of the two.");
    }
  }

  void judge_key(Place place, const std::string& key, const core::Region& region) {
    const auto arn = core::parse_arn(key);
    if (arn && arn->service != "kms") {
      note(place, fmt::format("{} is no KMS key", key),
           "Name a key by its id, ARN, alias/name or alias ARN.");
    } else if (arn && !region.empty() && arn->region != region) {
      note(place,
           fmt::format("the key {} is of {} and the copies go to {}", key, arn->region.str(),
                       region.str()),
           fmt::format("Name a key of {}; for a multi-Region key, its replica's ARN there.",
                       region.str()));
    }
  }

  void read_choices(MapReader& map, FleetPolicy& policy) {
    if (choose(map, "source_of_copy", {"create", "latest-automated"}) == 1) {
      policy.copy_source = core::CopySource::latest_automated;
    }
    if (choose(map, "orphans", {"keep", "expire"}) == 1) {
      policy.orphans = core::Orphans::expire;
    }
    const YamlNode* node = map.find("alerts");
    if (node == nullptr || node->is_null()) return;
    MapReader alerts(*node, "alerts", kAlerts, problems_);
    auto topic = alerts.require_text("topic");
    if (!topic) return;
    policy.alert_topic = *topic;
    noted(core::parse_topic(*topic, "topic"), alerts.find("topic")->place, problems_);
  }

  int choose(MapReader& map, std::string_view name, std::array<std::string_view, 2> words) {
    const auto text = map.text(name);
    if (!text || *text == words[0]) return 0;
    if (*text == words[1]) return 1;
    note(map.find(name)->place,
         fmt::format("{} is {} or {}, and here stands \"{}\"", name, words[0], words[1], *text));
    return 0;
  }

  // A name is tried for the longest identifier that may come, so that nothing can go wrong later.
  void judge_name(Place place, const std::string& text, const FleetPolicy& policy,
                  std::string_view what) {
    const bool is_one = policy.databases.size() == 1 && policy.databases.front().id &&
                        policy.source_regions.size() <= 1;
    const core::DatabaseId longest =
        is_one ? *policy.databases.front().id : core::DatabaseId(std::string(63, 'x'));
    if (!noted(core::NameTemplate::parse(text, longest, what), place, problems_)) return;
    if (!is_one && text.find("{db}") == std::string::npos) {
      note(place,
           fmt::format("{} \"{}\" has no {{db}}, so all the databases would claim the same names",
                       what, text),
           "Put {db} into the template, as in rds-auto-{db}-{time}.");
    }
  }

  void judge_names(MapReader& map, const FleetPolicy& policy) {
    const YamlNode* snapshot = map.find("snapshot");
    judge_name(snapshot ? snapshot->place : map.place(), policy.snapshot_name, policy,
               "snapshot name");
    const auto nodes = map.list("targets");
    for (size_t i = 0; i < policy.targets.size() && i < nodes.size(); ++i) {
      judge_name(nodes[i].place, policy.targets[i].copy_name, policy, "copy name");
    }
    const bool is_late = policy.schedule.period.count() > 0 && policy.rpo < policy.schedule.period;
    if (is_late) {
      const YamlNode* rpo = map.find("rpo");
      note(rpo ? rpo->place : map.place(),
           fmt::format("rpo {} is shorter than {} between two snapshots, so it would never be met",
                       core::format_duration(policy.rpo),
                       core::format_duration(policy.schedule.period)),
           "Make the rpo longer than the schedule's period and a copy take.");
    }
  }

  Problems& problems_;
};

constexpr std::array kAllMembers = {
    MapMembers{"file", kFile},         MapMembers{"policy", kPolicy},
    MapMembers{"source", kSource},     MapMembers{"selector", kSelector},
    MapMembers{"snapshot", kSnapshot}, MapMembers{"keep", kKeep},
    MapMembers{"target", kTarget},     MapMembers{"in_flight", kInFlight},
    MapMembers{"alerts", kAlerts},
};

}  // namespace

std::expected<std::vector<core::FleetPolicy>, Problems> read_policy_file(std::string_view text) {
  auto root = read_yaml(text);
  if (!root) return std::unexpected(Problems{std::move(root).error()});
  Problems problems;
  std::vector<FleetPolicy> policies = Reader(problems).read(*root);
  if (problems.empty()) return policies;
  std::ranges::sort(problems, {}, [](const Problem& problem) {
    return std::tuple(problem.place.line, problem.place.column, problem.message);
  });
  return std::unexpected(std::move(problems));
}

std::string describe(const Problems& problems, std::string_view file) {
  std::string text;
  for (const Problem& problem : problems) {
    text += fmt::format("{}:{}:{}: {}\n", file, problem.place.line, problem.place.column,
                        problem.message);
    if (!problem.hint.empty()) text += fmt::format("  hint: {}\n", problem.hint);
  }
  return text;
}

std::span<const MapMembers> all_members() {
  return kAllMembers;
}

}  // namespace snapferry::policy_file
