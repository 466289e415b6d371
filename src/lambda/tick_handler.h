// The function that keeps the copies: one event, one tick, one answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "core/alert.h"
#include "core/cloud.h"
#include "core/policy.h"
#include "engine/budget.h"
#include "engine/tick.h"
#include "lambda/event.h"
#include "lambda/handler.h"
#include "lambda/log_lines.h"
#include "lambda/platform_clock.h"
#include "lambda/policy_source.h"

namespace snapferry::lambda {

/// What a tick's handler works with. All must outlive it.
struct TickWorld {
  core::Clouds& clouds;
  engine::BudgetClock& budget;  ///< on the host's clock; the clouds' retries end by it too
  PlatformClock& clock;         ///< on top of `budget`
  engine::EventSink& events;
  LogLines& log;
  /// Reads the policies anew for each event; none: they are those that the handler was made with.
  std::function<core::Result<PolicySource>()> read_source = {};
};

class TickHandler final : public Handler {
 public:
  TickHandler(TickWorld world, PolicySource source, std::optional<core::Arn> alert_topic);

  /// Errors:   Snapferry.BadEvent: nothing was done; Snapferry.TickFailed: a step failed or is
  ///           blocked, or nothing could be observed; what could be done was done.
  [[nodiscard]] Reply handle(const Invocation& invocation) override;

 private:
  Reply apply(const core::Policy& policy, const Event& event);
  Reply look(const core::Policy& policy, const Event& event);
  Reply apply(const Fleet& fleet, const Event& event);
  Reply look(const Fleet& fleet, const Event& event);
  void alert(const std::optional<core::Message>& message);
  engine::World world();

  TickWorld world_;
  PolicySource source_;
  std::optional<core::Arn> alert_topic_;
};

}  // namespace snapferry::lambda
