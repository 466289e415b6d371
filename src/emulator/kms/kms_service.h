// KMS as its JSON 1.1 protocol shows it: an input object in, an output object or a refusal out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "emulator/kms/kms_model.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

/// Does what X-Amz-Target asks for ("DescribeKey", without the prefix).
/// Requires: the emulator's lock is held; the caller was authenticated.
/// Returns: the output; empty for operations that give none.
/// Errors:   as KMS, always 400: NotFoundException, DisabledException, KMSInvalidStateException,
///           AlreadyExistsException, ValidationException (also for a member KMS does not know,
///           which AWS ignores), UnknownOperationException, AccessDeniedException.
ServiceResult<boost::json::object> serve_kms(KmsModel& kms, core::Instant now, const Caller& caller,
                                             const std::string& operation,
                                             const boost::json::object& input);

}  // namespace snapferry::emulator
