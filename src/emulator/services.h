// Every service of the emulator by the name in a signature's scope; and calls from one service to
// another, which go the way a client's calls go: CloudFormation makes a function by calling Lambda.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "emulator/service.h"
#include "emulator/world.h"

namespace snapferry::emulator {

[[nodiscard]] std::span<const Service> all_services();
[[nodiscard]] const Service* find_service(std::string_view name);

/// Calls from within, with the caller's rights (iam/access.h).
/// Requires: World::mutex is held. The operation needs no after_unlock.
/// Errors:   the service's own refusals.
ServiceResult<std::string> call_query(World& world, const Caller& caller, std::string_view service,
                                      const std::string& operation, const Fields& parameters);
ServiceResult<boost::json::object> call_json(World& world, const Caller& caller,
                                             std::string_view service, const std::string& operation,
                                             const boost::json::object& input);
/// `target` is path and query as on the wire.
ServiceResult<WireResponse> call_rest(World& world, const Caller& caller, std::string_view service,
                                      const std::string& method, const std::string& target,
                                      const std::string& body);

}  // namespace snapferry::emulator
