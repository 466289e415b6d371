// Everything the emulated AWS knows: one object, one lock, one clock. Services are its members; the
// HTTP door and the in-process door both work on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "emulator/cloudformation/cloudformation_model.h"
#include "emulator/events/events_model.h"
#include "emulator/faults.h"
#include "emulator/iam/iam_model.h"
#include "emulator/kms/kms_model.h"
#include "emulator/lambda/lambda_model.h"
#include "emulator/logs/logs_model.h"
#include "emulator/metrics/metrics_model.h"
#include "emulator/rds/rds_model.h"
#include "emulator/s3/s3_model.h"
#include "emulator/sns/sns_model.h"
#include "emulator/sqs/sqs_model.h"
#include "emulator/ssm/ssm_model.h"
#include "emulator/sts/sts_model.h"
#include "emulator/time/emulator_clock.h"
#include "emulator/time/timed.h"

namespace snapferry::emulator {

struct World {
  /// `clock` must outlive the world; `seed` decides every id the world makes up.
  World(EmulatorClock& world_clock, unsigned long seed);

  EmulatorClock& clock;
  std::mutex mutex;  ///< held by whoever calls a model; a call is one hold
  std::mutex time;   ///< held by whoever plays time (time/conductor.h); taken before mutex
  Faults faults;
  KmsModel kms;
  StsModel sts;
  SnsModel sns;
  RdsModel rds;
  IamModel iam;
  S3Model s3;
  SsmModel ssm;
  SqsModel sqs;
  LogsModel logs;
  MetricsModel metrics;
  EventsModel events;
  LambdaModel lambda;
  CloudFormationModel cloudformation;

  std::string endpoint_url;             ///< of the HTTP door; what functions are told
  FunctionRunner* functions = nullptr;  ///< nothing runs functions: they stay queued
  [[nodiscard]] std::vector<Timed*> timed() { return {&events, &lambda, &sqs, &metrics}; }
};

/// Adds what `snapferry emulator --lab` promises: the MySQL instance gtp-paul-mysql-lab-db in
/// eu-west-1 (account 123456789012, encrypted under alias/aws/rds, 20 GiB) and, in eu-central-1, a
/// customer-managed key with the alias alias/dr.
void add_lab(World& world);

/// Adds the lab, and `count` instances beside it as fleets are: engines of every kind, some
/// unencrypted, some members of Aurora clusters, some tagged out of policies
/// ("env=scratch"), names "prod-0001" and on. Requires: World::mutex is held.
void add_fleet(World& world, int count);

}  // namespace snapferry::emulator
