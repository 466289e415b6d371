// What happens during a tick, as log lines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/event_sink.h"
#include "lambda/log_lines.h"

namespace snapferry::lambda {

/// Requires: `log` outlives this object.
class EventLog final : public engine::EventSink {
 public:
  explicit EventLog(LogLines& log) : log_(log) {}

  void on_plan(const core::Inventory& inventory, const core::Plan& plan) override;
  void on_outcome(const engine::Outcome& outcome) override;
  void on_retry(const engine::Call& call, int attempt, core::Milliseconds pause,
                const core::Error& error) override;
  void on_call(const engine::Call& call, core::Milliseconds took,
               const core::Error* error) override;
  void on_trouble(const core::Error& error) override;

 private:
  LogLines& log_;
};

}  // namespace snapferry::lambda
