// SPDX-License-Identifier: Apache-2.0
#include "emulator/world.h"

namespace snapferry::emulator {

World::World(EmulatorClock& world_clock, unsigned long seed)
    : clock(world_clock), kms(seed), sts(seed), sns(seed), rds(world_clock, kms, faults, seed) {}

}  // namespace snapferry::emulator
