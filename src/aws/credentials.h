// Credentials, and where they come from: the chain that every AWS tool follows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "aws/sigv4.h"
#include "core/result.h"
#include "core/time.h"

namespace snapferry::aws {

struct Credentials {
  SigningKey key;
  std::optional<core::Instant> expiration;  ///< none: does not expire
  std::string source;                       ///< for messages: "environment", "profile production"
};

/// Requires: may be called from several threads at once.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;

  /// Returns credentials that are good for the next minutes, refreshing them where needed.
  /// Errors:   denied, with the sources tried and a hint; never a secret in the text.
  [[nodiscard]] virtual core::Result<Credentials> get(core::Instant now) = 0;

  /// Says that AWS refused these as expired: the next get() fetches anew.
  virtual void invalidate() = 0;
};

}  // namespace snapferry::aws
