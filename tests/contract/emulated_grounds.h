// The two doors of the emulator as grounds: the same World, furnished by the same hands.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "contract/cloud_contract.h"
#include "core/clock.h"
#include "emulator/world.h"

namespace snapferry::contract {

inline constexpr const char* kAccount = "123456789012";

/// A host whose time stands still: only Ground::advance moves what is measured.
class StillClock : public core::Clock {
 public:
  core::Instant now() override { return core::parse_instant("2026-11-22T00:00:00Z").value(); }
  bool sleep(core::Milliseconds) override { return true; }
};

/// Furnishes a World; who asks it is the derived class's matter.
class EmulatedGround : public Ground {
 public:
  std::string cannot(Ability) override { return {}; }
  void advance(core::Milliseconds by) override { world().clock.advance(by); }
  void add_database(const core::Region& region, const NewDatabase& database) override;
  void stop_database(const core::Region& region, const core::DatabaseId& id) override;
  std::string add_key(const core::Region& region, const std::string& alias) override;
  void disable_key(const std::string& arn) override;
  void set_quotas(const core::Region& region, long manual_snapshots,
                  long copies_in_flight) override;
  core::Arn add_topic(const core::Region& region, const std::string& name) override;
  std::vector<core::Message> messages() override;
  void order(Trouble trouble, const std::string& operation) override;

 protected:
  virtual emulator::World& world() = 0;
};

}  // namespace snapferry::contract
