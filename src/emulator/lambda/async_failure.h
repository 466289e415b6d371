// Where an asynchronous invocation goes that was given up: the dead-letter queue, the OnFailure
// destination; both with the rights of the function's role.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "emulator/lambda/lambda_records.h"

namespace snapferry::emulator {

struct World;

struct AsyncFailure {
  std::string condition;       ///< "RetriesExhausted", "EventAgeExceeded"
  int status = 200;            ///< of the last try: 200 where the function itself failed, 429
  std::string function_error;  ///< "Unhandled"; empty where it never ran
  std::string payload;         ///< the last answer
};

/// Requires: World::mutex is held.
/// Source: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations", 2023.
void give_up(World& world, const LambdaFunction& function, const LambdaQueued& item,
             const AsyncFailure& failure);

}  // namespace snapferry::emulator
