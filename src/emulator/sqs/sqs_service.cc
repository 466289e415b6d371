// SPDX-License-Identifier: Apache-2.0
#include "emulator/sqs/sqs_service.h"

namespace snapferry::emulator {

ServiceResult<boost::json::object> serve_sqs(ServiceCall& call) {
  return std::unexpected(ServiceError{501, "NotImplemented", call.operation});
}

}  // namespace snapferry::emulator
