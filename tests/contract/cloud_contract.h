// What core::Cloud promises, as one suite for everything that calls itself a Cloud. A Ground is
// what a case stands on: a cloud of a fresh account, a way to furnish it, and a way to let time
// pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/cloud.h"
#include "core/time.h"

namespace snapferry::contract {

struct NewDatabase {
  core::DatabaseId id;
  bool is_encrypted = false;
  int allocated_storage_gib = 20;
  std::string cluster_id;  ///< set: a member of a DB cluster
  std::string engine;      ///< empty: mysql, and aurora-mysql of clusters and their members
};

/// What one case may need that not every ground has.
enum class Ability {
  take_time,        ///< snapshots and copies are in_progress at first
  strict_names,     ///< RDS's rules of names, and names kept in lower case
  strict_codes,     ///< the wire codes that RDS documents
  cluster_members,  ///< an Aurora member refuses snapshots of its own
  stop_databases,
  check_keys,             ///< keys are looked up, and must be usable where they are named
  refuse_cluster_copies,  ///< of Multi-AZ DB clusters, and with a key of unencrypted ones
  tell_source,            ///< a copy says which snapshot it was made of
  check_source,           ///< a source that is not available is no source
  big_accounts,           ///< more than 100 snapshots at once
  quotas,
  faults,
  show_messages,  ///< what was published can be read back
};

class Ground {
 public:
  virtual ~Ground() = default;

  virtual core::Clouds& clouds() = 0;
  /// Returns why a case that needs this cannot run here; empty when it can.
  virtual std::string cannot(Ability ability) = 0;
  virtual void advance(core::Milliseconds by) = 0;

  /// Adds a database that is available; a cluster, if its id is one's, has no members.
  virtual void add_database(const core::Region& region, const NewDatabase& database) = 0;
  virtual void stop_database(const core::Region& region, const core::DatabaseId& id) = 0;
  /// Adds an enabled key with that alias ("alias/x") and returns its ARN.
  virtual std::string add_key(const core::Region& region, const std::string& alias) = 0;
  virtual void disable_key(const std::string& arn) = 0;
  virtual void set_quotas(const core::Region& region, long manual_snapshots,
                          long copies_in_flight) = 0;
  /// Adds an SNS topic and returns its ARN.
  virtual core::Arn add_topic(const core::Region& region, const std::string& name) = 0;
  /// Returns what was published, the oldest first.
  virtual std::vector<core::Message> messages() = 0;
  enum class Trouble { throttle, server_error, lost_reply };
  /// Strikes the next call of that operation, once.
  virtual void order(Trouble trouble, const std::string& operation) = 0;
};

/// Makes a ground; null when it is not to be had here (moto without an endpoint).
using MakeGround = std::function<std::unique_ptr<Ground>()>;

std::unique_ptr<Ground> make_in_process_ground();
std::unique_ptr<Ground> make_http_ground();
std::unique_ptr<Ground> make_moto_ground();

}  // namespace snapferry::contract
