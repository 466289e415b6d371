// Credentials, and where they come from: the chain that every AWS tool follows.
// No error and no `source` ever holds a secret.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aws/http/http.h"
#include "aws/settings.h"
#include "aws/sigv4.h"
#include "core/clock.h"
#include "core/result.h"
#include "core/time.h"

namespace snapferry::aws {

struct Credentials {
  SigningKey key;
  std::optional<core::Instant> expiration;  ///< none: does not expire
  std::string source;                       ///< for messages: "environment", "profile production"
  /// The instance metadata service gives these out late when it is in trouble, and AWS then goes on
  /// taking them: better used past their expiration than dropped.
  bool is_kept_when_stale = false;
};

/// Requires: may be called from several threads at once.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;

  /// Returns credentials that are good for the next minutes, refreshing them where needed.
  /// Errors:   denied, with the sources tried and a hint; invalid: a source that is set up wrongly;
  ///           transient: a source that did not answer; never a secret in the text.
  [[nodiscard]] virtual core::Result<Credentials> get(core::Instant now) = 0;

  /// Says that AWS refused these as expired: the next get() fetches anew.
  virtual void invalidate() = 0;
};

/// Returns the provider that follows the chain, in botocore's order: environment, the profile's
/// role, web identity, SSO, credentials file, credential_process, config file, container, instance
/// metadata. Nothing is read or sent before the first get(). Credentials are kept, and fetched anew
/// from 15 minutes before they expire: until 10 minutes before by one thread while others go on
/// with the old ones, after that with all waiting. A refresh that fails is an error only once the
/// old credentials have expired. Requires: the arguments outlive the provider; `transport` may be
/// used from several threads. Errors:   none today; a Result so that a source that must be checked
/// early can say so. Source:   rds-facts 8.2 (botocore 1.43 credentials.py), 2026-08.
core::Result<std::unique_ptr<CredentialsProvider>> make_credentials(const Settings& settings,
                                                                    HttpTransport& transport,
                                                                    core::Clock& clock);

}  // namespace snapferry::aws
