// A function's configuration and code as CreateFunction and the two updates give them, checked as
// Lambda checks them; and as answers show them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "emulator/lambda/lambda_records.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

/// Takes over what CreateFunction and UpdateFunctionConfiguration have in common: Role to
/// LoggingConfig. What was not sent stays as it is.
/// Errors:   ValidationException, InvalidParameterValueException with Lambda's messages.
ServiceResult<void> read_configuration(World& world, const boost::json::object& input,
                                       LambdaFunction& function);

/// Reads ZipFile, or S3Bucket and S3Key, of Code or of UpdateFunctionCode.
/// Errors:   InvalidParameterValueException: neither or both, no such object, not a zip, past 250
/// MB.
ServiceResult<std::shared_ptr<const std::string>> read_code(const World& world,
                                                            const boost::json::object& code);

/// Errors:   ValidationException for what is not ["x86_64"] or ["arm64"].
ServiceResult<void> read_architectures(const boost::json::object& input, LambdaFunction& function);

/// Returns FunctionConfiguration.
boost::json::object configuration_of(const LambdaFunction& function);

/// The caller that a function's code is, by its role.
Caller role_caller(const World& world, const LambdaFunction& function);

}  // namespace snapferry::emulator
