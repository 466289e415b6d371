// How a rule's targets get an event: what each is sent, and what becomes of it when that fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "emulator/events/events_model.h"

namespace snapferry::emulator {

/// Sends an event to every target of a rule. A target that refuses it loses it to its dead-letter
/// queue, if it has one: refusals are not retried, as AWS does not retry missing permissions and
/// targets. Counted in AWS/Events: TriggeredRules, Invocations, FailedInvocations,
/// InvocationsSentToDlq, InvocationsFailedToBeSentToDlq.
/// Source: EventBridge User Guide, "Using dead-letter queues to process undelivered events" and
/// "Monitoring Amazon EventBridge", 2025.
void send_to_targets(World& world, const EventRule& rule, const boost::json::object& event,
                     bool is_forwarded);

/// Returns what a target is sent: the event, or what Input, InputPath, InputTransformer make of it.
std::string payload_of(const EventRule& rule, const boost::json::object& target,
                       const boost::json::object& event, core::Instant now);

}  // namespace snapferry::emulator
