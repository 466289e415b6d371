// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/iam_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {

IamModel::IamModel(unsigned long) {}

boost::json::value IamModel::save() const {
  return boost::json::object();
}

void IamModel::load(const boost::json::value&) {}

}  // namespace snapferry::emulator
