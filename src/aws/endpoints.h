// Where a service of a region answers, and under which name and region a call to it is signed: the
// user's own endpoint where there is one, else the partition's form of the host name.
// A region's text reaches a URL only after it was checked to be a host label.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "aws/settings.h"
#include "core/ids.h"
#include "core/result.h"

namespace snapferry::aws {

struct Endpoint {
  std::string url;  ///< always ends in "/": "https://rds.eu-west-1.amazonaws.com/"
  std::string signing_region;
  std::string signing_service;
};

/// Returns the endpoint of a service ("rds", "kms", "sts", "sns", "ssm") in a region; of "iam", the
/// one of the region's partition.
/// Requires: `service` is a host label of our own choosing, not a user's text.
/// Errors:   invalid: a region that is no host label or of no partition's form (the hint names the
///           nearest known region); a custom endpoint that is no http(s) URL, whose path would need
///           encoding, or that comes together with FIPS or dual-stack.
/// Source:   rds-facts 8.3 (botocore 1.43 endpoint rule sets, partitions.json), 2026-08; iam
/// 2026-11.
core::Result<Endpoint> resolve_endpoint(const Settings& settings, const std::string& service,
                                        const core::Region& region);

/// Returns the DNS suffix of a region's partition ("amazonaws.com.cn"); empty for an unknown one.
std::string dns_suffix(const core::Region& region);

}  // namespace snapferry::aws
