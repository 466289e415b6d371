// Wires one run: settings, transport, credentials, and the clouds with their decorators in the
// order of ARCHITECTURE.md, Retry(Pace(Log(Aws))).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "aws/settings.h"
#include "core/clock.h"
#include "core/cloud.h"
#include "engine/event_sink.h"

namespace snapferry::session {

class Session {
 public:
  /// All three must outlive the session: `clock` signs and repeats, `pace` spreads the calls. They
  /// differ where a process is frozen between its runs. Asks nobody yet.
  /// Errors:   invalid: a configuration file, profile or setting is wrong.
  static core::Result<std::unique_ptr<Session>> open(const aws::Settings& settings,
                                                     core::Clock& clock, core::Clock& pace,
                                                     engine::EventSink& events);
  virtual ~Session() = default;

  [[nodiscard]] virtual core::Clouds& clouds() = 0;
};

}  // namespace snapferry::session
