// s3 as the wire shows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "emulator/service.h"

namespace snapferry::emulator {

ServiceResult<WireResponse> serve_s3(ServiceCall& call);

/// For Service (service.h).
std::string operation_of_s3(const WireRequest& request, const std::string& path,
                            const Fields& query);
WireResponse refuse_s3(const ServiceError& error, const std::string& request_id);

}  // namespace snapferry::emulator
