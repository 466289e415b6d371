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
  /// `clock` and `events` must outlive the session. Asks nobody yet.
  /// Errors:   invalid: a configuration file, profile or setting is wrong.
  static core::Result<std::unique_ptr<Session>> open(const aws::Settings& settings,
                                                     core::Clock& clock, engine::EventSink& events);
  virtual ~Session() = default;

  [[nodiscard]] virtual core::Clouds& clouds() = 0;
};

}  // namespace snapferry::session
