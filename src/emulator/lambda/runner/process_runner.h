// The FunctionRunner that really runs functions: a pool of execution environments, and threads that
// work off the asynchronous queue.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "emulator/lambda/function_runner.h"
#include "emulator/world.h"

namespace snapferry::emulator {

class ProcessRunner final : public FunctionRunner {
 public:
  /// `world` must outlive it. Nothing runs before the first invocation.
  explicit ProcessRunner(World& world);
  ~ProcessRunner() override;
  ProcessRunner(const ProcessRunner&) = delete;
  ProcessRunner& operator=(const ProcessRunner&) = delete;

  InvocationResult invoke(const std::string& function_arn, const std::string& payload,
                          const std::string& request_id = {}) override;
  void wake() override;
  bool wait_idle(core::Milliseconds limit) override;

  /// Ends every process (SIGTERM, SIGKILL after 2 s) and thread. An asynchronous invocation that
  /// was running goes back into the queue; invoke() returns at once from here on. Repeat: does
  /// nothing. Requires: World::mutex is NOT held.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace snapferry::emulator
