// SPDX-License-Identifier: Apache-2.0
#include "emulator/rds/rds_wire.h"

#include <limits>
#include <map>

#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"
#include "emulator/rds/rds_wire_actions.h"

namespace snapferry::emulator {
namespace {

constexpr std::string_view kVersion = "2014-10-31";
constexpr std::string_view kNamespace = "http://rds.amazonaws.com/doc/2014-10-31/";

struct ActionEntry {
  RdsAction serve;
  bool has_result = true;  ///< whether <ActionResult> stands in the answer
};

const std::map<std::string, ActionEntry, std::less<>>& actions() {
  static const std::map<std::string, ActionEntry, std::less<>> actions = {
      {"CreateDBInstance", {serve_create_db_instance}},
      {"ModifyDBInstance", {serve_modify_db_instance}},
      {"StopDBInstance", {serve_stop_db_instance}},
      {"StartDBInstance", {serve_start_db_instance}},
      {"DeleteDBInstance", {serve_delete_db_instance}},
      {"RestoreDBInstanceFromDBSnapshot", {serve_restore_db_instance}},
      {"DescribeDBInstances", {serve_describe_db_instances}},
      {"CreateDBCluster", {serve_create_db_cluster}},
      {"ModifyDBCluster", {serve_modify_db_cluster}},
      {"RestoreDBClusterFromSnapshot", {serve_restore_db_cluster}},
      {"StopDBCluster", {serve_stop_db_cluster}},
      {"StartDBCluster", {serve_start_db_cluster}},
      {"DeleteDBCluster", {serve_delete_db_cluster}},
      {"DescribeDBClusters", {serve_describe_db_clusters}},
      {"CreateDBClusterSnapshot", {serve_create_db_cluster_snapshot}},
      {"CopyDBClusterSnapshot", {serve_copy_db_cluster_snapshot}},
      {"DeleteDBClusterSnapshot", {serve_delete_db_cluster_snapshot}},
      {"DescribeDBClusterSnapshots", {serve_describe_db_cluster_snapshots}},
      {"ModifyDBClusterSnapshotAttribute", {serve_modify_db_cluster_snapshot_attribute}},
      {"DescribeDBClusterSnapshotAttributes", {serve_describe_db_cluster_snapshot_attributes}},
      {"CreateDBSnapshot", {serve_create_db_snapshot}},
      {"CopyDBSnapshot", {serve_copy_db_snapshot}},
      {"DeleteDBSnapshot", {serve_delete_db_snapshot}},
      {"DescribeDBSnapshots", {serve_describe_db_snapshots}},
      {"ModifyDBSnapshotAttribute", {serve_modify_db_snapshot_attribute}},
      {"DescribeDBSnapshotAttributes", {serve_describe_db_snapshot_attributes}},
      {"CreateOptionGroup", {serve_create_option_group}},
      {"DeleteOptionGroup", {serve_delete_option_group, false}},
      {"DescribeOptionGroups", {serve_describe_option_groups}},
      {"AddTagsToResource", {serve_add_tags, false}},
      {"RemoveTagsFromResource", {serve_remove_tags, false}},
      {"ListTagsForResource", {serve_list_tags}},
      {"DescribeAccountAttributes", {serve_describe_account_attributes}},
      {"DescribeEvents", {serve_describe_events}},
      {"DescribeSourceRegions", {serve_describe_source_regions}},
  };
  return actions;
}

}  // namespace

ServiceResult<std::string> serve_rds(World& world, const Caller& caller,
                                     QueryParameters& parameters, const std::string& request_id) {
  const std::string action = TRY(parameters.required("Action"));
  const std::string version = TRY(parameters.required("Version"));
  const auto entry = actions().find(action);
  if (entry == actions().end() || version != kVersion) {
    return refuse(400, "InvalidAction",
                  fmt::format("Could not find operation {} for version {}", action, version));
  }
  XmlWriter xml;
  xml.open(action + "Response", kNamespace);
  if (entry->second.has_result) xml.open(action + "Result");
  RdsCall call{world, caller, parameters, xml};
  TRY(entry->second.serve(call));
  if (entry->second.has_result) xml.close();
  xml.open("ResponseMetadata").element("RequestId", request_id).close();
  xml.close();
  return xml.text();
}

ServiceResult<std::optional<int>> read_int(QueryParameters& parameters, std::string_view name) {
  const auto number = TRY(parameters.integer(name));
  if (!number) return std::nullopt;
  if (*number < 0 || *number > std::numeric_limits<int>::max()) {
    return refuse_value(fmt::format("Invalid value {} for {}", *number, name));
  }
  return static_cast<int>(*number);
}

ServiceResult<bool> read_flag(QueryParameters& parameters, std::string_view name,
                              bool unless_given) {
  return TRY(parameters.boolean(name)).value_or(unless_given);
}

std::string read_text(QueryParameters& parameters, std::string_view name) {
  return parameters.text(name).value_or("");
}

ServiceResult<RdsPaging> read_paging(QueryParameters& parameters) {
  RdsPaging paging;
  paging.max_records = TRY(read_int(parameters, "MaxRecords")).value_or(paging.max_records);
  paging.marker = read_text(parameters, "Marker");
  return paging;
}

std::vector<RdsFilter> read_rds_filters(QueryParameters& parameters) {
  std::vector<RdsFilter> result;
  for (Filter& filter : read_filters(parameters)) {
    result.push_back({std::move(filter.name), std::move(filter.values)});
  }
  return result;
}

TagList read_tags(QueryParameters& parameters) {
  return parameters.pairs("Tags", "Tag");
}

}  // namespace snapferry::emulator
