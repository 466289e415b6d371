// RDS: what its calls need. Tagging what is made needs rds:AddTagsToResource on it; a describe that
// names nothing is asked about all of its kind, so a policy on some of them refuses it.
// Source: IAM Service Authorization Reference, Amazon RDS, 2026-06; rds-facts 7.4.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <fmt/format.h>

#include "emulator/iam/access_needs.h"
#include "emulator/rds/rds_rules.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

std::string rds_resource(const ServiceCall& call, std::string_view kind, const std::string& id) {
  if (id.starts_with("arn:")) return id;
  return arn_here(call, "rds", fmt::format("{}:{}", kind, lower_case(id)));
}

// The tags that the resource has now: aws:ResourceTag/k, and rds:snapshot-tag/k and the like.
void add_resource_tags(const World& world, AccessRequest& need) {
  const auto add = [&](const TagMap& tags, std::string_view own) {
    for (const auto& [key, value] : tags) {
      need.context["aws:ResourceTag/" + key] = {value};
      need.context[fmt::format("rds:{}/{}", own, key)] = {value};
    }
  };
  const auto snapshot = world.rds.snapshots.find(need.resource);
  if (snapshot != world.rds.snapshots.end()) {
    const bool is_of_cluster = snapshot->second.kind == core::DatabaseKind::cluster;
    add(snapshot->second.tags, is_of_cluster ? "cluster-snapshot-tag" : "snapshot-tag");
  }
  const auto cluster = world.rds.clusters.find(need.resource);
  if (cluster != world.rds.clusters.end()) add(cluster->second.tags, "cluster-tag");
  const auto group = world.rds.option_groups.find(need.resource);
  if (group != world.rds.option_groups.end()) add(group->second.tags, "og-tag");
  const auto instance = world.rds.instances.find(need.resource);
  if (instance == world.rds.instances.end()) return;
  add(instance->second.tags, "db-tag");
  need.context["rds:DatabaseEngine"] = {instance->second.facts.engine};
  need.context["rds:DatabaseClass"] = {instance->second.instance_class};
  need.context["rds:StorageEncrypted"] = {instance->second.facts.is_encrypted ? "true" : "false"};
}

// Collects what one call needs.
class RdsNeeds {
 public:
  explicit RdsNeeds(const ServiceCall& call) : call_(call), tags_(request_tags(call)) {}

  // The call's own action, on what the parameter names; on all of the kind when it names nothing.
  RdsNeeds& on(std::string_view kind, std::string_view member) {
    const std::string id = peek(call_, member);
    return add(call_.operation, rds_resource(call_, kind, id.empty() ? "*" : id), tags_);
  }

  RdsNeeds& on_everything() { return add(call_.operation, "*", {}); }

  // What is made gets tags: a right of its own.
  RdsNeeds& tagging(std::string_view kind, std::string_view member) {
    if (tags_.empty()) return *this;
    return add("AddTagsToResource", rds_resource(call_, kind, peek(call_, member)), tags_);
  }

  RdsNeeds& add(std::string_view operation, std::string resource, const TagPairs& tags) {
    AccessRequest need{.action = fmt::format("rds:{}", operation),
                       .resource = std::move(resource),
                       .context = tag_context(tags)};
    for (const auto& [key, value] : tags) need.context["rds:req-tag/" + key] = {value};
    add_resource_tags(call_.world, need);
    all.push_back(std::move(need));
    return *this;
  }

  std::vector<AccessRequest> all;

 private:
  const ServiceCall& call_;
  TagPairs tags_;
};

using Table = std::vector<AccessRequest> (*)(const ServiceCall&);

std::vector<AccessRequest> create_db_snapshot(const ServiceCall& call) {
  return RdsNeeds(call)
      .on("db", "DBInstanceIdentifier")
      .on("snapshot", "DBSnapshotIdentifier")
      .tagging("snapshot", "DBSnapshotIdentifier")
      .all;
}

std::vector<AccessRequest> copy_snapshot(const ServiceCall& call, core::DatabaseKind kind) {
  const SnapshotWords& words = words_of(kind);
  const std::string source_member = fmt::format("Source{}", words.parameter);
  RdsNeeds needs(call);
  needs.on(words.noun, source_member).on(words.noun, words.target);
  // RDS asks the source's region in the caller's name, so a policy that pins aws:RequestedRegion
  // must name both. Source: rds-facts 2.6 (RDS User Guide, cross-region copying), 2023.
  const std::string source = rds_resource(call, words.noun, peek(call, source_member));
  const auto arn = core::parse_arn(source);
  if (arn && !arn->region.empty() && arn->region != call.caller.region) {
    AccessRequest there = needs.all.front();
    there.context["aws:RequestedRegion"] = {arn->region.str()};
    there.context["aws:ViaAWSService"] = {"true"};
    there.context["aws:CalledVia"] = {"rds.amazonaws.com"};
    needs.all.push_back(std::move(there));
  }
  needs.tagging(words.noun, words.target);
  // Tags that come along from the source are tags that are set, too.
  const auto snapshot = call.world.rds.snapshots.find(source);
  const bool is_copying = peek(call, "CopyTags") == "true" && request_tags(call).empty() &&
                          snapshot != call.world.rds.snapshots.end() &&
                          !snapshot->second.tags.empty();
  if (is_copying) {
    needs.add("AddTagsToResource", rds_resource(call, words.noun, peek(call, words.target)), {});
  }
  return needs.all;
}

std::vector<AccessRequest> copy_db_snapshot(const ServiceCall& call) {
  return copy_snapshot(call, core::DatabaseKind::instance);
}

std::vector<AccessRequest> copy_cluster_snapshot(const ServiceCall& call) {
  return copy_snapshot(call, core::DatabaseKind::cluster);
}

std::vector<AccessRequest> one_snapshot(const ServiceCall& call) {
  return RdsNeeds(call).on("snapshot", "DBSnapshotIdentifier").all;
}

std::vector<AccessRequest> describe_db_snapshots(const ServiceCall& call) {
  RdsNeeds needs(call);
  needs.on("snapshot", "DBSnapshotIdentifier");
  if (!peek(call, "DBInstanceIdentifier").empty()) needs.on("db", "DBInstanceIdentifier");
  return needs.all;
}

std::vector<AccessRequest> one_instance(const ServiceCall& call) {
  RdsNeeds needs(call);
  needs.on("db", "DBInstanceIdentifier").tagging("db", "DBInstanceIdentifier");
  // A member is made in its cluster.
  if (!peek(call, "DBClusterIdentifier").empty()) needs.on("cluster", "DBClusterIdentifier");
  // Stopping and deleting may leave a snapshot behind.
  for (const char* member : {"DBSnapshotIdentifier", "FinalDBSnapshotIdentifier"}) {
    const std::string id = peek(call, member);
    if (!id.empty()) needs.add("CreateDBSnapshot", rds_resource(call, "snapshot", id), {});
  }
  return needs.all;
}

std::vector<AccessRequest> restore_db_instance(const ServiceCall& call) {
  return RdsNeeds(call)
      .on("db", "DBInstanceIdentifier")
      .on("snapshot", "DBSnapshotIdentifier")
      .tagging("db", "DBInstanceIdentifier")
      .all;
}

std::vector<AccessRequest> named_resource(const ServiceCall& call) {
  return RdsNeeds(call).on("*", "ResourceName").all;
}

std::vector<AccessRequest> on_everything(const ServiceCall& call) {
  return RdsNeeds(call).on_everything().all;
}

std::vector<AccessRequest> one_cluster(const ServiceCall& call) {
  RdsNeeds needs(call);
  needs.on("cluster", "DBClusterIdentifier").tagging("cluster", "DBClusterIdentifier");
  const std::string id = peek(call, "FinalDBSnapshotIdentifier");
  if (!id.empty()) {
    needs.add("CreateDBClusterSnapshot", rds_resource(call, "cluster-snapshot", id), {});
  }
  return needs.all;
}

std::vector<AccessRequest> create_cluster_snapshot(const ServiceCall& call) {
  return RdsNeeds(call)
      .on("cluster", "DBClusterIdentifier")
      .on("cluster-snapshot", "DBClusterSnapshotIdentifier")
      .tagging("cluster-snapshot", "DBClusterSnapshotIdentifier")
      .all;
}

std::vector<AccessRequest> one_cluster_snapshot(const ServiceCall& call) {
  return RdsNeeds(call).on("cluster-snapshot", "DBClusterSnapshotIdentifier").all;
}

std::vector<AccessRequest> restore_db_cluster(const ServiceCall& call) {
  return RdsNeeds(call)
      .on("cluster", "DBClusterIdentifier")
      .on("cluster-snapshot", "SnapshotIdentifier")
      .tagging("cluster", "DBClusterIdentifier")
      .all;
}

std::vector<AccessRequest> describe_cluster_snapshots(const ServiceCall& call) {
  RdsNeeds needs(call);
  needs.on("cluster-snapshot", "DBClusterSnapshotIdentifier");
  if (!peek(call, "DBClusterIdentifier").empty()) needs.on("cluster", "DBClusterIdentifier");
  return needs.all;
}

std::vector<AccessRequest> option_groups(const ServiceCall& call) {
  return RdsNeeds(call).on("og", "OptionGroupName").tagging("og", "OptionGroupName").all;
}

struct Row {
  std::string_view operation;
  Table needs;
};

constexpr auto kRows = std::to_array<Row>({
    {"CreateDBSnapshot", create_db_snapshot},
    {"CopyDBSnapshot", copy_db_snapshot},
    {"DeleteDBSnapshot", one_snapshot},
    {"ModifyDBSnapshot", one_snapshot},
    {"ModifyDBSnapshotAttribute", one_snapshot},
    {"DescribeDBSnapshotAttributes", one_snapshot},
    {"DescribeDBSnapshots", describe_db_snapshots},
    {"DescribeDBInstances", one_instance},
    {"CreateDBInstance", one_instance},
    {"ModifyDBInstance", one_instance},
    {"StartDBInstance", one_instance},
    {"StopDBInstance", one_instance},
    {"DeleteDBInstance", one_instance},
    {"RestoreDBInstanceFromDBSnapshot", restore_db_instance},
    {"AddTagsToResource", named_resource},
    {"RemoveTagsFromResource", named_resource},
    {"ListTagsForResource", named_resource},
    {"DescribeAccountAttributes", on_everything},
    {"DescribeEvents", on_everything},
    {"DescribeSourceRegions", on_everything},
    {"DescribeDBClusters", one_cluster},
    {"CreateDBCluster", one_cluster},
    {"ModifyDBCluster", one_cluster},
    {"RestoreDBClusterFromSnapshot", restore_db_cluster},
    {"StartDBCluster", one_cluster},
    {"StopDBCluster", one_cluster},
    {"DeleteDBCluster", one_cluster},
    {"CreateDBClusterSnapshot", create_cluster_snapshot},
    {"CopyDBClusterSnapshot", copy_cluster_snapshot},
    {"DeleteDBClusterSnapshot", one_cluster_snapshot},
    {"DescribeDBClusterSnapshots", describe_cluster_snapshots},
    {"DescribeDBClusterSnapshotAttributes", one_cluster_snapshot},
    {"ModifyDBClusterSnapshotAttribute", one_cluster_snapshot},
    {"DescribeOptionGroups", option_groups},
    {"CreateOptionGroup", option_groups},
    {"DeleteOptionGroup", option_groups},
});

}  // namespace

Needs rds_needs(const ServiceCall& call) {
  for (const Row& row : kRows) {
    if (row.operation == call.operation) return row.needs(call);
  }
  return std::nullopt;
}

}  // namespace snapferry::emulator
