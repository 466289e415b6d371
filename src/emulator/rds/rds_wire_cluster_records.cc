// DB clusters and DB cluster snapshots as RDS writes them in XML.
// Source of the members and their types: botocore 1.43.67, rds 2014-10-31, 2026-08.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"
#include "emulator/rds/rds_wire_actions.h"

namespace snapferry::emulator {
namespace {

// As of instances: what RDS would show but nothing here depends on.
constexpr const char* kClusterVpc = "vpc-0a1b2c3d";
constexpr const char* kClusterSecurityGroup = "sg-0a1b2c3d";

void write_zones(XmlWriter& xml, const core::Region& region) {
  xml.open("AvailabilityZones");
  for (const char zone : {'a', 'b', 'c'}) {
    xml.element("AvailabilityZone", fmt::format("{}{}", region.str(), zone));
  }
  xml.close();
}

std::string_view cluster_encryption_type(const DatabaseFacts& facts) {
  return facts.is_encrypted ? "sse-kms" : "none";
}

// Source: botocore 1.43, CreateDBCluster, StorageType: "aurora" and "io1" where none is asked for.
std::string_view cluster_storage_type(const DatabaseFacts& facts) {
  return facts.has_engine_of_instances() ? std::string_view(facts.storage_type) : "aurora";
}

void write_members(XmlWriter& xml, const DbCluster& cluster) {
  xml.open("DBClusterMembers");
  for (const std::string& id : cluster.members) {
    xml.open("DBClusterMember").element("DBInstanceIdentifier", id);
    xml.element("IsClusterWriter", id == cluster.members.front());
    xml.element("DBClusterParameterGroupStatus", "in-sync").element("PromotionTier", 1).close();
  }
  xml.close();
}

void write_cluster_lists(XmlWriter& xml, const DbCluster& cluster) {
  write_members(xml, cluster);
  xml.open("VpcSecurityGroups").open("VpcSecurityGroupMembership");
  xml.element("VpcSecurityGroupId", kClusterSecurityGroup).element("Status", "active");
  xml.close().close();
  xml.open("AssociatedRoles").close();
  xml.open("ReadReplicaIdentifiers").close();
  xml.open("DomainMemberships").close();
}

}  // namespace

void write_db_cluster(XmlWriter& xml, const DbCluster& cluster) {
  const DatabaseFacts& facts = cluster.facts;
  const bool is_multi_az = facts.has_engine_of_instances();
  const std::string host = fmt::format("emulated.{}.rds.amazonaws.com", cluster.region.str());
  xml.open("DBCluster");
  xml.element("AllocatedStorage", facts.allocated_storage_gib);
  write_zones(xml, cluster.region);
  xml.element("BackupRetentionPeriod", facts.backup_retention_days);
  xml.element_if("DatabaseName", cluster.database_name);
  xml.element("DBClusterIdentifier", cluster.id);
  xml.element_if("DBClusterParameterGroup", cluster.parameter_group);
  xml.element("DBSubnetGroup", "default");
  xml.element("Status", cluster.status);
  xml.element("Endpoint", fmt::format("{}.cluster-{}", cluster.id, host));
  xml.element("ReaderEndpoint", fmt::format("{}.cluster-ro-{}", cluster.id, host));
  xml.element("MultiAZ", is_multi_az || cluster.members.size() > 1);
  xml.element("Engine", facts.engine).element("EngineVersion", facts.engine_version);
  xml.element("Port", facts.port);
  xml.element_if("MasterUsername", facts.master_username);
  xml.element_if("PreferredBackupWindow", facts.preferred_backup_window);
  xml.element_if("PreferredMaintenanceWindow", cluster.preferred_maintenance_window);
  write_cluster_lists(xml, cluster);
  xml.element("HostedZoneId", "Z2R2ITUGPM61AM");
  xml.element("StorageEncrypted", facts.is_encrypted);
  xml.element("StorageEncryptionType", cluster_encryption_type(facts));
  xml.element_if("KmsKeyId", facts.kms_key_arn);
  xml.element("DbClusterResourceId", facts.resource_id);
  xml.element("DBClusterArn", cluster.arn);
  xml.element("IAMDatabaseAuthenticationEnabled", facts.is_iam_authentication_enabled);
  xml.element("ClusterCreateTime", facts.instance_create_time);
  xml.element("EngineMode", "provisioned");
  xml.element_if("DBClusterInstanceClass", cluster.instance_class);
  xml.element("StorageType", cluster_storage_type(facts));
  if (facts.iops > 0) xml.element("Iops", facts.iops);
  xml.element("AutoMinorVersionUpgrade", true);
  xml.element("DeletionProtection", cluster.is_protected);
  xml.element("HttpEndpointEnabled", false);
  xml.element("CopyTagsToSnapshot", cluster.is_copying_tags_to_snapshot);
  xml.element("CrossAccountClone", false);
  write_tag_list(xml, cluster.tags);
  xml.element("NetworkType", "IPV4");
  xml.close();
}

void write_db_cluster_snapshot(XmlWriter& xml, const DbSnapshot& snapshot) {
  const DatabaseFacts& facts = snapshot.facts;
  const bool is_multi_az = facts.has_engine_of_instances();
  xml.open("DBClusterSnapshot");
  write_zones(xml, snapshot.region);
  xml.element("DBClusterSnapshotIdentifier", snapshot.id);
  xml.element("DBClusterIdentifier", snapshot.instance);
  if (snapshot.create_time) xml.element("SnapshotCreateTime", *snapshot.create_time);
  xml.element("Engine", facts.engine).element("EngineMode", "provisioned");
  // Source: Aurora's have neither a size nor a port in the aws-cli's examples of
  // describe-db-cluster-snapshots, 2026-08.
  xml.element("AllocatedStorage", is_multi_az ? facts.allocated_storage_gib : 0);
  xml.element("Status", snapshot.status);
  xml.element("Port", is_multi_az ? facts.port : 0);
  xml.element("VpcId", kClusterVpc);
  xml.element("ClusterCreateTime", facts.instance_create_time);
  xml.element_if("MasterUsername", facts.master_username);
  xml.element("EngineVersion", facts.engine_version);
  xml.element_if("LicenseModel", facts.license_model);
  xml.element("SnapshotType", snapshot.type);
  xml.element("PercentProgress", snapshot.progress_percent);
  xml.element("StorageEncrypted", facts.is_encrypted);
  xml.element("StorageEncryptionType", cluster_encryption_type(facts));
  xml.element("BackupRetentionPeriod", facts.backup_retention_days);
  xml.element_if("PreferredBackupWindow", facts.preferred_backup_window);
  xml.element_if("KmsKeyId", facts.kms_key_arn);
  xml.element("DBClusterSnapshotArn", snapshot.arn);
  xml.element_if("SourceDBClusterSnapshotArn", snapshot.source_snapshot_arn);
  xml.element("IAMDatabaseAuthenticationEnabled", facts.is_iam_authentication_enabled);
  write_tag_list(xml, snapshot.tags);
  xml.element("StorageType", cluster_storage_type(facts));
  xml.element("DbClusterResourceId", facts.resource_id);
  xml.close();
}

}  // namespace snapferry::emulator
