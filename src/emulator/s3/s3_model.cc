// SPDX-License-Identifier: Apache-2.0
#include "emulator/s3/s3_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {

S3Model::S3Model(unsigned long) {}

const std::string* S3Model::find_object(const std::string&, const std::string&) const {
  return nullptr;
}
void S3Model::put_object(const std::string&, const std::string&, std::string) {}
void S3Model::delete_object(const std::string&, const std::string&) {}

boost::json::value S3Model::save() const {
  return boost::json::object();
}

void S3Model::load(const boost::json::value&) {}

}  // namespace snapferry::emulator
