// The snapshot actions on the wire.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "emulator/door/auth.h"
#include "emulator/rds/rds_rules.h"
#include "emulator/rds/rds_wire_actions.h"

namespace snapferry::emulator {

void write_snapshot_attributes(XmlWriter& xml, const DbSnapshot& snapshot) {
  const SnapshotWords& words = words_of(snapshot.kind);
  const std::string attribute = fmt::format("{}Attribute", words.shape);
  xml.open(attribute + "sResult");
  xml.element(words.parameter, snapshot.id);
  xml.open(attribute + "s").open(attribute);
  xml.element("AttributeName", "restore").open("AttributeValues");
  for (const std::string& value : snapshot.shared_with) xml.element("AttributeValue", value);
  xml.close().close().close().close();
}

// Between the GovCloud regions the caller proves to the source's region that the copy is its own;
// everywhere else the URL is ignored. Source: rds-facts 2.1: the fields that must agree; 2026-08.
ServiceResult<void> check_presigned_url(const RdsCall& call, core::DatabaseKind kind,
                                        const CopyDbSnapshotInput& input) {
  if (call.caller.partition != "aws-us-gov" || input.presigned_url.empty()) return {};
  const auto source = core::parse_arn(input.source);
  const core::Region source_region = source ? source->region : call.caller.region;
  const auto presigned =
      authenticate_url(input.presigned_url, call.world.sts,
                       {.host = call.world.clock.host_now(), .emulated = call.world.clock.now()});
  bool is_ours = false;
  if (presigned) {
    const Authenticated& who = presigned->who;
    QueryParameters signed_for(presigned->parameters);
    is_ours =
        who.service == "rds" && who.caller.region == source_region &&
        who.caller.account == call.caller.account &&
        read_text(signed_for, "Action") == words_of(kind).copy_operation &&
        read_text(signed_for, fmt::format("Source{}", words_of(kind).parameter)) == input.source &&
        read_text(signed_for, "KmsKeyId") == input.kms_key &&
        read_text(signed_for, "DestinationRegion") == call.caller.region.str();
  }
  if (!is_ours) return refuse_value("PreSignedurl could not be authenticated");
  return {};
}

ServiceResult<CopyDbSnapshotInput> read_copy(RdsCall& call, core::DatabaseKind kind) {
  QueryParameters& parameters = call.parameters;
  const SnapshotWords& words = words_of(kind);
  CopyDbSnapshotInput input;
  input.source = TRY(parameters.required(fmt::format("Source{}", words.parameter)));
  input.target_id = TRY(parameters.required(words.target));
  input.kms_key = read_text(parameters, "KmsKeyId");
  if (parameters.has("Tags")) input.tags = read_tags(parameters);
  input.is_copying_tags = TRY(read_flag(parameters, "CopyTags"));
  input.presigned_url = read_text(parameters, "PreSignedUrl");
  return input;
}

ServiceResult<void> serve_create_db_snapshot(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  CreateDbSnapshotInput input;
  input.id = TRY(parameters.required("DBSnapshotIdentifier"));
  input.instance = TRY(parameters.required("DBInstanceIdentifier"));
  input.tags = read_tags(parameters);
  TRY(parameters.refuse_unread());
  write_db_snapshot(call.xml, TRY(call.world.rds.create_db_snapshot(call.caller, input)));
  return {};
}

ServiceResult<void> serve_copy_db_snapshot(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  CopyDbSnapshotInput input = TRY(read_copy(call, core::DatabaseKind::instance));
  input.option_group = read_text(parameters, "OptionGroupName");
  const bool is_copying_group = TRY(read_flag(parameters, "CopyOptionGroup"));
  const std::string target = read_text(parameters, "SnapshotTarget");
  const std::string custom_zone = read_text(parameters, "TargetCustomAvailabilityZone");
  const std::string zone = read_text(parameters, "SnapshotAvailabilityZone");
  TRY(parameters.refuse_unread());
  TRY(check_presigned_url(call, core::DatabaseKind::instance, input));
  if (!custom_zone.empty()) {
    return refuse(404, "CustomAvailabilityZoneNotFound",
                  fmt::format("Custom Availability Zone {} not found.", custom_zone));
  }
  if ((!target.empty() && target != "region") || !zone.empty()) {
    return refuse_value("SnapshotTarget and SnapshotAvailabilityZone can name only the region.");
  }
  if (is_copying_group) {
    const auto arn = core::parse_arn(input.source);
    if (!arn || arn->account == call.caller.account) {
      return refuse_combination("CopyOptionGroup applies to copies across accounts only.");
    }
  }
  write_db_snapshot(call.xml, TRY(call.world.rds.copy_db_snapshot(call.caller, input)));
  return {};
}

ServiceResult<void> serve_delete_db_snapshot(RdsCall& call) {
  const std::string id = TRY(call.parameters.required("DBSnapshotIdentifier"));
  TRY(call.parameters.refuse_unread());
  write_db_snapshot(call.xml, TRY(call.world.rds.delete_db_snapshot(call.caller, id)));
  return {};
}

ServiceResult<void> serve_describe_db_snapshots(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  DescribeDbSnapshotsInput input;
  input.instance = read_text(parameters, "DBInstanceIdentifier");
  input.id = read_text(parameters, "DBSnapshotIdentifier");
  input.type = read_text(parameters, "SnapshotType");
  input.resource_id = read_text(parameters, "DbiResourceId");
  input.filters = read_rds_filters(parameters);
  input.is_including_shared = TRY(read_flag(parameters, "IncludeShared"));
  input.is_including_public = TRY(read_flag(parameters, "IncludePublic"));
  input.paging = TRY(read_paging(parameters));
  TRY(parameters.refuse_unread());
  const auto page = TRY(call.world.rds.describe_db_snapshots(call.caller, input));
  call.xml.element_if("Marker", page.marker);
  call.xml.open("DBSnapshots");
  for (const DbSnapshot& snapshot : page.items) write_db_snapshot(call.xml, snapshot);
  call.xml.close();
  return {};
}

ServiceResult<void> serve_modify_db_snapshot_attribute(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  ModifyDbSnapshotAttributeInput input;
  input.id = TRY(parameters.required("DBSnapshotIdentifier"));
  input.attribute = TRY(parameters.required("AttributeName"));
  input.values_to_add = parameters.texts("ValuesToAdd", "AttributeValue");
  input.values_to_remove = parameters.texts("ValuesToRemove", "AttributeValue");
  TRY(parameters.refuse_unread());
  write_snapshot_attributes(call.xml,
                            TRY(call.world.rds.modify_db_snapshot_attribute(call.caller, input)));
  return {};
}

ServiceResult<void> serve_describe_db_snapshot_attributes(RdsCall& call) {
  const std::string id = TRY(call.parameters.required("DBSnapshotIdentifier"));
  TRY(call.parameters.refuse_unread());
  write_snapshot_attributes(call.xml,
                            TRY(call.world.rds.describe_db_snapshot_attributes(call.caller, id)));
  return {};
}

}  // namespace snapferry::emulator
