// Wires one run: settings, transport, credentials, and the clouds with their decorators in the
// order of ARCHITECTURE.md, Retry(Pace(Log(Aws))).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "aws/settings.h"
#include "core/clock.h"
#include "core/cloud.h"
#include "engine/event_sink.h"

namespace snapferry::session {

/// Returns the time that a call has at most.
using CallTimeMax = std::function<core::Milliseconds()>;

class Session {
 public:
  /// All must outlive the session: `clock` signs and repeats, `pace` spreads the calls. They
  /// differ where a process is frozen between its runs. `call_time_max` is asked before each call:
  /// how long it may take. Asks nobody yet.
  /// Errors:   invalid: a configuration file, profile or setting is wrong.
  static core::Result<std::unique_ptr<Session>> open(const aws::Settings& settings,
                                                     core::Clock& clock, core::Clock& pace,
                                                     engine::EventSink& events,
                                                     CallTimeMax call_time_max = {});
  virtual ~Session() = default;

  [[nodiscard]] virtual core::Clouds& clouds() = 0;
};

}  // namespace snapferry::session
