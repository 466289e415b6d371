// S3 as far as code and custom resources need it: buckets and objects in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json/fwd.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator {

/// Requires: the emulator's lock is held (World::mutex).
class S3Model {
 public:
  explicit S3Model(unsigned long seed = 1);

  /// Returns the object's bytes; nullptr when there is no such bucket or key.
  [[nodiscard]] const std::string* find_object(const std::string& bucket,
                                               const std::string& key) const;
  /// Makes the bucket too where it is missing: for services that keep a bucket of their own.
  void put_object(const std::string& bucket, const std::string& key, std::string body);
  void delete_object(const std::string& bucket, const std::string& key);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);
};

}  // namespace snapferry::emulator
