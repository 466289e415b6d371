// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/cloudformation_service.h"

namespace snapferry::emulator {

ServiceResult<std::string> serve_cloudformation(ServiceCall& call) {
  return std::unexpected(ServiceError{501, "NotImplemented", call.operation});
}

}  // namespace snapferry::emulator
