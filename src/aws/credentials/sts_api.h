// STS, where it gives credentials: AssumeRole and AssumeRoleWithWebIdentity.
// No error of this file holds a token or a key, also when the answer is not STS's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials/credentials.h"
#include "aws/http/http.h"
#include "aws/settings.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"

namespace snapferry::aws {

struct AssumeRoleRequest {
  std::string role_arn;
  std::string session_name;  ///< 2 to 64 of letters, digits and _+=,.@-
  std::string external_id;
  long duration_seconds = 0;  ///< 0: the service's default of an hour
};

/// What the calls need of the outside. All must outlive the call.
struct StsClient {
  HttpTransport& transport;
  const Settings& settings;
  core::Clock& clock;
};

/// Returns the role's credentials, asked for with those of `base`; `source` is left empty.
/// Errors:   as ServiceClient's; transient where no answer came, or one without credentials.
/// Repeat:   gives other credentials, harmless.
/// Source:   botocore 1.43 model sts 2011-06-15, 2026-08.
core::Result<Credentials> assume_role(const StsClient& client, const core::Region& region,
                                      const Credentials& base, const AssumeRoleRequest& request);

/// The same, with an identity provider's token in place of credentials; `external_id` is not used.
core::Result<Credentials> assume_role_with_web_identity(const StsClient& client,
                                                        const core::Region& region,
                                                        const std::string& token,
                                                        const AssumeRoleRequest& request);

/// Reads <`action`Response><`action`Result><Credentials>.
/// Errors:   invalid, without any of the text.
core::Result<Credentials> parse_assumed_credentials(std::string_view body,
                                                    const std::string& action);

/// Returns the region whose STS is asked: the settings' own, else the first of the partition that
/// the role's ARN names. A token of a region's own STS is valid in every region, one of the old
/// global endpoint is not. Source: rds-facts 2.6, 8.2, 2026-08.
core::Region sts_region(const Settings& settings, const std::string& role_arn);

}  // namespace snapferry::aws
