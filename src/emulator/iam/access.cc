// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/access.h"

namespace snapferry::emulator {

ServiceResult<void> authorize(const World&, const Caller&, const AccessRequest&) {
  return {};
}

ServiceResult<void> authorize_call(const ServiceCall&, std::string_view) {
  return {};
}

}  // namespace snapferry::emulator
