// A cloud of a few lines and a clock moved by hand, for tests of the engine. Snapshots become
// available when the test says so; every call can be made to fail.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/cloud.h"

namespace snapferry::engine {

class ManualClock final : public core::Clock {
 public:
  core::Instant now() override { return now_; }
  bool sleep(core::Milliseconds duration) override {
    sleeps.push_back(duration);
    now_ += duration;
    if (on_sleep) on_sleep();
    if (sleeps.size() >= stop_after) is_told_to_stop = true;
    return !is_told_to_stop;
  }
  bool is_stopped() override { return is_told_to_stop; }

  std::vector<core::Milliseconds> sleeps;
  std::function<void()> on_sleep;
  bool is_told_to_stop = false;
  size_t stop_after = 1'000'000;  ///< as if SIGINT came with that sleep

 private:
  core::Instant now_ = *core::parse_instant("2026-11-22T12:00:00Z");
};

class FakeCloud final : public core::Cloud {
 public:
  FakeCloud(core::Region region, ManualClock& clock) : region_(std::move(region)), clock_(clock) {}

  const core::Region& region() const override { return region_; }
  core::Result<core::Identity> identify() override {
    if (auto error = next_error("GetCallerIdentity")) return std::unexpected(*error);
    return core::Identity{.account = core::AccountId("123456789012"),
                          .arn = "arn:aws:sts::123456789012:assumed-role/backup/me"};
  }

  core::Result<core::Page<core::Database>> list_databases(
      const core::DatabaseQuery& query) override {
    if (auto error = next_error("DescribeDBInstances")) return std::unexpected(*error);
    core::Page<core::Database> page;
    for (const auto& database : databases) {
      if (!query.id || *query.id == database.id) page.items.push_back(database);
    }
    if (query.id && page.items.empty()) return core::fail(core::ErrorKind::missing, "no database");
    return page;
  }

  core::Result<core::Page<core::Snapshot>> list_snapshots(
      const core::SnapshotQuery& query) override {
    if (auto error = next_error("DescribeDBSnapshots")) return std::unexpected(*error);
    core::Page<core::Snapshot> page;
    // Pages of one, so that every list is read through its markers.
    size_t at = query.marker.empty() ? 0 : std::stoul(query.marker);
    if (query.id) {
      for (const auto& s : snapshots) {
        if (s.id == *query.id) page.items.push_back(s);
      }
      if (page.items.empty()) return core::fail(core::ErrorKind::missing, "no snapshot");
      return page;
    }
    if (at < snapshots.size()) page.items.push_back(snapshots[at++]);
    if (at < snapshots.size()) page.next = std::to_string(at);
    return page;
  }

  core::Result<core::Snapshot> create_snapshot(
      const core::CreateSnapshotRequest& request) override {
    return make("CreateDBSnapshot", request.id, request.database, request.tags, {}, {});
  }

  core::Result<core::Snapshot> copy_snapshot(const core::CopySnapshotRequest& request) override {
    return make("CopyDBSnapshot", request.target_id, core::DatabaseId("orders"), request.tags,
                request.source.str(), request.kms_key);
  }

  core::Result<void> delete_snapshot(const core::SnapshotId& id) override {
    if (auto error = next_error("DeleteDBSnapshot")) return std::unexpected(*error);
    deleted.push_back(id);
    std::erase_if(snapshots, [&](const auto& s) { return s.id == id; });
    return {};
  }

  core::Result<void> add_tags(const core::Arn&, const core::Tags&) override { return {}; }

  core::Result<core::SnapshotQuotas> read_snapshot_quotas() override {
    if (auto error = next_error("DescribeAccountAttributes")) return std::unexpected(*error);
    return core::SnapshotQuotas{
        .instance = core::SnapshotQuota{.used = long(snapshots.size()), .max = 100},
        .cluster = core::SnapshotQuota{.used = 0, .max = 100}};
  }

  core::Result<core::Key> describe_key(const core::KeyRef& key) override {
    if (auto error = next_error("DescribeKey")) return std::unexpected(*error);
    return core::Key{.arn = "arn:aws:kms:eu-central-1:123456789012:key/" + key.str(),
                     .key_id = key.str(),
                     .state = "Enabled",
                     .is_customer_managed = true,
                     .is_symmetric_encryption = true};
  }

  core::Result<void> publish(const core::Arn&, const core::Message& message) override {
    if (auto error = next_error("Publish")) return std::unexpected(*error);
    published.push_back(message);
    return {};
  }

  core::Result<std::vector<core::AccessAnswer>> simulate_access(
      const core::AccessQuestion& question) override {
    if (auto error = next_error("SimulatePrincipalPolicy")) return std::unexpected(*error);
    std::vector<core::AccessAnswer> answers;
    for (const std::string& action : question.actions) {
      for (const std::string& resource : question.resources) {
        answers.push_back({.action = action,
                           .resource = resource,
                           .decision = denied_actions.contains(action)
                                           ? core::AccessDecision::implicit_deny
                                           : core::AccessDecision::allowed,
                           .missing_context = {}});
      }
    }
    return answers;
  }

  core::Result<std::string> find_role(const std::string& name) override {
    if (auto error = next_error("GetRole")) return std::unexpected(*error);
    return "arn:aws:iam::123456789012:role/" + name;
  }

  core::Result<core::KeyPolicy> read_key_policy(const core::KeyRef&) override {
    if (auto error = next_error("GetKeyPolicy")) return std::unexpected(*error);
    return core::KeyPolicy{.statements = {{.sid = "root",
                                           .is_allow = true,
                                           .principals = {"arn:aws:iam::123456789012:root"},
                                           .actions = {"kms:*"},
                                           .conditions = {}}}};
  }

  core::Result<core::Page<core::OptionGroup>> list_option_groups(const std::string&) override {
    if (auto error = next_error("DescribeOptionGroups")) return std::unexpected(*error);
    return core::Page<core::OptionGroup>{.items = option_groups, .next = {}};
  }

  /// The next calls of an operation fail so, one after the other.
  std::map<std::string, std::deque<core::Error>> errors;
  /// An error of kind `unknown` still has its effect, as a lost answer has.
  bool effect_of_unknown = true;
  std::map<std::string, int> calls;
  std::vector<core::Database> databases;
  std::vector<core::Snapshot> snapshots;
  std::vector<core::SnapshotId> deleted;
  std::vector<core::Message> published;
  std::set<std::string> denied_actions;  ///< what simulate_access says no to
  std::vector<core::OptionGroup> option_groups;
  std::string status_of_new = "creating";

 private:
  std::optional<core::Error> next_error(const std::string& operation) {
    ++calls[operation];
    auto& queue = errors[operation];
    if (queue.empty()) return std::nullopt;
    core::Error error = queue.front();
    queue.pop_front();
    return error;
  }

  core::Result<core::Snapshot> make(const std::string& operation, const core::SnapshotId& id,
                                    const core::DatabaseId& database, const core::Tags& tags,
                                    const std::string& source, const std::string& key) {
    const auto error = next_error(operation);
    const bool is_lost = error && error->kind == core::ErrorKind::unknown && effect_of_unknown;
    if (error && !is_lost) return std::unexpected(*error);
    for (const auto& s : snapshots) {
      if (s.id != id) continue;
      auto taken = core::fail(core::ErrorKind::conflict, "name taken");
      taken.error().aws_code = "DBSnapshotAlreadyExists";
      return taken;
    }
    core::Snapshot snapshot;
    snapshot.id = id;
    snapshot.arn = {.partition = "aws",
                    .service = "rds",
                    .region = region_,
                    .account = core::AccountId("123456789012"),
                    .resource = "snapshot:" + id.str()};
    snapshot.database = database;
    snapshot.resource_id = "db-ORDERS";
    snapshot.type = "manual";
    snapshot.status = status_of_new;
    snapshot.is_encrypted = true;
    snapshot.kms_key_arn = key;
    snapshot.source_snapshot_arn = source;
    snapshot.original_create_time = clock_.now();
    snapshot.tags = tags;
    snapshots.push_back(snapshot);
    if (error) return std::unexpected(*error);
    return snapshot;
  }

  core::Region region_;
  ManualClock& clock_;
};

class FakeClouds final : public core::Clouds {
 public:
  explicit FakeClouds(ManualClock& clock)
      : source(core::Region("eu-west-1"), clock), target(core::Region("eu-central-1"), clock) {
    core::Database database;
    database.id = core::DatabaseId("orders");
    database.arn = *core::parse_arn("arn:aws:rds:eu-west-1:123456789012:db:orders");
    database.resource_id = "db-ORDERS";
    database.status = "available";
    database.is_encrypted = true;
    source.databases.push_back(database);
  }
  core::Cloud& in(const core::Region& region) override {
    return region == source.region() ? static_cast<core::Cloud&>(source) : target;
  }

  /// AWS goes on: what is in progress becomes available.
  void finish() {
    for (FakeCloud* cloud : {&source, &target}) {
      for (core::Snapshot& s : cloud->snapshots) {
        if (s.state() == core::SnapshotState::in_progress) s.status = "available";
      }
    }
  }

  FakeCloud source;
  FakeCloud target;
};

inline core::Error error_of(core::ErrorKind kind, std::string code = {}) {
  core::Error error;
  error.kind = kind;
  error.message = "made to fail";
  error.aws_code = std::move(code);
  return error;
}

}  // namespace snapferry::engine
