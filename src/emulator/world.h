// Everything the emulated AWS knows: one object, one lock, one clock. Services are its members; the
// HTTP door and the in-process door both work on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "emulator/emulator_clock.h"
#include "emulator/faults.h"
#include "emulator/kms_model.h"
#include "emulator/rds/rds_model.h"
#include "emulator/sns_model.h"
#include "emulator/sts_model.h"

namespace snapferry::emulator {

struct World {
  /// `clock` must outlive the world; `seed` decides every id the world makes up.
  World(EmulatorClock& world_clock, unsigned long seed);

  EmulatorClock& clock;
  std::mutex mutex;  ///< held by whoever calls a model; a call is one hold
  Faults faults;
  KmsModel kms;
  StsModel sts;
  SnsModel sns;
  RdsModel rds;
};

/// Adds what `snapferry emulator --lab` promises: the MySQL instance gtp-paul-mysql-lab-db in
/// eu-west-1 (account 123456789012, encrypted under alias/aws/rds, 20 GiB) and, in eu-central-1, a
/// customer-managed key with the alias alias/dr.
void add_lab(World& world);

}  // namespace snapferry::emulator
