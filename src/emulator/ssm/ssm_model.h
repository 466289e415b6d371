// SSM Parameter Store: parameters by name in each account and region. The value of a SecureString
// is kept as it is, beside the key that it would be encrypted under.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include <boost/json/fwd.hpp>

#include "core/time.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct SsmParameter {
  std::string name;
  std::string arn;
  std::string type;  ///< String, StringList, SecureString
  std::string value;
  std::string description;
  std::string key_id;  ///< SecureString: as the caller named it
  std::string allowed_pattern;
  std::string tier = "Standard";
  std::string data_type = "text";
  std::string modified_by;  ///< an ARN
  long version = 1;
  core::Instant modified;
  std::map<std::string, std::string> tags;
};

/// Requires: the emulator's lock is held (World::mutex).
class SsmModel {
 public:
  explicit SsmModel(unsigned long seed = 1);

  /// Returns the parameter of that name or ARN for this caller; nullptr when there is none.
  [[nodiscard]] SsmParameter* find(const Caller& caller, const std::string& name_or_arn);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  std::map<std::string, SsmParameter> parameters;  ///< by ARN
};

/// Returns "arn:aws:ssm:eu-west-1:123456789012:parameter/name"; a name's own first slash is that
/// one.
std::string ssm_parameter_arn(const Caller& caller, const std::string& name);

}  // namespace snapferry::emulator
