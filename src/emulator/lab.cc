// SPDX-License-Identifier: Apache-2.0
#include <string>

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

}  // namespace snapferry::emulator
