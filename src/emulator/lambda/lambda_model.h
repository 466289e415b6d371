// Lambda: functions, permissions, and the queue of asynchronous invocations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>

#include <boost/json/fwd.hpp>

#include "core/time.h"
#include "emulator/identifiers.h"
#include "emulator/lambda/function_runner.h"
#include "emulator/lambda/lambda_records.h"
#include "emulator/time/timed.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

/// Requires: the emulator's lock is held (World::mutex).
class LambdaModel : public Timed {
 public:
  explicit LambdaModel(unsigned long seed = 1) : ids(seed, "lambda") {}

  /// When the next asynchronous invocation or its retry is due: run_due() only wakes the runner.
  [[nodiscard]] std::optional<core::Instant> next_due(World& world) override;
  void run_due(World& world, core::Instant now) override;

  /// Queues an asynchronous invocation as a service does it (InvocationType Event), and wakes the
  /// runner.
  /// Errors:   ResourceNotFoundException; AccessDeniedException: no AWS::Lambda::Permission allows
  ///           this principal with this source.
  ServiceResult<void> enqueue(World& world, const std::string& function_arn,
                              const std::string& payload, const std::string& service_principal,
                              const std::string& source_arn);

  /// Queues what a caller who may do so has asked for. Returns its request id: `request_id`, or one
  /// made up when that is empty.
  std::string enqueue_allowed(World& world, const LambdaFunction& function,
                              const std::string& payload, std::string request_id = {});

  /// Returns the function of that ARN, with or without ":$LATEST"; nullptr when there is none.
  [[nodiscard]] LambdaFunction* find(const std::string& function_arn);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  Identifiers ids;
  std::map<std::string, LambdaFunction> functions;  ///< by ARN
  std::list<LambdaQueued> queue;                    ///< in the order accepted
};

}  // namespace snapferry::emulator
