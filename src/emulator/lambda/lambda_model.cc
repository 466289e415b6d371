// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/lambda_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {

LambdaModel::LambdaModel(unsigned long) {}

std::optional<core::Instant> LambdaModel::next_due(World&) {
  return std::nullopt;
}
void LambdaModel::run_due(World&, core::Instant) {}
ServiceResult<void> LambdaModel::enqueue(World&, const std::string&, const std::string&,
                                         const std::string&, const std::string&) {
  return std::unexpected(ServiceError{501, "NotImplemented", ""});
}

boost::json::value LambdaModel::save() const {
  return boost::json::object();
}

void LambdaModel::load(const boost::json::value&) {}

}  // namespace snapferry::emulator
