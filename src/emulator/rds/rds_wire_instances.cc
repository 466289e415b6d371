// The instance actions on the wire. Parameters that change nothing a snapshot sees are read, so
// that real requests pass, and have no effect.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"
#include "emulator/rds/rds_wire_actions.h"

namespace snapferry::emulator {
namespace {

struct EngineDefaults {
  std::string_view engine;
  std::string_view version;
  int port;
  std::string_view license_model;
};

// Source: botocore 1.43 CreateDBInstance (valid engines, default ports), 2026-08; the versions are
// ones RDS has had.
constexpr auto kEngines = std::to_array<EngineDefaults>({
    {"mysql", "8.0.39", 3306, "general-public-license"},
    {"mariadb", "10.11.8", 3306, "general-public-license"},
    {"postgres", "16.3", 5432, "postgresql-license"},
    {"aurora-mysql", "8.0.mysql_aurora.3.05.2", 3306, "general-public-license"},
    {"aurora-postgresql", "15.4", 5432, "postgresql-license"},
    {"oracle-ee", "19.0.0.0", 1521, "bring-your-own-license"},
    {"oracle-ee-cdb", "19.0.0.0", 1521, "bring-your-own-license"},
    {"oracle-se2", "19.0.0.0", 1521, "bring-your-own-license"},
    {"oracle-se2-cdb", "19.0.0.0", 1521, "bring-your-own-license"},
    {"sqlserver-ee", "15.00.4236.7.v1", 1433, "license-included"},
    {"sqlserver-se", "15.00.4236.7.v1", 1433, "license-included"},
    {"sqlserver-ex", "15.00.4236.7.v1", 1433, "license-included"},
    {"sqlserver-web", "15.00.4236.7.v1", 1433, "license-included"},
    {"db2-ae", "11.5.9.0", 50000, "bring-your-own-license"},
    {"db2-se", "11.5.9.0", 50000, "bring-your-own-license"},
    {"neptune", "1.2.1.0", 8182, "amazon-license"},
    {"docdb", "5.0.0", 27017, "na"},
});

// Scalars of CreateDBInstance, ModifyDBInstance and RestoreDBInstanceFromDBSnapshot without an
// effect.
constexpr auto kIgnoredTexts = std::to_array<std::string_view>({"DBSubnetGroupName",
                                                                "CharacterSetName",
                                                                "NcharCharacterSetName",
                                                                "TdeCredentialArn",
                                                                "TdeCredentialPassword",
                                                                "Domain",
                                                                "DomainFqdn",
                                                                "DomainOu",
                                                                "DomainAuthSecretArn",
                                                                "MonitoringRoleArn",
                                                                "DomainIAMRoleName",
                                                                "DatabaseInsightsMode",
                                                                "PerformanceInsightsKMSKeyId",
                                                                "NetworkType",
                                                                "BackupTarget",
                                                                "CustomIamInstanceProfile",
                                                                "DBSystemId",
                                                                "CACertificateIdentifier",
                                                                "MasterUserSecretKmsKeyId",
                                                                "EngineLifecycleSupport",
                                                                "MasterUserAuthenticationType"});
constexpr auto kIgnoredFlags = std::to_array<std::string_view>(
    {"AutoMinorVersionUpgrade", "EnablePerformanceInsights", "EnableCustomerOwnedIp",
     "ManageMasterUserPassword", "MultiTenant", "DedicatedLogVolume"});
constexpr auto kIgnoredNumbers =
    std::to_array<std::string_view>({"StorageThroughput", "MonitoringInterval", "PromotionTier",
                                     "PerformanceInsightsRetentionPeriod", "MaxAllocatedStorage"});

ServiceResult<void> read_ignored(QueryParameters& parameters) {
  for (std::string_view name : kIgnoredTexts) (void)parameters.text(name);
  for (std::string_view name : kIgnoredFlags) TRY(parameters.boolean(name));
  for (std::string_view name : kIgnoredNumbers) TRY(parameters.integer(name));
  (void)parameters.texts("DBSecurityGroups", "DBSecurityGroupName");
  (void)parameters.texts("VpcSecurityGroupIds", "VpcSecurityGroupId");
  (void)parameters.texts("DomainDnsIps");
  (void)parameters.texts("EnableCloudwatchLogsExports");
  (void)parameters.pairs("ProcessorFeatures", "ProcessorFeature", "Name", "Value");
  return {};
}

// Settings of a member that are the cluster's. Source: the message is AWS's in public reports;
// which settings: botocore 1.43, CreateDBInstance ("managed by the DB cluster"), 2026-08.
ServiceResult<void> refuse_settings_of_cluster(const QueryParameters& parameters) {
  struct Setting {
    std::string_view parameter;
    std::string_view words;
  };
  static constexpr auto kSettings = std::to_array<Setting>({
      {"MasterUsername", "master user name"},
      {"MasterUserPassword", "master user password"},
      {"Port", "database endpoint port"},
      {"BackupRetentionPeriod", "backup retention period"},
      {"PreferredBackupWindow", "backup window"},
      {"StorageEncrypted", "storage encryption"},
      {"KmsKeyId", "KMS key"},
      {"AllocatedStorage", "storage"},
      {"OptionGroupName", "option group"},
      {"EnableIAMDatabaseAuthentication", "IAM database authentication"},
  });
  for (const Setting& setting : kSettings) {
    if (!parameters.has(setting.parameter)) continue;
    return refuse_combination(
        fmt::format("The requested DB Instance will be a member of a DB Cluster. Set {} for the DB "
                    "Cluster.",
                    setting.words));
  }
  return {};
}

}  // namespace

ServiceResult<void> read_facts(QueryParameters& parameters, DatabaseFacts& facts) {
  facts.engine = TRY(parameters.required("Engine"));
  const auto engine = std::ranges::find(kEngines, facts.engine, &EngineDefaults::engine);
  if (engine == kEngines.end()) {
    return refuse_value(fmt::format("Invalid DB engine: {}", facts.engine));
  }
  facts.engine_version = parameters.text("EngineVersion").value_or(std::string(engine->version));
  facts.port = TRY(read_int(parameters, "Port")).value_or(engine->port);
  facts.license_model =
      parameters.text("LicenseModel").value_or(std::string(engine->license_model));
  facts.storage_type = parameters.text("StorageType").value_or(facts.storage_type);
  facts.iops = TRY(read_int(parameters, "Iops")).value_or(0);
  facts.availability_zone = read_text(parameters, "AvailabilityZone");
  facts.master_username = read_text(parameters, "MasterUsername");
  facts.option_group = read_text(parameters, "OptionGroupName");
  facts.timezone = read_text(parameters, "Timezone");
  facts.is_iam_authentication_enabled =
      TRY(read_flag(parameters, "EnableIAMDatabaseAuthentication"));
  facts.backup_retention_days =
      TRY(read_int(parameters, "BackupRetentionPeriod")).value_or(facts.backup_retention_days);
  // Source: AWS picks a window of its own when none is given; this one is ours.
  facts.preferred_backup_window = parameters.text("PreferredBackupWindow").value_or("03:00-03:30");
  facts.is_encrypted = TRY(read_flag(parameters, "StorageEncrypted"));
  return {};
}

ServiceResult<void> serve_create_db_instance(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  CreateDbInstanceInput input;
  input.id = TRY(parameters.required("DBInstanceIdentifier"));
  input.instance_class = TRY(parameters.required("DBInstanceClass"));
  TRY(read_facts(parameters, input.facts));
  input.cluster_id = read_text(parameters, "DBClusterIdentifier");
  input.db_name = read_text(parameters, "DBName");
  input.parameter_group =
      parameters.text("DBParameterGroupName").value_or("default." + input.facts.engine);
  input.preferred_maintenance_window =
      parameters.text("PreferredMaintenanceWindow").value_or("sun:04:00-sun:04:30");
  input.kms_key = read_text(parameters, "KmsKeyId");
  input.is_multi_az = TRY(read_flag(parameters, "MultiAZ"));
  input.is_publicly_accessible = TRY(read_flag(parameters, "PubliclyAccessible"));
  input.is_copying_tags_to_snapshot = TRY(read_flag(parameters, "CopyTagsToSnapshot"));
  input.is_protected = TRY(read_flag(parameters, "DeletionProtection"));
  input.tags = read_tags(parameters);
  const auto storage = TRY(read_int(parameters, "AllocatedStorage"));
  const bool has_password = parameters.text("MasterUserPassword").has_value() ||
                            TRY(read_flag(parameters, "ManageMasterUserPassword"));
  TRY(read_ignored(parameters));
  TRY(parameters.refuse_unread());
  if (input.cluster_id.empty()) {
    if (!storage || input.facts.master_username.empty() || !has_password) {
      return refuse(400, "MissingParameter",
                    fmt::format("The request must contain the parameter {}.",
                                !storage                              ? "AllocatedStorage"
                                : input.facts.master_username.empty() ? "MasterUsername"
                                                                      : "MasterUserPassword"));
    }
    input.facts.allocated_storage_gib = *storage;
  } else {
    TRY(refuse_settings_of_cluster(parameters));
  }
  write_db_instance(call.xml, TRY(call.world.rds.create_db_instance(call.caller, input)));
  return {};
}

ServiceResult<void> serve_modify_db_instance(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  ModifyDbInstanceInput input;
  input.id = TRY(parameters.required("DBInstanceIdentifier"));
  input.new_id = parameters.text("NewDBInstanceIdentifier");
  input.allocated_storage_gib = TRY(read_int(parameters, "AllocatedStorage"));
  input.instance_class = parameters.text("DBInstanceClass");
  input.engine_version = parameters.text("EngineVersion");
  input.option_group = parameters.text("OptionGroupName");
  input.backup_retention_days = TRY(read_int(parameters, "BackupRetentionPeriod"));
  input.preferred_backup_window = parameters.text("PreferredBackupWindow");
  input.is_multi_az = TRY(parameters.boolean("MultiAZ"));
  input.is_copying_tags_to_snapshot = TRY(parameters.boolean("CopyTagsToSnapshot"));
  input.is_protected = TRY(parameters.boolean("DeletionProtection"));
  // Everything is applied at once: waiting for the maintenance window shows a snapshot nothing new.
  TRY(parameters.boolean("ApplyImmediately"));
  TRY(parameters.boolean("AllowMajorVersionUpgrade"));
  (void)parameters.text("MasterUserPassword");
  (void)parameters.text("PreferredMaintenanceWindow");
  (void)parameters.text("DBParameterGroupName");
  TRY(read_ignored(parameters));
  TRY(parameters.refuse_unread());
  write_db_instance(call.xml, TRY(call.world.rds.modify_db_instance(call.caller, input)));
  return {};
}

ServiceResult<void> serve_stop_db_instance(RdsCall& call) {
  const std::string id = TRY(call.parameters.required("DBInstanceIdentifier"));
  const std::string snapshot = read_text(call.parameters, "DBSnapshotIdentifier");
  TRY(call.parameters.refuse_unread());
  write_db_instance(call.xml, TRY(call.world.rds.stop_db_instance(call.caller, id, snapshot)));
  return {};
}

ServiceResult<void> serve_start_db_instance(RdsCall& call) {
  const std::string id = TRY(call.parameters.required("DBInstanceIdentifier"));
  TRY(call.parameters.refuse_unread());
  write_db_instance(call.xml, TRY(call.world.rds.start_db_instance(call.caller, id)));
  return {};
}

ServiceResult<void> serve_delete_db_instance(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  DeleteDbInstanceInput input;
  input.id = TRY(parameters.required("DBInstanceIdentifier"));
  input.is_final_snapshot_skipped = TRY(read_flag(parameters, "SkipFinalSnapshot"));
  input.final_snapshot = read_text(parameters, "FinalDBSnapshotIdentifier");
  input.is_keeping_automated_backups = !TRY(read_flag(parameters, "DeleteAutomatedBackups", true));
  TRY(parameters.refuse_unread());
  write_db_instance(call.xml, TRY(call.world.rds.delete_db_instance(call.caller, input)));
  return {};
}

ServiceResult<void> serve_restore_db_instance(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  RestoreDbInstanceInput input;
  input.id = TRY(parameters.required("DBInstanceIdentifier"));
  input.snapshot = TRY(parameters.required("DBSnapshotIdentifier"));
  input.instance_class = read_text(parameters, "DBInstanceClass");
  input.option_group = read_text(parameters, "OptionGroupName");
  input.is_multi_az = TRY(read_flag(parameters, "MultiAZ"));
  input.is_protected = TRY(read_flag(parameters, "DeletionProtection"));
  input.is_copying_tags_to_snapshot = TRY(read_flag(parameters, "CopyTagsToSnapshot"));
  input.tags = read_tags(parameters);
  for (const char* name : {"AvailabilityZone", "LicenseModel", "DBName", "Engine", "StorageType",
                           "DBParameterGroupName", "PreferredBackupWindow"}) {
    (void)parameters.text(name);
  }
  for (const char* name : {"Port", "Iops", "AllocatedStorage", "BackupRetentionPeriod"}) {
    TRY(read_int(parameters, name));
  }
  for (const char* name :
       {"PubliclyAccessible", "EnableIAMDatabaseAuthentication", "UseDefaultProcessorFeatures"}) {
    TRY(parameters.boolean(name));
  }
  TRY(read_ignored(parameters));
  TRY(parameters.refuse_unread());
  write_db_instance(call.xml, TRY(call.world.rds.restore_db_instance(call.caller, input)));
  return {};
}

ServiceResult<void> serve_describe_db_instances(RdsCall& call) {
  DescribeDbInstancesInput input;
  input.id = read_text(call.parameters, "DBInstanceIdentifier");
  input.filters = read_rds_filters(call.parameters);
  input.paging = TRY(read_paging(call.parameters));
  TRY(call.parameters.refuse_unread());
  const auto page = TRY(call.world.rds.describe_db_instances(call.caller, input));
  call.xml.element_if("Marker", page.marker);
  call.xml.open("DBInstances");
  for (const DbInstance& instance : page.items) write_db_instance(call.xml, instance);
  call.xml.close();
  return {};
}

}  // namespace snapferry::emulator
