// SSM Parameter Store as its JSON 1.1 protocol shows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "emulator/service.h"

namespace snapferry::emulator {

/// Errors:   as SSM, always 400: ParameterNotFound, ParameterVersionNotFound,
///           ParameterAlreadyExists, HierarchyTypeMismatchException,
///           ParameterPatternMismatchException, UnsupportedParameterType, InvalidKeyId,
///           InvalidResourceId, InvalidResourceType, ValidationException (also for a member that
///           the emulator does not know), UnknownOperationException. Only the newest version of a
///           parameter is kept.
ServiceResult<boost::json::object> serve_ssm(ServiceCall& call);

}  // namespace snapferry::emulator
