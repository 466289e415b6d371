// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

Caller root_in(const char* region) {
  return {core::AccountId("123456789012"), core::Region(region), "aws",
          "arn:aws:iam::123456789012:root"};
}

struct FleetEngine {
  const char* engine;
  const char* version;
  const char* license;
  int port;
};

constexpr std::array kInstanceEngines = {
    FleetEngine{"mysql", "8.0.39", "general-public-license", 3306},
    FleetEngine{"postgres", "16.4", "postgresql-license", 5432},
    FleetEngine{"mariadb", "10.11.9", "general-public-license", 3306},
    FleetEngine{"oracle-ee", "19.0.0.0.ru-2024-07.rur-2024-07.r1", "bring-your-own-license", 1521},
    FleetEngine{"sqlserver-se", "15.00.4390.2.v1", "license-included", 1433},
};
constexpr FleetEngine kAurora = {"aurora-postgresql", "16.4", "aurora-postgresql", 5432};
constexpr FleetEngine kNeptune = {"neptune", "1.3.2.1", "amazon-license", 8182};
constexpr FleetEngine kDocumentDb = {"docdb", "5.0.0", "na", 27017};
constexpr FleetEngine kMultiAz = {"postgres", "16.4", "postgresql-license", 5432};

DatabaseFacts facts_of(const FleetEngine& engine) {
  DatabaseFacts facts;
  facts.engine = engine.engine;
  facts.engine_version = engine.version;
  facts.license_model = engine.license;
  facts.port = engine.port;
  facts.master_username = "admin";
  facts.preferred_backup_window = "03:00-03:30";
  return facts;
}

TagList tags_of_entry(int number) {
  TagList tags = {{"backup", "daily"}};
  if (number % 10 == 0) tags.emplace_back("env", "scratch");
  return tags;
}

void add_instance(World& world, const Caller& caller, const std::string& id, int number,
                  const DatabaseFacts& facts, const std::string& cluster_id = {}) {
  CreateDbInstanceInput input;
  input.id = id;
  input.cluster_id = cluster_id;
  input.instance_class = "db.t3.micro";
  input.preferred_maintenance_window = "sun:04:00-sun:04:30";
  input.facts = facts;
  input.tags = tags_of_entry(number);
  ASSERT(world.rds.create_db_instance(caller, input).has_value());
  world.rds.finish_instance(caller, input.id);
}

// A cluster with the members named, or with those that RDS makes of a Multi-AZ DB cluster.
void add_cluster(World& world, const Caller& caller, const std::string& id, int number,
                 const FleetEngine& engine, const std::vector<std::string>& members) {
  CreateDbClusterInput input;
  input.id = id;
  input.preferred_maintenance_window = "sun:04:00-sun:04:30";
  input.facts = facts_of(engine);
  input.facts.is_encrypted = true;
  input.facts.allocated_storage_gib = 1;
  if (input.facts.has_engine_of_instances()) {
    input.instance_class = "db.m5d.large";
    input.facts.allocated_storage_gib = 100;
    input.facts.storage_type = "io1";
    input.facts.iops = 1000;
  }
  input.tags = tags_of_entry(number);
  ASSERT(world.rds.create_db_cluster(caller, input).has_value());
  world.rds.finish_cluster(caller, input.id);
  for (const std::string& member : members) {
    add_instance(world, caller, member, number, input.facts, input.id);
  }
}

void add_entry(World& world, const Caller& caller, int number) {
  const std::string id = fmt::format("prod-{:04}", number);
  if (number % 12 == 0) {
    // Its members carry the entry's name: who asks for one of them means the cluster.
    add_cluster(world, caller, fmt::format("aurora-{:04}", number), number, kAurora,
                {id, id + "-reader"});
  } else if (number % 48 == 6) {
    add_cluster(world, caller, fmt::format("neptune-{:04}", number), number, kNeptune, {id});
  } else if (number % 48 == 30) {
    add_cluster(world, caller, fmt::format("docdb-{:04}", number), number, kDocumentDb, {id});
  } else if (number % 60 == 15) {
    add_cluster(world, caller, id, number, kMultiAz, {});
  } else {
    DatabaseFacts facts = facts_of(kInstanceEngines[size_t(number) % kInstanceEngines.size()]);
    facts.allocated_storage_gib = 20 + number % 100;
    facts.is_encrypted = number % 4 != 0;
    add_instance(world, caller, id, number, facts);
  }
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
  // Who has that many has asked AWS for the room; a Multi-AZ DB cluster has three members, an
  // Aurora cluster two.
  world.rds.quotas(source.region).instances += 2L * count;
  world.rds.quotas(source.region).clusters += count;
  for (int i = 1; i <= count; ++i) add_entry(world, source, i);
}

}  // namespace snapferry::emulator
