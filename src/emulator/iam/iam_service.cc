// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/iam_service.h"

namespace snapferry::emulator {

ServiceResult<std::string> serve_iam(ServiceCall& call) {
  return std::unexpected(ServiceError{501, "NotImplemented", call.operation});
}

}  // namespace snapferry::emulator
