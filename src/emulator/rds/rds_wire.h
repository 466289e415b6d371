// The emulated RDS as its Query protocol shows it: form fields in, XML out. The rules are
// RdsModel's; here is only what the wire says of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "emulator/query/query_parameters.h"
#include "emulator/wire.h"
#include "emulator/world.h"

namespace snapferry::emulator {

/// Does what Action asks for and returns the whole XML document of the answer, `request_id` in it.
/// Action and Version are read here too; a parameter nothing reads is refused before any effect.
/// Requires: World::mutex is held; the caller was authenticated.
/// Errors:   as RDS: code, HTTP status, message; the router writes them as <ErrorResponse>.
ServiceResult<std::string> serve_rds(World& world, const Caller& caller,
                                     QueryParameters& parameters, const std::string& request_id);

}  // namespace snapferry::emulator
