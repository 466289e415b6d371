// The emulator's own endpoints under /_emulator/: time, faults, and what was seen. Unsigned, and
// for clients on loopback only. Bodies are JSON.
//
//   GET    health              {"status":"ok","now":"..."}
//   POST   advance             {"by":"3h"} -> {"now":"..."}, after all that was due
//   POST   faults              one fault or a list; see faults.h
//   GET    faults, DELETE faults
//   GET    outbox              messages published to SNS
//   GET    lineage             every copy and how it was moved
//   GET    emf-errors          log lines that say they are metrics and are not
//   GET    calls, DELETE calls the log of calls
//   GET    access, DELETE access what the policies of roles were asked, and what they answered
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "emulator/door/call_log.h"
#include "emulator/wire.h"
#include "emulator/world.h"

namespace snapferry::emulator {

/// Whether a request is for answer_control() and no AWS service.
bool is_control(std::string_view path);

/// Errors:   as answers: 400 with {"error": "..."} naming the problem, 403 from another host, 404,
///           405.
/// Requires: World::mutex is NOT held.
WireResponse answer_control(World& world, CallLog& calls, const WireRequest& request,
                            const std::string& path);

}  // namespace snapferry::emulator
