// STS: the temporary credentials that the emulator has issued. Every access key that is not an
// account's root is one of these.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include <boost/json/fwd.hpp>

#include "emulator/identifiers.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct StsSession {
  std::string access_key_id;  ///< "ASIA..."
  std::string secret_access_key;
  std::string session_token;
  core::AccountId account;
  std::string principal_arn;  ///< "arn:aws:sts::123456789012:assumed-role/backup/session"
  std::string user_id;        ///< "AROA...:session"; the account id for GetSessionToken of root
  core::Instant expiration;   ///< on the emulator's time of day
};

/// Requires: the emulator's lock is held (World::mutex).
class StsModel {
 public:
  explicit StsModel(unsigned long seed = 1) : ids(seed, "sts") {}

  /// Returns the session of that access key, expired or not; nullptr when none was issued.
  [[nodiscard]] const StsSession* find(const std::string& access_key_id) const;

  /// Makes up a key, a secret and a token.
  const StsSession& issue(const core::AccountId& account, const std::string& principal_arn,
                          const std::string& user_id, core::Instant expiration);

  /// Returns the stable unique id ("AROA...") of a role, the same for every call.
  const std::string& role_id(const std::string& role_arn);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  Identifiers ids;
  std::map<std::string, StsSession> sessions;   ///< by access key id
  std::map<std::string, std::string> role_ids;  ///< role ARN to "AROA..."
};

}  // namespace snapferry::emulator
