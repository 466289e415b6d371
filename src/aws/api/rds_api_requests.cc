// Query forms of RDS. Optional parameters that are empty are left out: an empty one would mean an
// empty value to RDS, not none.
// SPDX-License-Identifier: Apache-2.0
#include "aws/api/rds_api_requests.h"

#include <fmt/format.h>

#include "aws/api/rds_words.h"

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

std::string identifier_of(std::string_view what) {
  return std::string(what).append("Identifier");
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

QueryForm describe_databases_form(core::DatabaseKind kind, std::string_view database,
                                  long page_size, std::string_view marker) {
  QueryForm form(describe_databases_operation(kind), kVersion);
  form.add_if(identifier_of(words_of(kind).database), database);
  add_page(form, page_size, marker);
  return form;
}

QueryForm describe_snapshots_form(const DescribeSnapshotsInput& input) {
  const RdsWords& words = words_of(input.kind);
  QueryForm form(snapshot_operation(input.kind, "Describe", "s"), kVersion);
  form.add_if(identifier_of(words.database), input.database);
  form.add_if(identifier_of(words.snapshot), input.snapshot);
  form.add_if("SnapshotType", input.type);
  add_page(form, input.page_size, input.marker);
  return form;
}

QueryForm create_snapshot_form(core::DatabaseKind kind, std::string_view database,
                               std::string_view snapshot, const Fields& tags) {
  QueryForm form(snapshot_operation(kind, "Create"), kVersion);
  form.add(identifier_of(words_of(kind).database), database);
  form.add(identifier_of(words_of(kind).snapshot), snapshot);
  add_tags(form, tags);
  return form;
}

QueryForm copy_snapshot_form(const CopySnapshotInput& input) {
  const std::string identifier = identifier_of(words_of(input.kind).snapshot);
  QueryForm form(snapshot_operation(input.kind, "Copy"), kVersion);
  form.add("Source" + identifier, input.source);
  form.add("Target" + identifier, input.target);
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

QueryForm delete_snapshot_form(core::DatabaseKind kind, std::string_view snapshot) {
  QueryForm form(snapshot_operation(kind, "Delete"), kVersion);
  form.add(identifier_of(words_of(kind).snapshot), snapshot);
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
