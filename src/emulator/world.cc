// SPDX-License-Identifier: Apache-2.0
#include "emulator/world.h"

#include "emulator/iam/access.h"

namespace snapferry::emulator {

World::World(EmulatorClock& world_clock, unsigned long seed)
    : clock(world_clock),
      kms(seed),
      sts(seed),
      sns(seed),
      rds(world_clock, kms, faults, seed),
      iam(seed),
      s3(seed),
      ssm(seed),
      sqs(seed),
      logs(seed),
      metrics(seed),
      events(seed),
      lambda(seed),
      cloudformation(seed) {
  rds.set_key_guard([this](const Caller& caller, const KmsKey& key, const core::Region& region) {
    return authorize_key_use(*this, caller, key, "rds." + region.str() + ".amazonaws.com");
  });
}

}  // namespace snapferry::emulator
