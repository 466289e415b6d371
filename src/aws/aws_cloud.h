// The domain's Cloud, spoken to AWS: one call of the domain is one call of RDS, KMS or STS. No
// retries, no pacing and no memory here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "aws/query_form.h"
#include "aws/service_client.h"
#include "core/cloud.h"

namespace snapferry::aws {

class AwsCloud : public core::Cloud {
 public:
  /// `client` must outlive this object.
  AwsCloud(ServiceClient& client, core::Region region);

  [[nodiscard]] const core::Region& region() const override { return region_; }
  [[nodiscard]] core::Result<core::Identity> identify() override;
  [[nodiscard]] core::Result<core::Page<core::Database>> list_databases(
      const core::DatabaseQuery& query) override;
  [[nodiscard]] core::Result<core::Page<core::Snapshot>> list_snapshots(
      const core::SnapshotQuery& query) override;
  [[nodiscard]] core::Result<core::Snapshot> create_snapshot(
      const core::CreateSnapshotRequest& request) override;
  [[nodiscard]] core::Result<core::Snapshot> copy_snapshot(
      const core::CopySnapshotRequest& request) override;
  [[nodiscard]] core::Result<void> delete_snapshot(const core::SnapshotId& id) override;
  [[nodiscard]] core::Result<void> add_tags(const core::Arn& resource,
                                            const core::Tags& tags) override;
  [[nodiscard]] core::Result<core::SnapshotQuotas> read_snapshot_quotas() override;
  [[nodiscard]] core::Result<core::Key> describe_key(const core::KeyRef& key) override;
  [[nodiscard]] core::Result<void> publish(const core::Arn& topic,
                                           const core::Message& message) override;
  [[nodiscard]] core::Result<std::vector<core::AccessAnswer>> simulate_access(
      const core::AccessQuestion& question) override;
  [[nodiscard]] core::Result<std::string> find_role(const std::string& name) override;
  [[nodiscard]] core::Result<core::KeyPolicy> read_key_policy(const core::KeyRef& key) override;
  [[nodiscard]] core::Result<core::Page<core::OptionGroup>> list_option_groups(
      const std::string& marker) override;

 private:
  core::Result<core::Snapshot> write_snapshot(core::DatabaseKind kind, std::string_view verb,
                                              const QueryForm& form);

  ServiceClient& client_;
  core::Region region_;
};

/// Requires: may be called from several threads at once, as the Cloud it gives.
class AwsClouds : public core::Clouds {
 public:
  /// All must outlive this object.
  AwsClouds(HttpTransport& transport, CredentialsProvider& credentials, const Settings& settings,
            core::Clock& clock);

  [[nodiscard]] core::Cloud& in(const core::Region& region) override;

 private:
  ServiceClient client_;
  std::mutex mutex_;
  std::map<core::Region, std::unique_ptr<AwsCloud>> clouds_;
};

}  // namespace snapferry::aws
