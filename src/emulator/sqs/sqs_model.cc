// SPDX-License-Identifier: Apache-2.0
#include "emulator/sqs/sqs_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {

SqsModel::SqsModel(unsigned long) {}

ServiceResult<void> SqsModel::send(const std::string&, const std::string&,
                                   const std::map<std::string, std::string>&, core::Instant,
                                   const std::string&, const std::string&) {
  return std::unexpected(ServiceError{501, "NotImplemented", ""});
}

boost::json::value SqsModel::save() const {
  return boost::json::object();
}

void SqsModel::load(const boost::json::value&) {}

}  // namespace snapferry::emulator
