// SPDX-License-Identifier: Apache-2.0
#include "emulator/s3/s3_service.h"

namespace snapferry::emulator {

ServiceResult<WireResponse> serve_s3(ServiceCall& call) {
  return std::unexpected(ServiceError{501, "NotImplemented", call.operation});
}

std::string operation_of_s3(const WireRequest& request, const std::string&, const Fields&) {
  return request.method;
}

WireResponse refuse_s3(const ServiceError& error, const std::string&) {
  return {.status = error.http_status, .headers = {}, .body = error.message};
}

}  // namespace snapferry::emulator
