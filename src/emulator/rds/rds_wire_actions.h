// The actions of the emulated RDS, one function each: reads its parameters, refuses what it does
// not know, calls RdsModel, and writes what stands inside <ActionResult>. Shared by rds_wire*.cc
// only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "emulator/query/query_parameters.h"
#include "emulator/query/xml_writer.h"
#include "emulator/world.h"

namespace snapferry::emulator {

/// One call as an action sees it. `xml` is open inside <ActionResult>.
struct RdsCall {
  World& world;
  const Caller& caller;
  QueryParameters& parameters;
  XmlWriter& xml;
};

using RdsAction = ServiceResult<void> (*)(RdsCall&);

ServiceResult<void> serve_create_db_instance(RdsCall& call);
ServiceResult<void> serve_modify_db_instance(RdsCall& call);
ServiceResult<void> serve_stop_db_instance(RdsCall& call);
ServiceResult<void> serve_start_db_instance(RdsCall& call);
ServiceResult<void> serve_delete_db_instance(RdsCall& call);
ServiceResult<void> serve_restore_db_instance(RdsCall& call);
ServiceResult<void> serve_describe_db_instances(RdsCall& call);

ServiceResult<void> serve_create_db_snapshot(RdsCall& call);
ServiceResult<void> serve_copy_db_snapshot(RdsCall& call);
ServiceResult<void> serve_delete_db_snapshot(RdsCall& call);
ServiceResult<void> serve_describe_db_snapshots(RdsCall& call);
ServiceResult<void> serve_modify_db_snapshot_attribute(RdsCall& call);
ServiceResult<void> serve_describe_db_snapshot_attributes(RdsCall& call);

ServiceResult<void> serve_create_db_cluster(RdsCall& call);
ServiceResult<void> serve_modify_db_cluster(RdsCall& call);
ServiceResult<void> serve_restore_db_cluster(RdsCall& call);
ServiceResult<void> serve_stop_db_cluster(RdsCall& call);
ServiceResult<void> serve_start_db_cluster(RdsCall& call);
ServiceResult<void> serve_delete_db_cluster(RdsCall& call);
ServiceResult<void> serve_describe_db_clusters(RdsCall& call);

ServiceResult<void> serve_create_db_cluster_snapshot(RdsCall& call);
ServiceResult<void> serve_copy_db_cluster_snapshot(RdsCall& call);
ServiceResult<void> serve_delete_db_cluster_snapshot(RdsCall& call);
ServiceResult<void> serve_describe_db_cluster_snapshots(RdsCall& call);
ServiceResult<void> serve_modify_db_cluster_snapshot_attribute(RdsCall& call);
ServiceResult<void> serve_describe_db_cluster_snapshot_attributes(RdsCall& call);

ServiceResult<void> serve_create_option_group(RdsCall& call);
ServiceResult<void> serve_delete_option_group(RdsCall& call);
ServiceResult<void> serve_describe_option_groups(RdsCall& call);

ServiceResult<void> serve_add_tags(RdsCall& call);
ServiceResult<void> serve_remove_tags(RdsCall& call);
ServiceResult<void> serve_list_tags(RdsCall& call);
ServiceResult<void> serve_describe_account_attributes(RdsCall& call);
ServiceResult<void> serve_describe_events(RdsCall& call);
ServiceResult<void> serve_describe_source_regions(RdsCall& call);

/// Writes <DBInstance>, <DBCluster>, <DBSnapshot>, <DBClusterSnapshot>; members without a value are
/// left out, empty lists are not.
void write_db_instance(XmlWriter& xml, const DbInstance& instance);
void write_db_cluster(XmlWriter& xml, const DbCluster& cluster);
void write_db_snapshot(XmlWriter& xml, const DbSnapshot& snapshot);
void write_db_cluster_snapshot(XmlWriter& xml, const DbSnapshot& snapshot);
/// Writes whom a snapshot of either kind is shared with, as <...SnapshotAttributesResult>.
void write_snapshot_attributes(XmlWriter& xml, const DbSnapshot& snapshot);
void write_tag_list(XmlWriter& xml, const TagMap& tags);

/// Reads MaxRecords and Marker.
ServiceResult<RdsPaging> read_paging(QueryParameters& parameters);
std::vector<RdsFilter> read_rds_filters(QueryParameters& parameters);

/// Reads Tags.Tag.N.
TagList read_tags(QueryParameters& parameters);

/// Returns an integer parameter that must fit what a person means by it.
ServiceResult<std::optional<int>> read_int(QueryParameters& parameters, std::string_view name);
ServiceResult<bool> read_flag(QueryParameters& parameters, std::string_view name,
                              bool unless_given = false);
std::string read_text(QueryParameters& parameters, std::string_view name);

/// What of a new instance or cluster its engine decides unless the request does.
/// Errors: InvalidParameterValue for an engine that RDS does not have.
ServiceResult<void> read_facts(QueryParameters& parameters, DatabaseFacts& facts);

/// Reads the parameters of a copy of either kind of snapshot that both have.
/// Errors: those of the call on the wire; a presigned URL that GovCloud would refuse.
ServiceResult<CopyDbSnapshotInput> read_copy(RdsCall& call, core::DatabaseKind kind);
ServiceResult<void> check_presigned_url(const RdsCall& call, core::DatabaseKind kind,
                                        const CopyDbSnapshotInput& input);

}  // namespace snapferry::emulator
