// SQS as its JSON 1.0 protocol shows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "emulator/service.h"

namespace snapferry::emulator {

/// ReceiveMessage answers at once, also with nothing and with WaitTimeSeconds: a test moves the
/// clock itself, and a client that waits asks again.
/// Errors:   as SQS, with the codes that its Query protocol had and that clients still show:
///           AWS.SimpleQueueService.NonExistentQueue, QueueAlreadyExists, InvalidAttributeValue,
///           ReceiptHandleIsInvalid, ...; FIFO queues are refused.
ServiceResult<boost::json::object> serve_sqs(ServiceCall& call);

/// Returns the name that the JSON protocol has for such a code (its __type, after
/// "com.amazonaws.sqs#"); the code itself where both are the same. The code goes into the header
/// x-amzn-query-error.
/// Source: botocore 1.43 sqs service-2.json, awsQueryCompatible, 2026-11; sqs API Reference 2012.
std::string_view sqs_shape_of(std::string_view code);

}  // namespace snapferry::emulator
