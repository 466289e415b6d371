// What happens to a message once a topic has it: who may publish as a service, and how each
// subscription gets it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "emulator/wire.h"
#include "emulator/world.h"

namespace snapferry::emulator {

/// Keeps a message in the outbox and gives it to each confirmed subscription of its topic whose
/// FilterPolicy (of message attributes; exact texts, "prefix", "anything-but", "exists") lets it
/// through. sqs: into the queue, as the JSON that SNS writes, or raw where the subscription says
/// so; a queue whose policy does not let SNS in refuses it, and the delivery says with what. All
/// other protocols: the outbox is all there is, nothing leaves the machine and no http endpoint is
/// called, since the world's lock is held. Requires: World::mutex is held. Returns: the message as
/// the outbox has it, until the next one.
const SnsMessage& deliver(World& world, SnsMessage message);

/// Publishes as a service does on somebody's behalf: an alarm, a rule.
/// Requires: World::mutex is held. `service_principal` is "cloudwatch.amazonaws.com" or its like;
///           `source_arn` the alarm or rule, "" when the service gives none.
/// Errors:   NotFound 404; AuthorizationError 403: the topic's policy does not allow that service
///           for that source; KMSAccessDenied, KMSDisabled, KMSInvalidState, KMSNotFound 400: the
///           topic is encrypted under a key that does not let the service use it. The key of
///           alias/aws/sns lets no service use it: alarms sent to such a topic are lost. Such a
///           refusal is seen in the outbox: a message whose only delivery is to the topic itself,
///           with "refused_with".
/// Source:   CloudWatch User Guide, "Using Amazon CloudWatch alarms", 2024; Amazon SNS Developer
///           Guide, "Enable compatibility between event sources from AWS services and encrypted
///           topics", 2024.
ServiceResult<void> publish_as_service(World& world, const std::string& service_principal,
                                       const std::string& source_arn, const std::string& topic_arn,
                                       const std::string& subject, const std::string& message);

}  // namespace snapferry::emulator
