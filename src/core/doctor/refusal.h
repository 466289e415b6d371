// Reads who was refused what out of AWS's words, so that the way out can name exactly that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace snapferry::core {

/// Which policy must change for the call to be allowed.
enum class RefusedBy {
  identity,       ///< no policy of the role or user allows it
  resource,       ///< the key's or the topic's own policy does not
  explicit_deny,  ///< a Deny forbids it: no further Allow helps
  other,          ///< a boundary, a session's policy, or one of the organisation
};

struct AccessRefusal {
  std::string action;    ///< "rds:DescribeDBInstances"
  std::string resource;  ///< an ARN, or "*"
  RefusedBy by = RefusedBy::identity;
};

/// Returns what the message of a refusal is about; nothing when it is not of the known form.
/// Source:   IAM User Guide, "Troubleshoot access denied error messages", 2026-06.
std::optional<AccessRefusal> read_refusal(std::string_view message);

}  // namespace snapferry::core
