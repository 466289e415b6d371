// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/lambda_service.h"

namespace snapferry::emulator {

ServiceResult<WireResponse> serve_lambda(ServiceCall& call) {
  return std::unexpected(ServiceError{501, "NotImplemented", call.operation});
}

std::string operation_of_lambda(const WireRequest& request, const std::string&, const Fields&) {
  return request.method;
}

WireResponse refuse_lambda(const ServiceError& error, const std::string&) {
  return {.status = error.http_status, .headers = {}, .body = error.message};
}

}  // namespace snapferry::emulator
