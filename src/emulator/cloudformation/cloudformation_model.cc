// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/cloudformation_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {

CloudFormationModel::CloudFormationModel(unsigned long) {}

boost::json::value CloudFormationModel::save() const {
  return boost::json::object();
}

void CloudFormationModel::load(const boost::json::value&) {}

}  // namespace snapferry::emulator
