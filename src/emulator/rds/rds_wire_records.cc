// Instances and DB snapshots as RDS writes them in XML.
// Source of the members and their types: botocore 1.43.67, rds 2014-10-31, 2026-08.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "emulator/rds/rds_wire_actions.h"

namespace snapferry::emulator {
namespace {

// What RDS would show but nothing here depends on: one VPC, one security group, one subnet group.
constexpr const char* kVpc = "vpc-0a1b2c3d";
constexpr const char* kSecurityGroup = "sg-0a1b2c3d";

std::string_view encryption_type(const DatabaseFacts& facts) {
  return facts.is_encrypted ? "sse-kms" : "none";
}

void write_instance_lists(XmlWriter& xml, const DbInstance& instance) {
  xml.open("DBSecurityGroups").close();
  xml.open("VpcSecurityGroups").open("VpcSecurityGroupMembership");
  xml.element("VpcSecurityGroupId", kSecurityGroup).element("Status", "active");
  xml.close().close();
  xml.open("DBParameterGroups").open("DBParameterGroup");
  xml.element("DBParameterGroupName", instance.parameter_group);
  xml.element("ParameterApplyStatus", "in-sync").close().close();
  xml.open("OptionGroupMemberships").open("OptionGroupMembership");
  xml.element("OptionGroupName", instance.facts.option_group).element("Status", "in-sync");
  xml.close().close();
  xml.open("PendingModifiedValues").close();
  xml.open("ReadReplicaDBInstanceIdentifiers").close();
  xml.open("StatusInfos").close();
  xml.open("DomainMemberships").close();
  xml.open("AssociatedRoles").close();
}

}  // namespace

void write_tag_list(XmlWriter& xml, const TagMap& tags) {
  xml.open("TagList");
  for (const auto& [key, value] : tags) {
    xml.open("Tag").element("Key", key).element("Value", value).close();
  }
  xml.close();
}

void write_db_instance(XmlWriter& xml, const DbInstance& instance) {
  const DatabaseFacts& facts = instance.facts;
  xml.open("DBInstance");
  xml.element("DBInstanceIdentifier", instance.id);
  xml.element("DBInstanceClass", instance.instance_class);
  xml.element("Engine", facts.engine);
  xml.element("EngineVersion", facts.engine_version);
  xml.element("DBInstanceStatus", instance.status);
  xml.element_if("MasterUsername", facts.master_username);
  xml.element_if("DBName", instance.db_name);
  if (instance.status != "creating") {
    xml.open("Endpoint");
    xml.element("Address", fmt::format("{}.emulated.{}.rds.amazonaws.com", instance.id,
                                       instance.region.str()));
    xml.element("Port", facts.port).close();
  }
  xml.element("AllocatedStorage", facts.allocated_storage_gib);
  xml.element("InstanceCreateTime", facts.instance_create_time);
  xml.element_if("PreferredBackupWindow", facts.preferred_backup_window);
  xml.element("BackupRetentionPeriod", facts.backup_retention_days);
  write_instance_lists(xml, instance);
  xml.element("AvailabilityZone", facts.availability_zone);
  xml.element_if("PreferredMaintenanceWindow", instance.preferred_maintenance_window);
  xml.element("MultiAZ", instance.is_multi_az);
  xml.element("AutoMinorVersionUpgrade", true);
  xml.element_if("ReadReplicaSourceDBInstanceIdentifier", instance.replica_source);
  xml.element_if("LicenseModel", facts.license_model);
  if (facts.iops > 0) xml.element("Iops", facts.iops);
  xml.element("PubliclyAccessible", instance.is_publicly_accessible);
  xml.element("StorageType", facts.storage_type);
  xml.element("StorageEncryptionType", encryption_type(facts));
  xml.element("DbInstancePort", 0);
  xml.element_if("DBClusterIdentifier", instance.cluster_id);
  xml.element("StorageEncrypted", facts.is_encrypted);
  xml.element_if("KmsKeyId", facts.kms_key_arn);
  xml.element("DbiResourceId", facts.resource_id);
  xml.element("CopyTagsToSnapshot", instance.is_copying_tags_to_snapshot);
  xml.element("MonitoringInterval", 0);
  xml.element("DBInstanceArn", instance.arn);
  xml.element_if("Timezone", facts.timezone);
  xml.element("IAMDatabaseAuthenticationEnabled", facts.is_iam_authentication_enabled);
  xml.element("PerformanceInsightsEnabled", false);
  xml.element("DeletionProtection", instance.is_protected);
  write_tag_list(xml, instance.tags);
  xml.element("BackupTarget", "region");
  xml.element("NetworkType", "IPV4");
  xml.close();
}

void write_db_snapshot(XmlWriter& xml, const DbSnapshot& snapshot) {
  const DatabaseFacts& facts = snapshot.facts;
  xml.open("DBSnapshot");
  xml.element("DBSnapshotIdentifier", snapshot.id);
  xml.element("DBInstanceIdentifier", snapshot.instance);
  if (snapshot.create_time) xml.element("SnapshotCreateTime", *snapshot.create_time);
  xml.element("Engine", facts.engine);
  xml.element("AllocatedStorage", facts.allocated_storage_gib);
  xml.element("Status", snapshot.status);
  xml.element("Port", facts.port);
  xml.element_if("AvailabilityZone", facts.availability_zone);
  xml.element("VpcId", kVpc);
  xml.element("InstanceCreateTime", facts.instance_create_time);
  xml.element_if("MasterUsername", facts.master_username);
  xml.element("EngineVersion", facts.engine_version);
  xml.element_if("LicenseModel", facts.license_model);
  xml.element("SnapshotType", snapshot.type);
  if (facts.iops > 0) xml.element("Iops", facts.iops);
  xml.element_if("OptionGroupName", facts.option_group);
  xml.element("PercentProgress", snapshot.progress_percent);
  xml.element("SourceRegion", snapshot.source_region.str());
  xml.element_if("SourceDBSnapshotIdentifier", snapshot.source_snapshot_arn);
  xml.element("StorageType", facts.storage_type);
  xml.element("Encrypted", facts.is_encrypted);
  xml.element("StorageEncryptionType", encryption_type(facts));
  xml.element_if("KmsKeyId", facts.kms_key_arn);
  xml.element("DBSnapshotArn", snapshot.arn);
  xml.element_if("Timezone", facts.timezone);
  xml.element("IAMDatabaseAuthenticationEnabled", facts.is_iam_authentication_enabled);
  xml.open("ProcessorFeatures").close();
  xml.element("DbiResourceId", facts.resource_id);
  write_tag_list(xml, snapshot.tags);
  xml.element("SnapshotTarget", "region");
  if (snapshot.original_create_time) {
    xml.element("OriginalSnapshotCreateTime", *snapshot.original_create_time);
  }
  if (snapshot.database_time) xml.element("SnapshotDatabaseTime", *snapshot.database_time);
  xml.element("MultiTenant", false);
  xml.element("DedicatedLogVolume", false);
  xml.close();
}

}  // namespace snapferry::emulator
