// The refusals of CloudFormation: one wire code, ValidationError, and the text tells the rest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "emulator/wire.h"

namespace snapferry::emulator::cloudformation {

inline std::unexpected<ServiceError> refuse(std::string code, std::string message,
                                            int http_status = 400) {
  return std::unexpected(ServiceError{http_status, std::move(code), std::move(message)});
}

inline std::unexpected<ServiceError> invalid(std::string message) {
  return refuse("ValidationError", std::move(message));
}

inline std::unexpected<ServiceError> malformed(const std::string& message) {
  return invalid("Template format error: " + message);
}

}  // namespace snapferry::emulator::cloudformation
