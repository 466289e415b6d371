// Walks RDS's answers. A number or a time that cannot be read is as good as absent: one odd field
// of one snapshot must not hide the other ninety-nine.
// SPDX-License-Identifier: Apache-2.0
#include "aws/api/rds_api_answers.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "aws/xml_reader.h"
#include "core/text.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;

template <class Number>
Number number_of(const std::string& text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

core::Arn arn_of(const std::string& text) {
  return core::parse_arn(text).value_or(core::Arn());
}

core::Tags tags_of(XmlNode list) {
  core::Tags tags;
  for (XmlNode tag : list.children("Tag")) {
    std::string key = tag.text("Key");
    if (!key.empty()) tags[std::move(key)] = tag.text("Value");
  }
  return tags;
}

std::unexpected<core::Error> lacks(std::string_view operation, std::string_view element) {
  return core::fail(ErrorKind::invalid, fmt::format("answer to {} has no {}", operation, element));
}

// Returns the <OperationResult> of an <OperationResponse>.
core::Result<XmlNode> result_of(const XmlDocument& document, std::string_view operation) {
  XmlNode root = document.root();
  if (root.name() != fmt::format("{}Response", operation)) {
    return core::fail(ErrorKind::invalid,
                      fmt::format("answer to {} is <{}>, not <{}Response>", operation,
                                  excerpt(root.name(), 40), operation));
  }
  XmlNode result = root.child(fmt::format("{}Result", operation));
  if (!result.exists()) return lacks(operation, fmt::format("{}Result", operation));
  return result;
}

core::Result<core::Database> database_of(XmlNode node, std::string_view operation) {
  core::Database database;
  database.id = core::DatabaseId(core::to_lower(node.text("DBInstanceIdentifier")));
  if (database.id.empty()) return lacks(operation, "DBInstanceIdentifier");
  database.arn = arn_of(node.text("DBInstanceArn"));
  database.resource_id = node.text("DbiResourceId");
  database.engine = node.text("Engine");
  database.engine_version = node.text("EngineVersion");
  database.status = node.text("DBInstanceStatus");
  database.cluster_id = core::to_lower(node.text("DBClusterIdentifier"));
  database.option_group =
      node.child("OptionGroupMemberships").child("OptionGroupMembership").text("OptionGroupName");
  database.is_encrypted = node.text("StorageEncrypted") == "true";
  database.kms_key_arn = node.text("KmsKeyId");
  database.allocated_storage_gib = number_of<int>(node.text("AllocatedStorage"));
  database.tags = tags_of(node.child("TagList"));
  return database;
}

core::Result<core::Snapshot> snapshot_of(XmlNode node, std::string_view operation) {
  core::Snapshot snapshot;
  snapshot.id = core::SnapshotId(core::to_lower(node.text("DBSnapshotIdentifier")));
  if (snapshot.id.empty()) return lacks(operation, "DBSnapshotIdentifier");
  snapshot.arn = arn_of(node.text("DBSnapshotArn"));
  snapshot.database = core::DatabaseId(core::to_lower(node.text("DBInstanceIdentifier")));
  snapshot.resource_id = node.text("DbiResourceId");
  snapshot.type = node.text("SnapshotType");
  snapshot.status = node.text("Status");
  snapshot.progress_percent = std::clamp(number_of<int>(node.text("PercentProgress")), 0, 100);
  snapshot.engine = node.text("Engine");
  snapshot.engine_version = node.text("EngineVersion");
  snapshot.allocated_storage_gib = number_of<int>(node.text("AllocatedStorage"));
  snapshot.is_encrypted = node.text("Encrypted") == "true";
  snapshot.kms_key_arn = node.text("KmsKeyId");
  snapshot.option_group = node.text("OptionGroupName");
  snapshot.original_create_time = core::parse_instant(node.text("OriginalSnapshotCreateTime"));
  snapshot.database_time = core::parse_instant(node.text("SnapshotDatabaseTime"));
  snapshot.source_snapshot_arn = node.text("SourceDBSnapshotIdentifier");
  snapshot.source_region = node.text("SourceRegion");
  snapshot.tags = tags_of(node.child("TagList"));
  return snapshot;
}

}  // namespace

core::Result<core::Page<core::Database>> parse_describe_db_instances(std::string_view body) {
  constexpr std::string_view kOperation = "DescribeDBInstances";
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode result = TRY(result_of(document, kOperation));
  core::Page<core::Database> page;
  page.next = result.text("Marker");
  for (XmlNode node : result.child("DBInstances").children("DBInstance")) {
    page.items.push_back(TRY(database_of(node, kOperation)));
  }
  return page;
}

core::Result<core::Page<core::Snapshot>> parse_describe_db_snapshots(std::string_view body) {
  constexpr std::string_view kOperation = "DescribeDBSnapshots";
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode result = TRY(result_of(document, kOperation));
  core::Page<core::Snapshot> page;
  page.next = result.text("Marker");
  for (XmlNode node : result.child("DBSnapshots").children("DBSnapshot")) {
    page.items.push_back(TRY(snapshot_of(node, kOperation)));
  }
  return page;
}

core::Result<core::Snapshot> parse_db_snapshot(std::string_view body, std::string_view operation) {
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode node = TRY(result_of(document, operation)).child("DBSnapshot");
  if (!node.exists()) return lacks(operation, "DBSnapshot");
  return snapshot_of(node, operation);
}

core::Result<void> parse_add_tags_to_resource(std::string_view body) {
  XmlDocument document = TRY(XmlDocument::parse(body));
  if (document.root().name() != "AddTagsToResourceResponse") {
    return lacks("AddTagsToResource", "AddTagsToResourceResponse");
  }
  return {};
}

core::Result<core::SnapshotQuota> parse_describe_account_attributes(std::string_view body) {
  constexpr std::string_view kOperation = "DescribeAccountAttributes";
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode result = TRY(result_of(document, kOperation));
  for (XmlNode quota : result.child("AccountQuotas").children("AccountQuota")) {
    if (quota.text("AccountQuotaName") != "ManualSnapshots") continue;
    return core::SnapshotQuota{number_of<long>(quota.text("Used")),
                               number_of<long>(quota.text("Max"))};
  }
  return lacks(kOperation, "quota ManualSnapshots");
}

}  // namespace snapferry::aws
