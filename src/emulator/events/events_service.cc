// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/events_service.h"

namespace snapferry::emulator {

ServiceResult<boost::json::object> serve_events(ServiceCall& call) {
  return std::unexpected(ServiceError{501, "NotImplemented", call.operation});
}

}  // namespace snapferry::emulator
