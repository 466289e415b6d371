// SPDX-License-Identifier: Apache-2.0
#include "emulator/ssm/ssm_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {

SsmModel::SsmModel(unsigned long) {}

boost::json::value SsmModel::save() const {
  return boost::json::object();
}

void SsmModel::load(const boost::json::value&) {}

}  // namespace snapferry::emulator
