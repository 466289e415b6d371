// ssm as the wire shows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "emulator/service.h"

namespace snapferry::emulator {

ServiceResult<boost::json::object> serve_ssm(ServiceCall& call);

}  // namespace snapferry::emulator
