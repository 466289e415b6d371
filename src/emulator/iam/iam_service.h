// iam as the wire shows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "emulator/service.h"

namespace snapferry::emulator {

inline constexpr std::string_view kIamVersion = "2010-05-08";
inline constexpr std::string_view kIamXmlns = "http://iam.amazonaws.com/doc/2010-05-08/";

ServiceResult<std::string> serve_iam(ServiceCall& call);

}  // namespace snapferry::emulator
