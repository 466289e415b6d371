// From the domain's requests to AWS's and back. An answer to a write that was accepted but cannot
// be read is `unknown`: it was done, most likely, and must be observed before any repeat. One to a
// read is `transient`: a proxy's hiccup must not end a wait of hours.
// SPDX-License-Identifier: Apache-2.0
#include "aws/aws_cloud.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "aws/api/iam_api.h"
#include "aws/api/key_policy_json.h"
#include "aws/api/kms_api.h"
#include "aws/api/option_groups.h"
#include "aws/api/rds_api_answers.h"
#include "aws/api/rds_api_requests.h"
#include "aws/api/rds_words.h"
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

// Ours: a thousand answers stand on a page, and no question has more than a few pages.
constexpr int kSimulatedPagesMax = 100;

ServiceCall iam_call(const core::Region& region, std::string operation, const QueryForm& form) {
  ServiceCall call;
  call.service = "iam";
  call.region = region;
  call.operation = std::move(operation);
  call.content_type = kQueryContentType;
  call.body = form.body();
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
  core::Identity identity = TRY(send<core::Identity>(client_, call, parse_get_caller_identity));
  identity.clock_ahead = client_.clock_ahead();
  return identity;
}

core::Result<core::Page<core::Database>> AwsCloud::list_databases(
    const core::DatabaseQuery& query) {
  const core::DatabaseKind kind = core::kind_of(query);
  std::string id = query.id ? core::to_lower(query.id->str()) : "";
  QueryForm form = describe_databases_form(kind, id, id.empty() ? kPageSize : 0, query.marker);
  return send<core::Page<core::Database>>(
      client_, rds_call(region_, describe_databases_operation(kind), form, false),
      [kind](std::string_view body) { return parse_describe_databases(body, kind); });
}

core::Result<core::Page<core::Snapshot>> AwsCloud::list_snapshots(
    const core::SnapshotQuery& query) {
  const core::DatabaseKind kind = core::kind_of(query);
  std::string database = query.database ? core::to_lower(query.database->str()) : "";
  std::string snapshot = query.id ? core::to_lower(query.id->str()) : "";
  QueryForm form = describe_snapshots_form(
      {kind, database, snapshot, query.type, snapshot.empty() ? kPageSize : 0, query.marker});
  return send<core::Page<core::Snapshot>>(
      client_, rds_call(region_, snapshot_operation(kind, "Describe", "s"), form, false),
      [kind](std::string_view body) { return parse_describe_snapshots(body, kind); });
}

core::Result<core::Snapshot> AwsCloud::write_snapshot(core::DatabaseKind kind,
                                                      std::string_view verb,
                                                      const QueryForm& form) {
  return send<core::Snapshot>(
      client_, rds_call(region_, snapshot_operation(kind, verb), form, true),
      [=](std::string_view body) { return parse_snapshot(body, kind, verb); });
}

core::Result<core::Snapshot> AwsCloud::create_snapshot(const core::CreateSnapshotRequest& request) {
  const core::DatabaseKind kind = request.id.kind();
  return write_snapshot(
      kind, "Create",
      create_snapshot_form(kind, core::to_lower(request.database.str()),
                           core::to_lower(request.id.str()), sendable_tags(request.tags)));
}

core::Result<core::Snapshot> AwsCloud::copy_snapshot(const core::CopySnapshotRequest& request) {
  const core::DatabaseKind kind = request.target_id.kind();
  std::string source = request.source.str();
  std::string target = core::to_lower(request.target_id.str());
  QueryForm form = copy_snapshot_form(
      {kind, source, target, request.kms_key, request.option_group, sendable_tags(request.tags)});
  if (needs_presigned_url(request.source.region, region_)) {
    form.add("PreSignedUrl", std::string_view(TRY(client_.presign(
                                 "rds", request.source.region,
                                 presigned_copy_query(form, region_.str()), kPresignedFor))));
  }
  return write_snapshot(kind, "Copy", form);
}

core::Result<void> AwsCloud::delete_snapshot(const core::SnapshotId& id) {
  TRY(write_snapshot(id.kind(), "Delete",
                     delete_snapshot_form(id.kind(), core::to_lower(id.str()))));
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

core::Result<core::SnapshotQuotas> AwsCloud::read_snapshot_quotas() {
  return send<core::SnapshotQuotas>(
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

core::Result<std::vector<core::AccessAnswer>> AwsCloud::simulate_access(
    const core::AccessQuestion& question) {
  std::vector<core::AccessAnswer> answers;
  std::string marker;
  for (int page = 0; page < kSimulatedPagesMax; ++page) {
    SimulatedPage part =
        TRY(send<SimulatedPage>(client_,
                                iam_call(region_, "SimulatePrincipalPolicy",
                                         simulate_principal_policy_form(question, marker)),
                                parse_simulate_principal_policy));
    std::ranges::move(part.answers, std::back_inserter(answers));
    if (part.next.empty()) return answers;
    marker = std::move(part.next);
  }
  return core::fail(ErrorKind::invalid, "the answers to SimulatePrincipalPolicy do not end",
                    "Check the endpoint: AWS does not answer so.");
}

core::Result<std::string> AwsCloud::find_role(const std::string& name) {
  return send<std::string>(client_, iam_call(region_, "GetRole", get_role_form(name)),
                           parse_get_role);
}

core::Result<core::KeyPolicy> AwsCloud::read_key_policy(const core::KeyRef& key) {
  ServiceCall call;
  call.service = "kms";
  call.region = region_;
  call.operation = "GetKeyPolicy";
  call.content_type = kJsonContentType;
  call.target = "TrentService.GetKeyPolicy";
  call.body = get_key_policy_body(key);
  return send<core::KeyPolicy>(client_, call, parse_get_key_policy);
}

core::Result<core::Page<core::OptionGroup>> AwsCloud::list_option_groups(
    const std::string& marker) {
  return send<core::Page<core::OptionGroup>>(
      client_,
      rds_call(region_, "DescribeOptionGroups", describe_option_groups_form(kPageSize, marker),
               false),
      parse_describe_option_groups);
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
