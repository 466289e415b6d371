// The emulated AWS as core::Cloud, without HTTP: what the simulator and fast tests use. The
// contract suite (tests/contract) holds it to the same behaviour as aws/ over the HTTP door.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/cloud.h"
#include "emulator/world.h"

namespace snapferry::emulator {

/// Takes World::mutex for each call. Faults strike as they do over HTTP: throttle is transient and
/// nothing happened; server_error, lost_reply and garbage make a write `unknown`, the last two
/// after its effect. `slow` has no meaning here. Requires: may be called from several threads at
/// once.
class InProcessCloud : public core::Cloud {
 public:
  /// `world` must outlive this object.
  InProcessCloud(World& world, const core::AccountId& account, core::Region region);

  [[nodiscard]] const core::Region& region() const override { return caller_.region; }
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
  struct Operation {
    const char* service;
    const char* name;
    bool is_write = false;
  };

  template <class T>
  core::Result<T> call(const Operation& operation, const std::function<ServiceResult<T>()>& act);
  [[nodiscard]] core::Error error_of(const Operation& operation, const ServiceError& refusal) const;

  World& world_;
  Caller caller_;
};

class InProcessClouds : public core::Clouds {
 public:
  /// `world` must outlive this object.
  InProcessClouds(World& world, core::AccountId account);

  [[nodiscard]] core::Cloud& in(const core::Region& region) override;

 private:
  World& world_;
  core::AccountId account_;
  std::mutex mutex_;
  std::map<core::Region, std::unique_ptr<InProcessCloud>> clouds_;
};

}  // namespace snapferry::emulator
