// cloudformation as the wire shows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "emulator/service.h"

namespace snapferry::emulator {

inline constexpr std::string_view kCloudFormationVersion = "2010-05-15";
inline constexpr std::string_view kCloudFormationXmlns =
    "http://cloudformation.amazonaws.com/doc/2010-05-15/";

ServiceResult<std::string> serve_cloudformation(ServiceCall& call);

}  // namespace snapferry::emulator
