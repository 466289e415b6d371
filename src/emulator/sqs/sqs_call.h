// What the operations on queues and those on messages share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "emulator/json_input.h"
#include "emulator/service.h"
#include "emulator/sqs/sqs_model.h"

namespace snapferry::emulator {

struct SqsCall {
  ServiceCall& call;
  SqsModel& sqs;
  JsonInput input;
};

std::unexpected<ServiceError> no_such_queue();

/// Returns "arn:aws:sqs:eu-west-1:123456789012:name".
std::string sqs_queue_arn(const Caller& caller, const std::string& name);
/// Returns "http://127.0.0.1:4566/123456789012/name".
std::string sqs_queue_url(const World& world, const SqsQueue& queue);

/// Reads QueueUrl, whose last two parts name account and queue; the region is the caller's.
/// Errors:   AWS.SimpleQueueService.NonExistentQueue, also for another account's; InvalidAddress.
ServiceResult<SqsQueue*> need_queue(SqsCall& call);

struct SqsRedrive {
  std::string target_arn;
  long receives_max = 0;
};
/// Reads a RedrivePolicy; nothing when it is none.
std::optional<SqsRedrive> read_redrive(const std::string& policy);

ServiceResult<boost::json::object> sqs_send_message(SqsCall& call);
ServiceResult<boost::json::object> sqs_receive_message(SqsCall& call);
ServiceResult<boost::json::object> sqs_delete_message(SqsCall& call);
ServiceResult<boost::json::object> sqs_change_message_visibility(SqsCall& call);

}  // namespace snapferry::emulator
