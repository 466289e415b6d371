// What plan, apply and status share before they part: settings and policy out of the flags, and the
// session to AWS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/commands.h"
#include "engine/tick.h"
#include "session/session.h"

namespace snapferry::cli {

struct Workplace {
  aws::Settings settings;
  core::Policy policy;
};

/// Reads settings and policy. Errors end with kExitUsage: nothing was asked of AWS yet.
std::expected<Workplace, Failure> prepare(Command& command, const PolicyFlags& policy,
                                          const OutputFlags& output);

/// Opens the session for a prepared workplace.
std::expected<std::unique_ptr<session::Session>, Failure> connect(Command& command,
                                                                  const Workplace& workplace,
                                                                  engine::EventSink& events);

/// Wraps an error of AWS or the network.
std::unexpected<Failure> failed(core::Error error);

}  // namespace snapferry::cli
