// SPDX-License-Identifier: Apache-2.0
#include "contract/emulated_grounds.h"

#include <mutex>

#include "core/result.h"
#include "emulator/in_process_cloud.h"
#include "emulator/services.h"

namespace snapferry::contract {
namespace {

using emulator::Caller;

Caller caller_in(const core::Region& region) {
  return {core::AccountId(kAccount), region, std::string(core::partition_of(region).value()),
          "arn:aws:iam::123456789012:root"};
}

class InProcessGround : public EmulatedGround {
 public:
  core::Clouds& clouds() override { return clouds_; }

 protected:
  emulator::World& world() override { return world_; }

 private:
  StillClock host_;
  emulator::EmulatorClock clock_{host_, 0};
  emulator::World world_{clock_, 1};
  emulator::InProcessClouds clouds_{world_, core::AccountId(kAccount)};
};

}  // namespace

void EmulatedGround::add_database(const core::Region& region, const NewDatabase& database) {
  const std::scoped_lock lock(world().mutex);
  if (database.id.is_cluster() || !database.cluster_id.empty()) {
    emulator::CreateDbClusterInput cluster;
    cluster.id = database.id.is_cluster() ? database.id.str() : database.cluster_id;
    cluster.facts.engine = database.engine.empty() ? "aurora-mysql" : database.engine;
    if (database.id.is_cluster()) cluster.facts.is_encrypted = database.is_encrypted;
    if (cluster.facts.engine == "mysql") {
      cluster.instance_class = "db.m6gd.large";
      cluster.facts.allocated_storage_gib = 100;
      cluster.facts.storage_type = "io1";
      cluster.facts.iops = 1000;
    }
    ASSERT(world().rds.create_db_cluster(caller_in(region), cluster).has_value());
    world().rds.finish_cluster(caller_in(region), cluster.id);
    if (database.id.is_cluster()) return;
  }
  emulator::CreateDbInstanceInput input;
  input.id = database.id.str();
  input.cluster_id = database.cluster_id;
  input.instance_class = "db.t3.micro";
  input.facts.engine = database.cluster_id.empty() ? "mysql" : "aurora-mysql";
  input.facts.engine_version = "8.0.39";
  input.facts.allocated_storage_gib = database.allocated_storage_gib;
  input.facts.is_encrypted = database.is_encrypted;
  ASSERT(world().rds.create_db_instance(caller_in(region), input).has_value());
  world().rds.finish_instance(caller_in(region), input.id);
}

void EmulatedGround::stop_database(const core::Region& region, const core::DatabaseId& id) {
  const std::scoped_lock lock(world().mutex);
  ASSERT(world().rds.stop_db_instance(caller_in(region), id.str(), "").has_value());
  world().rds.finish_instance(caller_in(region), id.str());
}

std::string EmulatedGround::add_key(const core::Region& region, const std::string& alias) {
  const std::scoped_lock lock(world().mutex);
  const emulator::KmsKey& key = world().kms.create_key(caller_in(region), world().clock.now());
  ASSERT(world().kms.create_alias(caller_in(region), alias, key.key_id).has_value());
  return key.arn;
}

void EmulatedGround::disable_key(const std::string& arn) {
  const std::scoped_lock lock(world().mutex);
  world().kms.keys.at(arn).state = "Disabled";
}

void EmulatedGround::set_quotas(const core::Region& region, long manual_snapshots,
                                long copies_in_flight) {
  const std::scoped_lock lock(world().mutex);
  world().rds.quotas(region).manual_snapshots = manual_snapshots;
  world().rds.quotas(region).copies_in_flight = copies_in_flight;
}

core::Arn EmulatedGround::add_topic(const core::Region& region, const std::string& name) {
  const std::scoped_lock lock(world().mutex);
  const auto made =
      emulator::call_query(world(), caller_in(region), "sns", "CreateTopic", {{"Name", name}});
  ASSERT(made.has_value());
  return {.partition = "aws",
          .service = "sns",
          .region = region,
          .account = core::AccountId(kAccount),
          .resource = name};
}

std::vector<core::Message> EmulatedGround::messages() {
  const std::scoped_lock lock(world().mutex);
  std::vector<core::Message> messages;
  for (const emulator::SnsMessage& sent : world().sns.outbox) {
    messages.push_back(
        {.subject = sent.subject, .text = sent.message, .attributes = sent.attributes});
  }
  return messages;
}

void EmulatedGround::order(Trouble trouble, const std::string& operation) {
  const std::scoped_lock lock(world().mutex);
  emulator::Fault fault;
  fault.operation = operation;
  switch (trouble) {
    case Trouble::throttle:
      fault.kind = emulator::FaultKind::throttle;
      break;
    case Trouble::server_error:
      fault.kind = emulator::FaultKind::server_error;
      break;
    case Trouble::lost_reply:
      fault.kind = emulator::FaultKind::lost_reply;
      break;
  }
  world().faults.add(fault);
}

std::unique_ptr<Ground> make_in_process_ground() {
  return std::make_unique<InProcessGround>();
}

}  // namespace snapferry::contract
