// Query forms of RDS. Optional parameters that are empty are left out: an empty one would mean an
// empty value to RDS, not none.
// SPDX-License-Identifier: Apache-2.0
#include "aws/api/rds_api_requests.h"

#include <fmt/format.h>

namespace snapferry::aws {
namespace {

constexpr std::string_view kVersion = "2014-10-31";

bool has_reserved_prefix(std::string_view key) {
  if (key.size() < 4 || key[3] != ':') return false;
  std::string prefix;
  for (char c : key.substr(0, 3)) prefix += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return prefix == "aws" || prefix == "rds";
}

void add_tags(QueryForm& form, const Fields& tags) {
  int number = 0;
  for (const auto& [key, value] : tags) {
    ++number;
    form.add(fmt::format("Tags.Tag.{}.Key", number), std::string_view(key));
    form.add(fmt::format("Tags.Tag.{}.Value", number), std::string_view(value));
  }
}

void add_page(QueryForm& form, long page_size, std::string_view marker) {
  if (page_size > 0) form.add("MaxRecords", page_size);
  form.add_if("Marker", marker);
}

}  // namespace

Fields sendable_tags(const core::Tags& tags) {
  Fields result;
  for (const auto& [key, value] : tags) {
    if (!has_reserved_prefix(key)) result.emplace_back(key, value);
  }
  return result;
}

QueryForm describe_db_instances_form(std::string_view instance, long page_size,
                                     std::string_view marker) {
  QueryForm form("DescribeDBInstances", kVersion);
  form.add_if("DBInstanceIdentifier", instance);
  add_page(form, page_size, marker);
  return form;
}

QueryForm describe_db_snapshots_form(const DescribeDBSnapshotsInput& input) {
  QueryForm form("DescribeDBSnapshots", kVersion);
  form.add_if("DBInstanceIdentifier", input.instance);
  form.add_if("DBSnapshotIdentifier", input.snapshot);
  form.add_if("SnapshotType", input.type);
  add_page(form, input.page_size, input.marker);
  return form;
}

QueryForm create_db_snapshot_form(std::string_view instance, std::string_view snapshot,
                                  const Fields& tags) {
  QueryForm form("CreateDBSnapshot", kVersion);
  form.add("DBInstanceIdentifier", instance);
  form.add("DBSnapshotIdentifier", snapshot);
  add_tags(form, tags);
  return form;
}

QueryForm copy_db_snapshot_form(const CopyDBSnapshotInput& input) {
  QueryForm form("CopyDBSnapshot", kVersion);
  form.add("SourceDBSnapshotIdentifier", input.source);
  form.add("TargetDBSnapshotIdentifier", input.target);
  form.add_if("KmsKeyId", input.kms_key);
  add_tags(form, input.tags);
  form.add_if("OptionGroupName", input.option_group);
  return form;
}

Fields presigned_copy_query(const QueryForm& copy, std::string_view target_region) {
  Fields query = copy.fields();
  query.emplace_back("DestinationRegion", target_region);
  return query;
}

QueryForm delete_db_snapshot_form(std::string_view snapshot) {
  QueryForm form("DeleteDBSnapshot", kVersion);
  form.add("DBSnapshotIdentifier", snapshot);
  return form;
}

QueryForm add_tags_to_resource_form(std::string_view resource, const Fields& tags) {
  QueryForm form("AddTagsToResource", kVersion);
  form.add("ResourceName", resource);
  add_tags(form, tags);
  return form;
}

QueryForm describe_account_attributes_form() {
  return QueryForm("DescribeAccountAttributes", kVersion);
}

}  // namespace snapferry::aws
