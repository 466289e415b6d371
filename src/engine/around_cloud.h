// The shape of a decorator: every call of a Cloud, carried out through one function object. Retry,
// Pace and Log are that function object, and so none of them spells out the port again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "core/cloud.h"
#include "engine/call.h"

namespace snapferry::engine {

/// `Around` is called as around(Call, f): it calls f, once, never or several times, and returns
/// what f returned or an error of its own.
template <class Around>
class AroundCloud final : public core::Cloud {
 public:
  AroundCloud(core::Cloud& inner, Around& around) : inner_(inner), around_(around) {}

  const core::Region& region() const override { return inner_.region(); }

  core::Result<core::Identity> identify() override {
    return around_(read("GetCallerIdentity"), [&] { return inner_.identify(); });
  }
  core::Result<core::Page<core::Database>> list_databases(
      const core::DatabaseQuery& query) override {
    return around_(
        read(core::kind_of(query) == core::DatabaseKind::cluster ? "DescribeDBClusters"
                                                                 : "DescribeDBInstances"),
        [&] { return inner_.list_databases(query); });
  }
  core::Result<core::Page<core::Snapshot>> list_snapshots(
      const core::SnapshotQuery& query) override {
    return around_(
        read(core::kind_of(query) == core::DatabaseKind::cluster ? "DescribeDBClusterSnapshots"
                                                                 : "DescribeDBSnapshots"),
        [&] { return inner_.list_snapshots(query); });
  }
  core::Result<core::Snapshot> create_snapshot(
      const core::CreateSnapshotRequest& request) override {
    return around_(write(request.id.is_cluster() ? "CreateDBClusterSnapshot" : "CreateDBSnapshot"),
                   [&] { return inner_.create_snapshot(request); });
  }
  core::Result<core::Snapshot> copy_snapshot(const core::CopySnapshotRequest& request) override {
    return around_(
        write(request.target_id.is_cluster() ? "CopyDBClusterSnapshot" : "CopyDBSnapshot"),
        [&] { return inner_.copy_snapshot(request); });
  }
  core::Result<void> delete_snapshot(const core::SnapshotId& id) override {
    return around_(write(id.is_cluster() ? "DeleteDBClusterSnapshot" : "DeleteDBSnapshot"),
                   [&] { return inner_.delete_snapshot(id); });
  }
  core::Result<void> add_tags(const core::Arn& resource, const core::Tags& tags) override {
    return around_(write("AddTagsToResource"), [&] { return inner_.add_tags(resource, tags); });
  }
  core::Result<core::SnapshotQuotas> read_snapshot_quotas() override {
    return around_(read("DescribeAccountAttributes"),
                   [&] { return inner_.read_snapshot_quotas(); });
  }
  core::Result<core::Key> describe_key(const core::KeyRef& key) override {
    return around_(read("DescribeKey"), [&] { return inner_.describe_key(key); });
  }
  core::Result<void> publish(const core::Arn& topic, const core::Message& message) override {
    return around_(write("Publish"), [&] { return inner_.publish(topic, message); });
  }
  core::Result<std::vector<core::AccessAnswer>> simulate_access(
      const core::AccessQuestion& question) override {
    return around_(read("SimulatePrincipalPolicy"),
                   [&] { return inner_.simulate_access(question); });
  }
  core::Result<std::string> find_role(const std::string& name) override {
    return around_(read("GetRole"), [&] { return inner_.find_role(name); });
  }
  core::Result<core::KeyPolicy> read_key_policy(const core::KeyRef& key) override {
    return around_(read("GetKeyPolicy"), [&] { return inner_.read_key_policy(key); });
  }
  core::Result<core::Page<core::OptionGroup>> list_option_groups(
      const std::string& marker) override {
    return around_(read("DescribeOptionGroups"), [&] { return inner_.list_option_groups(marker); });
  }

 private:
  Call read(std::string_view operation) const { return {operation, inner_.region(), false}; }
  Call write(std::string_view operation) const { return {operation, inner_.region(), true}; }

  core::Cloud& inner_;
  Around& around_;
};

/// The same decorator around the cloud of every region.
/// Requires: `inner` and `around` outlive this object. May be called from several threads at once.
template <class Around>
class AroundClouds final : public core::Clouds {
 public:
  AroundClouds(core::Clouds& inner, Around& around) : inner_(inner), around_(around) {}

  core::Cloud& in(const core::Region& region) override {
    const std::lock_guard lock(mutex_);
    auto& cloud = clouds_[region];
    if (!cloud) cloud = std::make_unique<AroundCloud<Around>>(inner_.in(region), around_);
    return *cloud;
  }

 private:
  core::Clouds& inner_;
  Around& around_;
  std::mutex mutex_;
  std::map<core::Region, std::unique_ptr<AroundCloud<Around>>> clouds_;
};

}  // namespace snapferry::engine
