// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

Caller root_in(const char* region) {
  return {core::AccountId("123456789012"), core::Region(region), "aws",
          "arn:aws:iam::123456789012:root"};
}

}  // namespace

void add_lab(World& world) {
  const Caller source = root_in("eu-west-1");
  const Caller target = root_in("eu-central-1");
  CreateDbInstanceInput input;
  input.id = "gtp-paul-mysql-lab-db";
  input.instance_class = "db.t3.micro";
  input.db_name = "lab";
  input.parameter_group = "default.mysql8.0";
  input.preferred_maintenance_window = "sun:04:00-sun:04:30";
  input.facts.engine = "mysql";
  input.facts.engine_version = "8.0.39";
  input.facts.license_model = "general-public-license";
  input.facts.master_username = "admin";
  input.facts.preferred_backup_window = "03:00-03:30";
  input.facts.allocated_storage_gib = 20;
  input.facts.is_encrypted = true;
  ASSERT(world.rds.create_db_instance(source, input).has_value());
  world.rds.finish_instance(source, input.id);

  const KmsKey& key = world.kms.create_key(target, world.clock.now());
  ASSERT(world.kms.create_alias(target, "alias/dr", key.key_id).has_value());
}

void add_fleet(World& world, int count) {
  add_lab(world);
  const Caller source = root_in("eu-west-1");
  // Who has that many has asked AWS for the room.
  world.rds.quotas(source.region).instances += count;
  struct Kind {
    const char* engine;
    const char* version;
    const char* license;
  };
  constexpr std::array kFleetKinds = {
      Kind{"mysql", "8.0.39", "general-public-license"},
      Kind{"postgres", "16.4", "postgresql-license"},
      Kind{"mariadb", "10.11.9", "general-public-license"},
      Kind{"oracle-ee", "19.0.0.0.ru-2024-07.rur-2024-07.r1", "bring-your-own-license"},
      Kind{"sqlserver-se", "15.00.4390.2.v1", "license-included"},
  };
  for (int i = 1; i <= count; ++i) {
    const Kind& kind = kFleetKinds[size_t(i) % kFleetKinds.size()];
    CreateDbInstanceInput input;
    input.id = fmt::format("prod-{:04}", i);
    input.instance_class = "db.t3.micro";
    input.preferred_maintenance_window = "sun:04:00-sun:04:30";
    input.facts.engine = kind.engine;
    input.facts.engine_version = kind.version;
    input.facts.license_model = kind.license;
    input.facts.master_username = "admin";
    input.facts.preferred_backup_window = "03:00-03:30";
    input.facts.allocated_storage_gib = 20 + i % 100;
    input.facts.is_encrypted = i % 4 != 0;
    // One in twelve is a member of a cluster, whose snapshots RDS takes of the cluster only.
    if (i % 12 == 0) {
      input.cluster_id = fmt::format("aurora-{:04}", i);
      input.facts.engine = "aurora-postgresql";
      input.facts.engine_version = "16.4";
      input.facts.license_model = "postgresql-license";
    }
    input.tags = {{"backup", "daily"}};
    if (i % 10 == 0) input.tags.emplace_back("env", "scratch");
    ASSERT(world.rds.create_db_instance(source, input).has_value());
    world.rds.finish_instance(source, input.id);
  }
}

}  // namespace snapferry::emulator
