// The frame of every Query answer: <OpResponse> around the result, or <ErrorResponse> around a
// refusal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "emulator/wire.h"

namespace snapferry::emulator {

/// Returns `<OpResponse xmlns><OpResult>inner</OpResult><ResponseMetadata>...`; without the result
/// element when `has_result` is false.
std::string query_answer(std::string_view operation, std::string_view xmlns,
                         std::string_view inner_xml, std::string_view request_id,
                         bool has_result = true);

/// Returns the <ErrorResponse> document; Type is Sender below 500, else Receiver.
/// Source: an RDS answer shown in aws-cli#8296, 2026-08.
std::string query_error(const ServiceError& error, std::string_view xmlns,
                        std::string_view request_id);

}  // namespace snapferry::emulator
