// What RDS tells of an account and its resources beside their lives, as RdsModel's part: tags,
// quotas, events, the regions to copy from.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {
namespace {

using std::chrono::days;
using std::chrono::minutes;

// Source: rds-facts 1.3 (DescribeEvents): 60 minutes unless told, 14 days at most; 2026-08.
constexpr minutes kEventsDefault{60};
constexpr days kEventsMax{14};

constexpr auto kSourceTypes = std::to_array<std::string_view>(
    {"db-instance", "db-parameter-group", "db-security-group", "db-snapshot", "db-cluster",
     "db-cluster-snapshot", "custom-engine-version", "db-proxy", "blue-green-deployment",
     "db-shard-group", "zero-etl"});

ServiceResult<void> check_events(const DescribeEventsInput& input) {
  TRY(check_paging(input.paging));
  if (!input.source_type.empty() &&
      std::ranges::find(kSourceTypes, input.source_type) == kSourceTypes.end()) {
    return refuse_value(fmt::format("Invalid source type: {}", input.source_type));
  }
  if (!input.source_id.empty() && input.source_type.empty()) {
    return refuse_combination("SourceIdentifier can be given only together with SourceType.");
  }
  if (input.duration_minutes &&
      (*input.duration_minutes < 1 || minutes(*input.duration_minutes) > kEventsMax)) {
    return refuse_value(fmt::format("Invalid duration: {} minutes", *input.duration_minutes));
  }
  if (input.start_time && input.end_time && *input.start_time > *input.end_time) {
    return refuse_combination("StartTime must not be after EndTime.");
  }
  return {};
}

}  // namespace

ServiceResult<TagMap*> RdsModel::need_tags_of(const Caller& caller, const std::string& name) {
  const auto arn = core::parse_arn(name);
  if (!arn || arn->service != "rds") {
    return refuse_value(fmt::format("Invalid resource name: {}", name));
  }
  if (arn->region != caller.region || arn->account != caller.account ||
      arn->partition != caller.partition) {
    return refuse_value(
        "The specified resource name does not match an RDS resource in this region.");
  }
  const size_t colon = arn->resource.find(':');
  const std::string kind = arn->resource.substr(0, colon);
  if (kind == "db") return &TRY(need_instance(caller, name))->tags;
  if (kind == "cluster") return &TRY(need_cluster(caller, name))->tags;
  if (kind == "og") {
    const auto group = option_groups.find(name);
    if (group != option_groups.end()) return &group->second.tags;
    return refuse(404, "OptionGroupNotFoundFault", fmt::format("{} not found.", name));
  }
  // The model gives these calls no code for a cluster snapshot that is not there; that of the other
  // calls on it. Source: rds-facts 1.2, 2026-08.
  for (const core::DatabaseKind snapshot :
       {core::DatabaseKind::instance, core::DatabaseKind::cluster}) {
    if (kind == words_of(snapshot).noun) {
      return &TRY(need_own_snapshot(caller, snapshot, name))->tags;
    }
  }
  return refuse_value(fmt::format("Invalid resource name: {}", name));
}

ServiceResult<void> RdsModel::add_tags(const Caller& caller, const std::string& arn,
                                       const TagList& tags) {
  settle();
  TagMap& kept = *TRY(need_tags_of(caller, arn));
  TagMap merged = TRY(check_tags(tags));
  merged.insert(kept.begin(), kept.end());
  TRY(check_tag_count(merged));
  kept = std::move(merged);
  return {};
}

ServiceResult<void> RdsModel::remove_tags(const Caller& caller, const std::string& arn,
                                          const std::vector<std::string>& keys) {
  settle();
  TagMap& kept = *TRY(need_tags_of(caller, arn));
  for (const std::string& key : keys) kept.erase(key);
  return {};
}

ServiceResult<TagMap> RdsModel::list_tags(const Caller& caller, const std::string& arn) {
  settle();
  return *TRY(need_tags_of(caller, arn));
}

ServiceResult<std::vector<AccountQuota>> RdsModel::describe_account_attributes(
    const Caller& caller) {
  settle();
  const RdsQuotas& quota = quotas(caller.region);
  const std::string own = rds_arn(caller, "db", "");
  long storage = 0;
  for (auto it = instances.lower_bound(own); it != instances.end() && it->first.starts_with(own);
       ++it) {
    storage += it->second.facts.allocated_storage_gib;
  }
  const long instance_count = index_.count_instances(own);
  const long cluster_count = count_clusters(caller);
  const long manual = index_.count_manual(rds_arn(caller, "snapshot", ""));
  const long manual_of_clusters = index_.count_manual(rds_arn(caller, "cluster-snapshot", ""));
  const auto groups = std::ranges::count_if(option_groups, [&](const auto& entry) {
    return entry.first.starts_with(rds_arn(caller, "og", ""));
  });
  // Source: the names and AWS's defaults, aws-cli example of describe-account-attributes and
  // rds-facts section 4, 2026-08.
  return std::vector<AccountQuota>{
      {"DBInstances", instance_count, quota.instances},
      {"ReservedDBInstances", 0, 40},
      {"AllocatedStorage", storage, 100000},
      {"DBSecurityGroups", 0, 25},
      {"AuthorizationsPerDBSecurityGroup", 0, 20},
      {"DBParameterGroups", 0, 50},
      {"ManualSnapshots", manual, quota.manual_snapshots},
      {"EventSubscriptions", 0, 20},
      {"DBSubnetGroups", 0, 50},
      {"OptionGroups", groups, kOptionGroupsMax},
      {"SubnetsPerDBSubnetGroup", 0, 20},
      {"ReadReplicasPerMaster", 0, 5},
      {"DBClusters", cluster_count, quota.clusters},
      {"DBClusterParameterGroups", 0, 50},
      {"DBClusterRoles", 0, 5},
      {"DBInstanceRoles", 0, 5},
      {"ManualClusterSnapshots", manual_of_clusters, quota.manual_cluster_snapshots},
      {"CustomEndpointsPerDBCluster", 0, 5}};
}

ServiceResult<RdsPage<RdsEvent>> RdsModel::describe_events(const Caller& caller,
                                                           const DescribeEventsInput& input) {
  settle();
  TRY(check_events(input));
  const core::Instant end = input.end_time.value_or(now_);
  core::Instant start =
      end - minutes(input.duration_minutes.value_or(static_cast<int>(kEventsDefault.count())));
  if (input.start_time) start = *input.start_time;
  start = std::max(start, now_ - kEventsMax);
  std::vector<std::string> keys;
  std::vector<RdsEvent> items;
  for (size_t i = 0; i < events.size(); ++i) {
    const RdsEvent& event = events[i];
    const bool is_chosen =
        event.account == caller.account && event.region == caller.region && event.date >= start &&
        event.date <= end &&
        (input.source_type.empty() || event.source_type == input.source_type) &&
        (input.source_id.empty() || event.source_id == lower_case(input.source_id)) &&
        (input.categories.empty() || std::ranges::count(input.categories, event.category) > 0);
    if (!is_chosen) continue;
    // The place in the log, of fixed width so that it sorts as text.
    keys.push_back(fmt::format("{:012}", i));
    items.push_back(event);
  }
  return cut_page(keys, std::move(items), input.paging);
}

ServiceResult<RdsPage<SourceRegion>> RdsModel::describe_source_regions(
    const Caller& caller, const std::string& region_name, const RdsPaging& paging) {
  settle();
  std::vector<std::string> keys;
  std::vector<SourceRegion> items;
  for (std::string_view name : regions_of(caller.partition)) {
    if (name == caller.region.str()) continue;
    if (!region_name.empty() && name != region_name) continue;
    keys.emplace_back(name);
    const std::string_view suffix = caller.partition == "aws-cn"     ? "amazonaws.com.cn"
                                    : caller.partition == "aws-eusc" ? "amazonaws.eu"
                                                                     : "amazonaws.com";
    items.push_back({std::string(name), fmt::format("https://rds.{}.{}", name, suffix)});
  }
  if (!region_name.empty() && items.empty()) {
    return refuse_value(fmt::format("Invalid source region: {}", region_name));
  }
  return cut_page(keys, std::move(items), paging);
}

}  // namespace snapferry::emulator
