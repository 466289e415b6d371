// The cluster actions on the wire. Parameters that change nothing a snapshot sees are read, so that
// real requests pass, and have no effect.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"
#include "emulator/rds/rds_wire_actions.h"

namespace snapferry::emulator {
namespace {

// Scalars of CreateDBCluster without an effect. What would make another cluster of it (a replica, a
// global one, a serverless one) is not among them and refused as unknown.
constexpr auto kIgnoredClusterTexts = std::to_array<std::string_view>(
    {"CharacterSetName", "DBSubnetGroupName", "Domain", "DomainIAMRoleName", "NetworkType",
     "MonitoringRoleArn", "DatabaseInsightsMode", "PerformanceInsightsKMSKeyId",
     "CACertificateIdentifier", "EngineLifecycleSupport", "MasterUserSecretKmsKeyId"});
constexpr auto kIgnoredClusterFlags =
    std::to_array<std::string_view>({"PubliclyAccessible", "AutoMinorVersionUpgrade",
                                     "EnableHttpEndpoint", "EnablePerformanceInsights"});
constexpr auto kIgnoredClusterNumbers = std::to_array<std::string_view>(
    {"BacktrackWindow", "MonitoringInterval", "PerformanceInsightsRetentionPeriod"});

ServiceResult<void> read_ignored_of_cluster(QueryParameters& parameters) {
  for (std::string_view name : kIgnoredClusterTexts) (void)parameters.text(name);
  for (std::string_view name : kIgnoredClusterFlags) TRY(parameters.boolean(name));
  for (std::string_view name : kIgnoredClusterNumbers) TRY(parameters.integer(name));
  (void)parameters.texts("VpcSecurityGroupIds", "VpcSecurityGroupId");
  (void)parameters.texts("AvailabilityZones", "AvailabilityZone");
  (void)parameters.texts("EnableCloudwatchLogsExports");
  const std::string mode = parameters.text("EngineMode").value_or("provisioned");
  if (mode != "provisioned") {
    return refuse_value(fmt::format("Invalid DB engine mode: {}", mode));
  }
  return {};
}

// How much a cluster stores, and who is its master, as far as its engine wants it said.
ServiceResult<void> read_cluster_storage(QueryParameters& parameters, DatabaseFacts& facts) {
  const auto storage = TRY(read_int(parameters, "AllocatedStorage"));
  const bool has_password = parameters.text("MasterUserPassword").has_value() ||
                            TRY(read_flag(parameters, "ManageMasterUserPassword"));
  // Neptune has no master user. Source: Neptune User Guide, CreateDBCluster, 2026.
  if (facts.engine != "neptune" && (facts.master_username.empty() || !has_password)) {
    return refuse(
        400, "MissingParameter",
        fmt::format("The request must contain the parameter {}.",
                    facts.master_username.empty() ? "MasterUsername" : "MasterUserPassword"));
  }
  if (facts.has_engine_of_instances()) {
    if (!storage) {
      return refuse(400, "MissingParameter",
                    "The request must contain the parameter AllocatedStorage.");
    }
    facts.allocated_storage_gib = *storage;
    return {};
  }
  if (storage) {
    return refuse_combination(
        fmt::format("AllocatedStorage can't be specified for engine {}.", facts.engine));
  }
  // Source: the aws-cli's examples of describe-db-clusters, 2026-08.
  facts.allocated_storage_gib = 1;
  return {};
}

}  // namespace

ServiceResult<void> serve_create_db_cluster(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  CreateDbClusterInput input;
  input.id = TRY(parameters.required("DBClusterIdentifier"));
  TRY(read_facts(parameters, input.facts));
  TRY(read_cluster_storage(parameters, input.facts));
  input.database_name = read_text(parameters, "DatabaseName");
  input.parameter_group =
      parameters.text("DBClusterParameterGroupName").value_or("default." + input.facts.engine);
  input.preferred_maintenance_window =
      parameters.text("PreferredMaintenanceWindow").value_or("sun:04:00-sun:04:30");
  input.instance_class = read_text(parameters, "DBClusterInstanceClass");
  input.kms_key = read_text(parameters, "KmsKeyId");
  input.is_copying_tags_to_snapshot = TRY(read_flag(parameters, "CopyTagsToSnapshot"));
  input.is_protected = TRY(read_flag(parameters, "DeletionProtection"));
  input.tags = read_tags(parameters);
  TRY(read_ignored_of_cluster(parameters));
  TRY(parameters.refuse_unread());
  write_db_cluster(call.xml, TRY(call.world.rds.create_db_cluster(call.caller, input)));
  return {};
}

ServiceResult<void> serve_modify_db_cluster(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  ModifyDbClusterInput input;
  input.id = TRY(parameters.required("DBClusterIdentifier"));
  input.backup_retention_days = TRY(read_int(parameters, "BackupRetentionPeriod"));
  input.preferred_backup_window = parameters.text("PreferredBackupWindow");
  input.is_copying_tags_to_snapshot = TRY(parameters.boolean("CopyTagsToSnapshot"));
  input.is_protected = TRY(parameters.boolean("DeletionProtection"));
  // Everything is applied at once, as of instances.
  TRY(parameters.boolean("ApplyImmediately"));
  (void)parameters.text("MasterUserPassword");
  (void)parameters.text("PreferredMaintenanceWindow");
  TRY(parameters.refuse_unread());
  write_db_cluster(call.xml, TRY(call.world.rds.modify_db_cluster(call.caller, input)));
  return {};
}

ServiceResult<void> serve_restore_db_cluster(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  RestoreDbClusterInput input;
  input.id = TRY(parameters.required("DBClusterIdentifier"));
  input.snapshot = TRY(parameters.required("SnapshotIdentifier"));
  input.engine = TRY(parameters.required("Engine"));
  input.instance_class = read_text(parameters, "DBClusterInstanceClass");
  input.kms_key = read_text(parameters, "KmsKeyId");
  input.is_copying_tags_to_snapshot = TRY(read_flag(parameters, "CopyTagsToSnapshot"));
  input.is_protected = TRY(read_flag(parameters, "DeletionProtection"));
  input.tags = read_tags(parameters);
  for (const char* name : {"EngineVersion", "DatabaseName", "StorageType", "OptionGroupName",
                           "DBClusterParameterGroupName", "PreferredBackupWindow"}) {
    (void)parameters.text(name);
  }
  for (const char* name : {"Port", "Iops", "BackupRetentionPeriod"})
    TRY(read_int(parameters, name));
  TRY(parameters.boolean("EnableIAMDatabaseAuthentication"));
  TRY(read_ignored_of_cluster(parameters));
  TRY(parameters.refuse_unread());
  write_db_cluster(call.xml, TRY(call.world.rds.restore_db_cluster(call.caller, input)));
  return {};
}

ServiceResult<void> serve_stop_db_cluster(RdsCall& call) {
  const std::string id = TRY(call.parameters.required("DBClusterIdentifier"));
  TRY(call.parameters.refuse_unread());
  write_db_cluster(call.xml, TRY(call.world.rds.stop_db_cluster(call.caller, id)));
  return {};
}

ServiceResult<void> serve_start_db_cluster(RdsCall& call) {
  const std::string id = TRY(call.parameters.required("DBClusterIdentifier"));
  TRY(call.parameters.refuse_unread());
  write_db_cluster(call.xml, TRY(call.world.rds.start_db_cluster(call.caller, id)));
  return {};
}

ServiceResult<void> serve_delete_db_cluster(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  DeleteDbClusterInput input;
  input.id = TRY(parameters.required("DBClusterIdentifier"));
  input.is_final_snapshot_skipped = TRY(read_flag(parameters, "SkipFinalSnapshot"));
  input.final_snapshot = read_text(parameters, "FinalDBSnapshotIdentifier");
  input.is_keeping_automated_backups = !TRY(read_flag(parameters, "DeleteAutomatedBackups", true));
  TRY(parameters.refuse_unread());
  write_db_cluster(call.xml, TRY(call.world.rds.delete_db_cluster(call.caller, input)));
  return {};
}

ServiceResult<void> serve_describe_db_clusters(RdsCall& call) {
  DescribeDbClustersInput input;
  input.id = read_text(call.parameters, "DBClusterIdentifier");
  input.filters = read_rds_filters(call.parameters);
  // No cluster is shared with anybody here.
  TRY(call.parameters.boolean("IncludeShared"));
  input.paging = TRY(read_paging(call.parameters));
  TRY(call.parameters.refuse_unread());
  const auto page = TRY(call.world.rds.describe_db_clusters(call.caller, input));
  call.xml.element_if("Marker", page.marker);
  call.xml.open("DBClusters");
  for (const DbCluster& cluster : page.items) write_db_cluster(call.xml, cluster);
  call.xml.close();
  return {};
}

ServiceResult<void> serve_create_db_cluster_snapshot(RdsCall& call) {
  CreateDbClusterSnapshotInput input;
  input.id = TRY(call.parameters.required("DBClusterSnapshotIdentifier"));
  input.cluster = TRY(call.parameters.required("DBClusterIdentifier"));
  input.tags = read_tags(call.parameters);
  TRY(call.parameters.refuse_unread());
  write_db_cluster_snapshot(call.xml,
                            TRY(call.world.rds.create_db_cluster_snapshot(call.caller, input)));
  return {};
}

ServiceResult<void> serve_copy_db_cluster_snapshot(RdsCall& call) {
  const CopyDbSnapshotInput input = TRY(read_copy(call, core::DatabaseKind::cluster));
  TRY(call.parameters.refuse_unread());
  TRY(check_presigned_url(call, core::DatabaseKind::cluster, input));
  write_db_cluster_snapshot(call.xml,
                            TRY(call.world.rds.copy_db_cluster_snapshot(call.caller, input)));
  return {};
}

ServiceResult<void> serve_delete_db_cluster_snapshot(RdsCall& call) {
  const std::string id = TRY(call.parameters.required("DBClusterSnapshotIdentifier"));
  TRY(call.parameters.refuse_unread());
  write_db_cluster_snapshot(call.xml,
                            TRY(call.world.rds.delete_db_cluster_snapshot(call.caller, id)));
  return {};
}

ServiceResult<void> serve_describe_db_cluster_snapshots(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  DescribeDbSnapshotsInput input;
  input.instance = read_text(parameters, "DBClusterIdentifier");
  input.id = read_text(parameters, "DBClusterSnapshotIdentifier");
  input.type = read_text(parameters, "SnapshotType");
  input.resource_id = read_text(parameters, "DbClusterResourceId");
  input.filters = read_rds_filters(parameters);
  input.is_including_shared = TRY(read_flag(parameters, "IncludeShared"));
  input.is_including_public = TRY(read_flag(parameters, "IncludePublic"));
  input.paging = TRY(read_paging(parameters));
  TRY(parameters.refuse_unread());
  const auto page = TRY(call.world.rds.describe_db_cluster_snapshots(call.caller, input));
  call.xml.element_if("Marker", page.marker);
  call.xml.open("DBClusterSnapshots");
  for (const DbSnapshot& snapshot : page.items) write_db_cluster_snapshot(call.xml, snapshot);
  call.xml.close();
  return {};
}

ServiceResult<void> serve_modify_db_cluster_snapshot_attribute(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  ModifyDbSnapshotAttributeInput input;
  input.id = TRY(parameters.required("DBClusterSnapshotIdentifier"));
  input.attribute = TRY(parameters.required("AttributeName"));
  input.values_to_add = parameters.texts("ValuesToAdd", "AttributeValue");
  input.values_to_remove = parameters.texts("ValuesToRemove", "AttributeValue");
  TRY(parameters.refuse_unread());
  write_snapshot_attributes(
      call.xml, TRY(call.world.rds.modify_db_cluster_snapshot_attribute(call.caller, input)));
  return {};
}

ServiceResult<void> serve_describe_db_cluster_snapshot_attributes(RdsCall& call) {
  const std::string id = TRY(call.parameters.required("DBClusterSnapshotIdentifier"));
  TRY(call.parameters.refuse_unread());
  write_snapshot_attributes(
      call.xml, TRY(call.world.rds.describe_db_cluster_snapshot_attributes(call.caller, id)));
  return {};
}

}  // namespace snapferry::emulator
