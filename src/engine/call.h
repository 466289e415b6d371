// One call through the Cloud port, as the decorators see it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/ids.h"

namespace snapferry::engine {

struct Call {
  std::string_view operation;  ///< AWS's name: "CreateDBSnapshot"
  const core::Region& region;
  bool is_write = false;
};

}  // namespace snapferry::engine
