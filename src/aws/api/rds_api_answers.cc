// Walks RDS's answers. A number or a time that cannot be read is as good as absent: one odd field
// of one snapshot must not hide the other ninety-nine.
// SPDX-License-Identifier: Apache-2.0
#include "aws/api/rds_api_answers.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "aws/api/rds_words.h"
#include "aws/xml_reader.h"
#include "core/rules/ownership.h"
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

std::string joined(std::string_view what, std::string_view ending) {
  return std::string(what).append(ending);
}

core::Result<core::Database> database_of(XmlNode node, core::DatabaseKind kind) {
  const RdsWords& words = words_of(kind);
  const std::string identifier = joined(words.database, "Identifier");
  core::Database database;
  database.id = core::DatabaseId(core::to_lower(node.text(identifier)), kind);
  if (database.id.empty()) return lacks(describe_databases_operation(kind), identifier);
  database.arn = arn_of(node.text(joined(words.database, "Arn")));
  database.resource_id = node.text(words.resource_id);
  database.engine = node.text("Engine");
  database.engine_version = node.text("EngineVersion");
  database.status = node.text(words.status);
  if (kind == core::DatabaseKind::instance) {
    database.cluster_id = core::to_lower(node.text("DBClusterIdentifier"));
    database.option_group =
        node.child("OptionGroupMemberships").child("OptionGroupMembership").text("OptionGroupName");
  }
  database.is_encrypted = node.text("StorageEncrypted") == "true";
  database.kms_key_arn = node.text("KmsKeyId");
  database.allocated_storage_gib = number_of<int>(node.text("AllocatedStorage"));
  database.tags = tags_of(node.child("TagList"));
  return database;
}

// Of a cluster's snapshot RDS tells one time only, and a copy has its own: what the copy's data is
// of is told by our tag.
std::optional<core::Instant> create_time_of(XmlNode node, const core::Snapshot& snapshot) {
  if (snapshot.id.is_cluster() && !snapshot.source_snapshot_arn.empty()) {
    return core::created_of(snapshot.tags);
  }
  return core::parse_instant(node.text(words_of(snapshot.id.kind()).create_time));
}

core::Result<core::Snapshot> snapshot_of(XmlNode node, core::DatabaseKind kind,
                                         const std::string& operation) {
  const RdsWords& words = words_of(kind);
  const std::string identifier = joined(words.snapshot, "Identifier");
  core::Snapshot snapshot;
  snapshot.id = core::SnapshotId(core::to_lower(node.text(identifier)), kind);
  if (snapshot.id.empty()) return lacks(operation, identifier);
  snapshot.arn = arn_of(node.text(joined(words.snapshot, "Arn")));
  snapshot.database =
      core::DatabaseId(core::to_lower(node.text(joined(words.database, "Identifier"))), kind);
  snapshot.resource_id = node.text(words.resource_id);
  snapshot.type = node.text("SnapshotType");
  snapshot.status = node.text("Status");
  snapshot.progress_percent = std::clamp(number_of<int>(node.text("PercentProgress")), 0, 100);
  snapshot.engine = node.text("Engine");
  snapshot.engine_version = node.text("EngineVersion");
  snapshot.allocated_storage_gib = number_of<int>(node.text("AllocatedStorage"));
  snapshot.is_encrypted = node.text(words.is_encrypted) == "true";
  snapshot.kms_key_arn = node.text("KmsKeyId");
  snapshot.option_group = node.text("OptionGroupName");
  snapshot.database_time = core::parse_instant(node.text("SnapshotDatabaseTime"));
  snapshot.source_snapshot_arn = node.text(words.source_snapshot);
  snapshot.source_region = node.text("SourceRegion");
  snapshot.tags = tags_of(node.child("TagList"));
  snapshot.original_create_time = create_time_of(node, snapshot);
  return snapshot;
}

}  // namespace

core::Result<core::Page<core::Database>> parse_describe_databases(std::string_view body,
                                                                  core::DatabaseKind kind) {
  const std::string_view database = words_of(kind).database;
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode result = TRY(result_of(document, describe_databases_operation(kind)));
  core::Page<core::Database> page;
  page.next = result.text("Marker");
  for (XmlNode node : result.child(joined(database, "s")).children(database)) {
    page.items.push_back(TRY(database_of(node, kind)));
  }
  return page;
}

core::Result<core::Page<core::Snapshot>> parse_describe_snapshots(std::string_view body,
                                                                  core::DatabaseKind kind) {
  const std::string_view snapshot = words_of(kind).snapshot;
  const std::string operation = snapshot_operation(kind, "Describe", "s");
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode result = TRY(result_of(document, operation));
  core::Page<core::Snapshot> page;
  page.next = result.text("Marker");
  for (XmlNode node : result.child(joined(snapshot, "s")).children(snapshot)) {
    page.items.push_back(TRY(snapshot_of(node, kind, operation)));
  }
  return page;
}

core::Result<core::Snapshot> parse_snapshot(std::string_view body, core::DatabaseKind kind,
                                            std::string_view verb) {
  const std::string operation = snapshot_operation(kind, verb);
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode node = TRY(result_of(document, operation)).child(words_of(kind).snapshot);
  if (!node.exists()) return lacks(operation, words_of(kind).snapshot);
  return snapshot_of(node, kind, operation);
}

core::Result<void> parse_add_tags_to_resource(std::string_view body) {
  XmlDocument document = TRY(XmlDocument::parse(body));
  if (document.root().name() != "AddTagsToResourceResponse") {
    return lacks("AddTagsToResource", "AddTagsToResourceResponse");
  }
  return {};
}

core::Result<core::SnapshotQuotas> parse_describe_account_attributes(std::string_view body) {
  constexpr std::string_view kOperation = "DescribeAccountAttributes";
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode result = TRY(result_of(document, kOperation));
  core::SnapshotQuotas quotas;
  for (XmlNode quota : result.child("AccountQuotas").children("AccountQuota")) {
    const std::string name = quota.text("AccountQuotaName");
    const core::SnapshotQuota counted{number_of<long>(quota.text("Used")),
                                      number_of<long>(quota.text("Max"))};
    if (name == "ManualSnapshots") quotas.instance = counted;
    if (name == "ManualClusterSnapshots") quotas.cluster = counted;
  }
  if (!quotas.instance && !quotas.cluster) return lacks(kOperation, "quota ManualSnapshots");
  return quotas;
}

}  // namespace snapferry::aws
