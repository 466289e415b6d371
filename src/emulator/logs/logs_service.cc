// SPDX-License-Identifier: Apache-2.0
#include "emulator/logs/logs_service.h"

namespace snapferry::emulator {

ServiceResult<boost::json::object> serve_logs(ServiceCall& call) {
  return std::unexpected(ServiceError{501, "NotImplemented", call.operation});
}

}  // namespace snapferry::emulator
