// What plan, apply and status share before they part: settings and policy out of the flags, and the
// session to AWS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "core/alert.h"
#include "engine/tick.h"
#include "session/session.h"

namespace snapferry::cli {

struct Workplace {
  aws::Settings settings;
  core::Policy policy;
  std::optional<core::Arn> alert_topic;
};

/// What prepare reads beside the policy's own flags.
struct Extras {
  DeleteFlags deletes = {};
  std::string alert_topic = {};
};

/// Reads settings and policy. Errors end with kExitUsage: nothing was asked of AWS yet.
std::expected<Workplace, Failure> prepare(Command& command, const PolicyFlags& policy,
                                          const OutputFlags& output, const Extras& extras);

/// Tells the topic, where there is one and something is wrong. Trouble in telling goes to `events`;
/// it does not change how the run ends.
void alert(const Workplace& place, core::Clouds& clouds, const core::AlertInput& input,
           engine::EventSink& events);

/// Opens the session for a prepared workplace.
std::expected<std::unique_ptr<session::Session>, Failure> connect(Command& command,
                                                                  const Workplace& workplace,
                                                                  engine::EventSink& events);

/// Returns how many lost answers no later tick of the run has looked into, and what could not be
/// looked at: trouble for whoever reads the exit code.
int unsettled_count(const engine::Receipt& receipt);

/// Wraps an error of AWS or the network.
std::unexpected<Failure> failed(core::Error error);

}  // namespace snapferry::cli
