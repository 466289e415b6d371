// From the domain's requests to AWS's and back. An answer to a write that was accepted but cannot
// be read is `unknown`: it was done, most likely, and must be observed before any repeat. One to a
// read is `transient`: a proxy's hiccup must not end a wait of hours.
// SPDX-License-Identifier: Apache-2.0
#include "aws/aws_cloud.h"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "aws/api/kms_api.h"
#include "aws/api/rds_api_answers.h"
#include "aws/api/rds_api_requests.h"
#include "aws/api/sns_api.h"
#include "aws/query_form.h"
#include "aws/xml_reader.h"
#include "core/text.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;

// How long the source region may take to look at the presigned copy. Source: botocore 1.43
// signers.py, 2026-08.
constexpr core::Seconds kPresignedFor{3600};

ServiceCall rds_call(const core::Region& region, std::string operation, const QueryForm& form,
                     bool is_write) {
  ServiceCall call;
  call.service = "rds";
  call.region = region;
  call.operation = std::move(operation);
  call.content_type = kQueryContentType;
  call.body = form.body();
  call.is_write = is_write;
  return call;
}

template <class T, class Parse>
core::Result<T> send(ServiceClient& client, const ServiceCall& call, Parse parse) {
  HttpResponse response = TRY(client.call(call));
  core::Result<T> parsed = parse(std::string_view(response.body));
  if (parsed) return parsed;
  core::Error error = std::move(parsed).error();
  error.kind = call.is_write ? ErrorKind::unknown : ErrorKind::transient;
  error.hint = "The answer was not AWS's: check the endpoint and any proxy.";
  return std::unexpected(core::with_context(std::move(error), describe(call)));
}

core::Result<core::Identity> parse_get_caller_identity(std::string_view body) {
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode result = document.root().child("GetCallerIdentityResult");
  core::Identity identity{core::AccountId(result.text("Account")), result.text("Arn")};
  if (identity.account.empty()) {
    return core::fail(ErrorKind::invalid, "answer to GetCallerIdentity has no Account");
  }
  return identity;
}

bool needs_presigned_url(const core::Region& source, const core::Region& target) {
  // Everywhere else RDS ignores it. Source: model text of CopyDBSnapshot, botocore 1.43, 2026-08.
  return source != target && core::partition_of(target) == "aws-us-gov";
}

}  // namespace

AwsCloud::AwsCloud(ServiceClient& client, core::Region region)
    : client_(client), region_(std::move(region)) {}

core::Result<core::Identity> AwsCloud::identify() {
  ServiceCall call;
  call.service = "sts";
  call.region = region_;
  call.operation = "GetCallerIdentity";
  call.content_type = kQueryContentType;
  call.body = QueryForm("GetCallerIdentity", "2011-06-15").body();
  return send<core::Identity>(client_, call, parse_get_caller_identity);
}

core::Result<core::Page<core::Database>> AwsCloud::list_databases(
    const core::DatabaseQuery& query) {
  std::string id = query.id ? core::to_lower(query.id->str()) : "";
  QueryForm form = describe_db_instances_form(id, id.empty() ? kPageSize : 0, query.marker);
  return send<core::Page<core::Database>>(
      client_, rds_call(region_, "DescribeDBInstances", form, false), parse_describe_db_instances);
}

core::Result<core::Page<core::Snapshot>> AwsCloud::list_snapshots(
    const core::SnapshotQuery& query) {
  std::string instance = query.database ? core::to_lower(query.database->str()) : "";
  std::string snapshot = query.id ? core::to_lower(query.id->str()) : "";
  QueryForm form = describe_db_snapshots_form(
      {instance, snapshot, query.type, snapshot.empty() ? kPageSize : 0, query.marker});
  return send<core::Page<core::Snapshot>>(
      client_, rds_call(region_, "DescribeDBSnapshots", form, false), parse_describe_db_snapshots);
}

core::Result<core::Snapshot> AwsCloud::create_snapshot(const core::CreateSnapshotRequest& request) {
  QueryForm form =
      create_db_snapshot_form(core::to_lower(request.database.str()),
                              core::to_lower(request.id.str()), sendable_tags(request.tags));
  return send<core::Snapshot>(
      client_, rds_call(region_, "CreateDBSnapshot", form, true),
      [](std::string_view body) { return parse_db_snapshot(body, "CreateDBSnapshot"); });
}

core::Result<core::Snapshot> AwsCloud::copy_snapshot(const core::CopySnapshotRequest& request) {
  std::string source = request.source.str();
  std::string target = core::to_lower(request.target_id.str());
  QueryForm form = copy_db_snapshot_form(
      {source, target, request.kms_key, request.option_group, sendable_tags(request.tags)});
  if (needs_presigned_url(request.source.region, region_)) {
    form.add("PreSignedUrl", std::string_view(TRY(client_.presign(
                                 "rds", request.source.region,
                                 presigned_copy_query(form, region_.str()), kPresignedFor))));
  }
  return send<core::Snapshot>(
      client_, rds_call(region_, "CopyDBSnapshot", form, true),
      [](std::string_view body) { return parse_db_snapshot(body, "CopyDBSnapshot"); });
}

core::Result<void> AwsCloud::delete_snapshot(const core::SnapshotId& id) {
  QueryForm form = delete_db_snapshot_form(core::to_lower(id.str()));
  TRY(send<core::Snapshot>(
      client_, rds_call(region_, "DeleteDBSnapshot", form, true),
      [](std::string_view body) { return parse_db_snapshot(body, "DeleteDBSnapshot"); }));
  return {};
}

core::Result<void> AwsCloud::add_tags(const core::Arn& resource, const core::Tags& tags) {
  Fields sendable = sendable_tags(tags);
  // RDS refuses a call without tags, and there is nothing to do.
  if (sendable.empty()) return {};
  QueryForm form = add_tags_to_resource_form(resource.str(), sendable);
  return send<void>(client_, rds_call(region_, "AddTagsToResource", form, true),
                    parse_add_tags_to_resource);
}

core::Result<core::SnapshotQuota> AwsCloud::read_snapshot_quota() {
  return send<core::SnapshotQuota>(
      client_,
      rds_call(region_, "DescribeAccountAttributes", describe_account_attributes_form(), false),
      parse_describe_account_attributes);
}

core::Result<core::Key> AwsCloud::describe_key(const core::KeyRef& key) {
  ServiceCall call;
  call.service = "kms";
  call.region = region_;
  call.operation = "DescribeKey";
  call.content_type = kJsonContentType;
  call.target = kDescribeKeyTarget;
  call.body = describe_key_body(key);
  return send<core::Key>(client_, call, parse_describe_key);
}

core::Result<void> AwsCloud::publish(const core::Arn& topic, const core::Message& message) {
  ServiceCall call;
  call.service = "sns";
  call.region = region_;
  call.operation = "Publish";
  call.content_type = kQueryContentType;
  call.body = publish_form(topic.str(), message).body();
  call.is_write = true;
  return send<void>(client_, call, parse_publish);
}

AwsClouds::AwsClouds(HttpTransport& transport, CredentialsProvider& credentials,
                     const Settings& settings, core::Clock& clock)
    : client_(transport, &credentials, settings, clock) {}

core::Cloud& AwsClouds::in(const core::Region& region) {
  std::lock_guard lock(mutex_);
  std::unique_ptr<AwsCloud>& cloud = clouds_[region];
  if (!cloud) cloud = std::make_unique<AwsCloud>(client_, region);
  return *cloud;
}

}  // namespace snapferry::aws
