// What happens during a tick, told while it happens. Printers for text and JSON are sinks, and so
// are tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/inventory.h"
#include "core/plan.h"
#include "core/result.h"
#include "engine/call.h"
#include "engine/receipt.h"

namespace snapferry::engine {

/// Every function does nothing unless overridden. on_outcome, on_retry and on_call may come from
/// several threads at once.
class EventSink {
 public:
  virtual ~EventSink() = default;

  /// A tick has observed and decided.
  virtual void on_plan(const core::Inventory&, const core::Plan&) {}
  /// One step was tried.
  virtual void on_outcome(const Outcome&) {}
  /// A call failed and will be repeated after the pause.
  virtual void on_retry(const Call&, int /*attempt*/, core::Milliseconds /*pause*/,
                        const core::Error&) {}
  /// A call was made.
  virtual void on_call(const Call&, core::Milliseconds /*took*/, const core::Error* /*error*/) {}
  /// Something could not be read, and the tick goes on without it; or the wait loop goes on.
  virtual void on_trouble(const core::Error&) {}
  /// The wait loop pauses before the next tick.
  virtual void on_pause(core::Milliseconds) {}
};

}  // namespace snapferry::engine
