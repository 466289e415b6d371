// SSM Parameter Store.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json/fwd.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator {

/// Requires: the emulator's lock is held (World::mutex).
class SsmModel {
 public:
  explicit SsmModel(unsigned long seed = 1);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);
};

}  // namespace snapferry::emulator
