// SPDX-License-Identifier: Apache-2.0
#include "emulator/world.h"

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
      cloudformation(seed) {}

}  // namespace snapferry::emulator
